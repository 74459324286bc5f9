"""The configuration as a form, drawn from its model: change one setting and it is written, with its comments kept.

What cannot be taken is told where it was typed, with the key's name, and the file stays as it was."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.strip import Strip

from cockpit.config.schema import Config
from cockpit.config.settings import Kind, Setting, SettingGroup
from cockpit.model.errors import CockpitError, ConfigError
from cockpit.model.fleet import Fleet
from cockpit.ui.messages import Configured, GoTo, Told
from cockpit.ui.present.harness_settings import harness_groups
from cockpit.ui.present.keys_table import key_names
from cockpit.ui.present.rows import Row, TextRow
from cockpit.ui.present.settings_rows import (
    FieldRow,
    KeyRow,
    Way,
    about,
    at_once,
    choice_options,
    from_text,
    key_conflicts,
    settings_rows,
    to_edit,
    toggled,
)
from cockpit.ui.screens.cockpit_screen import CockpitScreen
from cockpit.ui.screens.dialogs import ChooseScreen, ConfirmScreen, PromptScreen
from cockpit.ui.screens.press_key import PressKeyScreen
from cockpit.ui.widgets.line_bar import LineBar
from cockpit.ui.widgets.row_list import RowList
from cockpit.ui.widgets.sized_list import SizedList

Save = Callable[[Mapping[str, object]], Config]
"""Writes dotted keys, None taking one out; returns what the file now says. Raises ConfigError."""
Add = Callable[[str, str], Config]
"""Adds a T3 server by name and URL. Raises ConfigError."""
Remove = Callable[[str], Config]
"""Takes the T3 server of that name out. Raises ConfigError."""
WIDE = 110


class About(LineBar):
    """What there is to know of the selected row."""

    paragraphs: Sequence[tuple[str, str]] = ()

    def show(self, paragraphs: Sequence[tuple[str, str]]) -> None:
        self.paragraphs = paragraphs
        self.redraw()

    def strips(self, width: int) -> list[Strip]:
        strips: list[Strip] = []
        for place, (text, role) in enumerate(self.paragraphs):
            strips += self.pen.text(text, width, role, bold=place == 0)
        return strips


class SettingsScreen(CockpitScreen):
    """`offers` are the known values of settings that take any text: the themes."""

    NAME = "settings"
    TITLE_WORD = "Settings"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "edit", show=False),
        Binding("backspace,ctrl+h,delete", "default", show=False),
        Binding("escape", "back", show=False),
    ]
    DEFAULT_CSS = """
    SettingsScreen #panels { layout: vertical; height: 1fr; }
    SettingsScreen #form {
        height: 1fr; border: round $border-dim; padding: 0 1;
        border-title-color: $text; border-subtitle-color: $text-dim;
        &:focus-within { border: round $border-focus; }
    }
    SettingsScreen #about { height: 7; border: round $border-dim; padding: 0 1; border-subtitle-color: $text-dim; }
    SettingsScreen.-wide #panels { layout: horizontal; }
    SettingsScreen.-wide #about { width: 44; height: 1fr; }
    """

    def __init__(
        self, config: Config, path: Path, save: Save, add: Add, remove: Remove, *,
        offers: Mapping[str, Sequence[str]] | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self._config = config
        self._path = path
        self._save = save
        self._add = add
        self._remove = remove
        self._offers = offers or {}
        self._problems: dict[str, str] = {}
        self._harnesses: list[SettingGroup] = []
        self._busy = False

    def middle(self) -> ComposeResult:
        with Container(id="panels"):
            with Vertical(id="form") as form:
                form.border_title = "Settings"
                form.border_subtitle = Content(str(self._path).replace(str(Path.home()), "~", 1))
                yield SizedList(id="rows")
            with Vertical(id="about") as box:
                box.border_subtitle = "Enter changes it · Backspace: default"
                yield About()

    def on_mount(self) -> None:
        self.query_one("#rows").focus()

    def on_resize(self) -> None:
        self.set_class(self.size.width >= WIDE, "-wide")

    def watch_fleet(self, fleet: Fleet) -> None:
        """What can be started on this machine is known once its source was read."""
        super().watch_fleet(fleet)
        if self.is_mounted and harness_groups(self._config, fleet) != self._harnesses:
            self._show()

    def on_sized_list_resized(self) -> None:
        self._show()

    def _show(self) -> None:
        rows = self.query_one(SizedList)
        self._harnesses = harness_groups(self._config, self.fleet)
        rows.rows = settings_rows(self._config, self._problems, rows.room, self._harnesses)
        self._describe()

    def on_row_list_highlighted(self) -> None:
        self._describe()

    def _describe(self) -> None:
        self.query_one(About).show(about(self.query_one(RowList).selected_row))

    # Changing

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        self.action_edit()

    def action_edit(self) -> None:
        if not self._busy:
            self._busy = True
            self.run_worker(self._edit(self.query_one(RowList).selected_row))

    async def _edit(self, row: Row | None) -> None:
        try:
            match row:
                case FieldRow(word=word) if word is not None or row.setting.kind is Kind.FLAG:
                    await self._write({row.setting.key: toggled(row)})
                case FieldRow():
                    await self._edit_field(row.setting)
                case KeyRow():
                    await self._edit_key(row)
                case TextRow(id=Way(does="add")):
                    await self._add_server()
                case TextRow(id=Way(does="remove", name=name)):
                    await self._remove_server(name)
        finally:
            self._busy = False

    def action_default(self) -> None:
        """Back to what it is without the file."""
        row = self.query_one(RowList).selected_row
        key = (
            row.setting.key if isinstance(row, FieldRow) else f"keys.{row.action.id}" if isinstance(row, KeyRow) else ""
        )
        if key and not self._busy:
            self.run_worker(self._write({key: None}))

    async def _edit_field(self, setting: Setting) -> None:
        known = self._offers.get(setting.key)
        if setting.kind is Kind.CHOICE or known:
            values = dict(choice_options(setting)) if known is None else {each: each for each in known}
            current = next((each for each, label in values.items() if self._is(setting, each, label)), "")
            chosen = await self.app.push_screen_wait(ChooseScreen(setting.title, list(values.items()), current))
            if chosen is not None:
                await self._write({setting.key: chosen if known else setting.choices[int(chosen)]})
            return
        hint = f"{setting.description}\n{setting.key}; empty goes back to the default."

        async def check(text: str) -> str:
            try:
                value = from_text(setting, text)
            except ConfigError as error:
                return str(error)
            return await self._try({setting.key: value})

        await self.app.push_screen_wait(PromptScreen(setting.title, hint, to_edit(setting), True, check=check))

    def _is(self, setting: Setting, value: str, label: str) -> bool:
        if setting.kind is Kind.CHOICE:
            return setting.choices[int(value)] == setting.value
        return value == setting.value

    async def _edit_key(self, row: KeyRow) -> None:
        def others(key: str) -> list[str]:
            return [each.label for each in key_conflicts(key, row.action.id, self._config.keys)]

        now = " ".join(key_names(row.own if row.own is not None else row.action.keys))
        key = await self.app.push_screen_wait(PressKeyScreen(row.action.label, now, others))
        if key is not None:
            await self._write({f"keys.{row.action.id}": key or None})

    async def _add_server(self) -> None:
        hint = "Where the server listens, for example http://127.0.0.1:3773. For a token, run cockpit t3 pair."
        url = await self.app.push_screen_wait(PromptScreen("Add a T3 server", hint, placeholder="http://…"))
        if not url:
            return

        async def check(name: str) -> str:
            return await self._take(lambda: self._add(name, url), "t3")

        host = (urlsplit(url).hostname or "").partition(".")[0]
        hint = f"A short name for {url}: it stands in front of its threads."
        await self.app.push_screen_wait(PromptScreen("Name it", hint, host, check=check))

    async def _remove_server(self, name: str) -> None:
        question = f"Remove the source “{name}” from {self._path}? Nothing on its server changes."
        if await self.app.push_screen_wait(ConfirmScreen(question, "Remove")):
            problem = await self._take(lambda: self._remove(name), "t3")
            if problem:
                self.post_message(Told(problem, "error"))

    # Writing

    async def _write(self, changes: Mapping[str, object]) -> None:
        """As `_try`, with the problem told under the setting."""
        problem = await self._try(changes)
        for key in changes:
            self._problems.pop(key, None)
            if problem:
                self._problems[key] = problem
        self._show()

    async def _try(self, changes: Mapping[str, object]) -> str:
        return await self._take(lambda: self._save(changes), *changes)

    async def _take(self, write: Callable[[], Config], *keys: str) -> str:
        """Write, off the loop. Returns what is wrong, or nothing once it is saved and told."""
        try:
            config = await asyncio.to_thread(write)
        except CockpitError as error:
            return str(error)
        self._config = config
        for key in keys:
            self._problems.pop(key, None)
        self._show()
        self.post_message(Configured(config))
        later = "" if all(at_once(key) for key in keys) else " The next start uses it."
        self.post_message(Told(f"Saved {', '.join(keys)}.{later}"))
        return ""

    def action_back(self) -> None:
        self.post_message(GoTo("fleet"))
