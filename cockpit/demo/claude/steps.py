"""What an agent of the demo does, step by step, and who it is. Nothing here is carried out."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Who:
    """One Claude. `team` and `colour` are of members; `agent_type` of teammates."""

    name: str
    session: str
    cwd: str
    branch: str
    model: str
    topic: str
    team: str = ""
    lead: bool = False
    colour: str = ""
    agent_type: str = "general-purpose"

    @property
    def mate(self) -> bool:
        return bool(self.team) and not self.lead


@dataclass(frozen=True, slots=True)
class Prompt:
    """A turn begins with what a person typed, or with a message of `sender`."""

    text: str
    sender: str = ""
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Think:
    text: str


@dataclass(frozen=True, slots=True)
class Say:
    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call that takes `seconds`. `asks`: a person must allow it first."""

    tool: str
    input: dict[str, Any]
    output: str
    seconds: float = 4.0
    asks: bool = False
    failed: bool = False
    patch: tuple[str, ...] = ()
    """The changed lines of an edit, as in a diff."""


@dataclass(frozen=True, slots=True)
class Send:
    """A message to a member of the team."""

    to: str
    text: str
    summary: str


@dataclass(frozen=True, slots=True)
class Update:
    """A task changes; `change` is written into its file."""

    task: str
    change: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Until:
    """Nothing goes on before these tasks are done."""

    tasks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rest:
    """The turn ends with these words."""

    text: str


Step = Prompt | Think | Say | Call | Send | Update | Until | Rest


@dataclass(frozen=True, slots=True)
class Beat:
    """`at`: seconds from when the demo began, earlier ones below zero; a later one comes no sooner than that."""

    at: float
    who: str
    step: Step
