"""A rule on which tmux panes are rows, as it is written in the configuration. It looks at no pane itself."""

from typing import Self

from cockpit.model.immutable import immutable

FIELDS = ("command", "start", "title", "path", "session", "window")


@immutable
class PaneRule:
    """`hide command=htop`: `field` is one of `FIELDS`, `pattern` a glob (`*`, `?`, `[…]`), case matters."""

    hide: bool
    field: str
    pattern: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError with a sentence for the person."""
        verb, _, rest = text.strip().partition(" ")
        field, equals, pattern = rest.strip().partition("=")
        if verb not in ("hide", "show") or not equals or not pattern.strip():
            raise ValueError(f"{text!r:.60} is no rule; write it like: hide command=htop")
        if field.strip() not in FIELDS:
            raise ValueError(f"{field.strip()!r:.60} is nothing a rule can look at; there are {', '.join(FIELDS)}")
        return cls(verb == "hide", field.strip(), pattern.strip())

    def __str__(self) -> str:
        return f"{'hide' if self.hide else 'show'} {self.field}={self.pattern}"
