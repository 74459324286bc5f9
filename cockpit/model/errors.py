"""Everything that a command can end in besides success. Each message is one sentence and says what to do next.

CockpitError
├── ConfigError      the configuration cannot be used
├── Refused          checked and not sent: the reason stands in the message
│   └── NotFound     no such thread, project or ask (or more than one)
├── SourceError      the source could not be reached, or answered what nobody understands
│   └── AuthError    the token is missing, expired or lacks a scope
├── Rejected         sent, and the source said no
├── Stale            the ask is no longer open there
├── Unconfirmed      sent and taken, but nothing confirmed it in time
├── HalfDone         the first steps happened, a later one did not
└── LedgerError      the ledger cannot be read or written
"""

from cockpit.model.ids import Ref


class CockpitError(Exception):
    """A failure that a person can be told. `fix` is what to do next, as a sentence of its own."""

    def __init__(self, message: str, *, fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix

    def __str__(self) -> str:
        if not self.fix:
            return self.message
        # A foreign message that is quoted need not end as a sentence does.
        return f"{self.message}{'' if self.message.endswith(('.', '!', '?')) else '.'} {self.fix}"


class ConfigError(CockpitError):
    pass


class Refused(CockpitError):
    pass


class NotFound(Refused):
    """`candidates` are the refs that a vague name could have meant."""

    def __init__(self, message: str, *, fix: str = "", candidates: tuple[str, ...] = ()) -> None:
        super().__init__(message, fix=fix)
        self.candidates = candidates


class SourceError(CockpitError):
    pass


class AuthError(SourceError):
    """`scope` is the missing one, where the source names it."""

    def __init__(self, message: str, *, fix: str = "", scope: str = "") -> None:
        super().__init__(message, fix=fix)
        self.scope = scope


class Rejected(CockpitError):
    pass


class Stale(CockpitError):
    pass


class Unconfirmed(CockpitError):
    pass


class HalfDone(CockpitError):
    """`threads` are those that were made before a later step failed."""

    def __init__(self, message: str, *, fix: str = "", threads: tuple[Ref, ...] = ()) -> None:
        super().__init__(message, fix=fix)
        self.threads = threads


class LedgerError(CockpitError):
    pass
