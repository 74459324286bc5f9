"""The verbs of the cockpit: what happens to the nouns. Nothing here knows a screen, a wire or a file."""
