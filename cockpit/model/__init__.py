"""The nouns of the cockpit: frozen values, no input or output, no imports from any other room."""
