"""What the border of a conversation says about its thread: modes, model, place, how full it is, what it cost.

Pure. A figure that nobody reported is left out, never shown as zero."""

from collections.abc import Mapping

from cockpit.model.talk import Talk
from cockpit.model.work import Thread
from cockpit.ui.present.cells import cells
from cockpit.ui.present.numbers import money, percent

_MODES = {
    "approval-required": "supervised",
    "auto-accept-edits": "edits accepted",
    "auto": "auto",
    "full-access": "full access",
    "default": "",
}
_AGENTS = (("claude", "Claude"), ("codex", "Codex"), ("gpt", "Codex"), ("cursor", "Cursor"), ("gemini", "Gemini"))


def thread_facts(thread: Thread, talk: Talk | None, width: int = 1_000) -> str:
    """`supervised · sonnet-4-5 · auth-flake · 61 % · $0.84`, the program of a terminal before it. Where that is wider
    than `width` cells, whole facts are left out: first the program and the model, then the place, then the modes."""
    context = (talk.context if talk else None) or thread.context
    modes = [
        _MODES.get(thread.runtime_mode or "", thread.runtime_mode or ""),
        "plan mode" if thread.interaction_mode == "plan" else "",
    ]
    model = thread.model.model.removeprefix("claude-") if thread.model else ""
    place = thread.branch or (thread.worktree or "").rstrip("/").rpartition("/")[2]
    figures = [percent(context.percent) if context else "", money(thread.usage.cost) if thread.usage else ""]
    harness = thread.harness or ""
    for parts in (
        [harness, *modes, model, place, *figures],
        [*modes, place, *figures],
        [*modes, *figures],
        figures,
    ):
        facts = " · ".join(part for part in parts if part)
        if cells(facts) <= width:
            return facts
    return ""


def pane_keys(keys: Mapping[str, str]) -> list[tuple[str, str]]:
    """What can be done with a terminal that is only looked at: keys and what they do."""
    ways = [("thread.pin", "pins it to the panes"), ("thread.attach", "in full")]
    return [(keys[action], words) for action, words in ways if action in keys]


def agent_of(thread: Thread | None) -> str:
    """Who speaks in the conversation, as far as its provider or its model says."""
    if thread is None:
        return "Agent"
    choice = thread.model
    told = f"{thread.harness or ''} {choice.instance if choice else ''} {choice.model if choice else ''}".lower()
    return next((name for word, name in _AGENTS if word in told), "Agent")
