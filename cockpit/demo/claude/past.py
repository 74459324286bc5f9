"""Everything of the story that lies before the demo's start, written at once: transcripts, tasks and what was sent.

It runs before any of the processes does, so nobody else writes then."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from cockpit.demo.claude.diary import Diary
from cockpit.demo.claude.home import Team
from cockpit.demo.claude.steps import Beat, Call, Prompt, Rest, Say, Send, Think, Until, Update, Who
from cockpit.demo.claude.story import TASKS


def tasks(team: Team) -> None:
    """The task list as the lead made it."""
    for native, subject, doing, owner, blocked_by, description in TASKS:
        blocks = [task[0] for task in TASKS if native in task[4]]
        team.add({
            "id": native, "subject": subject, "description": description, "activeForm": doing, "status": "pending",
            "blocks": blocks, "blockedBy": list(blocked_by), "owner": owner,
        })  # fmt: skip


def write(root: Path, people: Iterable[Who], beats: Iterable[Beat], team: Team, began: datetime, seed: int) -> None:
    """`began` is when the demo begins."""
    diaries = {who.name: Diary(root, who, seed) for who in people}
    for diary in diaries.values():
        diary.begin(began)
    for beat in beats:
        if beat.at < 0:
            _one(diaries[beat.who], beat, team, began + timedelta(seconds=beat.at))


def _one(diary: Diary, beat: Beat, team: Team, at: datetime) -> None:
    match beat.step:
        case Prompt(text, sender):
            if sender:
                diary.letters([{"from": sender, "text": text}], at)
            else:
                diary.prompt(text, at)
        case Think(text):
            diary.think(text, at)
        case Say(text):
            diary.say(text, at)
        case Call() as call:
            native = diary.call(call.tool, call.input, at)
            diary.result(native, call.output, at + timedelta(seconds=call.seconds), call=call)
        case Send() as message:
            told = {"to": message.to, "summary": message.summary, "message": message.text}
            diary.result(diary.call("SendMessage", told, at), f"Message sent to {message.to}.", at)
        case Update(task, change):
            diary.result(diary.call("TaskUpdate", {"taskId": task, **change}, at), f"Updated task #{task}", at)
            team.change(task, **change)
        case Rest(text):
            diary.say(text, at, last=True)
            diary.ended(at + timedelta(seconds=1))
        case Until():
            pass
