"""A sandbox fleet on real protocols, which never touches anything of the person who runs it."""
