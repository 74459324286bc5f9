"""What Claude Code runs for us: the hook program, and who puts it into which settings."""
