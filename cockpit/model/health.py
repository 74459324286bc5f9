"""How well a source can be read. No evidence, no green."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum

from cockpit.model.immutable import immutable
from cockpit.model.work import ModelChoice


class Health(StrEnum):
    """`up` read within its rhythm · `late` overdue, last good state kept · `auth` refused for want of a token or
    scope · `down` cannot be read · `absent` not there and not expected to be."""

    UP = "up"
    LATE = "late"
    AUTH = "auth"
    DOWN = "down"
    ABSENT = "absent"


@immutable
class Setting:
    """Something more that can be said when a thread is started: `choices` are (value, label), the first is the
    default. It goes back as `{"id": …, "value": …}` in `ModelChoice.options`."""

    id: str
    title: str
    choices: tuple[tuple[str, str], ...]


@immutable
class Offer:
    """A provider instance, or a harness, that a source can start threads on, and its models. `runtime_modes` are its
    own where it has some; `note` says why it is not `ready`; `modelled`, that a model can be said to it at all.
    `defaults` is what the person's configuration chooses where nothing is said: by `model`, `mode`, a setting's id."""

    instance: str
    title: str
    models: tuple[str, ...] = ()
    ready: bool = True
    note: str = ""
    runtime_modes: tuple[str, ...] = ()
    settings: tuple[Setting, ...] = ()
    modelled: bool = True
    defaults: Mapping[str, str] = field(default_factory=dict)


@immutable
class SourceState:
    """One source's health. `reason` says what happened, `fix` what to do, `tried` what was looked at;
    `read_at` is the last good read, `checked_at` the last try; `link` names the way facts arrive now.

    `machine` is how the keys of the projects begin in which it can start threads beside its own (`here:`); `bulk` says
    that it starts many at once, `worktrees` that it makes worktrees by itself and needs no project for that."""

    name: str
    kind: str
    health: Health
    reason: str = ""
    fix: str = ""
    read_at: datetime | None = None
    checked_at: datetime | None = None
    since: datetime | None = None
    version: str | None = None
    link: str = ""
    can_dispatch: bool = False
    tried: tuple[str, ...] = ()
    offers: tuple[Offer, ...] = ()
    runtime_modes: tuple[str, ...] = ()
    default_model: ModelChoice | None = None
    notes: tuple[str, ...] = field(default_factory=tuple)
    machine: str = ""
    bulk: bool = False
    worktrees: bool = False

    @property
    def answers(self) -> bool:
        """Whether what is known of it is so, and orders reach it: also where nothing runs yet and it can start that."""
        return self.health is Health.UP or (self.health is Health.ABSENT and self.can_dispatch)
