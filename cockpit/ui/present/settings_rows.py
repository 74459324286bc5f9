"""The configuration as rows of a form: one for each setting, each source's ways out, and each action's keys.

Drawn from the config model and the register of actions; nothing here names a setting, and no token's whereabouts but
the first word of its command is shown."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from math import inf
from typing import ClassVar, Literal

from cockpit.config.schema import Config
from cockpit.config.settings import TABLES, Kind, Setting, SettingGroup, settings
from cockpit.model.errors import ConfigError
from cockpit.model.immutable import immutable
from cockpit.ui.actions import ACTIONS, Action
from cockpit.ui.present.cells import wrap
from cockpit.ui.present.keys_table import by_group, key_name, key_names
from cockpit.ui.present.lines import BLANK, Line, Span, line
from cockpit.ui.present.rows import Row, TextRow

TITLE = 26
NARROW = 76
ON, OFF = "● on", "○ off"
LISTS = ("t3",)
"""The lists of sources that can be added to from here."""


@immutable
class Way:
    """A row that does something to the list of sources: add one, or take `name` out."""

    does: Literal["add", "remove"]
    table: str
    name: str = ""


@immutable
class FieldRow:
    """One setting, or one word of a setting that takes several (`word`)."""

    setting: Setting
    word: object = None
    problem: tuple[str, ...] = ()
    """What is wrong, wrapped."""
    narrow: bool = False
    selectable: ClassVar[bool] = True

    @property
    def id(self) -> tuple[str, object]:
        return (self.setting.key, self.word)

    @property
    def height(self) -> int:
        return 1 + len(self.problem)

    @property
    def on(self) -> bool:
        """Whether a FLAG, or this word of CHOICES, is set."""
        return self._has(self.setting.value)

    def _has(self, value: object) -> bool:
        return value is True if self.word is None else isinstance(value, tuple) and self.word in value

    def lines(self, now: datetime) -> tuple[Line, ...]:
        setting = self.setting
        title = setting.title if self.word is None else f"  {self.word}"
        value = _onoff(self.on) if self.word is not None or setting.kind is Kind.FLAG else _value(setting)
        own = setting.value != setting.default and not setting.must
        if self.word is not None:
            own = self.on is not self._has(setting.default)
        right = (Span("" if self.narrow else f"  {setting.key}", "dim"),) if self.word is None else ()
        first = Line((Span(f"  {title:<{TITLE}}"), value), right, (Span("  yours", "blue"),) if own else ())
        return (first, *_told(self.problem))

    def changes_in(self, now: datetime) -> float | None:
        return None


@immutable
class KeyRow:
    """One action and the keys it has for this person."""

    action: Action
    own: str | None
    problem: tuple[str, ...] = ()
    """What is wrong, wrapped."""
    narrow: bool = False
    selectable: ClassVar[bool] = True

    @property
    def id(self) -> tuple[str, object]:
        return (f"keys.{self.action.id}", None)

    @property
    def height(self) -> int:
        return 1 + len(self.problem)

    def lines(self, now: datetime) -> tuple[Line, ...]:
        keys = "  ".join(key_names(self.own if self.own is not None else self.action.keys))
        right = (Span("" if self.narrow else f"  keys.{self.action.id}", "dim"),)
        value = Span(keys or "no key", "text" if keys else "dim", bool(keys))
        extra = (Span("  yours", "blue"),) if self.own is not None else ()
        first = Line((Span(f"  {self.action.label:<{TITLE}}"), value), right, extra)
        return (first, *_told(self.problem))

    def changes_in(self, now: datetime) -> float | None:
        return None


def settings_rows(
    config: Config, problems: Mapping[str, str], width: int, harnesses: Sequence[SettingGroup] = ()
) -> list[Row]:
    """`problems` are told under the setting of that key; `harnesses` follow what is said of all workers."""
    rows: list[Row] = []
    narrow = width < NARROW
    left = list(LISTS)
    for group in _with_harnesses(settings(config), harnesses):
        table = group.key.partition(".")[0]
        if left and table != left[0] and table not in LISTS:
            rows += [_add(table) for table in left]
            left = []
        rows.append(_heading(group.title, group.key, rows))
        rows += [row for setting in group.settings for row in _fields(setting, problems, width)]
        if table in LISTS:
            name = group.key.partition(".")[2]
            rows.append(TextRow(Way("remove", table, name), (line(Span(f"  - remove {name}…", "dim")),), True))
    rows += [_add(table) for table in left]
    for heading, actions in by_group():
        rows.append(_heading(f"Keys: {heading.lower()}", f"keys.{heading}", rows))
        rows += [KeyRow(a, config.keys.get(a.id), _wrapped(problems, f"keys.{a.id}", width), narrow) for a in actions]
    return rows


def _with_harnesses(groups: Sequence[SettingGroup], harnesses: Sequence[SettingGroup]) -> Iterator[SettingGroup]:
    for group in groups:
        yield group
        if group.key == "workers":
            yield from harnesses


def _fields(setting: Setting, problems: Mapping[str, str], width: int) -> list[Row]:
    problem = _wrapped(problems, setting.key, width)
    narrow = width < NARROW
    if setting.kind is not Kind.CHOICES:
        return [FieldRow(setting, None, problem, narrow)]
    words = [FieldRow(setting, word, (), narrow) for word in setting.choices]
    head = line(Span(f"  {setting.title}"), Span("   one or more", "dim"))
    return [TextRow(("words", setting.key), (head, *_told(problem))), *words]


def _wrapped(problems: Mapping[str, str], key: str, width: int) -> tuple[str, ...]:
    said = problems.get(key, "")
    return tuple(wrap(said, max(width - 4, 20))) if said else ()


def _told(problem: Sequence[str]) -> list[Line]:
    return [line(Span(f"  {'  ' if place else '✗ '}{said}", "red")) for place, said in enumerate(problem)]


def _add(table: str) -> TextRow:
    title = TABLES[table].title
    return TextRow(Way("add", table), (BLANK, line(Span(f"+ add to {title}…", "blue"))), True)


def _heading(title: str, key: str, rows: Sequence[Row]) -> TextRow:
    heading = line(Span(title.upper(), "dim", True))
    return TextRow(("heading", key), (BLANK, heading) if rows else (heading,))


def _onoff(on: bool) -> Span:
    return Span(ON, "teal") if on else Span(OFF, "dim")


def _value(setting: Setting) -> Span:
    if setting.value is None or setting.value in ("", ()):
        return Span("not set", "dim")
    if _is_secret(setting):
        return Span(f"{as_text(setting).split()[0]} …")
    text = _choice(setting.value) if setting.kind is Kind.CHOICE else as_text(setting)
    return Span(f"‹ {text} ›" if setting.kind is Kind.CHOICE else text)


def _is_secret(setting: Setting) -> bool:
    """A command may hold a token among its words; a URL may not, and is worth seeing."""
    return setting.spec.secret and setting.kind is Kind.WORDS


def as_text(setting: Setting) -> str:
    """The value as it is typed into a field."""
    value = setting.value
    if isinstance(value, tuple):
        return shlex.join(str(part) for part in value)
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def to_edit(setting: Setting) -> str:
    """What the field begins with: nothing, where the value is not for everybody's eyes."""
    return "" if _is_secret(setting) else as_text(setting)


def from_text(setting: Setting, text: str) -> object:
    """What `write` takes for what was typed; None goes back to the default. What cannot be read stays text, so that
    the configuration's own check says what is wrong with it. Raises ConfigError."""
    text = text.strip()
    if not text:
        return "" if setting.must else None
    match setting.kind:
        case Kind.NUMBER:
            return _number(text, setting.whole)
        case Kind.WORDS:
            try:
                return tuple(shlex.split(text))
            except ValueError as error:
                raise ConfigError(f"{setting.key}: {error}".lower() + ".", fix="Close the quotation.") from None
    return text


def _number(text: str, whole: bool) -> object:
    try:
        return int(text) if whole else float(text)
    except ValueError:
        return text


def choice_options(setting: Setting) -> list[tuple[str, str]]:
    """(text, label) for each value of a CHOICE; `chosen` finds the value again."""
    return [(str(index), _choice(value)) for index, value in enumerate(setting.choices)]


def _choice(value: object) -> str:
    return {True: "always", False: "off"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def toggled(row: FieldRow) -> object:
    """The new value when the person switches this row."""
    setting = row.setting
    if row.word is None:
        return not row.on
    kept = setting.value if isinstance(setting.value, tuple) else ()
    chosen = [word for word in setting.choices if (word in kept) is not (word == row.word)]
    return tuple(chosen)


def key_conflicts(key: str, action_id: str, remapped: Mapping[str, str]) -> list[Action]:
    """The other actions that this key would reach at the same place."""
    mine = next(action for action in ACTIONS if action.id == action_id)
    found = []
    for other in ACTIONS:
        if other.id == action_id or key not in _split(remapped.get(other.id, other.keys)):
            continue
        if not mine.screens or not other.screens or mine.screens & other.screens:
            found.append(other)
    return found


def clashes(remapped: Mapping[str, str]) -> list[str]:
    """A sentence for every key that the person gave to one action while another has it at the same place."""
    return [
        f"The key {key_name(key)} is for “{action.label}” and for “{other.label}”. Change one of them under [keys]."
        for action in ACTIONS
        if action.id in remapped
        for key in _split(remapped[action.id])
        for other in key_conflicts(key, action.id, remapped)
    ]


def _split(keys: str) -> list[str]:
    return [key.strip() for key in keys.split(",")]


def about(row: Row | None) -> list[tuple[str, str]]:
    """What there is to know of a row, as paragraphs of text and role."""
    match row:
        case FieldRow(setting=setting):
            bounds = _bounds(setting)
            default = "Must be set" if setting.must else f"Default: {_shown(setting, setting.default)}"
            said = [(setting.title, "text"), (setting.key, "dim"), (setting.description, "text")]
            return [
                *said,
                (". ".join(part for part in (default, bounds) if part) + ".", "dim"),
                (_when(setting.key), "dim"),
            ]
        case KeyRow(action=action):
            came = "  ".join(key_names(action.keys)) or "none"
            return [
                (action.label, "text"),
                (f"keys.{action.id}", "dim"),
                (f"{action.tooltip}.", "text"),
                (f"Default: {came}.", "dim"),
                (_when("keys."), "dim"),
            ]
        case TextRow(id=Way(does="add", table=table)):
            return [(TABLES[table].title, "text"), (TABLES[table].description, "text"), (_when(table), "dim")]
        case TextRow(id=Way(name=name)):
            return [(f"Remove {name}", "text"), ("Its table goes from the file; nothing on the server does.", "text")]
    return []


def at_once(key: str) -> bool:
    """Whether a change of that key shows without a new start."""
    return key.startswith(("keys.", "harness.")) or key == "ui.theme"


def _when(key: str) -> str:
    return "Takes effect at once." if at_once(key) else "Takes effect with the next start."


def _bounds(setting: Setting) -> str:
    low, high = setting.spec.low, setting.spec.high
    return f"From {low:g} to {high:g}" if setting.kind is Kind.NUMBER and low > -inf and high < inf else ""


def _shown(setting: Setting, value: object) -> str:
    if value in (None, "", ()):
        return "not set"
    if setting.kind in (Kind.CHOICE, Kind.FLAG):
        return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)
    return (
        ", ".join(map(str, value))
        if isinstance(value, tuple)
        else f"{value:g}"
        if isinstance(value, float)
        else str(value)
    )
