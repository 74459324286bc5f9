"""One scripted Claude: `python -m cockpit.demo.claude.agent NAME …` in a terminal. It lives until that goes.

It plays its part of the story, and answers whoever types to it or writes into its inbox. It asks no model."""

import argparse
import json
import os
import select
import signal
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cockpit.demo.claude import VERSION, show, story
from cockpit.demo.claude.diary import Diary
from cockpit.demo.claude.home import Json, Registry, Team, iso, millis
from cockpit.demo.claude.hooks import Hook
from cockpit.demo.claude.past import letter
from cockpit.demo.claude.steps import Beat, Call, Prompt, Rest, Say, Send, Think, Until, Update, Who
from cockpit.demo.t3.ids import Ids
from cockpit.demo.tmux.looks import Key, Keys, Screen, room

_LETTER_SECONDS = 15.0
_TICK = 1.0
"""How often it looks into its inbox and moves its spinner, in seconds."""
_BY = {True: "user_temporary", False: "user_reject"}
_MEMBERS = (story.LEAD, *story.MATES)
_FOOTER = "⏸ manual mode on · ? for shortcuts"


class Interrupted(Exception):
    """A person pressed Escape within a turn."""


class Agent:
    """`began` is when the demo did, `speed` how many times as fast as people like to watch everything happens."""

    def __init__(
        self, root: Path, who: Who, beats: tuple[Beat, ...], began: datetime, *, seed: int, speed: float
    ) -> None:
        self._root = root
        self._who = who
        self._beats = [beat for beat in beats if beat.who == who.name]
        self._began = began
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

    # Life

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._told_to_go)
        signal.signal(signal.SIGWINCH, lambda *_: None)  # the wake-up tells of it
        self._screen.open(*show.greeting(self._who, VERSION), *self._history())
        coming = deque(beat for beat in self._beats if beat.at >= 0)
        if self._open_at_start():
            self._turn = time.monotonic()
            self._screen.doing = "Working"
        self._tell()
        try:
            while not self._over:
                try:
                    self._play(coming)
                except Interrupted:
                    self._diary.interrupted(_now())
                    self._screen.say(*show.resulted(None, "Interrupted · What should Claude do instead?", refused=True))
                    self._ended()
        finally:
            self._leave()

    def _play(self, coming: "deque[Beat]") -> None:
        """Play what is due, and between turns answer who wants something. After an interrupt a word goes on with it."""
        while not self._over:
            if self._turn is None and (self._typed or self._letters):
                self._improvise()
            elif coming and (_now() - self._began).total_seconds() * self._speed >= coming[0].at:
                self._step(coming[0])
                coming.popleft()
            else:
                self._pump(1.0)

    def _told_to_go(self, *_: object) -> None:
        self._over = True

    def _leave(self) -> None:
        """What an orderly end leaves: no registry entry, and no team when the lead goes (facts §3)."""
        self._registry.leave()
        if self._team is not None and self._who.lead and self._team.folder.exists():
            self._team.folder.rename(self._team.folder.with_name(f"{self._team.name}.deleted-{self._ids.uuid('gone')}"))
        self._screen.close()

    # Steps

    def _step(self, beat: Beat) -> None:
        match beat.step:
            case Prompt(text):
                self._begin()
                self._diary.prompt(text, _now())
                self._screen.say(*show.prompt(text, room()))
            case Think(text):
                self._diary.think(text, _now())
                self._screen.say(*show.thought(text, room()))
            case Say(text):
                self._diary.say(text, _now())
                self._screen.say(*show.said(text, room()))
            case Call() as call:
                self._call(call)
            case Send() as message:
                self._send(message)
            case Update(task, change):
                self._update(task, change)
            case Until(tasks):
                self._until(tasks)
            case Rest(text):
                self._finish(text)

    def _call(self, call: Call) -> None:
        self._begin()
        native = self._diary.call(call.tool, call.input, _now())
        self._screen.say(*show.called(call.tool, call.input))
        by, said = self._decided(call, native) if call.asks else ("", "")
        if by.endswith("_reject"):
            output = "The user doesn't want to proceed with this tool use. The tool use was rejected."
            output += f" To tell you how to proceed, the user said:\n{said}" if said else ""
            self._diary.result(native, output, _now(), call=call, by=by)
            self._screen.say(*show.resulted(None, f"No. {said}".rstrip(), refused=True))
            return
        self._screen.doing = show.doing(call)
        self._pump(call.seconds)
        self._diary.result(native, call.output, _now(), call=call, by=by)
        self._screen.say(*show.resulted(call, call.output))

    def _send(self, message: Send) -> None:
        self._begin()
        told = {"to": message.to, "summary": message.summary, "message": message.text}
        native = self._diary.call("SendMessage", told, _now())
        self._screen.say(*show.called(f"@{message.to}", {"message": message.text}))
        self._post(message.to, message.text, message.summary)
        self._diary.result(native, f"Message sent to {message.to}.", _now())

    def _update(self, task: str, change: Json) -> None:
        self._begin()
        native = self._diary.call("TaskUpdate", {"taskId": task, **change}, _now())
        if self._team is not None:
            self._team.change(task, **change)
        self._diary.result(native, f"Updated task #{task}", _now())
        word = str(change.get("status", "changed")).replace("_", " ")
        self._screen.say("", f"\x1b[2m☐\x1b[0m task #{task}: {word}")

    def _until(self, tasks: tuple[str, ...]) -> None:
        """At rest until those tasks are done; then the word of whoever did them begins the turn."""
        team = self._team
        if team is None:
            return
        while not self._over and not team.done(*tasks):
            if self._turn is None and (self._typed or self._letters):
                self._improvise()
            self._pump(1.0)
        if self._turn is None:
            self._pump(_LETTER_SECONDS, until=lambda: bool(self._letters))
            self._take_up()

    def _improvise(self) -> None:
        """Somebody typed or wrote: a short turn about that. Its team is only taken note of."""
        if self._typed:
            text = self._typed.popleft()
            self._begin()
            self._diary.prompt(text, _now())
            self._screen.say(*show.prompt(text, room()))
            self._work(text)
            return
        last = self._letters[-1]
        self._take_up()
        if last["from"] in _MEMBERS:
            self._pump(2.0)
            self._finish(f"Noted: {last.get('summary') or _prose(last)}.")
        else:
            self._work(_prose(last))

    def _work(self, text: str) -> None:
        self._screen.doing = "Thinking"
        self._pump(2.0)
        self._call(Call("Read", {"file_path": f"{self._who.cwd}/README.md"}, "(12 lines)", 2.0))
        self._call(Call("Bash", {"command": "pytest -q", "description": "Run the tests"}, "68 passed in 2.31s", 5.0))
        self._finish(f"Done: {' '.join(text.split())[:80]}. All tests pass.")

    def _take_up(self) -> None:
        letters, self._letters = self._letters, []
        self._begin()
        if letters:
            self._diary.letters(letters, _now())
            for each in letters:
                self._screen.say(*show.letter(each["from"], each.get("color", ""), _prose(each), room()))

    # Turns

    def _begin(self) -> None:
        if self._turn is None:
            self._turn = time.monotonic()
            self._screen.doing = "Thinking"
            self._screen.tick(0.0)
            self._tell()

    def _finish(self, text: str) -> None:
        self._begin()
        self._diary.say(text, _now(), last=True)
        self._diary.ended(_now())
        self._screen.say(*show.said(text, room()))
        self._ended()
        if self._who.mate:
            told = {"type": "idle_notification", "from": self._who.name, "timestamp": iso(_now()),
                    "idleReason": "available", "result": text}  # fmt: skip
            self._post(story.LEAD, json.dumps(told, ensure_ascii=False))

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
            "request_id": f"perm-{millis(_now())}-{native[-7:]}",
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
            now = time.monotonic()
            if end is not None and now >= end:
                return
            pause = _TICK / self._speed if end is None else min(_TICK / self._speed, end - now)
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
            told = _protocol(came)
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
                  "timestamp": iso(_now())}  # fmt: skip
        self._post(story.LEAD, json.dumps(answer))
        self._team.dismiss(self._who.name)
        self._over = True

    def _post(self, to: str, text: str, summary: str = "") -> None:
        if self._team is not None:
            self._team.post(to, letter(self._who, text, _now(), self._ids.uuid("letter"), summary))

    # What was before

    def _history(self) -> list[str]:
        lines: list[str] = []
        for beat in self._beats:
            if beat.at >= 0:
                continue
            match beat.step:
                case Prompt(text, sender):
                    lines += show.letter(sender, "", text, room()) if sender else show.prompt(text, room())
                case Think(text):
                    lines += show.thought(text, room())
                case Say(text) | Rest(text):
                    lines += show.said(text, room())
                case Call() as call:
                    lines += [*show.called(call.tool, call.input), *show.resulted(call, call.output)]
                case Send(to, text, _):
                    lines += show.called(f"@{to}", {"message": text})
                case _:
                    pass
        return lines

    def _open_at_start(self) -> bool:
        """Whether the story has this one within a turn when it begins."""
        past = [beat.step for beat in self._beats if beat.at < 0]
        return bool(past) and not isinstance(past[-1], Rest)


def _protocol(came: Json) -> Json:
    try:
        told = json.loads(came["text"])
    except (ValueError, KeyError, TypeError):
        return {}
    return told if isinstance(told, dict) else {}


def _prose(came: Json) -> str:
    """What a message says, also where it is one of the protocol's."""
    told = _protocol(came)
    match told.get("type"):
        case "idle_notification":
            return f"idle · {told.get('result', '')}"
        case "task_assignment":
            return f"task #{told.get('taskId')}: {told.get('subject')}"
        case None:
            return str(came.get("text", ""))
    return str(told["type"]).replace("_", " ")


def _now() -> datetime:
    return datetime.now(UTC)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m cockpit.demo.claude.agent")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--began", type=float, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--speed", type=float, default=1.0)
    parser.add_argument("--play", required=True, help="whose part")
    # What the CLI is given in a pane (facts §4), by which a cockpit knows a teammate's process; nothing else needs it.
    for told in ("--agent-id", "--agent-name", "--team-name", "--agent-color", "--parent-session-id"):
        parser.add_argument(told)
    chosen = parser.parse_args()
    importer = chosen.work / "importer"
    people = (*story.team(importer, chosen.seed), story.solo(chosen.work / "search", chosen.seed))
    who = next(each for each in people if each.name == chosen.play)
    began = datetime.fromtimestamp(0, UTC) + timedelta(seconds=chosen.began)
    Agent(chosen.home, who, story.beats(importer), began, seed=chosen.seed, speed=chosen.speed).run()


if __name__ == "__main__":
    main()
