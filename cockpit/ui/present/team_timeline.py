"""A team's conversation as one: what its members said and did, who joined, tasks, what was asked and how it ended.

Nothing is invented: of a task only the last change is known, so only that is told; and where the members' own
conversations were not read, their messages and the rest stand alone."""

from collections.abc import Iterable, Iterator

from cockpit.model.fleet import Fleet
from cockpit.model.talk import Entry, Exchange, Message, Notice, Role, Talk
from cockpit.model.teams import Team
from cockpit.model.text import one_line
from cockpit.ui.present.message_rows import Narrowed, spoken
from cockpit.ui.present.task_rows import state_of
from cockpit.ui.present.team_rows import member_of, thread_of


def timeline(team: Team, fleet: Fleet, narrowed: Narrowed) -> Talk:
    """Everything that is known, oldest first, in the shape of a conversation; `Talk.thread` is the team's ref."""
    told = fleet.talks.get(team.ref)
    base = told or Talk(team.ref, tuple(_messages(team)))
    known = {entry.id.rpartition("/")[2] for entry in base.entries}
    begins = base.entries[0].at if base.older and base.entries else None
    around = (
        entry
        for entry in (*_joined(team), *_tasks(team), *_asks(team, fleet))
        if entry.id not in known and (begins is None or entry.at >= begins)
    )
    entries = sorted((*base.entries, *around), key=lambda entry: entry.at)
    return Talk(team.ref, tuple(each for each in entries if _keeps(narrowed, each)), base.older, None, base.read_at,
                base.failed)  # fmt: skip


def _keeps(narrowed: Narrowed, entry: Entry) -> bool:
    """Between two only what one wrote to the other can be shown; of one all that it did."""
    if narrowed.plain and not isinstance(entry, Message):
        return False
    return narrowed.names <= {entry.author, entry.to if isinstance(entry, Message) else ""}


def _messages(team: Team) -> Iterator[Entry]:
    for place, message in enumerate(team.messages):
        id = f"message/{message.id or place}"
        if spoken(message):
            yield Message(id, Role.USER, message.text, message.at, author=message.sender, to=message.to)
        else:
            yield Notice(id, "info", f"→ {message.to}: {message.text}", message.at, author=message.sender)


def _joined(team: Team) -> Iterator[Entry]:
    for member in team.members:
        if member.joined_at:
            how = " · ".join(part for part in (member.agent_type, member.model or "", member.backend) if part)
            said = "began the team" if member.role == "lead" else f"joined: {how}" if how else "joined"
            yield Notice(f"joined:{member.name}", "info", said, member.joined_at, author=member.name)


def _tasks(team: Team) -> Iterator[Entry]:
    for task in team.tasks:
        if task.updated_at:
            said = f"task #{task.id} {task.subject}: {state_of(task).word}"
            yield Notice(f"task:{task.id}", "info", said, task.updated_at, author=task.owner or "")


def _asks(team: Team, fleet: Fleet) -> Iterable[Entry]:
    for member in team.members:
        thread = thread_of(member, fleet)
        for ask in thread.asks if thread else ():
            if ask.created_at:
                said = one_line(ask.summary or ask.title)
                yield Exchange(ask.id, str(ask.kind), said, ask.created_at, author=member.name)
    for settled in fleet.settled:
        asker = fleet.thread(settled.ask.thread)
        owner = member_of(asker, team) if asker else None
        if owner is not None:
            said = one_line(settled.ask.summary or settled.ask.title)
            yield Exchange(settled.ask.id, str(settled.ask.kind), said, settled.at, settled.ending, author=owner.name)
