"""What each simulated server version can do (facts: T3 0.0.28 and 0.0.33).

It decides nothing itself; the rooms beside it ask.
"""

from dataclasses import dataclass, field

_ALWAYS = frozenset(
    {
        "project.create",
        "project.meta.update",
        "project.delete",
        "thread.create",
        "thread.delete",
        "thread.archive",
        "thread.unarchive",
        "thread.meta.update",
        "thread.runtime-mode.set",
        "thread.interaction-mode.set",
        "thread.turn.start",
        "thread.turn.interrupt",
        "thread.approval.respond",
        "thread.user-input.respond",
        "thread.checkpoint.revert",
        "thread.session.stop",
    }
)
_SHELF = frozenset(
    {
        "thread.settle",
        "thread.unsettle",
        "thread.snooze",
        "thread.unsnooze",
        "thread.pin",
        "thread.unpin",
        "thread.pin.reorder",
    }
)
_OLD_MODES = frozenset({"approval-required", "auto-accept-edits", "full-access"})


@dataclass(frozen=True)
class ServerVersion:
    """One server version; `modern` is the read model with `/shell`, paging, flags and emptied snapshots."""

    number: str
    modern: bool
    commands: frozenset[str]
    runtime_modes: frozenset[str]
    cookie: str
    capabilities: dict[str, bool] = field(default_factory=dict)
    command_ids_conflict: bool = True
    """Whether a commandId used on another aggregate is refused; otherwise it is silently answered as done."""
    restart_ends_sessions: bool = True
    """Whether a restarted server marks the sessions it lost; otherwise they stay `running` for ever."""


V0_0_28 = ServerVersion(
    number="0.0.28",
    modern=False,
    commands=_ALWAYS,
    runtime_modes=_OLD_MODES,
    cookie="t3_session",
    capabilities={"repositoryIdentity": True},
    command_ids_conflict=False,
    restart_ends_sessions=False,
)
V0_0_33 = ServerVersion(
    number="0.0.33",
    modern=True,
    commands=_ALWAYS | _SHELF,
    runtime_modes=_OLD_MODES | {"auto"},
    cookie="t3_session_3773_7a0caeb624c2",
    capabilities={
        "repositoryIdentity": True,
        "connectionProbe": True,
        "pullRequests": True,
        "threadSettlement": True,
        "threadSnooze": True,
        "threadPinning": True,
        "threadPinReorder": True,
        "threadTitleRegeneration": True,
        "agentActivityPublishing": False,
    },
)

VERSIONS = {version.number: version for version in (V0_0_28, V0_0_33)}
