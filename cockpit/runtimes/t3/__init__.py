"""T3 Code as a source: a self-hosted server whose threads are agents; facts come in, commands go out.

Importing the package costs nothing: the door is `cockpit.runtimes.t3.source.T3Source`."""
