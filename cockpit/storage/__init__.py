"""The ledger: what the cockpit itself must remember."""
