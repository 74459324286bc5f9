"""The colours that a line widget draws with: those of the theme that the app shows now.

It keeps nothing, so that a change of theme needs no word to anybody."""

from functools import lru_cache

from textual.app import App
from textual.strip import Strip
from textual.widget import Widget

from cockpit.ui.present.colours import ROLES, Palette
from cockpit.ui.present.pen import Pen


def palette_of(widget: Widget) -> Palette:
    """The palette of the app's theme, read back from the theme's variables."""
    return _palette(_variables(widget.app), widget.app.current_theme.dark)


def pen_of(widget: Widget) -> Pen:
    palette = palette_of(widget)

    def prose(source: str, width: int) -> list[Strip]:
        # Reading Markdown takes long to import; a fleet without a conversation on the screen needs none of it.
        from cockpit.ui.present.markdown import render
        from cockpit.ui.present.markdown_styles import markdown_styles

        return render(source, max(width, 1), markdown_styles(palette))

    return Pen(palette, prose)


def _variables(app: App[object]) -> tuple[tuple[str, str], ...]:
    known = app.theme_variables
    # The theme's own word for its border gives way to Textual's.
    names = {role: "border-dim" if role == "border" else role.replace("_", "-") for role in ROLES}
    return tuple((role, known[name]) for role, name in names.items())


@lru_cache(8)
def _palette(colours: tuple[tuple[str, str], ...], dark: bool) -> Palette:
    return Palette(name="shown", dark=dark, **dict(colours))
