"""The left panel: All, the projects and the teams. The selected one narrows the list of threads."""

from rich.style import Style
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from cockpit.model.fleet import Fleet
from cockpit.ui.clock import now_of
from cockpit.ui.present.project_rows import ALL, Place, project_rows
from cockpit.ui.present.rows import Row
from cockpit.ui.widgets.row_list import RowList


class ProjectList(RowList):
    """Posts `Chosen` when another place is selected."""

    DEFAULT_CSS = """
    ProjectList {
        border: round $border-dim;
        border-title-color: $text-dim;
        padding: 0 0 0 1;
        &:focus { border: round $border-focus; border-title-color: $text; }
    }
    """

    fleet: reactive[Fleet] = reactive(Fleet, repaint=False)

    class Chosen(Message):
        def __init__(self, project_list: "ProjectList", place: Place) -> None:
            super().__init__()
            self.project_list = project_list
            self.place = place

        @property
        def control(self) -> Widget:
            return self.project_list

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.border_title = "Projects"

    @property
    def place(self) -> Place:
        return self.selected if isinstance(self.selected, Place) else ALL

    def watch_fleet(self, fleet: Fleet) -> None:
        self.rows = project_rows(fleet, now_of(self))

    def draw(self, row: Row, width: int, selected: bool, focused: bool) -> list[Strip]:
        """Without the focus the place is told by its weight alone: the fill belongs to the thread."""
        strips = super().draw(row, width, selected and focused, focused)
        return [strip.apply_style(Style(bold=True)) for strip in strips] if selected else strips

    def on_row_list_highlighted(self, message: RowList.Highlighted) -> None:
        message.stop()
        self.post_message(self.Chosen(self, self.place))
