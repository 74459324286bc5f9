"""The line under a conversation: a message to the agent, many lines if need be, kept while the person goes elsewhere.

It must never lose what was typed, nor let a letter become a key of the cockpit, nor send by a pasted line feed."""

from collections.abc import Mapping

from textual import events
from textual.content import Content
from textual.geometry import Size

from cockpit.core.commands import Send
from cockpit.core.why_not import why_not
from cockpit.model.fleet import Fleet
from cockpit.model.ids import Ref
from cockpit.model.work import Thread
from cockpit.ui.messages import Act, Told
from cockpit.ui.widgets.border_words import entitle
from cockpit.ui.widgets.fields import TextField

LINES = 6
_NEWLINES = frozenset({"shift+enter", "ctrl+j", "alt+enter", "ctrl+enter"})


class Composer(TextField):
    """One draft per thread. `look` says which thread it writes to and whether it may."""

    DEFAULT_CSS = f"""
    Composer {{
        height: auto; min-height: 3; max-height: {LINES + 2}; margin: 0 1;
        scrollbar-size: 0 1;
        &.-refused {{ color: $text-dim; }}
    }}
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._thread: Ref | None = None
        self._fleet = Fleet()
        self._drafts: dict[Ref, str] = {}
        self._agent = "the agent"
        self._refused: str | None = None
        self._moved = False
        """What is written to became another one under the person who writes; Enter is not meant for it yet."""

    @property
    def refused(self) -> str | None:
        """Why nothing can be sent now."""
        return self._refused

    @property
    def drafts(self) -> Mapping[Ref, str]:
        """What was typed and not sent, of every thread."""
        self._keep()
        return self._drafts

    def look(self, thread: Thread | None, fleet: Fleet, agent: str) -> None:
        """Write to that thread from now on; the draft of the one before is kept."""
        ref = thread.ref if thread else None
        self._fleet, self._agent = fleet, agent
        if ref != self._thread:
            self._moved = self.has_focus
            self._keep()
            self._thread = ref
            self.load_text(self._drafts.get(ref, "") if ref else "")
            self.move_cursor(self.document.end)
        before, self._refused = self._refused, why_not(Send(ref, "words"), fleet) if ref else "no thread is selected"
        if self._refused != before:
            self.refresh(layout=True)
        self.set_class(self._refused is not None, "-refused")
        # It can be written in all the same: a field that took no letters would leave them to the keys.
        self._tell()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """High enough for the whole reason why nothing can be sent."""
        height = super().get_content_height(container, viewport, width)
        return height if self.text or not self._refused else max(height, len(Content(self._refused).wrap(width)))

    def give_back(self, thread: Ref, text: str) -> None:
        """The message was not sent: its words return before what has been typed since."""
        if thread != self._thread:
            self._drafts[thread] = _joined(text, self._drafts.get(thread, ""))
        else:
            self.load_text(_joined(text, self.text))
            self.move_cursor(self.document.end)

    def take_over(self, thread: Ref, text: str) -> None:
        """What was being written for an ask that is gone is written on here; the focus is about to come."""
        self.give_back(thread, text)
        self._moved = True

    def _keep(self) -> None:
        if self._thread is None:
            return
        if self.text.strip():
            self._drafts[self._thread] = self.text
        else:
            self._drafts.pop(self._thread, None)

    def _tell(self) -> None:
        """The placeholder and the lower border; plain content, since a reason may quote anything."""
        hint = "Enter sends · Ctrl+J new line" if self.has_focus else ""
        self.placeholder = Content(self._refused or f"Message {self._agent}…")
        if self._sending:
            hint = "sending…"
        elif self._refused and self.text:
            hint = self._refused
        entitle(self, below=hint)

    @property
    def _sending(self) -> bool:
        return str(self._thread) in self._fleet.sending

    def watch_has_focus(self, focused: bool) -> None:
        super().watch_has_focus(focused)
        self._moved = self._moved and focused
        self._tell()

    def on_text_area_changed(self) -> None:
        self._tell()

    async def _on_key(self, event: events.Key) -> None:
        # The field itself takes Enter for a line feed.
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self.action_send()
        elif event.key in _NEWLINES:
            # Not by a binding: that one would come only after the letters that are typed next.
            event.stop()
            event.prevent_default()
            self._line_feed()
        else:
            await super()._on_key(event)

    def _line_feed(self) -> None:
        if result := self._replace_via_keyboard("\n", *self.selection):
            self.move_cursor(result.end_location)

    def action_send(self) -> None:
        text = self.text.strip()
        if self._thread is None or not text:
            return
        if self._sending:
            self.post_message(Told("The message before is still on its way; this one is kept.", "warning"))
            return
        if self._moved:
            self._moved = False
            self.post_message(Told("What was shown here has changed. Press Enter once more to send this.", "warning"))
            return
        command = Send(self._thread, text)
        if reason := why_not(command, self._fleet):
            self.post_message(Told(f"Not sent: {reason}.", "warning"))
            return
        self.load_text("")
        self._drafts.pop(self._thread, None)
        self.post_message(Act(command, keep=text))


def _joined(first: str, second: str) -> str:
    return f"{first}\n{second}" if second.strip() else first
