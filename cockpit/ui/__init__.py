"""The terminal face: the only room that imports Textual."""
