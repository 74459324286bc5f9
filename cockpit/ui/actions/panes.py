"""Live terminals: the way to them, which are shown, and what is done there. Typing into one is no action.

What the screen of terminals alone does has its keys there, and they act at once: the next key may be a program's."""

from cockpit.core.why_not import cannot
from cockpit.model.work import Capability
from cockpit.ui.actions.action import Action, At, Desk, Reason, a_thread, always, goto, on_screen

_HERE = frozenset({"panes"})


def _terminal(at: At) -> str | None:
    return cannot(at.fleet.shown_at(at.thread), Capability.ATTACH) if at.thread else "no thread is selected"


async def _attach(desk: Desk, at: At) -> None:
    if at.thread:
        await desk.attach(at.fleet.shown_at(at.thread).ref)


async def _pin(desk: Desk, at: At) -> None:
    if at.thread is None:
        return
    ref, pins = at.thread.ref, desk.pins
    if ref in pins:
        desk.pin(tuple(each for each in pins if each != ref))
        desk.tell(f"“{at.thread.title}” is no longer pinned.", kind="pin")
    else:
        desk.pin((*pins, ref))
        desk.tell(f"Pinned “{at.thread.title}”: the panes show only what is pinned.", kind="pin")


def _pinnable(at: At) -> str | None:
    if at.thread is None:
        return "no thread is selected"
    return None if at.thread.terminal else cannot(at.thread, Capability.ATTACH) or "it has no terminal now"


def _here(
    name: str, keys: str, label: str, tooltip: str, local: str, *, footer: int = 0, reason: Reason = a_thread
) -> Action:
    run = on_screen(local)
    return Action(f"panes.{name}", keys, label, tooltip, "Panes", run, reason, _HERE, footer=footer, local=local)


ACTIONS = (
    Action("go.panes", "f3", "panes", "Live terminals, side by side", "Screens", goto("panes")),
    Action(
        "thread.attach", "o", "full screen", "Its terminal in full, until you detach", "Thread",
        _attach, _terminal, frozenset({"fleet", "inbox", "panes", "team"}), footer=9, once=True,
    ),
    Action(
        "thread.pin", "p", "pin", "Show it on the panes, and there only what is pinned; again to unpin", "Thread",
        _pin, _pinnable, frozenset({"fleet", "panes"}), once=True,
    ),
    _here("drive", "enter", "drive", "Type into the chosen terminal; the leader leaves it", "drive", footer=1),
    _here("leader", "ctrl+g", "leave", "Leave the driven terminal, however often pressed", "leader", reason=always),
    _here("literal", "G", "send the leader", "Drive it again, and begin with the leader key itself", "literal"),
    _here("zoom", "z", "zoom", "The chosen terminal alone; again for all", "zoom", footer=2),
    _here("search", "slash", "search", "Find text in the terminal and its scrollback", "search", footer=3),
    _here("copy", "y", "copy", "Copy what is selected, or what the terminal shows", "copy", footer=4),
    _here("next", "tab", "next pane", "Choose the next terminal", "focus_step(1)"),
    _here("previous", "shift+tab", "pane before", "Choose the terminal before", "focus_step(-1)"),
    *(
        _here(f"focus-{n}", f"{n},alt+{n},ctrl+{n}", f"pane {n}", f"Choose terminal {n}", f"focus_number({n})")
        for n in range(1, 10)
    ),
)  # fmt: skip
