"""The middle panel: threads in order of attention, narrowed by a project and by what is typed behind `/`.

It selects and filters; what is done with a thread is decided elsewhere."""

from collections.abc import Mapping
from time import monotonic
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input

from cockpit.model.fleet import Fleet
from cockpit.model.ids import Ref
from cockpit.ui.clock import now_of
from cockpit.ui.present.filter import Filter, parse
from cockpit.ui.present.project_rows import ALL, Place, place_title, scope
from cockpit.ui.present.rows import ThreadRow
from cockpit.ui.present.thread_rows import View, renamed, thread_rows
from cockpit.ui.widgets.border_words import entitle
from cockpit.ui.widgets.fields import LineField
from cockpit.ui.widgets.row_list import RowList


class FilterLine(LineField):
    """Where a filter is typed. Esc clears it and leaves; Enter and the arrows keep it and leave."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "done(False)", show=False),
        Binding("enter,up,down", "done(True)", show=False),
    ]
    DEFAULT_CSS = """
    FilterLine, FilterLine.-textual-compact { display: none; }
    FilterLine.-open { display: block; }
    """

    class Done(Message):
        """The person is through with typing; `keep` what was typed, or clear it."""

        def __init__(self, keep: bool) -> None:
            super().__init__()
            self.keep = keep

    def action_done(self, keep: bool) -> None:
        self.post_message(self.Done(keep))


class ThreadList(Vertical):
    """`selected` is always the row that is selected now, before any message about it has arrived."""

    DEFAULT_CSS = """
    ThreadList {
        border: round $border-dim;
        border-title-color: $text-dim;
        border-subtitle-color: $text-dim;
        padding: 0 0 0 1;
        &:focus-within { border: round $border-focus; border-title-color: $text; }
        &.-trouble { border-subtitle-color: $failed; }
    }
    """

    fleet: reactive[Fleet] = reactive(Fleet, repaint=False)
    place: reactive[Place] = reactive(ALL, repaint=False)
    filter: reactive[str] = reactive("", repaint=False)
    by_project: reactive[bool] = reactive(False, repaint=False)
    badges: reactive[bool] = reactive(False, repaint=False)
    keys: reactive[Mapping[str, str]] = reactive(dict, repaint=False)

    class Chosen(Message):
        """Another thread is selected, or none; not `by_person` when the old one left the list."""

        def __init__(self, thread_list: "ThreadList", thread: Ref | None, by_person: bool) -> None:
            super().__init__()
            self.thread_list = thread_list
            self.thread = thread
            self.by_person = by_person

        @property
        def control(self) -> Widget:
            return self.thread_list

    class Opened(Message):
        def __init__(self, thread_list: "ThreadList", thread: Ref) -> None:
            super().__init__()
            self.thread_list = thread_list
            self.thread = thread

        @property
        def control(self) -> Widget:
            return self.thread_list

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows = RowList()
        self._rows.follows_top = True
        self._line = FilterLine(placeholder="needs:me  status:working  project:web  is:stale  words")
        self._parsed = Filter()
        self.slid_at = float("-inf")
        """Monotonic time when the selection last passed to another thread because the fleet changed."""

    def compose(self) -> ComposeResult:
        yield self._rows
        yield self._line

    def on_mount(self) -> None:
        self._show()

    @property
    def rows(self) -> RowList:
        return self._rows

    @property
    def selected(self) -> Ref | None:
        return self._rows.selected if isinstance(self._rows.selected, Ref) else None

    @property
    def needing(self) -> list[Ref]:
        """The threads in the list that need a person, in its order."""
        return [row.id for row in self._rows.rows if isinstance(row, ThreadRow) and row.thread.status.needs_you]

    def select(self, thread: Ref, *, by_person: bool = False) -> bool:
        """Select it; a thread that is not in the list yet is selected when it comes."""
        return self._rows.select(thread, by_person=by_person, later=True)

    def settle(self) -> None:
        """The person has begun to do something: from now on the selection stays on its thread."""
        self._rows.follows_top = False

    def open_filter(self) -> None:
        self._line.add_class("-open")
        self._line.value = self.filter
        self._line.focus()

    def clear_filter(self) -> None:
        self._line.value = ""
        self.filter = ""

    # What is shown

    def _show(self) -> None:
        if not self.is_mounted:
            return
        width = max(self._rows.size.width - 1, 0)
        view = View(self._parsed, scope(self.place, self.fleet), self.by_project, self.badges, self.keys, width or 80)
        self._rows.rows = thread_rows(self.fleet, view, now_of(self))
        place = place_title(self.place, self.fleet)
        entitle(self, title="Threads" if self.place == ALL else f"Threads · {place}", below=self._below())

    def _below(self) -> str:
        self.set_class(bool(self._parsed.problems), "-trouble")
        if self._parsed.problems:
            return self._parsed.problems[0]
        if self.filter.strip():
            shown = sum(isinstance(row, ThreadRow) for row in self._rows.rows)
            return f"/ {self.filter.strip()} · {shown:,} of {len(self.fleet.threads):,}"
        return "by project" if self.by_project else "by attention"

    def on_resize(self) -> None:
        """The words of an empty list are wrapped anew."""
        self.call_after_refresh(self._show)

    def watch_fleet(self, old: Fleet, fleet: Fleet) -> None:
        if self.selected is not None and (name := renamed(self.selected, old, fleet)):
            self._rows.rename(self.selected, name)
        before = self._rows.selected
        self._show()
        if before is not None and self._rows.selected != before:
            self.slid_at = monotonic()

    def watch_place(self) -> None:
        self._show()

    def watch_by_project(self) -> None:
        self._show()

    def watch_badges(self) -> None:
        self._show()

    def watch_keys(self) -> None:
        self._show()

    def watch_filter(self, text: str) -> None:
        self._parsed = parse(text)
        self._show()

    # Messages

    @on(Input.Changed)
    def _typed(self, message: Input.Changed) -> None:
        message.stop()
        if self._line.has_class("-open"):
            self.filter = message.value

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        message.stop()

    @on(FilterLine.Done)
    def _done(self, message: FilterLine.Done) -> None:
        message.stop()
        self._rows.focus()
        self._line.remove_class("-open")
        if not message.keep:
            self.clear_filter()

    @on(RowList.Highlighted)
    def _highlighted(self, message: RowList.Highlighted) -> None:
        message.stop()
        self.post_message(self.Chosen(self, self.selected, message.by_person))

    @on(RowList.Opened)
    def _opened(self, message: RowList.Opened) -> None:
        message.stop()
        if isinstance(message.id, Ref):
            self.post_message(self.Opened(self, message.id))
