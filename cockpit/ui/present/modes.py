"""The words for what an agent may do unasked and for how it begins. One list, for the form and for the flows."""

from collections.abc import Collection

RUNTIME_MODES = (
    ("approval-required", "Supervised: asks before commands and edits"),
    ("auto-accept-edits", "Auto-accept edits: asks before commands"),
    ("auto", "Auto: the provider decides what to ask"),
    ("full-access", "Full access: never asks"),
)
_OWN_MODES = {
    "default": "asks before edits and commands",
    "acceptEdits": "asks before commands",
    "plan": "reads and proposes, changes nothing",
    "dontAsk": "asks nothing; what is not allowed beforehand is refused",
    "bypassPermissions": "never asks",
    "untrusted": "asks before all but harmless commands",
    "on-request": "asks when it wants more than its sandbox gives",
    "never": "never asks",
    "auto_edit": "asks before commands",
    "yolo": "never asks",
}
"""What the programs' own words mean (Claude Code, Codex, Gemini CLI)."""
INTERACTION_MODES = (("default", "Default: works at once"), ("plan", "Plan: proposes a plan first"))


def runtime_modes(known: Collection[str]) -> list[tuple[str, str]]:
    """The modes to offer: those that the source names, also ones that nobody has words for; all when it names none."""
    if not known:
        return list(RUNTIME_MODES)
    words = dict(RUNTIME_MODES)
    ordered = [mode for mode, _ in RUNTIME_MODES if mode in known] + [mode for mode in known if mode not in words]
    return [(mode, words.get(mode, mode)) for mode in ordered]


def own_modes(known: Collection[str]) -> list[tuple[str, str]]:
    """A program's modes by its own words, in its order: the first is its default."""
    words = dict(RUNTIME_MODES)
    return [(mode, f"{mode}: {_OWN_MODES[mode]}" if mode in _OWN_MODES else words.get(mode, mode)) for mode in known]
