"""The commands that a client may dispatch, checked as strictly as the server does (facts: T3 0.0.33 and 0.0.28).

Decides only whether a command is well formed; whether it may be carried out is decided in `commands`.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError, model_validator

from cockpit.demo.t3.versions import ServerVersion

Id = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
RuntimeMode = Literal["approval-required", "auto-accept-edits", "auto", "full-access"]
InteractionMode = Literal["default", "plan"]
EnvMode = Literal["local", "worktree"]
_MISSING: Any = Field(default=None)
"""A key that may be absent; `null` is then still an error unless the type allows it."""

_LONGEST_TEXT = 120_000
_LARGEST_IMAGE = 10 * 1024 * 1024


class BadSchema(ValueError):
    """The command is not one this server knows; `defect` is how its schema library puts it."""

    def __init__(self, defect: str) -> None:
        super().__init__(defect)
        self.defect = defect


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")


class ModelOption(_Strict):
    id: Id
    value: str | bool


class ModelSelection(_Strict):
    """Which model of which provider; the older `{provider, model}` is read as well."""

    instanceId: Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,63}$")]
    model: Id
    options: list[ModelOption] = _MISSING

    @model_validator(mode="before")
    @classmethod
    def _legacy(cls, data: Any) -> Any:
        if isinstance(data, dict) and "instanceId" not in data and "provider" in data:
            return {**data, "instanceId": data["provider"]}
        return data


class _Command(_Strict):
    commandId: Id


class _OfProject(_Command):
    projectId: Id


class _OfThread(_Command):
    threadId: Id


class ProjectCreate(_OfProject):
    type: Literal["project.create"]
    title: Id
    workspaceRoot: Id
    createdAt: str
    createWorkspaceRootIfMissing: bool = _MISSING
    defaultModelSelection: ModelSelection | None = None


class ProjectScript(_Strict):
    id: Id
    name: Id
    command: Id
    icon: Literal["play", "test", "lint", "configure", "build", "debug"]
    runOnWorktreeCreate: bool


class ProjectMetaUpdate(_OfProject):
    type: Literal["project.meta.update"]
    title: Id = _MISSING
    workspaceRoot: Id = _MISSING
    defaultModelSelection: ModelSelection | None = None
    defaultThreadEnvMode: EnvMode | None = None
    faviconPath: Id | None = None
    scripts: list[ProjectScript] = _MISSING


class ProjectDelete(_OfProject):
    type: Literal["project.delete"]
    force: bool = _MISSING


class NewThread(_Strict):
    """What a new thread is made of, alone or as the first part of a bootstrap."""

    projectId: Id
    title: Id
    modelSelection: ModelSelection
    runtimeMode: RuntimeMode
    interactionMode: InteractionMode = "default"
    branch: Id | None
    worktreePath: Id | None
    createdAt: str


class ThreadCreate(_OfThread, NewThread):
    type: Literal["thread.create"]


class ThreadMetaUpdate(_OfThread):
    type: Literal["thread.meta.update"]
    title: Id = _MISSING
    regenerateTitle: Literal[True] = _MISSING
    modelSelection: ModelSelection = _MISSING
    branch: Id | None = None
    expectedBranch: Id | None = None
    worktreePath: Id | None = None

    @model_validator(mode="after")
    def _one_title(self) -> "ThreadMetaUpdate":
        if {"title", "regenerateTitle"} <= self.model_fields_set:
            raise ValueError("title and regenerateTitle exclude each other")
        return self


class ThreadRuntimeModeSet(_OfThread):
    type: Literal["thread.runtime-mode.set"]
    runtimeMode: RuntimeMode
    createdAt: str


class ThreadInteractionModeSet(_OfThread):
    type: Literal["thread.interaction-mode.set"]
    interactionMode: InteractionMode
    createdAt: str


class Attachment(_Strict):
    type: Literal["image"]
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]
    mimeType: Annotated[str, StringConstraints(pattern=r"(?i)^image/")]
    sizeBytes: Annotated[int, Field(ge=0, le=_LARGEST_IMAGE)]
    dataUrl: Id


class UserMessage(_Strict):
    messageId: Id
    role: Literal["user"]
    text: Annotated[str, StringConstraints(max_length=_LONGEST_TEXT)]
    attachments: Annotated[list[Attachment], Field(max_length=8)]


class PlanReference(_Strict):
    threadId: Id
    planId: Id


class PrepareWorktree(_Strict):
    projectCwd: Id
    baseBranch: Id
    branch: Id = _MISSING
    startFromOrigin: bool = _MISSING


class Bootstrap(_Strict):
    createThread: NewThread = _MISSING
    prepareWorktree: PrepareWorktree = _MISSING
    runSetupScript: bool = _MISSING


class ThreadTurnStart(_OfThread):
    type: Literal["thread.turn.start"]
    message: UserMessage
    runtimeMode: RuntimeMode
    interactionMode: InteractionMode
    createdAt: str
    modelSelection: ModelSelection = _MISSING
    titleSeed: Id = _MISSING
    sourceProposedPlan: PlanReference = _MISSING
    bootstrap: Bootstrap = _MISSING


class ThreadTurnInterrupt(_OfThread):
    type: Literal["thread.turn.interrupt"]
    createdAt: str
    turnId: Id = _MISSING


class ThreadApprovalRespond(_OfThread):
    type: Literal["thread.approval.respond"]
    requestId: Id
    decision: Literal["accept", "acceptForSession", "decline", "cancel"]
    createdAt: str


class ThreadUserInputRespond(_OfThread):
    type: Literal["thread.user-input.respond"]
    requestId: Id
    answers: dict[str, Any]
    createdAt: str


class ThreadCheckpointRevert(_OfThread):
    type: Literal["thread.checkpoint.revert"]
    turnCount: Annotated[int, Field(ge=0)]
    createdAt: str


class ThreadSessionStop(_OfThread):
    type: Literal["thread.session.stop"]
    createdAt: str
    onlyIfSettled: bool = _MISSING


class ThreadPlain(_OfThread):
    """The commands that only name a thread."""

    type: Literal["thread.archive", "thread.unarchive", "thread.delete", "thread.settle", "thread.unpin"]


class ThreadByUser(_OfThread):
    type: Literal["thread.unsettle", "thread.unsnooze"]
    reason: Literal["user"]


class ThreadSnooze(_OfThread):
    type: Literal["thread.snooze"]
    snoozedUntil: str


class ThreadPin(_OfThread):
    type: Literal["thread.pin"]
    orderKey: Id = _MISSING


class ThreadPinReorder(_OfThread):
    type: Literal["thread.pin.reorder"]
    orderKey: Id


Command = Annotated[
    ProjectCreate
    | ProjectMetaUpdate
    | ProjectDelete
    | ThreadCreate
    | ThreadMetaUpdate
    | ThreadRuntimeModeSet
    | ThreadInteractionModeSet
    | ThreadTurnStart
    | ThreadTurnInterrupt
    | ThreadApprovalRespond
    | ThreadUserInputRespond
    | ThreadCheckpointRevert
    | ThreadSessionStop
    | ThreadPlain
    | ThreadByUser
    | ThreadSnooze
    | ThreadPin
    | ThreadPinReorder,
    Field(discriminator="type"),
]
_ADAPTER: TypeAdapter[Command] = TypeAdapter(Command)

_ORDER = (
    "project.create",
    "project.meta.update",
    "project.delete",
    "thread.create",
    "thread.delete",
    "thread.archive",
    "thread.unarchive",
    "thread.settle",
    "thread.unsettle",
    "thread.snooze",
    "thread.unsnooze",
    "thread.pin",
    "thread.unpin",
    "thread.pin.reorder",
    "thread.meta.update",
    "thread.runtime-mode.set",
    "thread.interaction-mode.set",
    "thread.turn.start",
    "thread.turn.interrupt",
    "thread.approval.respond",
    "thread.user-input.respond",
    "thread.checkpoint.revert",
    "thread.session.stop",
)


def read_command(data: Any, version: ServerVersion) -> Command:
    """The command in `data`, a decoded JSON value. Raises BadSchema, also for what `version` does not know yet."""
    kind = data.get("type") if isinstance(data, dict) else None
    if kind not in version.commands:
        raise BadSchema(_union(version))
    try:
        command = _ADAPTER.validate_python(data)
    except ValidationError as error:
        raise BadSchema(_defect(error)) from error
    modes = {getattr(command, "runtimeMode", None)}
    if isinstance(command, ThreadTurnStart) and command.bootstrap and command.bootstrap.createThread:
        modes.add(command.bootstrap.createThread.runtimeMode)
    if modes - {None} - version.runtime_modes:
        expected = " | ".join(f'"{mode}"' for mode in sorted(version.runtime_modes))
        raise BadSchema(f'Expected {expected}\n  at ["runtimeMode"]')
    return command


def _union(version: ServerVersion) -> str:
    """What the server says of a command of no known type: all the shapes it would have taken."""
    return "Expected " + " | ".join(_shape(name) for name in _ORDER if name in version.commands)


def _shape(name: str) -> str:
    reason = ' readonly "reason": "user",' if name in ("thread.unsettle", "thread.unsnooze") else ""
    return f'{{ readonly "type": "{name}",{reason} ... }}'


def _defect(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    path = "".join(f"[{part!r}]".replace("'", '"') for part in first["loc"][1:])
    what = "Missing key" if first["type"] == "missing" else str(first["msg"])
    return f"{what}\n  at {path}" if path else what
