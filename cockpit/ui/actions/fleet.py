"""What can be done to the fleet as a whole, and the ways between the screens."""

import os
from collections.abc import Collection

from cockpit.core.commands import HoldFleet, ReleaseFleet, Resume
from cockpit.core.find import restorable
from cockpit.core.ports import CanArchive, CanSearch
from cockpit.core.why_not import why_not
from cockpit.model.ids import Ref
from cockpit.ui.actions.action import Action, At, Desk, goto, on_screen


async def _hold(desk: Desk, at: At) -> None:
    if at.fleet.hold:
        await desk.act(ReleaseFleet())
        return
    reason = await desk.prompt(
        "Hold the fleet", hint="why (may stay empty): nothing new starts, what runs goes on", empty=True
    )
    if reason is not None:
        await desk.act(HoldFleet(reason))


def _holdable(at: At) -> str | None:
    return why_not(ReleaseFleet() if at.fleet.hold else HoldFleet(), at.fleet)


def _dispatchable(at: At) -> str | None:
    """Whether a source can start one, the form says: it may be read while the person writes, and what they type must
    never reach the list instead."""
    if at.fleet.hold:
        return f"the fleet is on hold by {at.fleet.hold.by}; release it first"
    return None


async def _dispatch(desk: Desk, at: At) -> None:
    from cockpit.ui.present.dispatch_options import Remembered
    from cockpit.ui.screens.dispatch import DispatchScreen

    last = desk.kept.setdefault("fleet.dispatch", Remembered())
    form = DispatchScreen(lambda: desk.fleet, at.thread, send=desk.send, last=last, here=os.getcwd())
    thread = await desk.show(form)
    if thread is not None:
        desk.goto("fleet", thread)


def _restorable(at: At) -> str | None:
    if at.fleet.hold:
        return f"the fleet is on hold by {at.fleet.hold.by}; release it first"
    return None if restorable(at.fleet, everyone=True) else "no worker that ended can be brought back"


async def _restore(desk: Desk, at: At) -> None:
    from cockpit.ui.screens.restore import RestoreScreen

    chosen = await desk.show(RestoreScreen(restorable(at.fleet, everyone=True), at.fleet))
    if not chosen:
        return
    if len(chosen) > 1:
        desk.tell(f"Bringing back {len(chosen)} workers, one after the other…", kind="Resume")
    for ref in chosen:
        await desk.act(Resume(ref))


async def _search(desk: Desk, at: At) -> None:
    from cockpit.ui.screens.search import SearchScreen

    able = desk.able(CanSearch)
    searches = {name: source.search for name, source in able.items()}
    thread = await desk.show(SearchScreen(at.fleet, searches, _others(at, able)))
    if thread is not None:
        desk.goto("fleet", thread)


async def _archived(desk: Desk, at: At) -> None:
    from cockpit.ui.screens.archived import ArchivedScreen

    able = desk.able(CanArchive)
    reads = {name: source.archived for name, source in able.items()}
    thread = await desk.show(ArchivedScreen(at.fleet, reads, _others(at, able), act=desk.act))
    if thread is not None:
        desk.goto("fleet", thread)


def _others(at: At, able: Collection[str]) -> list[str]:
    """The sources that are there and have not got the capability."""
    return [state.name for state in at.fleet.sources.values() if state.name not in able and state.read_at]


async def _palette(desk: Desk, at: At) -> None:
    from cockpit.ui.screens.palette import PaletteScreen

    match await desk.show(PaletteScreen(at, desk.keys)):
        case Ref() as thread:
            desk.goto("fleet", thread)
        case str() as action:
            await desk.perform(action)


async def _quit(desk: Desk, at: At) -> None:
    desk.leave()


ACTIONS = (
    Action(
        "fleet.dispatch", "d", "dispatch", "Start a new thread", "Fleet",
        _dispatch, _dispatchable, frozenset({"fleet", "inbox"}), footer=5,
    ),
    Action(
        "fleet.hold", "F", "hold", "Start nothing new anywhere; again to release", "Fleet",
        _hold, _holdable, once=True,
    ),
    Action(
        "fleet.filter", "slash", "filter", "Show only some: needs:me status:working project:web text", "Fleet",
        on_screen("filter"), screens=frozenset({"fleet"}), footer=10,
    ),
    Action(
        "fleet.restore", "B", "bring back…", "Start workers again that ended: all that nobody ended, or chosen ones",
        "Fleet", _restore, _restorable, once=True,
    ),
    Action("fleet.search", "g", "search", "Find a thread by what was said in it", "Fleet", _search),
    Action("fleet.archived", "Y", "archived", "Threads that were put away", "Fleet", _archived),
    Action("go.fleet", "f2", "fleet", "Projects, threads, conversation", "Screens", goto("fleet")),
    Action("go.inbox", "i,f4", "inbox", "Everything that waits for you", "Screens", goto("inbox"), footer=9),
    Action("go.status", "f7,ctrl+s", "status", "Usage, cost and the health of the sources", "Screens", goto("status")),
    Action("go.settings", "f9,ctrl+e", "settings", "Change the configuration", "Screens", goto("settings")),
    Action("go.help", "question_mark,f1", "help", "All keys", "Screens", goto("help"), footer=11),
    Action("go.palette", "colon,ctrl+p", "palette", "Every action by name", "Screens", _palette),
    Action("app.quit", "q,ctrl+q", "quit", "Leave; nothing is stopped", "Screens", _quit),
)  # fmt: skip
