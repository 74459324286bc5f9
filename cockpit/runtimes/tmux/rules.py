"""Which panes are no rows: rules a person wrote, the first that matches decides, and every verdict has its reason.

A rule hides a row and nothing else: the pane itself is never touched."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from cockpit.config.pane_rule import PaneRule
from cockpit.runtimes.tmux.panes import Pane


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reason` says which rule, and what it found; empty when no rule spoke."""

    hidden: bool
    reason: str = ""


def judge(pane: Pane, rules: Sequence[PaneRule], own: str = "") -> Verdict:
    """`own` is the pane that this cockpit runs in: it would watch itself."""
    if own and pane.id == own:
        return Verdict(True, "this cockpit runs in it")
    for rule in rules:
        if matches(rule, pane):
            found = _value(pane, rule.field)
            return Verdict(rule.hide, f"the rule “{rule}” matches its {rule.field} “{found}”")
    return Verdict(False)


def matches(rule: PaneRule, pane: Pane) -> bool:
    pattern = rule.pattern
    if rule.field == "path" and pattern.startswith("~"):
        pattern = str(Path(pattern).expanduser())
    return fnmatchcase(_value(pane, rule.field), pattern)


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
