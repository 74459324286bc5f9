"""A screen to read something long on: a plan, a diff, why a status is what it is, an error in full.

It changes nothing but one thing: the plan that it shows in full can be implemented from it."""

from collections.abc import Awaitable, Callable, Sequence
from time import monotonic
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from cockpit.core.commands import ImplementPlan
from cockpit.model.asks import Ask, AskKind
from cockpit.model.errors import CockpitError
from cockpit.ui.held import Held
from cockpit.ui.messages import Act
from cockpit.ui.present import pages
from cockpit.ui.present.lines import Line
from cockpit.ui.present.pages import Draw
from cockpit.ui.screens.modal import Modal
from cockpit.ui.widgets.fields import LineField
from cockpit.ui.widgets.page_view import PageView

Load = Callable[[], Awaitable[Draw]]
"""Reads what is to be shown; raises CockpitError."""


class ReaderScreen(Modal[None]):
    """Shows `content`: Markdown, lines, or something that draws itself; with `load` it is read first. `plan` is the
    open ask that the text belongs to, if it can be implemented from here."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("q", "leave", show=False),
        Binding("slash", "search", show=False),
        Binding("n", "next(1)", show=False),
        Binding("N", "next(-1)", show=False),
        Binding("p", "next(-1)", show=False),
        Binding("right_square_bracket", "part(1)", show=False),
        Binding("left_square_bracket", "part(-1)", show=False),
        Binding("a", "implement", show=False),
    ]
    DEFAULT_CSS = """
    ReaderScreen { align: center middle; background: $ground; }
    ReaderScreen > Vertical {
        width: 100%; max-width: 132; height: 100%; padding: 0 1;
        border: round $border-focus; background: $ground; color: $text;
        border-title-color: $text; border-title-style: bold; border-subtitle-color: $text-dim;
    }
    ReaderScreen .said { height: auto; color: $text-dim; display: none; }
    ReaderScreen .said.-told { display: block; }
    ReaderScreen .said.-failed { color: $failed; }
    ReaderScreen LineField { display: none; }
    ReaderScreen LineField.-open { display: block; }
    """

    def __init__(
        self, title: str, content: str | Sequence[Line] | Draw = "", *, load: Load | None = None,
        plan: Ask | None = None, clock: Callable[[], float] = monotonic,
    ) -> None:  # fmt: skip
        super().__init__()
        self._title = title
        self._draw = _drawn(content)
        self._load = load
        self._plan = plan if plan and plan.kind is AskKind.PLAN else None
        self._clock = clock
        self._held = Held()
        self._shown_at: float | None = None

    def compose(self) -> ComposeResult:
        box = Vertical()
        box.border_title = Content(self._title)
        with box:
            yield Static(classes="said", markup=False)
            yield PageView()
            yield LineField(placeholder="search for…")

    def on_mount(self) -> None:
        self.query_one(PageView).focus()
        if self._load is None:
            self._show(self._draw)
        else:
            self._say("reading…")
            self.run_worker(self._read(self._load))

    async def _read(self, load: Load) -> None:
        try:
            draw = await load()
        except CockpitError as error:
            self._say(f"It could not be read: {error}", failed=True)
        else:
            self._say("")
            self._show(draw)

    def _show(self, draw: Draw) -> None:
        self.query_one(PageView).show(draw)
        self.call_after_refresh(self._shown)

    def _shown(self) -> None:
        """Now it can be read; a key that brought it here may still be down."""
        self._shown_at = self._clock()
        self._held.press("a", self._shown_at)
        self._tell_keys()

    def _say(self, words: str, *, failed: bool = False) -> None:
        said = self.query_one(".said", Static)
        said.update(words)
        said.set_class(bool(words), "-told")
        said.set_class(failed, "-failed")
        self._tell_keys()

    @on(PageView.Scrolled)
    def _tell_keys(self) -> None:
        view = self.query_one(PageView)
        place, count = view.found
        words = [
            "a implements it" if self._plan and self._shown_at is not None else "",
            f"“{view.words}” {place}/{count}  n N" if view.words else "/ search",
            f"file {max(view.part, 1)}/{len(view.marks)}  [ ]" if len(view.marks) > 1 else "",
            f"{view.share} %",
            "q closes",
        ]
        self.query_one(Vertical).border_subtitle = Content(" · ".join(word for word in words if word))

    def action_leave(self) -> None:
        """Out of the search, then out of the reader."""
        field = self.query_one(LineField)
        view = self.query_one(PageView)
        if field.has_class("-open"):
            self._close_search()
        elif view.words:
            view.find("")
            self._tell_keys()
        else:
            self.give(None)

    def action_search(self) -> None:
        field = self.query_one(LineField)
        field.add_class("-open")
        field.value = self.query_one(PageView).words
        field.focus()

    def _close_search(self) -> None:
        self.query_one(LineField).remove_class("-open")
        self.query_one(PageView).focus()

    @on(Input.Submitted)
    def _search_for(self, event: Input.Submitted) -> None:
        event.stop()
        self._close_search()
        self.query_one(PageView).find(event.value.strip())
        self._tell_keys()

    def action_next(self, step: int) -> None:
        """The next match while something is searched for, else the next file."""
        view = self.query_one(PageView)
        if view.words:
            view.step_match(step)
        else:
            view.step_part(step)

    def action_part(self, step: int) -> None:
        self.query_one(PageView).step_part(step)

    def action_implement(self) -> None:
        """Only what has been on the screen, and not by a key that was down before."""
        if self._plan is None or not self._held.allows("a", self._clock(), self._shown_at):
            return
        self.post_message(Act(ImplementPlan(self._plan.thread, self._plan.id)))
        self.give(None)


def _drawn(content: str | Sequence[Line] | Draw) -> Draw:
    if isinstance(content, str):
        return pages.markdown(content)
    return content if callable(content) else pages.lines(content)
