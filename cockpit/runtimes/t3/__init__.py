"""T3 Code as a source: a self-hosted server whose threads are agents; facts come in, commands go out.

Importing it costs little: the network libraries come in with the first read."""

from cockpit.runtimes.t3.source import LocalT3, T3Source

__all__ = ["LocalT3", "T3Source"]
