"""Costs: each message once, the largest copy, across files; a missing price is no price."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cockpit.runtimes.claude.log import Log
from cockpit.runtimes.claude.usage import Claims, Price, Spent, Tally, cost, price_of, spent

PRICES = {"claude-opus-4-7": Price(4, 20, 0.4, 5)}


def line(message: str, output: int, model: str = "claude-opus-4-7") -> bytes:
    usage = {"input_tokens": 5, "output_tokens": output, "cache_read_input_tokens": 100}
    told = {"type": "assistant", "timestamp": "2026-11-21T03:00:00Z",
            "message": {"id": message, "model": model, "usage": usage, "content": []}}  # fmt: skip
    return json.dumps(told).encode() + b"\n"


def log(path: Path, claims: Claims) -> Log:
    made = Log(path, claims)
    while made.grow():
        pass
    while made.backlog:
        made.catch_up(100_000)
    return made


def test_copies_of_a_message_count_once_and_the_largest(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(line("m1", 1) + line("m1", 30) + line("m1", 30) + line("m1", 2) + line("m2", 4))
    usage = log(path, Claims()).tally.usage(PRICES)
    assert (usage.tokens_in, usage.tokens_out, usage.cache_read, usage.requests) == (10, 34, 200, 2)
    assert usage.cost == pytest.approx((10 * 4 + 34 * 20 + 200 * 0.4) / 1e6)


def test_a_fork_pays_only_for_what_is_new(tmp_path: Path) -> None:
    claims = Claims()
    (tmp_path / "a.jsonl").write_bytes(line("m1", 10))
    (tmp_path / "b.jsonl").write_bytes(line("m1", 10) + line("m2", 20))
    one, two = log(tmp_path / "a.jsonl", claims), log(tmp_path / "b.jsonl", claims)
    assert (one.tally.usage({}).tokens_out, two.tally.usage({}).tokens_out) == (10, 20)
    assert Tally.joined([one.tally, two.tally]).usage({}).requests == 2


def test_an_unknown_model_has_no_cost(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(line("m1", 10) + line("m2", 10, "claude-new"))
    assert log(tmp_path / "a.jsonl", Claims()).tally.usage(PRICES).cost is None
    assert log(tmp_path / "a.jsonl", Claims()).tally.usage({}).cost is None


def test_the_clis_own_figure_stands_in_until_more_is_spent(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    states = [
        {"type": "cost-state", "totalCostUSD": total, "startTime": start}
        for total, start in ((0.1, 1), (0.3, 1), (0.5, 2))
    ]
    path.write_bytes(line("m1", 10) + b"".join(json.dumps(each).encode() + b"\n" for each in states))
    assert log(path, Claims()).tally.usage({}).cost == pytest.approx(0.8)
    with path.open("ab") as file:
        file.write(line("m2", 10))
    assert log(path, Claims()).tally.usage({}).cost is None


@pytest.mark.parametrize(
    ("model", "found"),
    [
        ("claude-opus-4-7", True), ("claude-opus-4-7[1m]", True), ("claude-opus-4-7-20260101", True),
        ("claude-opus-4", False), ("claude-opus-4-7-mini", False), ("", False),
    ],
)  # fmt: skip
def test_prices_are_by_exact_model(model: str, found: bool) -> None:
    assert (price_of(model, PRICES) is not None) is found


def test_the_longer_cache_costs_its_own_price() -> None:
    used = spent({"input_tokens": 0, "output_tokens": 0, "cache_creation_input_tokens": 100,
                  "cache_creation": {"ephemeral_1h_input_tokens": 40}})  # fmt: skip
    assert used == Spent(write=100, write_1h=40)
    assert cost(used, Price(4, 20, 0.4, 5)) == pytest.approx((60 * 5 + 40 * 8) / 1e6)
    assert spent({"cache_read_input_tokens": 3}) is None


def test_a_large_transcript_is_known_at_once_and_summed_piece_by_piece(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    noise = b'{"type":"api-request-blob","blob":"' + b"x" * 150_000 + b'"}\n'
    path.write_bytes(b"".join(line(f"m{number}", 1) + noise for number in range(40)))
    made = Log(path, Claims())
    while made.grow():
        pass
    assert made.backlog > 1_000_000
    assert made.activity.at is not None
    assert not made.complete
    assert made.tally.usage({}).requests < 40
    while made.backlog:
        made.catch_up(300_000)
    assert made.tally.usage({}).requests == 40
    assert made.complete


def test_what_is_spent_lately_is_told_by_the_hour(tmp_path: Path) -> None:
    path, at = tmp_path / "a.jsonl", datetime(2026, 11, 21, 3, 5, tzinfo=UTC)
    path.write_bytes(line("m1", 50_000) + line("m1", 50_000))
    tally = log(path, Claims()).tally
    spent_then = tally.usage(PRICES).cost
    assert tally.usage(PRICES, at).burn == pytest.approx(spent_then * 6)
    assert tally.usage(PRICES, at + timedelta(minutes=6)).burn == 0
    assert tally.usage({}, at).burn is None


def test_a_lead_and_its_subagents_go_by_the_figure_of_their_process(tmp_path: Path) -> None:
    claims = Claims()
    (tmp_path / "a.jsonl").write_bytes(
        line("m1", 10, "claude-new")
        + json.dumps({"type": "cost-state", "totalCostUSD": 0.25, "startTime": 1}).encode()
        + b"\n"
    )
    (tmp_path / "b.jsonl").write_bytes(line("m2", 10, "claude-new"))
    logs = [log(tmp_path / "a.jsonl", claims), log(tmp_path / "b.jsonl", claims)]
    usage = Tally.joined(each.tally for each in logs).usage({})
    assert (usage.cost, usage.own_cost) == (0.25, True)
