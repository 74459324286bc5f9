"""The methods of the WebSocket: what each one wants, and what it answers (facts: T3 0.0.33 §9).

Frames, acknowledgements and connections are no concern of this file.
"""

from dataclasses import dataclass
from typing import Any

from cockpit.demo.t3 import views
from cockpit.demo.t3.auth import Session
from cockpit.demo.t3.bootstrap import BASE
from cockpit.demo.t3.commands import dispatch
from cockpit.demo.t3.feeds import Feed, ShellFeed, ThreadFeed
from cockpit.demo.t3.http import Http
from cockpit.demo.t3.refusals import InvalidCommand, Refused
from cockpit.demo.t3.schema import BadSchema, read_command
from cockpit.demo.t3.settings import merge_settings, providers
from cockpit.demo.t3.state import Row, Thread
from cockpit.demo.t3.world import World

_READ = "orchestration:read"
_OPERATE = "orchestration:operate"


class Die(Exception):
    """A call that the server cannot make sense of: Exit, Failure, Die."""


class Fail(Exception):
    """A call that was refused in words: Exit, Failure, Fail with `error`."""

    def __init__(self, tag: str, message: str, **more: object) -> None:
        super().__init__(message)
        self.error: Row = {"_tag": tag, "message": message, **more}


@dataclass(frozen=True)
class Call:
    """One request: the method and its undecoded payload."""

    method: str
    payload: Any


class Rpc:
    """Answers the calls of one session."""

    def __init__(self, world: World, http: Http, session: Session) -> None:
        self._world = world
        self._http = http
        self._session = session

    async def call(self, call: Call) -> Any:
        """The value a method answers with, or the feed it opens. Raises Die, Fail."""
        payload = call.payload if isinstance(call.payload, dict) else {}
        modern = self._world.version.modern
        match call.method:
            case "server.probe" if modern:
                return {}
            case "server.getConfig":
                return self._config()
            case "server.getSettings":
                return self._world.settings
            case "server.updateSettings":
                self._require(_OPERATE)
                merge_settings(self._world.settings, _object(payload, "patch"))
                return self._world.settings
            case "vcs.listRefs":
                self._require(_READ)
                return self._refs()
            case "orchestration.dispatchCommand":
                return self._dispatch(call.payload)
            case "orchestration.subscribeShell":
                self._require(_READ)
                after = _integer(payload, "afterSequence") if modern else None
                return ShellFeed(self._world, after, modern and _flag(payload, "requestCompletionMarker"))
            case "orchestration.subscribeThread":
                return self._subscribe(payload)
            case "orchestration.getArchivedShellSnapshot":
                self._require(_READ)
                return views.shell(self._world, archived=True)
            case "orchestration.searchThreads" if modern:
                return self._search(payload)
            case "orchestration.getTurnDiff":
                return self._diff(payload, _count(payload, "fromTurnCount"), _count(payload, "toTurnCount"))
            case "orchestration.getFullThreadDiff":
                return self._diff(payload, 0, _count(payload, "toTurnCount"))
        raise Die(f"Unknown request tag: {call.method}")

    def _require(self, scope: str) -> None:
        if scope not in self._session.scopes:
            message = f"The authenticated token is missing required scope: {scope}."
            raise Fail("EnvironmentAuthorizationError", message, requiredScope=scope)

    def _refs(self) -> Row:
        """The branches of any directory. The shape is from T3's published source; no recording has it."""
        names = sorted(self._world.branches)
        return {"isRepo": True, "refs": [{"name": n, "current": n == "main", "isDefault": n == "main"} for n in names]}

    def _dispatch(self, payload: Any) -> Row:
        tag = "OrchestrationDispatchCommandError"
        try:
            read_command(payload, self._world.version)
            self._require(_OPERATE)
            return {"sequence": dispatch(self._world, payload, over_http=False)}
        except BadSchema as error:
            raise Die(error.defect) from error
        except InvalidCommand as error:
            raise Fail(tag, error.message) from error
        except Refused as refusal:
            cause = {"name": "OrchestrationCommandInvariantError", "message": refusal.message}
            more = {"bootstrapThreadDisposition": refusal.disposition} if refusal.disposition else {}
            raise Fail(tag, refusal.message, cause=cause, **more) from refusal

    def _subscribe(self, payload: Row) -> Feed:
        thread_id = _text(payload, "threadId")
        self._require(_READ)
        thread = self._thread(thread_id)
        if not self._world.version.modern:
            return ThreadFeed(self._world, thread.id, None, False, None)
        marker = _flag(payload, "requestCompletionMarker")
        after, limit = _integer(payload, "afterSequence"), _integer(payload, "turnLimit")
        return ThreadFeed(self._world, thread.id, after, marker, limit)

    def _thread(self, thread_id: str) -> Thread:
        thread = self._world.visible(thread_id)
        if thread is None:
            raise Fail("OrchestrationGetSnapshotError", f"Thread {thread_id} was not found")
        return thread

    def _search(self, payload: Row) -> Row:
        query, limit = _text(payload, "query"), _integer(payload, "limit")
        if len(query.strip()) < 2:
            raise Die('Expected a value with a length of at least 2\n  at ["query"]')
        if limit is not None and not 1 <= limit <= 50:
            raise Die('Expected a value between 1 and 50\n  at ["limit"]')
        self._require(_READ)
        return views.search(self._world, query.strip(), limit or 20)

    def _diff(self, payload: Row, first: int, last: int) -> Row:
        thread_id = _text(payload, "threadId")
        self._require(_READ)
        if first > last:
            raise Die("fromTurnCount must be less than or equal to toTurnCount")
        thread = self._world.thread(thread_id)
        tag = "OrchestrationGetTurnDiffError"
        if thread is None:
            raise Fail(tag, f"Thread '{thread_id}' not found.")
        if last > len(thread.checkpoints):
            reached = len(thread.checkpoints)
            raise Fail(tag, f"Turn diff range exceeds current turn count: requested {last}, current {reached}.")
        diff = views.diff(thread, first, last)
        return {"fromTurnCount": first, "toTurnCount": last, "threadId": thread_id, "diff": diff}

    def _config(self) -> Row:
        config: Row = {
            "environment": self._http.environment(),
            "auth": self._http.policy(),
            "cwd": "/home/dev",
            "keybindingsConfigPath": f"{BASE}/userdata/keybindings.json",
            "keybindings": [],
            "issues": [],
            "providers": providers(self._world.now()),
            "availableEditors": [],
            "remoteOpenTargets": [],
            "observability": {
                "logsDirectoryPath": f"{BASE}/userdata/logs",
                "localTracingEnabled": True,
                "otlpTracesEnabled": False,
                "otlpMetricsEnabled": False,
            },
            "settings": self._world.settings,
        }
        if self._world.version.modern:
            config |= {
                "shellResumeCompletionMarker": True,
                "threadResumeCompletionMarker": True,
                "threadSnapshotPagination": True,
            }
        return config


def _text(payload: Row, key: str) -> str:
    if key not in payload:
        raise Die(f'Missing key\n  at ["{key}"]')
    value = payload[key]
    if not isinstance(value, str) or not value.strip():
        raise Die(f'Expected a non-empty string\n  at ["{key}"]')
    return value


def _count(payload: Row, key: str) -> int:
    if key not in payload:
        raise Die(f'Missing key\n  at ["{key}"]')
    value = _integer(payload, key)
    if value is None:
        raise Die(f'Expected number\n  at ["{key}"]')
    return value


def _integer(payload: Row, key: str) -> int | None:
    value = payload.get(key)
    if key in payload and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
        raise Die(f'Expected a value greater than or equal to 0\n  at ["{key}"]')
    return value


def _flag(payload: Row, key: str) -> bool:
    value = payload.get(key, False)
    if not isinstance(value, bool):
        raise Die(f'Expected boolean\n  at ["{key}"]')
    return value


def _object(payload: Row, key: str) -> Row:
    value = payload.get(key)
    if not isinstance(value, dict):
        raise Die(f'Missing key\n  at ["{key}"]')
    return value
