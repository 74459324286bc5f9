"""Starting something new: a thread with its first message, by bootstrap over the socket or in two steps over HTTP.

It must never make half of something when it knows beforehand that the other half cannot be made."""

import re
from collections.abc import Callable

from cockpit.core.commands import CreateProject, Dispatch, Outcome
from cockpit.core.ports import Clock
from cockpit.model.errors import (
    AuthError,
    CockpitError,
    HalfDone,
    NotFound,
    Refused,
    Rejected,
    SourceError,
    Unconfirmed,
)
from cockpit.model.ids import Ref
from cockpit.model.text import one_line
from cockpit.model.work import ModelChoice
from cockpit.runtimes.foreign import Json, identity, mapping, rows, text, when
from cockpit.runtimes.t3 import bodies
from cockpit.runtimes.t3.bodies import Body
from cockpit.runtimes.t3.connection import Connection
from cockpit.runtimes.t3.decode import decode_model
from cockpit.runtimes.t3.failures import Lost, Missing, NotSent
from cockpit.runtimes.t3.rows import Rows
from cockpit.runtimes.t3.sender import send
from cockpit.runtimes.t3.socket import Refusal
from cockpit.runtimes.t3.wire import flag

_TITLE = 60
_BOOTSTRAP_SECONDS = 120.0
_DISPATCH = "orchestration.dispatchCommand"


class Starter:
    """`rows` are the fleet as last read; `default_model` is what the source offers when nothing else is known."""

    def __init__(
        self, source: str, rows: Rows, clock: Clock, new_id: Callable[[], str],
        default_model: Callable[[], ModelChoice | None],
    ) -> None:  # fmt: skip
        self._source = source
        self._rows = rows
        self._clock = clock
        self._new_id = new_id
        self._default_model = default_model

    async def create_project(self, to: Connection, command: CreateProject, intent: str) -> Outcome:
        project = self._new_id()
        title = command.title.strip() or command.path.rstrip("/").rpartition("/")[2] or command.path
        body = bodies.project_create(
            intent, project, title, command.path.strip(), self._clock(), create_path=command.create_path
        )
        try:
            await send(to, body)
        except Rejected as error:
            if "invalid_command" not in error.message:
                raise
            raise Rejected(
                f"There is no directory {one_line(command.path)} on the server's machine.",
                fix="Create it there, or let the server create it.",
            ) from error
        return Outcome(f"Made the project “{one_line(title)}”.", notes=(str(Ref(self._source, project)),))

    async def dispatch(self, to: Connection, command: Dispatch, intent: str) -> Outcome:
        """Raises Refused before anything is made, Rejected when nothing was, HalfDone when only the thread was."""
        project = command.project.native if command.project and command.project.source == self._source else ""
        row = self._rows.raw_project(project)
        if row is None:
            raise NotFound("The project is not there.", fix="Choose another one, or make it first.")
        if command.count != 1:
            raise Refused("A T3 server starts one thread at a time.", fix="Start them one by one.")
        model = command.model or decode_model(row.get("defaultModelSelection")) or self._sibling_model(project)
        if model is None:
            raise Refused("It is not known which model to use.", fix="Name a provider and a model.")
        thread = self._new_id()
        words = bodies.new_thread(
            project,
            command.title.strip() or one_line(command.prompt, _TITLE),
            model,
            command.runtime_mode or bodies.DEFAULT_RUNTIME,
            command.interaction_mode or bodies.DEFAULT_INTERACTION,
            self._clock(),
        )
        turn = bodies.turn_start(intent, thread, self._new_id(), command.prompt, words, self._clock())
        if not command.title.strip():
            turn["titleSeed"] = words["title"]
        socket = await self._socket(to, needed=command.worktree or command.setup)
        if not socket:
            return await self._two_steps(to, thread, words, turn, intent)
        bootstrap: Body = {"createThread": words}
        if command.worktree:
            bootstrap["prepareWorktree"] = await self._worktree(to, command, row, thread)
        if command.setup:
            bootstrap["runSetupScript"] = True
        return await self._bootstrap(to, thread, turn | {"bootstrap": bootstrap})

    async def _socket(self, to: Connection, *, needed: bool) -> bool:
        """Whether the socket can be used. Raises Refused when it cannot and must."""
        try:
            await to.socket.connect()
        except AuthError:
            raise
        except SourceError as error:
            if needed:
                raise Refused(
                    f"A worktree or a setup script is made over the socket alone, and there is none: {error.message}",
                    fix="Start it without a worktree, or try again when the socket is back. Nothing was made.",
                ) from error
            return False
        return True

    async def _bootstrap(self, to: Connection, thread: str, turn: Json) -> Outcome:
        ref = Ref(self._source, thread)
        try:
            await to.socket.call(_DISPATCH, turn, seconds=_BOOTSTRAP_SECONDS)
        except Refusal as refusal:
            disposition = text(refusal.error, "bootstrapThreadDisposition")
            if disposition == "deleted" or not await self._exists(to, thread):
                raise Rejected(refusal.message, fix="Nothing was left behind; correct it and try again.") from refusal
            raise HalfDone(f"The thread was made, but it did not start: {refusal.message}", fix=_GO_ON) from refusal
        except Lost as lost:
            if await self._started(to, thread):
                return Outcome("Started.", ref)
            raise Unconfirmed(
                f"The order to start was sent, but no answer came: {lost.message}",
                fix="Wait for the thread to appear before you start it again.",
            ) from lost
        return Outcome("Started.", ref)

    async def _two_steps(self, to: Connection, thread: str, words: Body, turn: Body, intent: str) -> Outcome:
        ref = Ref(self._source, thread)
        await send(to, bodies.thread_create(f"{intent}-create", thread, words))
        try:
            await send(to, turn)
        except CockpitError as error:
            raise HalfDone(f"The thread was made, but the prompt was not taken: {error.message}", fix=_GO_ON) from error
        return Outcome("Started.", ref, ("Over HTTP, in two steps: there is no socket now.",))

    async def _exists(self, to: Connection, thread: str) -> bool:
        try:
            await to.reader.detail(thread, turns=1)
        except Missing:
            return False
        except SourceError:
            return True  # not known to be gone
        return True

    async def _started(self, to: Connection, thread: str) -> bool:
        try:
            detail = mapping((await to.reader.detail(thread, turns=1)).get("thread"))
        except SourceError:
            return False
        return any(True for _ in rows(detail.get("messages")))

    async def _worktree(self, to: Connection, command: Dispatch, row: Json, thread: str) -> Body:
        place = text(row, "workspaceRoot") or ""
        base = command.base_branch.strip() or await self._base_branch(to, place)
        branch = command.branch.strip() or _branch_name(command.title or command.prompt, thread)
        return {"projectCwd": place, "baseBranch": base, "branch": branch}

    async def _base_branch(self, to: Connection, place: str) -> str:
        """The branch that is checked out in the project, else its default one. Raises Refused when neither is known."""
        try:
            answer = mapping(await to.socket.call("vcs.listRefs", {"cwd": place}))
        except (Refusal, Lost, NotSent):
            answer = {}
        refs = [*rows(answer.get("refs")), *rows(answer.get("branches"))]
        for mark in ("current", "isDefault"):
            name = next((name for ref in refs if flag(ref, mark) and (name := text(ref, "name"))), None)
            if name:
                return name
        raise Refused("It is not known which branch to start from.", fix="Name the base branch. Nothing was made.")

    def _sibling_model(self, project: str) -> ModelChoice | None:
        """What the newest thread of the project uses, else what the source offers (facts: T3, section 9)."""
        dated = [
            (created, row)
            for row in self._rows.raw_rows()
            if identity(row, "projectId") == project and (created := when(row, "createdAt"))
        ]
        newest = max(dated, key=lambda pair: pair[0], default=None)
        return (decode_model(newest[1].get("modelSelection")) if newest else None) or self._default_model()


_GO_ON = "Send the prompt to that thread, or delete it."


def _branch_name(title: str, thread: str) -> str:
    """`Fix the parser!` → `cockpit/fix-the-parser-1a2b`: fit for git, and not taken."""
    slug = "-".join(re.findall(r"[a-z0-9]+", title.lower())[:5])[:40].strip("-") or "work"
    tail = re.sub(r"[^a-z0-9]", "", thread.lower())[-4:] or "0"
    return f"cockpit/{slug}-{tail}"
