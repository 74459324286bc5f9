"""A scrollbar that is half a column wide and has no track, so that it stays out of the way."""

from rich.color import Color
from rich.segment import Segment, Segments
from rich.style import Style
from textual.scrollbar import ScrollBar, ScrollBarRender

_THUMB = "▐"


class ThinBar(ScrollBarRender):
    """Drawn in whole lines: a step that moves the thumb by less sends nothing."""

    @classmethod
    def render_bar(
        cls,
        size: int = 25,
        virtual_size: float = 50,
        window_size: float = 20,
        position: float = 0,
        thickness: int = 1,
        vertical: bool = True,
        back_color: Color = Color.parse("default"),  # noqa: B008
        bar_color: Color = Color.parse("default"),  # noqa: B008
    ) -> Segments:
        size = int(size)
        above = Segment(" ", Style(bgcolor=back_color, meta={"@mouse.down": "scroll_up"}))
        below = Segment(" ", Style(bgcolor=back_color, meta={"@mouse.down": "scroll_down"}))
        if not (size and window_size and virtual_size > window_size):
            return Segments([above] * size, new_lines=True)
        length = max(round(size * window_size / virtual_size), 1)
        first = round((size - length) * min(position / (virtual_size - window_size), 1))
        thumb = Segment(_THUMB, Style(color=bar_color, bgcolor=back_color, meta={"@mouse.down": "grab"}))
        return Segments([above] * first + [thumb] * length + [below] * (size - first - length), new_lines=True)


def use_thin_bar(scrollbar: ScrollBar) -> None:
    """Textual documents setting `renderer` on one scrollbar alone; its type says class variable all the same."""
    setattr(scrollbar, "renderer", ThinBar)  # noqa: B010
