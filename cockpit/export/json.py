"""The fleet as JSON, schema 1: keys may be added, and never change their meaning. It only translates."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from cockpit.model.asks import Ask
from cockpit.model.fleet import Fleet
from cockpit.model.health import SourceState
from cockpit.model.talk import Changes, Entry, Exchange, Message, Notice, Plan, Steps, Talk, ToolCall
from cockpit.model.teams import Task, Team
from cockpit.model.usage import Usage
from cockpit.model.work import Capability, Freeze, Hold, Project, Thread

SCHEMA = 1
Json = dict[str, Any]


def fleet_json(fleet: Fleet, now: datetime) -> Json:
    """The whole fleet; threads in the order of attention."""
    return {
        "schema": SCHEMA,
        "generated_at": instant(now),
        "hold": hold_json(fleet.hold),
        "counts": {
            "threads": fleet.counts.threads,
            "needs_you": fleet.counts.needs_you,
            "working": fleet.counts.working,
            "tokens": fleet.counts.tokens,
            "cost": fleet.counts.cost,
        },
        "sources": [source_json(state, now) for state in fleet.sources.values()],
        "projects": [project_json(project) for project in fleet.projects.values()],
        "threads": [thread_json(fleet.threads[ref]) for ref in fleet.order],
        "teams": [team_json(team) for team in fleet.teams.values()],
        "ledger_trouble": fleet.ledger_trouble or None,
    }


def source_json(state: SourceState, now: datetime) -> Json:
    """`age_seconds` is the age of the last good reading; null if there was none."""
    age = round(max((now - state.read_at).total_seconds(), 0.0), 3) if state.read_at else None
    return {
        "name": state.name,
        "kind": state.kind,
        "health": str(state.health),
        "reason": state.reason or None,
        "age_seconds": age,
        "version": state.version,
        "fix": state.fix or None,
        "since": instant(state.since),
        "link": state.link or None,
        "tried": list(state.tried),
        "notes": list(state.notes),
    }


def project_json(project: Project) -> Json:
    return {
        "id": str(project.ref),
        "title": project.title,
        "path": project.path,
        "source": project.ref.source,
        "model": project.model.model if project.model else None,
    }


def thread_json(thread: Thread) -> Json:
    return {
        "id": str(thread.ref),
        "project": str(thread.project) if thread.project else None,
        "title": thread.title,
        "status": str(thread.status),
        "raw_status": thread.raw_status,
        "since": instant(thread.since),
        "stale": thread.stale,
        "sources": list(thread.sources or (thread.ref.source,)),
        "branch": thread.branch,
        "worktree": thread.worktree,
        "model": thread.model.model if thread.model else None,
        "backend": thread.backend,
        "frozen": freeze_json(thread.frozen),
        "capabilities": [str(each) for each in Capability if each in thread.capabilities],
        "asks": [ask_json(ask) for ask in thread.asks],
        "evidence": [{"source": each.source, "fact": each.fact, "at": instant(each.at)} for each in thread.evidence],
        "terminal": thread.terminal,
        "team": thread.team,
        "usage": usage_json(thread.usage),
        "detail": thread.detail,
        "created_at": instant(thread.created_at),
        "finished_at": instant(thread.finished_at),
        "model_instance": thread.model.instance if thread.model else None,
        "runtime_mode": thread.runtime_mode,
        "interaction_mode": thread.interaction_mode,
        "context": {"used": thread.context.used, "limit": thread.context.limit} if thread.context else None,
        "settled": thread.settled,
        "snoozed_until": instant(thread.snoozed_until),
        "pinned": thread.pinned,
        "archived": thread.archived,
        "sightings": [str(ref) for ref in thread.refs],
        "cannot": {str(word): why for word, why in thread.cannot},
        "harness": thread.harness,
        "lost": thread.lost,
        "wall": {"text": thread.wall.text, "resets_at": instant(thread.wall.resets_at)} if thread.wall else None,
    }


def ask_json(ask: Ask) -> Json:
    return {
        "id": ask.id,
        "kind": str(ask.kind),
        "summary": ask.summary,
        "created_at": instant(ask.created_at),
        "questions": [
            {
                "id": question.id,
                "text": question.text,
                "header": question.header,
                "multi": question.multi,
                "options": [{"label": each.label, "description": each.description} for each in question.options],
            }
            for question in ask.questions
        ],
        "thread": str(ask.thread),
        "title": ask.title,
        "body": ask.body,
        "place": ask.place,
        "decisions": [str(each) for each in ask.decisions],
        "rules": [{"label": each.label, "description": each.description} for each in ask.rules],
        "expires_at": instant(ask.expires_at),
        "note": ask.note,
    }


def team_json(team: Team) -> Json:
    """`messages` oldest first, as many as were seen; `task` of a member is the id of the one it works on."""
    counts = {word: sum(task.status == word for task in team.tasks) for word in ("pending", "in_progress", "completed")}
    return {
        "id": team.ref.native,
        "title": team.title,
        "lead": team.lead,
        "members": [
            {
                "name": member.name,
                "role": member.role,
                "status": member.status,
                "model": member.model,
                "color": member.color,
                "pane": member.pane,
                "thread": str(member.thread) if member.thread else None,
                "agent_type": member.agent_type or None,
                "backend": member.backend or None,
                "cwd": member.cwd or None,
                "plan_mode": member.plan_mode,
                "mode": member.mode or None,
                "task": member.task,
                "detail": member.detail,
                "joined_at": instant(member.joined_at),
            }
            for member in team.members
        ],
        "tasks": [task_json(task) for task in team.tasks],
        "counts": counts,
        "source": team.ref.source,
        "description": team.description,
        "created_at": instant(team.created_at),
        "has_tasks": team.has_tasks,
        "messages": [
            {
                "id": message.id or None,
                "kind": message.kind,
                "from": message.sender,
                "to": message.to,
                "text": message.text,
                "at": instant(message.at),
                "summary": message.summary or None,
            }
            for message in team.messages
        ],
    }


def task_json(task: Task) -> Json:
    return {
        "id": task.id,
        "subject": task.subject,
        "status": task.status,
        "owner": task.owner,
        "blocked_by": list(task.blocked_by),
        "description": task.description,
        "active_form": task.active_form or None,
        "updated_at": instant(task.updated_at),
    }


def hold_json(hold: Hold | None) -> Json | None:
    return {"reason": hold.reason, "by": hold.by, "at": instant(hold.at)} if hold else None


def freeze_json(freeze: Freeze | None) -> Json | None:
    if freeze is None:
        return None
    return {"reason": freeze.reason, "by": freeze.by, "at": instant(freeze.at), "hard": freeze.hard}


def usage_json(usage: Usage | None) -> Json | None:
    if usage is None:
        return None
    return {
        "tokens_in": usage.tokens_in,
        "tokens_out": usage.tokens_out,
        "cache_read": usage.cache_read,
        "cache_write": usage.cache_write,
        "total_tokens": usage.total_tokens,
        "cost": usage.cost,
        "requests": usage.requests,
        "burn": usage.burn,
        "own_cost": usage.own_cost,
    }


def conversation_json(thread: Thread, talk: Talk, now: datetime) -> Json:
    """The thread itself with `messages` and `activities`, both oldest first; `older` is the page before's cursor."""
    return {
        "schema": SCHEMA,
        "generated_at": instant(now),
        **thread_json(thread),
        "messages": [_message(entry) for entry in talk.entries if isinstance(entry, Message)],
        "activities": [_activity(entry) for entry in talk.entries if not isinstance(entry, Message)],
        "older": talk.older,
    }


def _message(message: Message) -> Json:
    return {
        "id": message.id,
        "role": str(message.role),
        "text": message.text,
        "at": instant(message.at),
        "turn": message.turn,
        "streaming": message.streaming,
        "attachments": list(message.attachments),
        "author": message.author or None,
    }


def _activity(entry: Entry) -> Json:
    """`kind` says which of the further keys there are."""
    kind, particulars = _PARTICULARS[type(entry)]
    return {"id": entry.id, "kind": kind, "at": instant(entry.at), "turn": entry.turn, **particulars(entry)}


_PARTICULARS: Mapping[type, tuple[str, Callable[[Any], Json]]] = {
    ToolCall: (
        "tool",
        lambda call: {
            "tool": call.tool,
            "detail": call.detail,
            "state": str(call.state),
            "output": call.output,
            "ended_at": instant(call.ended_at),
        },
    ),
    Notice: ("notice", lambda notice: {"tone": notice.tone, "text": notice.text}),
    Exchange: (
        "ask",
        lambda exchange: {"ask": exchange.kind, "text": exchange.text, "outcome": exchange.outcome or None},
    ),
    Steps: (
        "steps",
        lambda steps: {"steps": [{"text": step.text, "state": str(step.state)} for step in steps.steps]},
    ),
    Plan: ("plan", lambda plan: {"markdown": plan.markdown, "implemented_at": instant(plan.implemented_at)}),
    Changes: (
        "changes",
        lambda changes: {
            "count": changes.count,
            "files": [
                {"path": each.path, "change": each.kind, "additions": each.additions, "deletions": each.deletions}
                for each in changes.files
            ],
        },
    ),
}


def instant(at: datetime | None) -> str | None:
    """UTC with milliseconds and Z; None stays None."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
