"""Which panes are no rows: rules a person wrote, the first that matches decides; without one, what plainly is no agent.


A rule hides a row and nothing else: the pane itself is never touched."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from cockpit.config.pane_rule import PaneRule
from cockpit.model.immutable import immutable
from cockpit.runtimes.tmux.panes import Pane
from cockpit.runtimes.tmux.processes import SHELLS


@immutable
class Verdict:
    """`reason` says which rule, and what it found; empty when nothing spoke."""

    hidden: bool
    reason: str = ""


_TOOLS = frozenset({
    "vi", "vim", "nvim", "view", "vimdiff", "nano", "micro", "emacs", "hx", "kak", "less", "more", "most", "man",
    "info", "top", "htop", "btop", "atop", "watch", "tail", "tig", "lazygit", "gitui", "mc", "ranger", "nnn", "k9s",
})  # fmt: skip
"""Editors, pagers and monitors: nobody lets them work alone."""


def judge(
    pane: Pane, rules: Sequence[PaneRule], own: str = "", *, agent: str = "", prompt: bool = True,
) -> Verdict:  # fmt: skip
    """`own` is the pane that this cockpit runs in: it would watch itself. `agent` runs in the pane. `prompt` says that
    a shell in front waits there, rather than runs a script."""
    if own and pane.id == own:
        return Verdict(True, "this cockpit runs in it")
    for rule in rules:
        if matches(rule, pane):
            found = _value(pane, rule.field)
            return Verdict(rule.hide, f"the rule “{rule}” matches its {rule.field} “{found}”")
    deliberate = (pane.start and not _bare_shell(pane.start)) or (pane.named and not pane.split)
    if agent or pane.dead or deliberate:
        return Verdict(False)
    if pane.command in SHELLS and prompt:
        return Verdict(True, f"{pane.command} waits in a window that nobody named")
    if pane.command in _TOOLS:
        return Verdict(True, f"{pane.command} is no agent, and nobody named its window")
    return Verdict(False)


def _bare_shell(start: str) -> bool:
    """Whether a pane was started with no more than a shell, as a `default-command` does."""
    words = start.removeprefix("exec ").split()
    if not words or words[0].rpartition("/")[2] not in SHELLS:
        return False
    return all(word.startswith("-") and word != "-c" for word in words[1:])


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
