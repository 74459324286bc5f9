"""A theme may be as it likes, but a fact must be readable in it, and a broken one may only cost itself."""

from pathlib import Path

import pytest
from rich.color import Color, ColorSystem
from textual.app import App, ComposeResult
from textual.widgets import Input, Label, OptionList

from cockpit.config.shipped import shipped
from cockpit.model.errors import ConfigError
from cockpit.ui.present.colours import ALIASES, ROLES, Palette
from cockpit.ui.present.fewer_colours import FACTS, STATES, contrast, in_256_colours
from cockpit.ui.theme import DEFAULT, Themes, load_themes, read_theme

SHIPPED = load_themes()
ALL = pytest.mark.parametrize("palette", SHIPPED.palettes.values(), ids=SHIPPED.palettes.keys())


def upon(palette: Palette, role: str, ground: str) -> float:
    style = palette.style(role, on=ground)
    assert style.color is not None
    assert style.bgcolor is not None
    return contrast(style.color.get_truecolor(), style.bgcolor.get_truecolor())


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_the_shipped_themes_load_and_are_the_promised_ones() -> None:
    assert SHIPPED.problems == ()
    assert {"night", "day", "contrast", "ember"} <= SHIPPED.palettes.keys()
    assert DEFAULT == "night"
    assert not SHIPPED.palettes["day"].dark
    night = SHIPPED.palettes["night"]
    assert (night.ground, night.selection, night.dim, night.needs) == ("#12151c", "#26304a", "#8390a8", "#ffb454")


@ALL
@pytest.mark.parametrize("ground", ["ground", "selection"])
@pytest.mark.parametrize("role", [*FACTS, *ALIASES])
def test_every_fact_can_be_read(palette: Palette, role: str, ground: str) -> None:
    least = 7 if palette.name == "contrast" else 4.5
    assert upon(palette, role, ground) >= least


@ALL
def test_chips_and_the_border_in_focus_can_be_seen(palette: Palette) -> None:
    assert upon(palette, "text", "chip") >= 4.5
    assert upon(palette, "ground", "needs") >= 4.5
    assert upon(palette, "focus", "ground") >= 3
    assert upon(palette, "drive", "ground") >= 3
    assert palette.focus != palette.drive != palette.border != palette.focus


@ALL
def test_states_stay_apart_and_legible_in_256_colours(palette: Palette) -> None:
    reduced = in_256_colours(palette)
    numbers = {role: Color.parse(getattr(reduced, role)).downgrade(ColorSystem.EIGHT_BIT).number for role in ROLES}
    assert len({numbers[role] for role in STATES}) == len(STATES)
    assert numbers["ground"] != numbers["selection"]
    assert not {numbers[role] for role in STATES} & {numbers["text"], numbers["dim"], numbers["faint"]}
    for role in FACTS:
        assert upon(reduced, role, "ground") >= 4.5
        assert upon(reduced, role, "selection") >= 4.5
    again = {Color.parse(getattr(reduced, role)).downgrade(ColorSystem.EIGHT_BIT).get_truecolor().hex for role in ROLES}
    assert again == {getattr(reduced, role) for role in ROLES}, "rich would round these once more"


def test_states_stay_apart_in_16_colours() -> None:
    night = SHIPPED.reduced("standard").palettes["night"]
    numbers = {role: Color.parse(getattr(night, role)).downgrade(ColorSystem.STANDARD).number for role in ROLES}
    assert len({numbers[role] for role in (*STATES, "text", "dim")}) == len(STATES) + 2
    assert numbers["ground"] != numbers["selection"]
    assert SHIPPED.reduced("standard").palettes["day"] == SHIPPED.palettes["day"]


def test_nothing_is_reduced_without_need() -> None:
    assert SHIPPED.reduced("truecolor") is SHIPPED
    assert SHIPPED.reduced(None) is SHIPPED
    assert SHIPPED.reduced("256").palettes.keys() == SHIPPED.palettes.keys()


def test_styles_name_roles_by_meaning_and_by_colour() -> None:
    night = SHIPPED.palettes["night"]
    assert night.style("needs", bold=True) is night.style("amber", bold=True)
    assert night.style("approval").color == Color.parse("#ffb454")
    assert night.style("dim", on="selection").color == Color.parse(night.selected_dim)
    assert night.style("dim").bold is None
    with pytest.raises(KeyError):
        night.style("sparkle")


NIGHT = (shipped("themes") / "night.toml").read_text()


def own(directory: Path, text: str, name: str = "mine.toml") -> Themes:
    (directory / name).write_text(text)
    return load_themes(directory)


def test_a_persons_own_theme_stands_beside_the_shipped_ones(tmp_path: Path) -> None:
    themes = own(tmp_path, NIGHT.replace('name = "night"', 'name = "mine"').replace("#ffb454", "#FFCC00"))
    assert themes.problems == ()
    assert themes.choose("mine") == "mine"
    assert themes.palette("mine").needs == "#FFCC00"
    assert themes.palettes.keys() == {*SHIPPED.palettes, "mine"}


def test_a_persons_own_theme_may_replace_a_shipped_one(tmp_path: Path) -> None:
    assert own(tmp_path, NIGHT.replace("#ffb454", "#ffcc00")).palette("night").needs == "#ffcc00"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (NIGHT.replace("needs =", "neds ="), ("colors.needs is missing", "colors.neds is not", "Did you mean needs?")),
        (NIGHT.replace('"#ffb454"', '"amber"'), ("colors.needs is not a colour such as #cfd8e6",)),
        (NIGHT.replace('"#ffb454"', "7"), ("colors.needs is not a colour such as #cfd8e6",)),
        (NIGHT.replace("dark = true", 'dark = "yes"'), ("dark is not true or false",)),
        (NIGHT.replace('name = "night"', ""), ("name is missing",)),
        (NIGHT.replace('"night"', '"Night Sky"'), ("name is not a word",)),
        (NIGHT.replace("[colors]", "[colours]"), ("colours is no key of a theme",)),
        (NIGHT + '\nname = "again"\n', ("colors.name is not a colour",)),
        ('name = "x"\ndark = true\ncolors = 3\n', ("colors is not a table",)),
        ('name = "x"\ndark = true\n', ("colors.ground is missing", "…")),
        ("", ("name is missing",)),
        ("name = [", ("is not TOML",)),
    ],
)
def test_a_broken_theme_says_which_key_and_is_left_out(tmp_path: Path, text: str, said: tuple[str, ...]) -> None:
    themes = own(tmp_path, text)
    (problem,) = themes.problems
    assert str(tmp_path / "mine.toml") in problem
    assert all(part in problem for part in said), problem
    assert problem.endswith("The theme is left out.")
    assert dict(themes.palettes) == dict(SHIPPED.palettes)


def test_a_theme_that_is_no_text_or_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "folder.toml").mkdir()
    themes = load_themes(tmp_path)
    assert len(themes.problems) == 2
    assert themes.choose("night") == "night"


def test_a_theme_that_does_not_exist_falls_back_and_says_so() -> None:
    assert SHIPPED.choose("nihgt") == "night"
    assert "Did you mean night?" in (SHIPPED.why_not("nihgt") or "")
    assert SHIPPED.choose("light") == "day"
    assert SHIPPED.why_not("light") is None
    assert SHIPPED.why_not("ember") is None
    assert load_themes(Path("nowhere")).problems == ()


def test_one_theme_read_alone_raises() -> None:
    with pytest.raises(ConfigError, match="name is missing"):
        read_theme(Path("nowhere.toml"))


class Stock(App[None]):
    CSS = "Label { color: $needs; background: $ground; border: round $border-dim; } #b { color: $text-dim; }"

    def compose(self) -> ComposeResult:
        yield Label("a")
        yield Label("b", id="b")
        yield Input()
        yield OptionList("one", "two")


@pytest.mark.parametrize("name", SHIPPED.palettes)
async def test_textual_draws_with_them(name: str) -> None:
    app = Stock()
    for theme in SHIPPED.themes:
        app.register_theme(theme)
    app.theme = name
    async with app.run_test():
        palette = SHIPPED.palettes[name]
        assert app.query(Label).first().styles.color.hex.lower() == palette.needs
        assert app.query_one("#b").styles.color.hex.lower() == palette.dim
        assert app.screen.styles.background.hex.lower() == palette.ground
        assert app.theme_variables["teal"] == palette.working
