"""The form that starts threads: what they should do, where, with which program and model, how much they may do unasked.

It loses nothing that was typed: while it is sent it waits, and when that fails the reason stands in the form."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from cockpit.core.commands import Dispatch
from cockpit.core.why_not import why_not
from cockpit.model.errors import CockpitError
from cockpit.model.fleet import Fleet
from cockpit.model.ids import Ref
from cockpit.model.work import Thread
from cockpit.ui.messages import Told
from cockpit.ui.present.dispatch_options import Picked, Remembered, begin
from cockpit.ui.screens.dialogs import ConfirmScreen
from cockpit.ui.screens.dispatch_fields import DispatchFields
from cockpit.ui.screens.modal import Modal
from cockpit.ui.screens.new_project import Send
from cockpit.ui.widgets.fields import Chip, TextField

_LOOK_SECONDS = 0.2


class DispatchScreen(Modal[Ref]):
    """Returns the first new thread's ref. `fleet` gives the newest one; `send` carries out or raises CockpitError.
    `last` is what the form before was sent with, and is kept up to date; `here` the directory that we run in."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+d,ctrl+enter,f5", "start", show=False, priority=True),
        Binding("escape", "leave", show=False),
    ]
    DEFAULT_CSS = """
    DispatchScreen {
        align: center middle; background: $ground 60%;
        #form {
            width: 88; max-width: 100%; height: auto; max-height: 100%; padding: 0 1;
            border: round $border-focus; background: $ground; color: $text;
            border-title-color: $text; border-title-style: bold; border-subtitle-color: $text-dim;
        }
        #told { height: auto; padding: 0 1; color: $text-dim; }
        #told.-failed { color: $failed; }
        #ways { height: 1; margin-top: 1; align-horizontal: right; }
        Chip { margin-left: 3; }
    }
    DispatchScreen.-low TextField { height: 5; }
    DispatchScreen.-low #ways { margin-top: 0; }
    DispatchScreen.-tall TextField { height: 14; }
    """

    def __init__(
        self, fleet: Callable[[], Fleet], thread: Thread | None, *, send: Send,
        last: Remembered | None = None, here: str = "",
    ) -> None:  # fmt: skip
        super().__init__()
        self._fleet = fleet
        self._send = send
        self._thread = thread
        self._last = last or Remembered()
        self._here = here
        self._sending = False

    def compose(self) -> ComposeResult:
        with Vertical(id="form") as form:
            form.border_title = "New thread"
            form.border_subtitle = "Tab goes on · ← → step · Enter lists"
            yield DispatchFields(self._fleet, self._begin, self._last, self._here, send=self._send, tell=self._tell)
            yield Static("", id="told", markup=False)
            with Horizontal(id="ways"):
                yield Chip("Ctrl+D", "start", id="start", classes="-first")
                yield Chip("Esc", "leave", id="leave")

    def _begin(self) -> Picked:
        return begin(self._fleet(), self._thread, self._last, self._here)

    def on_mount(self) -> None:
        self.query_one("#prompt").focus()
        self._tell("")
        # The form is open from the first moment, and the sources may be read after that.
        self.set_interval(_LOOK_SECONDS, self._fields.look)

    def on_resize(self) -> None:
        height = self.size.height
        self.set_class(height < 30, "-low")
        self.set_class(height >= 44, "-tall")

    @property
    def _fields(self) -> DispatchFields:
        return self.query_one(DispatchFields)

    def action_leave(self) -> None:
        if self._sending:
            self._tell("It is on its way; wait for the answer.")
        elif self.query_one("#prompt", TextField).text.strip():
            self.app.push_screen(ConfirmScreen("Leave, and drop what you wrote?", "Leave"), self._left)
        else:
            self.give(None)

    def _left(self, sure: bool | None) -> None:
        if sure:
            self.give(None)

    @on(Chip.Pressed, "#leave")
    def _leave_pressed(self) -> None:
        self.action_leave()

    @on(Chip.Pressed, "#start")
    def _start_pressed(self) -> None:
        self.action_start()

    def action_start(self) -> None:
        if self._sending:
            return
        command = self._fields.command()
        if isinstance(command, str):
            self._tell(command, failed=True)
        elif reason := why_not(command, self._fleet()):
            self._tell(f"Not started: {reason}.", failed=True)
        else:
            self._sending = True
            self._tell("Starting…")
            self.run_worker(self._start(command))

    async def _start(self, command: Dispatch) -> None:
        self._fields.remember()
        try:
            outcome = await self._send(command)
        except CockpitError as error:
            self._tell(str(error), failed=True)
        else:
            for text, severity in ((outcome.text, "information"), *((note, "warning") for note in outcome.notes)):
                self.post_message(Told(text, severity))
            self.give(outcome.thread)
        finally:
            self._sending = False

    def _tell(self, text: str, *, failed: bool = False) -> None:
        told = self.query_one("#told", Static)
        told.update(text)
        told.display = bool(text)
        told.set_class(failed, "-failed")
        self.query_one("#form").set_class(self._sending, "-sending")
