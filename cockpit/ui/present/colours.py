"""The colours of one theme by what they mean, and the rich styles made of them. Holds no colour of its own."""

from dataclasses import fields
from functools import cached_property, lru_cache

from rich.style import Style

from cockpit.model.immutable import immutable


@immutable(slots=False)
class Palette:
    """Every colour is `#rrggbb`. Those that draw text state facts and can be read on `ground` and `selection` alike,
    but for `faint`, which only decorates, and `dim`, which becomes `selected_dim` on a selection."""

    name: str
    dark: bool

    ground: str
    selection: str
    chip: str  # the ground of a key in a card
    border: str
    focus: str  # the border of the panel that has the keys
    drive: str  # the border of a terminal that is typed into

    text: str
    dim: str
    selected_dim: str
    faint: str

    needs: str  # an approval waits; for nothing else
    question: str
    plan: str
    failed: str
    frozen: str
    working: str
    done: str

    you: str
    agent: str
    code: str

    @cached_property
    def colours(self) -> dict[str, str]:
        """Role → colour: the fields above, every status word, and the colour names that the design uses."""
        own = {name: str(getattr(self, name)) for name in ROLES}
        return {**own, **{alias: own[role] for alias, role in ALIASES.items()}}

    def style(
        self, role: str, *, bold: bool = False, italic: bool = False, underline: bool = False, strike: bool = False,
        on: str | None = None,
    ) -> Style:  # fmt: skip
        """The style that draws in the colour of `role`, upon the colour of the role `on` where that is given."""
        if on == "selection" and ALIASES.get(role, role) == "dim":
            role = "selected_dim"
        colours = self.colours
        return _style(colours[role], colours[on] if on else None, bold, italic, underline, strike)


ROLES = tuple(field.name for field in fields(Palette) if field.name not in ("name", "dark"))
ALIASES = {
    "approval": "needs", "starting": "working", "idle": "dim", "ended": "dim", "unknown": "text",
    "amber": "needs", "violet": "question", "blue": "plan", "red": "failed", "ice": "frozen", "teal": "working",
    "green": "done",
}  # fmt: skip


@lru_cache(2048)
def _style(colour: str, ground: str | None, bold: bool, italic: bool, underline: bool, strike: bool) -> Style:
    # Absent and not False: a style laid upon another one must not switch its boldness off.
    return Style(
        color=colour, bgcolor=ground, bold=bold or None, italic=italic or None, underline=underline or None,
        strike=strike or None,
    )  # fmt: skip
