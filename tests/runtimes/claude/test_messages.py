"""Messages: inboxes that are queues, protocol in words, prose that only looks like it, one history of two places."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cockpit.runtimes.claude.history import KEPT, History
from cockpit.runtimes.claude.messages import Letter, decode_inbox, describe, letters_in, protocol, requests

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
INBOX = Path("teams/t/inboxes/bob.json")


def letter(text: str, at: float = 0, **more: object) -> Letter:
    return Letter("alice", "bob", text, NOW + timedelta(seconds=at), **more)


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "",
        "{",
        '{"type": 3}',
        '{"no": "type"}',
        '"{\\"type\\": \\"idle_notification\\"}"',
        "[1]",
        '{"type": "Loud!"}',
        '{"type": "idle_notification"',
        ' {"type":"idle_notification"}',
    ],
)
def test_malformed_and_doubly_encoded_text_is_prose(text: str) -> None:
    assert protocol(text)[0] == "message"
    (found,) = decode_inbox([{"from": "alice", "text": text, "timestamp": "2026-11-21T03:00:00Z"}], INBOX)
    assert (found.to, found.kind, found.shown().text) == ("bob", "message", text)


def test_entries_that_are_none_are_passed_over() -> None:
    good = {"from": "a", "text": "x", "timestamp": "2026-11-21T03:00:00Z"}
    found = decode_inbox([None, 3, {}, {"from": "a"}, good | {"timestamp": "soon"}, good | {"text": 3}, good], INBOX)
    assert [each.text for each in found] == ["x"]
    assert decode_inbox({"not": "a list"}, INBOX) is None


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"type": "idle_notification", "idleReason": "available", "result": "Done."}, "idle: Done."),
        (
            {"type": "idle_notification", "idleReason": "failed", "failureReason": "Not logged in"},
            "idle (failed): Not logged in",
        ),
        ({"type": "idle_notification"}, "idle"),
        ({"type": "task_assignment", "taskId": "1", "subject": "Add"}, "assigned task #1: Add"),
        ({"type": "permission_request", "tool_name": "Bash", "description": "List"}, "asks to use Bash: List"),
        ({"type": "permission_response", "subtype": "success"}, "permission given"),
        (
            {"type": "permission_response", "subtype": "error", "error": "Permission denied"},
            "permission refused: Permission denied",
        ),
        ({"type": "shutdown_request", "reason": "done"}, "asked to stop: done"),
        ({"type": "shutdown_approved"}, "stops, as asked"),
        ({"type": "shutdown_rejected", "reason": "busy"}, "does not stop: busy"),
        ({"type": "plan_approval_request", "planContent": "# Plan"}, "asks for approval of its plan:\n# Plan"),
        ({"type": "plan_approval_response", "approved": True, "feedback": "ok"}, "plan approved: ok"),
        ({"type": "plan_approval_response", "approved": False}, "plan sent back"),
        ({"type": "teammate_terminated", "message": "bob has shut down."}, "bob has shut down."),
        ({"type": "mode_set_request"}, "mode set request"),
    ],
)
def test_the_protocol_in_words(body: dict[str, object], words: str) -> None:
    kind, fields = protocol(json.dumps(body))
    assert describe(kind, fields) == words


def test_both_spellings_of_a_request() -> None:
    asked = letter("{}", kind="permission_request", body={"request_id": "perm-1", "tool_use_id": "toolu_1"})
    other = letter("{}", kind="shutdown_request", body={"requestId": "shutdown-1"})
    assert (asked.request, other.request) == ("perm-1", "shutdown-1")
    assert list(requests([asked, other])) == ["toolu_1"]
    given = letter("{}", kind="permission_response", body={"request_id": "perm-1", "subtype": "success"})
    assert requests([asked, other, given]) == {}


def test_several_messages_in_one_line_of_a_transcript() -> None:
    said = (
        "Another Claude session sent a message:\n"
        '<teammate-message teammate_id="bob" color="green" summary="question">\n'
        "Shall <b>we</b>?\n</teammate-message>\n\n"
        '<teammate-message teammate_id="team-lead" verified="false">\n{"type":"shutdown_request","reason":"x"}\n'
        "</teammate-message>\nThis came from another Claude session"
    )
    one, two = letters_in(said, "alice", NOW)
    assert (one.sender, one.to, one.text, one.summary, one.color) == (
        "bob",
        "alice",
        "Shall <b>we</b>?",
        "question",
        "green",
    )
    assert (two.kind, two.unverified, two.shown().sender) == ("shutdown_request", True, "team-lead (unverified)")


def test_one_message_met_in_both_places_is_one_whichever_came_first() -> None:
    for first in ("posted", "delivered"):
        history = History()
        sent, taken = letter("hello", id="m1"), letter("hello", at=40)
        if first == "posted":
            assert history.posted([sent])
            history.delivered([taken])
        else:
            assert history.delivered([taken])
            history.posted([sent])
        assert [(each.id, each.at) for each in history.shown()] == [("m1", NOW)]
        assert not history.posted([sent])
        assert not history.delivered([taken])


def test_the_same_words_twice_are_two_messages() -> None:
    history = History()
    history.posted([letter("ok", id="m1"), letter("ok", at=5, id="m2")])
    history.delivered([letter("ok", at=6), letter("ok", at=7)])
    assert [each.id for each in history.shown()] == ["m1", "m2"]
    history.delivered([letter("ok", at=60)])
    assert len(history.shown()) == 3


def test_a_history_is_bounded_and_keeps_the_newest() -> None:
    history = History()
    for number in range(KEPT + 200):
        history.posted([letter(str(number), at=number, id=f"m{number}")])
    assert len(history.shown()) == KEPT
    assert history.shown()[-1].text == str(KEPT + 199)


def test_agent_text_is_cleaned() -> None:
    shown = letter("\x1b]0;title\x07\x1b[31mred\u202e", kind="message").shown()
    assert shown.text == "red"
