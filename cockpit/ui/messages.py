"""What the rooms of the screen tell each other. State travels down as the fleet; these travel up as intent.

A widget posts them; only the app and the screens act on them."""

from textual.message import Message

from cockpit.config import Config
from cockpit.core.commands import Command
from cockpit.model.fleet import Fleet
from cockpit.model.ids import Ref


class FleetChanged(Message):
    """The store has a newer fleet. Bursts collapse into the last one."""

    def __init__(self, fleet: Fleet) -> None:
        super().__init__()
        self.fleet = fleet

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, FleetChanged)


class Act(Message):
    """A person wants this done. `keep` is what they typed; it comes back as `NotDone` if the command fails."""

    def __init__(self, command: Command, *, keep: str = "") -> None:
        super().__init__()
        self.command = command
        self.keep = keep


class GoTo(Message):
    """Show that screen (`fleet`, `inbox`, `status` …), with `thread` selected there if given."""

    def __init__(self, screen: str, thread: Ref | None = None) -> None:
        super().__init__()
        self.screen = screen
        self.thread = thread


class Followed(Message):
    """The person looks at this thread's conversation now, or at none."""

    def __init__(self, thread: Ref | None) -> None:
        super().__init__()
        self.thread = thread


class OlderWanted(Message):
    """The person scrolled to the top of what is loaded of a conversation."""

    def __init__(self, thread: Ref) -> None:
        super().__init__()
        self.thread = thread


class DiffWanted(Message):
    """The person wants to see what changed: checkpoint `count`, or the whole thread."""

    def __init__(self, thread: Ref, count: int | None = None) -> None:
        super().__init__()
        self.thread = thread
        self.count = count


class Pinned(Message):
    """The panes are to show exactly these threads; none: every one that has a terminal."""

    def __init__(self, threads: tuple[Ref, ...]) -> None:
        super().__init__()
        self.threads = threads


class Copied(Message):
    """A person wants this text on their clipboard."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class Told(Message):
    """A sentence for the person; `severity` is information, warning or error."""

    def __init__(self, text: str, severity: str = "information") -> None:
        super().__init__()
        self.text = text
        self.severity = severity


class Do(Message):
    """Carry out the action with that id, as if its key had been pressed (mouse, palette, footer)."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action = action


class NotDone(Message):
    """A command failed (which was told); `text` is what the person had typed for it."""

    def __init__(self, command: Command, text: str) -> None:
        super().__init__()
        self.command = command
        self.text = text


class Configured(Message):
    """The configuration was changed and saved; theme, keys and what harnesses are started with follow at once."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
