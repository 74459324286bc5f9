"""How nouns are kept in the ledger's text columns. It knows no table, and drops whatever could be a secret."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cockpit.config.secret import Secret
from cockpit.model.asks import Ask, AskKind, Decision, Option, Question
from cockpit.model.ids import Ref

_SECRET_NAME = re.compile(r"token|secret|password|passwd|authorization|credential|api_?key", re.IGNORECASE)
_LONGEST = 2000


def moment(at: datetime) -> str:
    """UTC with a fixed width, so that texts sort as times do."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def ask_to_text(ask: Ask) -> str:
    return json.dumps(
        {
            "kind": ask.kind,
            "title": ask.title,
            "summary": ask.summary,
            "body": ask.body,
            "place": ask.place,
            "created_at": moment(ask.created_at) if ask.created_at else None,
            "decisions": list(ask.decisions),
            "questions": [
                {
                    "id": question.id,
                    "text": question.text,
                    "header": question.header,
                    "multi": question.multi,
                    "options": [[option.label, option.description] for option in question.options],
                }
                for question in ask.questions
            ],
        },
        ensure_ascii=False,
    )


def ask_from_text(ask_id: str, thread: Ref, text: str) -> Ask:
    """Raises ValueError, KeyError or TypeError when the text is not ours."""
    data: dict[str, Any] = json.loads(text)
    return Ask(
        id=ask_id,
        thread=thread,
        kind=AskKind(data["kind"]),
        title=data["title"],
        summary=data["summary"],
        body=data["body"],
        place=data["place"],
        created_at=datetime.fromisoformat(data["created_at"]) if data["created_at"] else None,
        decisions=tuple(Decision(word) for word in data["decisions"]),
        questions=tuple(
            Question(
                id=each["id"],
                text=each["text"],
                header=each["header"],
                options=tuple(Option(label, description) for label, description in each["options"]),
                multi=each["multi"],
            )
            for each in data["questions"]
        ),
    )


def detail_to_text(detail: Mapping[str, object]) -> str:
    """A command's particulars as JSON: secrets become `***`, long texts are cut, foreign types become their names."""
    return json.dumps(_safe(detail), ensure_ascii=False)


def _safe(value: object) -> object:
    match value:
        case Secret():
            return "***"
        case Ref():
            return str(value)
        case str():
            return value if len(value) <= _LONGEST else f"{value[:_LONGEST]}… ({len(value)} characters)"
        case None | bool() | int() | float():
            return value
        case datetime():
            return moment(value)
        case Mapping():
            return {str(key): "***" if _SECRET_NAME.search(str(key)) else _safe(each) for key, each in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_safe(each) for each in value]
        case _:
            return str(value)
