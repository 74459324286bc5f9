"""Workers that a person starts from here: each in a window of its own, with or without a worktree.

It starts, ends and removes only what a command names, and nothing that it did not make."""
