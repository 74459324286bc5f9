"""The projects panel: All, every project, every team, each with its most urgent mark and its number of threads.

The order changes only when a project begins or ceases to need a person, so that it can be learned."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from cockpit.core.merge import attention
from cockpit.model.fleet import GROUP_OF, Fleet, Group
from cockpit.model.ids import Ref
from cockpit.model.immutable import immutable
from cockpit.model.work import Thread
from cockpit.ui.present.filter import on_shelf
from cockpit.ui.present.glyphs import mark
from cockpit.ui.present.lines import BLANK, Line, Span
from cockpit.ui.present.rows import Row, TextRow
from cockpit.ui.present.thread_rows import in_order, project_title


@immutable
class Place:
    """What one row of the panel narrows the list to: everything, a project (None: threads without one) or a team."""

    kind: str = "all"
    ref: Ref | None = None


ALL = Place()


def scope(place: Place, fleet: Fleet) -> Callable[[Thread], bool] | None:
    """Which threads belong there; None for all of them."""
    match place.kind:
        case "project":
            return lambda thread: fleet.home(thread) == place.ref
        case "team":
            team = fleet.teams.get(place.ref) if place.ref else None
            members = {member.thread for member in team.members} if team else set()
            title = team.title if team else ""
            return lambda thread: thread.ref in members or (title != "" and thread.team == title)
    return None


def place_title(place: Place, fleet: Fleet) -> str:
    match place.kind:
        case "project":
            return project_title(place.ref, fleet)
        case "team":
            team = fleet.teams.get(place.ref) if place.ref else None
            return team.title if team else ""
    return "All"


def project_rows(fleet: Fleet, now: datetime) -> list[Row]:
    shown = [thread for thread in in_order(fleet) if not on_shelf(thread, now)]
    found = _by_home(shown, fleet)
    homeless = found.pop(None, None)
    ranked = sorted(found.items(), key=lambda item: (item[1].rank, project_title(item[0], fleet).casefold(), item[0]))
    titles = [project_title(ref, fleet) for ref, _ in ranked]
    rows: list[Row] = [_row(ALL, "All", _Found(len(shown)), bold=True)]
    for place, ((ref, threads), title) in enumerate(zip(ranked, titles, strict=True)):
        source = ref.source if ref and titles.count(title) > 1 else ""
        rows.append(_row(Place("project", ref), title, threads, gap=place == 0, source=source))
    if homeless:
        rows.append(_row(Place("project"), "no project", homeless, gap=not ranked))
    if fleet.teams:
        rows.append(TextRow(("heading", "teams"), (BLANK, Line((Span("Teams", "dim", bold=True),)))))
    for ref, team in sorted(fleet.teams.items(), key=lambda item: (item[1].title.casefold(), item[0])):
        members = list(filter(scope(Place("team", ref), fleet), shown))
        rows.append(_row(Place("team", ref), team.title, _Found(len(members), next(iter(members), None))))
    return rows


@immutable
class _Found:
    """How many threads a place has, and the most urgent of them."""

    count: int = 0
    first: Thread | None = None

    @property
    def rank(self) -> int:
        """What needs a person first, then what is broken; whether something runs does not move a project."""
        group = GROUP_OF[self.first.status] if self.first else Group.QUIET
        return {Group.NEEDS_YOU: 0, Group.BROKEN: 1}.get(group, 2)


def _by_home(threads: Sequence[Thread], fleet: Fleet) -> dict[Ref | None, _Found]:
    """What each place has. By project first: of those there are few, and of threads in order of attention thousands."""
    counts = Counter(thread.project for thread in threads)
    first = {thread.project: thread for thread in reversed(threads)}
    found: dict[Ref | None, _Found] = {ref: _Found() for ref in fleet.projects if ref not in fleet.same_places}
    for project, count in counts.items():
        home = fleet.home(first[project])
        known = found.get(home, _Found())
        most_urgent = min(first[project], known.first or first[project], key=attention)
        found[home] = _Found(known.count + count, most_urgent)
    return found


def _row(
    place: Place, title: str, found: _Found, *, bold: bool = False, gap: bool = False, source: str = ""
) -> TextRow:
    glyph, role = " ", "dim"
    if found.first and GROUP_OF[found.first.status] is not Group.QUIET:
        glyph, _, role = mark(found.first)
    line = Line(
        (Span(title, bold=bold),),
        (Span(glyph, role, bold=True), Span(f" {found.count or '':>4}", "dim")),
        (Span(f"  {source}", "dim"),) if source else (),
    )
    return TextRow(place, (BLANK, line) if gap else (line,), selectable=True)
