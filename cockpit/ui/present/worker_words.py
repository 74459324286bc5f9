"""The words for a worker in a terminal: its program, where it is, and what goes when it is stopped or closed.

Pure; every question names its target."""

from collections.abc import Collection, Sequence
from datetime import datetime

from cockpit.model.fleet import Fleet
from cockpit.model.ids import Ref
from cockpit.model.work import Thread
from cockpit.ui.present.ages import age
from cockpit.ui.present.doing import doing, harness_title
from cockpit.ui.present.lines import BLANK, Line, Span
from cockpit.ui.present.rows import Row, TextRow


def stopping(thread: Thread, fleet: Fleet) -> str:
    """The question before its session is ended."""
    if not thread.terminal:
        return f"Stop the session of “{thread.title}”?"
    runs = f": {said}" if (said := doing(thread, fleet)) else ""
    then = " It can be brought back." if thread.harness else " What is not saved there is lost."
    return f"Stop “{thread.title}”? Its {_pane(thread)} closes and ends what runs there{runs}.{then}"


def closing(thread: Thread) -> str:
    """The question before it is closed."""
    ends = f"Its {_pane(thread)} closes" if thread.terminal else "It cannot be brought back then"
    away = f", and its worktree {thread.worktree} is removed" if thread.worktree else ""
    stays = f" The branch {thread.branch} stays." if thread.branch else ""
    return f"Close “{thread.title}”? {ends}{away}.{stays}"


def _pane(thread: Thread) -> str:
    pane = next((key.rpartition("/")[2] for key in sorted(thread.joins) if key.startswith("pane:")), "")
    return f"pane {pane}" if pane else "terminal"


def restore_rows(threads: Sequence[Thread], chosen: Collection[Ref], fleet: Fleet, now: datetime) -> list[Row]:
    """The list to choose from: those that nobody ended, then those that ended as they should."""
    rows: list[Row] = []
    for heading, lost in (("ENDED BY NOBODY", True), ("ENDED ON PURPOSE", False)):
        found = [thread for thread in threads if thread.lost is lost]
        if not found:
            continue
        title = Line((Span(heading, "dim", bold=True), Span(f" {len(found)}", "dim")))
        rows.append(TextRow(heading, (BLANK, title) if rows else (title,)))
        rows += [TextRow(each.ref, (_restorable(each, each.ref in chosen, fleet, now),), True) for each in found]
    return rows


def _restorable(thread: Thread, chosen: bool, fleet: Fleet, now: datetime) -> Line:
    mark = Span("[x] ", "you", bold=True) if chosen else Span("[ ] ", "dim")
    program = " · ".join(part for part in (harness_title(thread, fleet), thread.branch or "") if part)
    return Line(
        (mark, Span(thread.title)), (Span(f"{age(thread.since, now):>4}", "dim"),), (Span(f"  {program}", "dim"),)
    )


def lost_words(count: int, key: str) -> str:
    """What is told once when workers are found that ended although nobody ended them."""
    who = "One worker has" if count == 1 else f"{count} workers have"
    how = f"; {key} brings {'it' if count == 1 else 'them'} back" if key else ""
    return f"{who} ended although nobody ended {'it' if count == 1 else 'them'}{how}."
