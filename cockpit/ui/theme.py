"""Themes: one TOML file each, shipped ones and a person's own, made into what Textual and the line widgets draw with.

A broken theme never stops the program: it is left out, and the message says which key of which file to mend.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from textual.theme import Theme

from cockpit.config.load import read_text
from cockpit.config.shipped import toml_files
from cockpit.config.spec import nearest
from cockpit.model.errors import ConfigError
from cockpit.model.immutable import immutable
from cockpit.model.text import one_line
from cockpit.ui.present.colours import ROLES, Palette
from cockpit.ui.present.fewer_colours import in_16_colours, in_256_colours

DEFAULT = "night"
_SIXTEEN = "sixteen"
_KEYS = ("name", "dark")
_NICKNAMES = {"dark": DEFAULT, "light": "day"}
# Checked by hand: to load a library for it would cost a sixth of the whole start.
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@immutable(slots=False)
class Themes:
    """What could be loaded, by name, and one sentence per file that could not."""

    palettes: Mapping[str, Palette]
    problems: tuple[str, ...] = ()

    @cached_property
    def themes(self) -> tuple[Theme, ...]:
        return tuple(textual_theme(palette) for palette in self.palettes.values())

    def choose(self, name: str) -> str:
        """The name of the theme to use: `name` itself where there is one, else the default."""
        name = name if name in self.palettes else _NICKNAMES.get(name, name)
        return name if name in self.palettes else DEFAULT

    def why_not(self, name: str) -> str | None:
        """Why `choose` gives something else than `name`; None when it does not."""
        if name in self.palettes or name in _NICKNAMES:
            return None
        return f"There is no theme {one_line(name, 40)!r}, so {DEFAULT} is shown. {nearest(name, self.palettes.keys())}"

    def palette(self, name: str) -> Palette:
        return self.palettes[self.choose(name)]

    def reduced(self, color_system: str | None) -> "Themes":
        """The same themes for a terminal of that many colours, in rich's words (`Console().color_system`)."""
        if color_system == "256":
            palettes = {name: in_256_colours(palette) for name, palette in self.palettes.items()}
        elif color_system == "standard" and _SIXTEEN in self.palettes:
            sixteen = self.palettes[_SIXTEEN]
            palettes = {name: in_16_colours(palette, sixteen) for name, palette in self.palettes.items()}
        else:
            return self
        return Themes(palettes, self.problems)


def load_themes(own: Path | None = None) -> Themes:
    """The shipped themes, and those in the directory `own`, which win by name. Raises ConfigError without a default."""
    palettes: dict[str, Palette] = {}
    problems: list[str] = []
    for file in toml_files("themes", own):
        try:
            palette = read_theme(file)
        except ConfigError as error:
            problems.append(f"{error} The theme is left out.")
        else:
            palettes[palette.name] = palette
    if DEFAULT not in palettes:
        raise ConfigError(f"The theme {DEFAULT!r} is missing from this installation.", fix="Install cockpit again.")
    return Themes(palettes, tuple(problems))


def read_theme(file: Path) -> Palette:
    """One theme. Raises ConfigError that names the file and the key."""
    try:
        content = tomllib.loads(read_text(file) or "")
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file} is not TOML: {one_line(str(error))}.") from None
    colours = content.pop("colors", {})
    if not isinstance(colours, dict):
        raise ConfigError(f"{file}: colors is not a table.", fix="Write [colors] on a line of its own.")
    wrong = list(_problems(content, colours))
    if wrong:
        stray = next((key for key in colours if key not in ROLES), None)
        said = "; ".join(wrong[:4]) + ("; …" if len(wrong) > 4 else "")
        raise ConfigError(f"{file}: {said}.", fix=nearest(stray, ROLES) if stray else "")
    return Palette(**content, **colours)


def _problems(content: Mapping[str, Any], colours: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{key} is no key of a theme, which has name, dark and [colors]" for key in content if key not in _KEYS)
    yield from (f"{key} is missing" for key in _KEYS if key not in content)
    if "name" in content and not (isinstance(content["name"], str) and _NAME.fullmatch(content["name"])):
        yield "name is not a word of small letters, digits, - and _"
    if "dark" in content and not isinstance(content["dark"], bool):
        yield "dark is not true or false"
    yield from (f"colors.{key} is not a colour of a theme" for key in colours if key not in ROLES)
    yield from (f"colors.{role} is missing" for role in ROLES if role not in colours)
    for role in ROLES:
        if role in colours and not (isinstance(colours[role], str) and _COLOUR.fullmatch(colours[role])):
            yield f"colors.{role} is not a colour such as #cfd8e6"


def textual_theme(palette: Palette) -> Theme:
    """The palette as a Textual theme: `$needs`, `$text-dim`, `$border-dim` … for our CSS, Textual's own names for stock
    widgets. `$border` is Textual's word for the border of what has the focus."""
    p = palette
    names = {role.replace("_", "-"): colour for role, colour in p.colours.items()}
    variables = {
        **names,
        "border": p.focus, "border-blurred": p.border, "border-dim": p.border, "border-focus": p.focus,
        "text": p.text, "text-dim": p.dim, "text-faint": p.faint, "text-muted": p.dim, "text-disabled": p.dim,
        "text-primary": p.agent, "text-secondary": p.agent, "text-accent": p.you, "text-warning": p.needs,
        "text-error": p.failed, "text-success": p.done, "foreground-muted": p.dim, "foreground-disabled": p.dim,
        "block-cursor-background": p.selection, "block-cursor-foreground": p.text, "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": p.selection, "block-cursor-blurred-foreground": p.text,
        "block-hover-background": p.selection, "surface-active": p.ground,
        "input-cursor-background": p.text, "input-cursor-foreground": p.ground,
        "input-selection-background": p.selection, "input-selection-foreground": p.text,
        "screen-selection-background": p.selection, "screen-selection-foreground": p.text,
        "scrollbar": p.border, "scrollbar-hover": p.dim, "scrollbar-active": p.focus,
        "scrollbar-background": p.ground, "scrollbar-background-hover": p.ground,
        "scrollbar-background-active": p.ground, "scrollbar-corner-color": p.ground,
        "footer-background": p.ground, "footer-foreground": p.dim, "footer-key-background": p.ground,
        "footer-key-foreground": p.you, "footer-description-background": p.ground,
        "footer-description-foreground": p.dim, "footer-item-background": p.ground,
        "link-color": p.agent, "link-background": p.ground, "link-color-hover": p.text,
        "link-background-hover": p.selection,
        "button-foreground": p.text, "button-color-foreground": p.ground,
    }  # fmt: skip
    return Theme(
        name=p.name, dark=p.dark, primary=p.focus, secondary=p.agent, accent=p.you, warning=p.needs, error=p.failed,
        success=p.done, foreground=p.text, background=p.ground, surface=p.ground, panel=p.ground, boost=p.ground,
        variables=variables,
    )  # fmt: skip
