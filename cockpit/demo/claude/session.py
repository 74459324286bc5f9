"""A scripted Claude's terminal, registry entry, inbox and permissions, without what it does in a turn.

It reads keys and mail while it waits, and never waits without."""

import json
import os
import select
import signal
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from cockpit.demo.claude import show, story
from cockpit.demo.claude.diary import Diary
from cockpit.demo.claude.home import Json, Registry, Team, iso, millis
from cockpit.demo.claude.hooks import Hook
from cockpit.demo.claude.mail import protocol, written
from cockpit.demo.claude.steps import Call, Who
from cockpit.demo.t3.ids import Ids
from cockpit.demo.tmux.looks import Key, Keys, Screen

_TICK = 1.0
"""How often it looks into its inbox and moves its spinner, in seconds."""
_BY = {True: "user_temporary", False: "user_reject"}
_FOOTER = "⏸ manual mode on · ? for shortcuts"


class Interrupted(Exception):
    """A person pressed Escape within a turn."""


class Session:
    """One Claude in its terminal: what it is typed and sent, whether a turn runs, and who lets it do what.

    It knows no story: what is done in a turn is another's."""

    def __init__(self, root: Path, who: Who, *, seed: int, speed: float) -> None:
        self._root = root
        self._who = who
        self._speed = speed
        self._ids = Ids(seed + os.getpid())
        self._diary = Diary(root, who, seed)
        self._team = Team(root, who.team) if who.team else None
        key = Ids(seed).hex(f"key {who.name}", 64)
        self._registry = Registry(root, who.session, who.cwd, mate=who.mate, key=key)
        self._screen = Screen(f"✳ {who.topic}", show.ACCENT, _FOOTER)
        self._keys = Keys()
        self._typed: deque[str] = deque()
        self._letters: list[Json] = []
        self._asked: list[Json] = []
        """Permission requests whose prompt stands here: of mates, or of this one (without `from`)."""
        self._answers: dict[str, bool] = {}
        self._turn: float | None = None
        """When the turn began, on the monotonic clock; None at rest."""
        self._over = False
        self._wake, waker = os.pipe()
        os.set_blocking(waker, False)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)

    def _told_to_go(self, *_: object) -> None:
        self._over = True

    def _leave(self) -> None:
        """What an orderly end leaves: no registry entry, and no team when the lead goes (facts §3)."""
        self._registry.leave()
        if self._team is not None and self._who.lead and self._team.folder.exists():
            self._team.disband(self._ids.uuid("gone"))
        self._screen.close()

    # Turns

    def _begin(self) -> None:
        if self._turn is None:
            self._turn = time.monotonic()
            self._screen.doing = "Thinking"
            self._screen.tick(0.0)
            self._tell()

    def _ended(self) -> None:
        self._turn = None
        self._screen.doing = ""
        self._screen.refresh()
        self._tell()

    def _tell(self) -> None:
        """Let the files say how this one stands. A lead with mates in panes stays `busy` at its prompt (facts §2)."""
        if self._asked:
            self._registry.tell("waiting", "permission prompt")
        else:
            self._registry.tell("busy" if self._turn is not None or self._who.lead else "idle")
        if self._team is not None and self._who.mate:
            self._team.active(self._who.name, self._turn is not None)

    # Permissions

    def _decided(self, call: Call, native: str) -> tuple[str, str]:
        """(who decided, what was said): a hook, a person in this terminal, or for a teammate in its lead's."""
        asked: Json = {
            "request_id": f"perm-{millis(now())}-{native[-7:]}",
            "tool_name": call.tool,
            "input": call.input,
            "tool_use_id": native,
        }
        event = "PreToolUse" if self._who.mate else "PermissionRequest"
        hook = Hook(self._root, event, call.tool, {
            "session_id": self._who.session, "transcript_path": str(self._diary.path), "cwd": self._who.cwd,
            "permission_mode": "default", "tool_name": call.tool, "tool_input": call.input, "tool_use_id": native,
        })  # fmt: skip
        try:
            if self._who.mate:
                # The call stands still before its dialog comes up; that dialog is the lead's.
                self._pump(None, until=lambda: hook.over)
                if not hook.decision:
                    return _BY[self._lead_allows(asked)], ""
            else:
                self._asked.append(asked)
                self._show_asked()
                mine = asked["request_id"]
                self._pump(None, until=lambda: mine in self._answers or (hook.over and bool(hook.decision)))
                if mine in self._answers:
                    return _BY[self._answers.pop(mine)], ""
            return ("hook" if hook.decision == "allow" else "hook_reject"), hook.reason
        finally:
            if asked in self._asked:
                self._asked.remove(asked)
                self._show_asked()
            hook.stop()

    def _lead_allows(self, asked: Json) -> bool:
        told = {"type": "permission_request", "agent_id": self._who.name, **asked,
                "description": asked["input"].get("description", ""), "permission_suggestions": []}  # fmt: skip
        self._post(story.LEAD, json.dumps(told, ensure_ascii=False))
        self._screen.doing = "Waiting for team lead approval"
        self._screen.refresh()
        self._pump(None, until=lambda: asked["request_id"] in self._answers)
        return self._answers.pop(asked["request_id"], False)

    def _show_asked(self) -> None:
        """Show the first request's prompt, or none."""
        first = self._asked[0] if self._asked else None
        self._screen.dialog = (
            show.dialog(first["tool_name"], first["input"], 1, len(self._asked), first.get("agent_id", ""))
            if first else ()
        )  # fmt: skip
        self._screen.refresh()
        self._tell()

    def _answer(self, allowed: bool) -> None:
        asked = self._asked.pop(0)
        if mate := asked.get("agent_id"):
            told = {"type": "permission_response", "subtype": "success" if allowed else "error"}
            told |= {key: asked[key] for key in ("request_id", "tool_use_id")}
            self._post(mate, json.dumps(told | ({} if allowed else {"error": "Permission denied"})))
        else:
            self._answers[asked["request_id"]] = allowed
        self._show_asked()

    # What comes from outside

    def _pump(self, seconds: float | None, *, until: Callable[[], bool] = lambda: False) -> None:
        """Take keys and mail for so long (None: for ever), or until that is true. Raises Interrupted."""
        end = None if seconds is None else time.monotonic() + seconds / self._speed
        while not self._over and not until():
            at = time.monotonic()
            if end is not None and at >= end:
                return
            pause = _TICK / self._speed if end is None else min(_TICK / self._speed, end - at)
            ready, _, _ = select.select([0, self._wake], [], [], pause)
            if self._wake in ready and signal.SIGWINCH in os.read(self._wake, 512):
                self._screen.resized()
            if 0 in ready:
                self._hear()
            else:
                self._mail()
                if self._turn is not None:
                    self._screen.tick(time.monotonic() - self._turn)

    def _hear(self) -> None:
        try:
            data = os.read(0, 65536)
        except OSError:
            data = b""
        if not data:
            self._over = True
        for key in self._keys.feed(data):
            self._press(key)
        self._screen.refresh()

    def _press(self, key: Key) -> None:
        if self._asked:
            # As in the CLI: whatever is typed now is meant for the question that stands there.
            if key.name == "enter" or key.text in ("1", "2", "y"):
                self._answer(True)
            elif key.name in ("escape", "interrupt") or key.text in ("3", "n"):
                self._answer(False)
        elif key.name in ("text", "paste"):
            self._screen.typed += key.text
        elif key.name == "back":
            self._screen.typed = self._screen.typed[:-1]
        elif key.name == "enter":
            if self._screen.typed.strip():
                self._typed.append(self._screen.typed)
            self._screen.typed = ""
        elif self._turn is not None:
            raise Interrupted
        else:
            self._screen.typed = ""

    def _mail(self) -> None:
        for came in self._team.take(self._who.name) if self._team else ():
            told = protocol(came)
            match told.get("type"):
                case "permission_request" if self._who.lead:
                    self._asked.append(told)
                    self._show_asked()
                case "permission_response":
                    self._answers[str(told.get("request_id"))] = told.get("subtype") == "success"
                case "shutdown_request" if self._who.mate:
                    self._shut_down(told)
                case _:
                    self._letters.append(came)

    def _shut_down(self, told: Json) -> None:
        assert self._team is not None
        answer = {"type": "shutdown_approved", "requestId": told.get("requestId"), "from": self._who.name,
                  "timestamp": iso(now())}  # fmt: skip
        self._post(story.LEAD, json.dumps(answer))
        self._team.dismiss(self._who.name)
        self._over = True

    def _post(self, to: str, text: str, summary: str = "") -> None:
        if self._team is not None:
            self._team.post(to, written(self._who, text, now(), self._ids.uuid("letter"), summary))


def now() -> datetime:
    return datetime.now(UTC)
