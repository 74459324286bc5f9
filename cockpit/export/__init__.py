"""The fleet as files and texts for others to read. Nothing here reads a source or changes anything."""
