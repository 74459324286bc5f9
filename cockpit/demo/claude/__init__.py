"""Claude Code sessions as it leaves them behind: a home in the layout of 2.1.329, written by scripted processes.

No model is asked and no network is used. The layout is that of the facts (`claude.md` §2, §3, §7)."""

VERSION = "2.1.329"
