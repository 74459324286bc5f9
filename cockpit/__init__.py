"""A terminal cockpit for a fleet of coding agents."""
