"""What the simulated server remembers: projects, threads and what was said in them.

Plain records that anybody in this package may change through `World`; they speak no protocol and check nothing.
"""

from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]
"""One JSON object in the shape that goes over the wire."""


@dataclass
class Project:
    """A folder that threads work in; times are ISO strings."""

    id: str
    title: str
    workspace_root: str
    created_at: str
    updated_at: str
    default_model: Row | None = None
    default_env_mode: str | None = None
    favicon_path: str | None = None
    scripts: list[Row] = field(default_factory=list)
    deleted_at: str | None = None


@dataclass(frozen=True)
class Edit:
    """A change to one file: the body of its unified diff, from the first `@@` on."""

    path: str
    hunks: str

    @property
    def additions(self) -> int:
        """Lines that begin with a plus."""
        return sum(line.startswith("+") for line in self.hunks.splitlines())

    @property
    def deletions(self) -> int:
        """Lines that begin with a minus."""
        return sum(line.startswith("-") for line in self.hunks.splitlines())


@dataclass
class Turn:
    """One turn of a thread: when it was asked for, its checkpoint number once it has one, what it changed."""

    id: str
    requested_at: str
    count: int | None = None
    edits: list[Edit] = field(default_factory=list)


@dataclass
class Thread:
    """A thread with its whole body; `messages`, `activities`, `plans` and `checkpoints` hold wire rows."""

    id: str
    project_id: str
    title: str
    model: Row
    runtime_mode: str
    interaction_mode: str
    branch: str | None
    worktree_path: str | None
    created_at: str
    updated_at: str
    latest_turn: Row | None = None
    session: Row | None = None
    archived_at: str | None = None
    deleted_at: str | None = None
    settled_override: str | None = None
    settled_at: str | None = None
    snoozed_until: str | None = None
    snoozed_at: str | None = None
    pinned_at: str | None = None
    pin_order_key: str | None = None
    latest_user_message_at: str | None = None
    background_liveness: str | None = None
    plan_progress: Row | None = None
    messages: list[Row] = field(default_factory=list)
    activities: list[Row] = field(default_factory=list)
    plans: list[Row] = field(default_factory=list)
    checkpoints: list[Row] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    open_approvals: set[str] = field(default_factory=set)
    open_questions: set[str] = field(default_factory=set)
    sequence: int = 0
    """Sequence of the last event that touched it."""

    @property
    def status(self) -> str | None:
        """The session's status, None when there is no session."""
        return None if self.session is None else str(self.session["status"])

    @property
    def actionable_plan(self) -> bool:
        """Whether the plan proposed last still waits to be implemented."""
        if not self.plans:
            return False
        newest = max(self.plans, key=lambda plan: str(plan["updatedAt"]))
        return newest["implementedAt"] is None
