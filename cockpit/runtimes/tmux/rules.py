"""Which panes are no rows: rules a person wrote, the first that matches decides, and every verdict has its reason.

A rule hides a row and nothing else: the pane itself is never touched."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Self

from cockpit.runtimes.tmux.panes import Pane

FIELDS = ("command", "start", "title", "path", "session", "window")


@dataclass(frozen=True, slots=True)
class Rule:
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
            raise ValueError(f"{text!r} is no rule; write it like: hide command=htop")
        if field.strip() not in FIELDS:
            raise ValueError(f"{field.strip()!r} is nothing a rule can look at; there are {', '.join(FIELDS)}")
        return cls(verb == "hide", field.strip(), pattern.strip())

    def __str__(self) -> str:
        return f"{'hide' if self.hide else 'show'} {self.field}={self.pattern}"

    def matches(self, pane: Pane) -> bool:
        pattern = self.pattern
        if self.field == "path" and pattern.startswith("~"):
            pattern = str(Path(pattern).expanduser())
        return fnmatchcase(_value(pane, self.field), pattern)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reason` says which rule, and what it found; empty when no rule spoke."""

    hidden: bool
    reason: str = ""


def judge(pane: Pane, rules: Sequence[Rule], own: str = "") -> Verdict:
    """`own` is the pane that this cockpit runs in: it would watch itself."""
    if own and pane.id == own:
        return Verdict(True, "this cockpit runs in it")
    for rule in rules:
        if rule.matches(pane):
            found = _value(pane, rule.field)
            return Verdict(rule.hide, f"the rule “{rule}” matches its {rule.field} “{found}”")
    return Verdict(False)


def _value(pane: Pane, field: str) -> str:
    match field:
        case "command":
            return pane.command
        case "start":
            return pane.start
        case "title":
            return pane.title
        case "path":
            return pane.path
        case "session":
            return pane.session_name
    return pane.window_name
