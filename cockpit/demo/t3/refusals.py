"""The ways in which a well-formed command is turned down (facts: T3 0.0.33).

They carry the server's own words, which only the WebSocket passes on; over HTTP all of them look alike.
"""


class Refused(Exception):
    """A rule of the server forbids the command: over HTTP an opaque 500."""

    def __init__(self, command: str, detail: str, *, disposition: str | None = None) -> None:
        super().__init__(f"Orchestration command invariant failed ({command}): {detail}")
        self.disposition = disposition
        """What became of a thread that a bootstrap had created: `deleted`, or None."""

    @property
    def message(self) -> str:
        """The sentence as the socket reports it."""
        return str(self)


class Rejected(Refused):
    """A commandId that was turned down before, or belongs to another aggregate."""

    def __init__(self, message: str) -> None:
        Exception.__init__(self, message)
        self.disposition = None


class BootstrapFailed(Refused):
    """A bootstrap that got no further; the thread it had created is gone again."""

    def __init__(self, message: str, *, disposition: str | None) -> None:
        Exception.__init__(self, message)
        self.disposition = disposition


class InvalidCommand(Exception):
    """The command names something that cannot be used, such as a folder that is not there: over HTTP a 400."""

    @property
    def message(self) -> str:
        """The sentence as the socket reports it."""
        return str(self)
