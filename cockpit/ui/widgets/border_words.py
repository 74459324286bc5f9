"""Words in a border, as plain text, and set only when they change: a border is drawn anew as a whole."""

from textual.content import Content
from textual.widget import Widget


def entitle(widget: Widget, title: str, below: str = "") -> None:
    """`title` into the upper border, `below` into the lower one; neither is ever parsed as markup."""
    upper, lower = Content(title), Content(below)
    # What is read back is markup, whatever was set.
    if widget.border_title != upper.markup:
        widget.border_title = upper
    if widget.border_subtitle != lower.markup:
        widget.border_subtitle = lower
