"""One scripted Claude: `python -m cockpit.demo.claude.agent …` in a terminal. It lives until that goes.

It plays its part of the story, and answers whoever types to it or writes into its inbox. It asks no model."""

import argparse
import json
import signal
import time
from collections import deque
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cockpit.demo.claude import VERSION, show, story
from cockpit.demo.claude.home import Json, iso, millis
from cockpit.demo.claude.mail import prose
from cockpit.demo.claude.session import Interrupted, Session, now
from cockpit.demo.claude.steps import Beat, Call, Prompt, Rest, Say, Send, Think, Until, Update, Who
from cockpit.demo.tmux.looks import room

_LETTER_SECONDS = 15.0
_MEMBERS = (story.LEAD, *story.MATES)


class Agent(Session):
    """`began` is when the demo did, `speed` how many times as fast as people like to watch everything happens."""

    def __init__(
        self, root: Path, who: Who, beats: tuple[Beat, ...], began: datetime, *, seed: int, speed: float
    ) -> None:
        super().__init__(root, who, seed=seed, speed=speed)
        self._beats = [beat for beat in beats if beat.who == who.name]
        self._began = began
        self._stopped = False
        """Whether a person interrupted it: then its story waits for a word."""

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._told_to_go)
        signal.signal(signal.SIGWINCH, lambda *_: None)  # the wake-up tells of it
        self._screen.open(*show.greeting(self._who, VERSION), *show.history(self._beats, room()))
        if self._team is not None and self._who.lead:
            self._team.claim()
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
                    self._stopped = True
                    self._diary.interrupted(now())
                    self._screen.say(*show.resulted(None, "Interrupted · What should Claude do instead?", refused=True))
                    self._ended()
        finally:
            self._leave()

    def _play(self, coming: "deque[Beat]") -> None:
        """Play what is due, and between turns answer who wants something."""
        while not self._over:
            if self._turn is None and (self._typed or self._letters):
                self._improvise()
            elif coming and not self._stopped and (now() - self._began).total_seconds() * self._speed >= coming[0].at:
                self._step(coming[0])
                coming.popleft()
            else:
                self._pump(1.0)

    # Steps

    def _step(self, beat: Beat) -> None:
        match beat.step:
            case Prompt(text):
                self._begin()
                self._diary.prompt(text, now())
                self._screen.say(*show.prompt(text, room()))
            case Think(text):
                self._diary.think(text, now())
                self._screen.say(*show.thought(text, room()))
            case Say(text):
                self._diary.say(text, now())
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
        native = self._diary.call(call.tool, call.input, now())
        self._screen.say(*show.called(call.tool, call.input))
        by, said = self._decided(call, native) if call.asks else ("", "")
        if by.endswith("_reject"):
            output = "The user doesn't want to proceed with this tool use. The tool use was rejected."
            output += f" To tell you how to proceed, the user said:\n{said}" if said else ""
            self._diary.result(native, output, now(), call=call, by=by)
            self._screen.say(*show.resulted(None, f"No. {said}".rstrip(), refused=True))
            return
        self._screen.doing = show.doing(call)
        self._pump(call.seconds)
        self._diary.result(native, call.output, now(), call=call, by=by)
        self._screen.say(*show.resulted(call, call.output))

    def _send(self, message: Send) -> None:
        self._begin()
        told = {"to": message.to, "summary": message.summary, "message": message.text}
        native = self._diary.call("SendMessage", told, now())
        self._screen.say(*show.called(f"@{message.to}", {"message": message.text}))
        self._post(message.to, message.text, message.summary)
        self._diary.result(native, f"Message sent to {message.to}.", now())

    def _update(self, task: str, change: Json) -> None:
        self._begin()
        native = self._diary.call("TaskUpdate", {"taskId": task, **change}, now())
        if self._team is not None:
            self._team.change(task, **change)
        self._diary.result(native, f"Updated task #{task}", now())
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
        self._stopped = False
        if self._typed:
            text = self._typed.popleft()
            if text.strip() == "/exit":
                self._over = True
                return
            self._begin()
            self._diary.prompt(text, now())
            self._screen.say(*show.prompt(text, room()))
            if self._who.lead and "shutdown request" in text:
                self._dismiss_all()
            else:
                self._work(text)
            return
        last = self._letters[-1]
        self._take_up()
        if last["from"] in _MEMBERS:
            self._pump(2.0)
            self._finish(f"Noted: {last.get('summary') or prose(last)}.")
        else:
            self._work(prose(last))

    def _work(self, text: str) -> None:
        self._screen.doing = "Thinking"
        self._pump(2.0)
        self._call(Call("Read", {"file_path": f"{self._who.cwd}/README.md"}, "(12 lines)", 2.0))
        self._call(Call("Bash", {"command": "pytest -q", "description": "Run the tests"}, "68 passed in 2.31s", 5.0))
        self._finish(f"Done: {' '.join(text.split())[:80]}. All tests pass.")

    def _dismiss_all(self) -> None:
        """Ask every teammate to stop, as the lead is told to; each agrees and leaves (facts §2, §3)."""
        for mate in self._team.mates() if self._team else ():
            told = {"type": "shutdown_request", "reason": "The team stops."}
            native = self._diary.call("SendMessage", {"to": mate, "message": told}, now())
            self._screen.say(*show.called(f"@{mate}", {"message": "shutdown request"}))
            request = {"requestId": f"shutdown-{millis(now())}@{mate}", "from": self._who.name, "timestamp": iso(now())}
            self._post(mate, json.dumps(told | request))
            self._diary.result(native, f"Shutdown request sent to {mate}.", now())
        self._finish("I asked every teammate to stop.")

    def _take_up(self) -> None:
        letters, self._letters = self._letters, []
        self._begin()
        if letters:
            self._diary.letters(letters, now())
            for each in letters:
                self._screen.say(*show.letter(each["from"], each.get("color", ""), prose(each), room()))

    def _finish(self, text: str) -> None:
        self._begin()
        self._diary.say(text, now(), last=True)
        self._diary.ended(now())
        self._screen.say(*show.said(text, room()))
        self._ended()
        if self._who.mate:
            told = {"type": "idle_notification", "from": self._who.name, "timestamp": iso(now()),
                    "idleReason": "available", "result": text}  # fmt: skip
            self._post(story.LEAD, json.dumps(told, ensure_ascii=False))

    def _open_at_start(self) -> bool:
        """Whether the story has this one within a turn when it begins."""
        past = [beat.step for beat in self._beats if beat.at < 0]
        return bool(past) and not isinstance(past[-1], Rest)


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
