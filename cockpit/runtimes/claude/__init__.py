"""Claude Code as a source: sessions, teams, tasks, messages and transcripts, from the files that it writes itself.

Importing the package costs nothing: the door is `cockpit.runtimes.claude.source.ClaudeSource`."""
