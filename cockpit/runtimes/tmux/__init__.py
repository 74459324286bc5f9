"""tmux as a source: every pane of any tmux server is a row, and a terminal to watch or drive.

Importing the package costs nothing: the door is `cockpit.runtimes.tmux.source.TmuxSource`."""
