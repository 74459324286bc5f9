"""Words in a border, as plain text, and set only when they change: a border is drawn anew as a whole."""

from textual.content import Content
from textual.widget import Widget


def entitle(widget: Widget, *, title: str | None = None, below: str | None = None) -> None:
    """`title` into the upper border, `below` into the lower one, None leaves it. Neither is parsed as markup."""
    # What is read back is markup, whatever was set.
    if title is not None and widget.border_title != (upper := Content(title)).markup:
        widget.border_title = upper
    if below is not None and widget.border_subtitle != (lower := Content(below)).markup:
        widget.border_subtitle = lower
