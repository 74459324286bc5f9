"""Scripted workers in a tmux server of their own, for the demo and the tests.

They are programs that look like agents at work; none of them reads or changes anything of the person's."""
