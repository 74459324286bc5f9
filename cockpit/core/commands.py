"""What a person can order, as values. A command says what is wanted; it never says how or to which wire."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime

from cockpit.model.asks import Decision
from cockpit.model.ids import Ref
from cockpit.model.immutable import immutable
from cockpit.model.work import ModelChoice


@immutable
class Decide:
    """Settle an approval request. `rule` is the id of a suggested rule to go with it, `message` what a decline says."""

    thread: Ref
    ask: str
    decision: Decision
    rule: str = ""
    message: str = ""


@immutable
class Answer:
    """Answer a question ask: question id → a label, a tuple of labels, or free text."""

    thread: Ref
    ask: str
    answers: Mapping[str, str | tuple[str, ...]]


@immutable
class ImplementPlan:
    """Tell the agent to carry out the proposed plan; `ask` is the plan's id."""

    thread: Ref
    ask: str


@immutable
class Send:
    """A follow-up message."""

    thread: Ref
    text: str


@immutable
class Interrupt:
    thread: Ref


@immutable
class StopSession:
    """End the agent's session; the thread and its conversation stay."""

    thread: Ref


@immutable
class Resume:
    """Bring a worker that ended back in its own conversation; with `fresh` in a new one."""

    thread: Ref
    fresh: bool = False


@immutable
class Close:
    """End a worker and take its worktree away; refused while work in it is neither committed nor pushed. `confirmed`
    is set only after a person was shown the name of what goes."""

    thread: Ref
    confirmed: bool = False


@immutable
class Freeze:
    thread: Ref
    reason: str = ""
    hard: bool = False


@immutable
class Thaw:
    thread: Ref


@immutable
class HoldFleet:
    reason: str = ""


@immutable
class ReleaseFleet:
    pass


@immutable
class CreateProject:
    """`path` is on the source's machine; it is created there only if `create_path`."""

    source: str
    title: str
    path: str
    create_path: bool = False


@immutable
class Dispatch:
    """Start `count` new threads on the same prompt. With `worktree` each works in a new worktree on `branch` (made from
    `base_branch`), otherwise in the project's own checkout. None for model or modes leaves the choice to the project's
    defaults. The project may be another source's, if it is a place on the same machine; `path` is filled in from it
    when the command is carried out, or names a directory that is no project yet (`project` is None then)."""

    source: str
    project: Ref | None
    prompt: str
    title: str = ""
    model: ModelChoice | None = None
    runtime_mode: str | None = None
    interaction_mode: str | None = None
    worktree: bool = False
    base_branch: str = ""
    branch: str = ""
    setup: bool = False
    count: int = 1
    path: str = ""


@immutable
class SetModes:
    """Change runtime or interaction mode; None leaves it. `confirmed`: a runtime mode restarts a live session."""

    thread: Ref
    runtime_mode: str | None = None
    interaction_mode: str | None = None
    confirmed: bool = False


@immutable
class Rename:
    thread: Ref
    title: str


@immutable
class Archive:
    thread: Ref


@immutable
class Unarchive:
    thread: Ref


@immutable
class Settle:
    thread: Ref


@immutable
class Unsettle:
    thread: Ref


@immutable
class Snooze:
    thread: Ref
    until: datetime


@immutable
class Unsnooze:
    thread: Ref


@immutable
class Delete:
    """`confirmed` is set only after a person was shown the name of what goes."""

    thread: Ref
    confirmed: bool = False


@immutable
class StopTeam:
    """Ask every member of a team to shut down, and its lead to end. `confirmed` is set only after a person was shown
    who goes."""

    team: Ref
    confirmed: bool = False


@immutable
class Look:
    """A person has looked at the thread."""

    thread: Ref


ThreadCommand = (
    Decide
    | Answer
    | ImplementPlan
    | Send
    | Interrupt
    | StopSession
    | Resume
    | Close
    | SetModes
    | Rename
    | Archive
    | Unarchive
    | Settle
    | Unsettle
    | Snooze
    | Unsnooze
    | Delete
)
Command = ThreadCommand | Freeze | Thaw | HoldFleet | ReleaseFleet | CreateProject | Dispatch | StopTeam | Look


@immutable
class Outcome:
    """What came of a command, in a sentence for the person. `thread` is the one it made, if it made one, and the first
    of `threads` where it made several."""

    text: str
    thread: Ref | None = None
    notes: tuple[str, ...] = field(default_factory=tuple)
    threads: tuple[Ref, ...] = ()
