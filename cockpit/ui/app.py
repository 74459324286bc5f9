"""The app: one fleet in, commands out. It routes; what a key does stands in `ui.actions`, what is shown in the screens.

A new screen, key or command does not touch this file."""

import asyncio
import logging
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import Any, TypeVar, cast

from textual import events
from textual.app import App, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.filter import ANSIToTruecolor, LineFilter
from textual.reactive import reactive
from textual.screen import Screen

from cockpit.config import Config
from cockpit.core.commands import Command, Outcome
from cockpit.core.session import Session
from cockpit.model.errors import CockpitError
from cockpit.model.fleet import Fleet
from cockpit.model.ids import Ref
from cockpit.ui import messages
from cockpit.ui.actions import ACTIONS, BY_ID, At
from cockpit.ui.feed import Feed
from cockpit.ui.held import Held
from cockpit.ui.legacy_keys import mend
from cockpit.ui.notify import Caller, calls
from cockpit.ui.pins import Pins
from cockpit.ui.present.thread_rows import followed
from cockpit.ui.screens.cockpit_screen import CockpitScreen
from cockpit.ui.terminal import Terminal
from cockpit.ui.theme import Themes
from cockpit.ui.toasts import Toasts
from cockpit.ui.type_ahead import TypeAhead, Typed

log = logging.getLogger(__name__)
_Port = TypeVar("_Port")
FIRST = "fleet"
mend()


class CockpitApp(App[None]):
    """Shows one session. It is the `Desk` that actions work at."""

    ENABLE_COMMAND_PALETTE = False
    CSS_PATH = "cockpit.tcss"
    TITLE = "cockpit"
    DEFAULT_MODE = FIRST
    BINDINGS = cast(
        "list[BindingType]",
        [
            *(
                Binding(a.keys, f"do('{a.id}')", a.label, show=False, id=a.id)
                for a in ACTIONS
                if a.keys and not a.local
            ),
            Binding("ctrl+z", "suspend_process", "suspend", show=False, id="app.suspend"),
        ],
    )

    fleet: reactive[Fleet] = reactive(Fleet, repaint=False)

    def __init__(
        self, session: Session, config: Config, themes: Themes, screens: Mapping[str, Callable[[], CockpitScreen]],
        *, supervised: bool = True, notes: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """`screens` makes each screen by name. `supervised` starts the sources; a picture of a fleet that was read
        already does not. `notes` are told once the screen stands."""
        super().__init__()
        self.clock = session.clock
        self._session = session
        self._config = config
        self._themes = themes
        self._supervised = supervised
        unknown = themes.why_not(config.ui.theme)
        self._notes = (*notes, *themes.problems, *([unknown] if unknown else []))
        self._held = Held()
        self._ahead = TypeAhead(self, super().on_event, self._goes_on)
        self.kept: dict[str, Any] = {}
        self._toasts = Toasts(self)
        self._pins = Pins(session, self.tell)
        self._feed: Feed | None = None
        self._terminal = Terminal(self)
        self._caller = Caller(
            on=config.notify.on, bell=config.notify.bell, terminal=config.notify.terminal,
            command=config.notify.command, write=self._terminal.write, ring=self.bell,
        )  # fmt: skip
        for name, make in screens.items():
            self.add_mode(name, make)
        # A picture has all colours, whatever terminal it is taken in.
        for theme in (themes.reduced(self.console.color_system) if supervised else themes).themes:
            self.register_theme(theme)
        self.theme = themes.choose(config.ui.theme)
        self.set_keymap(dict(config.keys))
        self.fleet = session.store.fleet

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Without the one for the sixteen colours of terminals: all that is drawn here has colours of 24 bits already,
        and each filter keeps a second copy of every line (measured: 2 MB with twelve panes)."""
        return [each for each in super().get_line_filters() if not isinstance(each, ANSIToTruecolor)]

    # Coming and going

    def on_mount(self) -> None:
        self._feed = Feed(self, self._session.store, self._config.ui.frame_rate)
        loop = asyncio.get_running_loop()
        if self._supervised:
            loop.add_signal_handler(signal.SIGTERM, self.leave)
            loop.add_signal_handler(signal.SIGHUP, self.hang_up)
        if self._supervised:
            self.run_worker(self._recall_pins())
            self._session.supervisor.start()
            self._terminal.push_title()
        self.app_resume_signal.subscribe(self, self._back)
        self.screen_change_signal.subscribe(self, self._ahead.opened)
        for note in self._notes:
            self.tell(note, "warning")

    async def on_unmount(self) -> None:
        if self._feed:
            self._feed.close()
        if self._supervised:
            await self._session.supervisor.stop()

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, Typed) and not event.is_forwarded:
            await self._ahead.take(event)
        else:
            await super().on_event(event)

    def _goes_on(self, typed: Typed) -> bool:
        screen = self.screen
        return isinstance(screen, CockpitScreen) and screen.takes(typed.key if isinstance(typed, events.Key) else "")

    def on_app_focus(self, event: events.AppFocus) -> None:
        self._session.quiet(False)

    def on_app_blur(self, event: events.AppBlur) -> None:
        self._session.quiet(True)

    def _back(self, _: object) -> None:
        """From Ctrl+Z: the terminal shows nothing of ours any more, and what did not change would not be drawn."""
        self.screen.refresh()

    def bell(self) -> None:
        if not self._terminal.full.away:
            super().bell()

    def leave(self) -> None:
        if self._terminal.full.end(self.leave):
            return
        self._terminal.pop_title()
        self.exit()

    def hang_up(self) -> None:
        """The terminal is gone. A write to it would end Textual's writer, for which its goodbye would then wait for
        ever: what is still written goes nowhere."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in (1, 2):
            os.dup2(nowhere, stream)
        os.close(nowhere)
        if not self._terminal.full.end(self.exit):
            self.exit()

    def _fatal_error(self) -> None:
        """Textual's last resort. The traceback is for the log; the person gets a sentence."""
        log.critical("the cockpit ended by a defect", exc_info=self._exception)
        self.panic(
            "cockpit ended by a defect of its own; your agents go on. `cockpit doctor` says where the log with it is."
        )

    # The fleet, downwards

    def on_fleet_changed(self, message: messages.FleetChanged) -> None:
        if not self.screen_stack:
            # Leaving: the screens went before the last message came.
            return
        before, self.fleet = self.fleet, message.fleet
        self._pins.threads = followed(self._pins.threads, before, message.fleet)
        self._hand_down()
        needs = message.fleet.counts.needs_you
        self._terminal.title(f"cockpit · {needs} need you" if needs else "cockpit")
        if told := calls(before, message.fleet, self._looking_at()):
            self.run_worker(self._call(told))

    def _hand_down(self) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, CockpitScreen):
                screen.fleet = self.fleet
                screen.pins = self._pins.threads

    def _looking_at(self) -> Ref | None:
        thread = self.at().thread
        return thread.ref if thread and self.app_focus else None

    async def _call(self, told: Sequence[Any]) -> None:
        if problem := await self._caller.tell(told):
            self.tell(problem, "warning")

    # Intent, upwards

    def at(self) -> At:
        screen = self.screen
        return screen.at() if isinstance(screen, CockpitScreen) else At("", self.fleet)

    def action_do(self, action_id: str) -> None:
        self._ahead.hold()
        self.run_worker(self._begin(action_id, self.at()))

    async def _begin(self, action: str, at: At) -> None:
        try:
            await self._perform(action, at)
        finally:
            if self.screen_stack:
                self._ahead.settled()

    def on_do(self, message: messages.Do) -> None:
        self.action_do(message.action)

    async def perform(self, action: str) -> None:
        await self._perform(action, self.at())

    async def _perform(self, action: str, at: At) -> None:
        row = BY_ID[action]
        fresh = self._is_fresh(action, at)
        if reason := row.why_not(at):
            self._ahead.drop()
            self.tell(f"{row.label}: {reason}", "warning")
        elif row.guarded and at.ask is not None and not fresh:
            self.tell(f"{row.label}: the request has only just come up; press it once more", "warning")
        elif row.once and not self._begins(action, at):
            return
        else:
            await row.run(self, at)

    def _is_fresh(self, action: str, at: At) -> bool:
        screen = self.screen
        since = screen.card_since() if isinstance(screen, CockpitScreen) else None
        return self._held.allows(action, monotonic(), since)

    def _begins(self, action: str, at: At) -> bool:
        screen = self.screen
        since = screen.thread_since() if isinstance(screen, CockpitScreen) else float("-inf")
        about = at.thread.ref if at.thread else ""
        return self._held.begins(f"{action} {about}", monotonic(), since)

    async def on_act(self, message: messages.Act) -> None:
        self.run_worker(self._act(message))

    async def _act(self, message: messages.Act) -> None:
        if await self.act(message.command) is None and message.keep:
            # The composer stands on the first screen, whatever is shown now.
            self.get_screen_stack(FIRST)[0].post_message(messages.NotDone(message.command, message.keep))

    def on_go_to(self, message: messages.GoTo) -> None:
        self.goto(message.screen, message.thread)

    def on_followed(self, message: messages.Followed) -> None:
        self._session.follow(message.thread)

    def on_older_wanted(self, message: messages.OlderWanted) -> None:
        self.run_worker(self._older(message.thread), exclusive=True, group="older")

    async def _older(self, thread: Ref) -> None:
        try:
            await self._session.more(thread)
        except CockpitError as error:
            self.tell(str(error), "warning")

    def on_diff_wanted(self, message: messages.DiffWanted) -> None:
        from cockpit.ui.screens.diff import diff_reader

        self.push_screen(diff_reader(self, message.thread, message.count))

    def on_told(self, message: messages.Told) -> None:
        self.tell(message.text, message.severity)

    def on_pinned(self, message: messages.Pinned) -> None:
        self.pin(message.threads)

    def on_copied(self, message: messages.Copied) -> None:
        self.run_worker(self._copy(message.text), exclusive=True, group="copy")

    async def _copy(self, text: str) -> None:
        from cockpit.ui.clipboard import copy

        self.tell(*await copy(text, self._terminal.write, os.environ))

    def on_configured(self, message: messages.Configured) -> None:
        self._config = message.config
        self.theme = self._themes.choose(message.config.ui.theme)
        self.set_keymap(dict(message.config.keys))
        self._session.take_defaults(message.config.harness)

    # Desk

    @property
    def keys(self) -> Mapping[str, str]:
        return self._config.keys

    async def act(self, command: Command) -> Outcome | None:
        try:
            outcome = await self.send(command)
        except CockpitError as error:
            self.tell(str(error), "error")
            return None
        if outcome.text:
            self.tell(outcome.text, kind=type(command).__name__)
        for note in outcome.notes:
            self.tell(note, "warning")
        return outcome

    async def send(self, command: Command) -> Outcome:
        self._ahead.settled()  # it may take its time, and opens nothing
        return await self._session.actions.act(command)

    async def confirm(self, question: str, verb: str) -> bool:
        from cockpit.ui.screens.dialogs import ConfirmScreen

        return bool(await self.show(ConfirmScreen(question, verb)))

    async def prompt(self, title: str, *, hint: str = "", value: str = "", empty: bool = False) -> str | None:
        from cockpit.ui.screens.dialogs import PromptScreen

        return cast("str | None", await self.show(PromptScreen(title, hint, value, empty)))

    async def choose(self, title: str, options: Sequence[tuple[str, str]], current: str = "") -> str | None:
        from cockpit.ui.screens.dialogs import ChooseScreen

        return cast("str | None", await self.show(ChooseScreen(title, options, current)))

    async def show(self, screen: Screen[Any]) -> Any:
        return await self.push_screen_wait(screen)

    def goto(self, screen: str, thread: Ref | None = None) -> None:
        self.switch_mode(screen)
        self._hand_down()
        shown = self.screen
        if isinstance(shown, CockpitScreen):
            shown.arrive(thread)
            shown.update_keys()

    def tell(self, text: str, severity: str = "information", kind: str = "") -> None:
        self._toasts.tell(text, severity, kind)

    @property
    def pins(self) -> tuple[Ref, ...]:
        return self._pins.threads

    def pin(self, threads: tuple[Ref, ...]) -> None:
        self._pins.threads = threads
        self._hand_down()
        if self._supervised:
            self.run_worker(self._pins.keep())

    async def _recall_pins(self) -> None:
        await self._pins.recall()
        self._pins.threads = followed(self._pins.threads, self.fleet, self.fleet)
        self._hand_down()

    async def attach(self, thread: Ref) -> None:
        self._ahead.drop()
        try:
            async with self._session.attach(thread) as attachment:
                complaint = await self._terminal.full.show(attachment)
        except (CockpitError, OSError, SuspendNotSupported) as error:
            self.tell(f"Not shown in full: {error}", "error")
            return
        finally:
            self._terminal.full.back()
        if complaint:
            self.tell(f"Not shown in full: {complaint}", "error")

    async def on_screen(self, action: str) -> None:
        await self.screen.run_action(action)

    def port(self, source: str, wanted: type[_Port]) -> _Port:
        return self._session.port(source, wanted)

    def able(self, wanted: type[_Port]) -> dict[str, _Port]:
        return self._session.able(wanted)
