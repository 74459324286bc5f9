"""The reader for what a thread, or one of its turns, changed. It only reads."""

from cockpit.core.ports import CanDiff
from cockpit.model.ids import Ref
from cockpit.ui.actions import Desk
from cockpit.ui.present import pages
from cockpit.ui.screens.reader import ReaderScreen


def diff_reader(desk: Desk, thread: Ref, count: int | None) -> ReaderScreen:
    """Checkpoint `count`, or everything since the thread began (None)."""

    async def load() -> pages.Draw:
        text = await desk.port(thread.source, CanDiff).diff(thread, count)
        return pages.diff(text) if text.strip() else pages.text("Nothing was changed.", "dim")

    return ReaderScreen("What this thread changed" if count is None else f"What turn {count} changed", load=load)
