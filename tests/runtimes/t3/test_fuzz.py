"""Nothing that a server can send breaks a decoder: cut, twisted and invented bodies end in our errors or in values."""

import copy
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from t3_kit import START, TestClock, body_of, tape, tape_names

from cockpit.model.errors import CockpitError, SourceError
from cockpit.model.ids import Ref
from cockpit.runtimes.foreign import mapping
from cockpit.runtimes.t3.asks import asks_of, exact_labels, read_questions, requests
from cockpit.runtimes.t3.decode import (
    decode_context,
    decode_project,
    decode_thread,
    latest_doing,
    place_of,
    with_flags,
)
from cockpit.runtimes.t3.failures import refused
from cockpit.runtimes.t3.given import named, spelled, told
from cockpit.runtimes.t3.http import parse_json
from cockpit.runtimes.t3.reader import read_body
from cockpit.runtimes.t3.rows import Rows
from cockpit.runtimes.t3.server import read_offers, read_server
from cockpit.runtimes.t3.socket import _exit_value
from cockpit.runtimes.t3.talk import decode_talk

REF = Ref("home", "x")
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
ODD = ANYTHING | st.sampled_from(
    [
        "",
        "2026-13-45",
        "9999-12-31T23:59:59.999Z",
        "0001-01-01T00:00:00+14:00",
        1e308,
        -1,
        10**30,
        "\ud800",
        "\x1b]0;x\x07",
        {},
        [],
    ]
)
BODIES = [
    "shell-full",
    "shell-approval-pending",
    "snapshot-full",
    "v0.0.28-snapshot-approval-pending",
    "thread-detail-approval-resolved",
    "thread-detail-user-input-resolved",
    "thread-detail-plan-ready",
    "thread-detail-todos",
    "thread-detail-turnLimit-1",
    "ws-server-getConfig",
    "well-known-environment",
    "auth-session-bearer",
]


def load(name: str) -> Any:
    recorded = tape(name)
    return recorded["exit"]["value"] if "exit" in recorded else recorded["response"]["body"]


def decode_all(body: Any) -> None:
    """Put a body through every door that a server's words come in by."""
    body = mapping(body)
    for full in (False, True):
        reading = read_body(body, full=full)
        if reading is not None:
            rows = Rows("home", TestClock())
            rows.whole(reading.projects, reading.threads, full=full)
            assert all(thread.ref.native.isprintable() for thread in rows.threads)
    detail = mapping(body.get("thread"))
    for row in (detail, body):
        decode_thread(with_flags(row), source="home", now=START)
        decode_project(row, "home")
        asks_of(row, REF, place_of(row, {}))
        latest_doing(row)
        decode_context(row.get("activities"))
        for request in requests(row.get("activities")).values():
            read_questions(request.payload)
            exact_labels(request.payload)
    decode_talk(body, REF, START)
    read_server(body, body)
    read_offers(body)
    refused("there", 500, body, "application/json")


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        found += places(child, (*path, key))
    return found


def twisted(body: Any, path: tuple[Any, ...], odd: Any) -> Any:
    if not path:
        return odd
    target = body = copy.deepcopy(body)
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = odd
    return body


@pytest.mark.parametrize("name", BODIES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_body_with_anything_in_any_place_is_decoded_or_passed_over(name: str, data: st.DataObject) -> None:
    body = load(name)
    for _ in range(data.draw(st.integers(1, 3))):
        body = twisted(body, data.draw(st.sampled_from(places(body))), data.draw(ODD))
    decode_all(body)


@settings(max_examples=200, deadline=None)
@given(ANYTHING)
def test_an_invented_body_is_decoded_or_passed_over(body: Any) -> None:
    decode_all(body)


@settings(max_examples=200, deadline=None)
@given(ANYTHING)
def test_an_invented_exit_is_a_value_or_our_error(frame: Any) -> None:
    with suppress(CockpitError):
        _exit_value(mapping(frame))


@settings(max_examples=300, deadline=None)
@given(
    st.text(max_size=40)
    | st.from_regex(r'\A[A-Z][a-z]+: \{"(command|x)": ?"([^"\\]|\\.){0,9}"?[,}]?.{0,9}', fullmatch=True)
)
def test_whatever_a_tool_was_given_is_told_and_spelled(detail: str) -> None:
    tool, rest = named(detail)
    assert isinstance(told(rest), str)
    assert isinstance(spelled(detail), str)
    assert "\n" not in tool


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_an_object_or_our_error(raw: bytes) -> None:
    with suppress(SourceError):
        assert isinstance(parse_json(raw, "there"), dict)


@pytest.mark.parametrize("raw", [b"[" * 100_000, b'{"a":' * 100_000, b"9" * 10_000, b"\xff\xfe", b"[]", b"null", b""])
def test_nasty_bytes_are_our_error(raw: bytes) -> None:
    with pytest.raises(SourceError):
        parse_json(raw, "there")


@pytest.mark.parametrize("name", tape_names())
def test_a_tape_cut_at_any_length_is_our_error_or_decodes(name: str) -> None:
    recorded = tape(name)
    body = recorded.get("response", {}).get("body", recorded)
    raw = json.dumps(body).encode()
    # Each of the first 400 lengths and the last 100, and about 100 between them: long tapes repeat themselves.
    stride = max(1, len(raw) // 100)
    lengths = sorted(
        {*range(min(400, len(raw))), *range(0, len(raw), stride), *range(max(0, len(raw) - 100), len(raw) + 1)}
    )
    outcomes = {decodes(raw[:length]) for length in lengths}
    assert False in outcomes


def decodes(raw: bytes) -> bool:
    try:
        decode_all(parse_json(raw, "there"))
    except SourceError:
        return False
    return True


def test_every_list_of_a_body_may_be_cut_anywhere() -> None:
    for name in BODIES:
        body = load(name)
        for path in places(body):
            value: Any = body
            for key in path:
                value = value[key]
            if isinstance(value, list):
                for length in range(min(len(value), 5)):
                    decode_all(twisted(body, path, value[:length]))


TOLD = (
    *("text", "title", "detail", "summary", "question", "label", "header"),
    *("planMarkdown", "step", "lastError", "branch", "worktreePath", "model", "path"),
)
HOSTILE: list[Callable[[str], str]] = [
    lambda text: f"\x1b]0;owned\x07{text}",
    lambda text: f"{text}\u202e\u200b",
    lambda text: f"[@click=app.quit]{text}[/]",
    lambda text: text + "\r\x9b2J",
]


@pytest.mark.parametrize("spoil", HOSTILE)
def test_hostile_text_arrives_without_controls(spoil: Callable[[str], str]) -> None:
    def spoiled(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: spoiled(item, name) for name, item in value.items()}
        if isinstance(value, list):
            return [spoiled(item, key) for item in value]
        return spoil(value) if isinstance(value, str) and key in TOLD else value

    for name in ("thread-detail-approval-pending", "thread-detail-user-input-pending", "thread-detail-todos"):
        detail = spoiled(body_of(name))["thread"]
        decoded = decode_thread(with_flags(detail), source="home", now=START)
        assert decoded is not None
        shown = repr((decoded[0], asks_of(detail, REF, ""), decode_talk({"thread": detail}, REF, START)))
        for bad in ("\\x1b", "\\x9b", "\\x07", "\\u202e", "\\u200b", "\\r"):
            assert bad not in shown
