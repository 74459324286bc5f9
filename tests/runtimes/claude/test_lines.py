"""The CLI's own figures fill gaps: a cost that no price gives, a context whose end is not known."""

import json
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cockpit.model.facts import ThreadGone, ThreadSeen
from cockpit.model.ids import Ref
from cockpit.model.usage import Usage
from cockpit.model.work import Context, Status, Thread
from cockpit.runtimes.claude.lines import Lines


def row(**fields: Any) -> Thread:
    told = {"status": Status.WORKING, "joins": frozenset({"session:s-1"})} | fields
    return Thread(Ref("claude", "s-1"), "Demo", **told)


def filled(folder: Path | None, thread: Thread) -> Thread:
    (fact,) = Lines(folder).filled([ThreadSeen(thread)])
    assert isinstance(fact, ThreadSeen)
    return fact.thread


def keep(folder: Path, told: object) -> None:
    (folder / "s-1.json").write_text(json.dumps(told))


def test_a_missing_cost_is_the_clis_own(tmp_path: Path) -> None:
    keep(tmp_path, {"cost": {"total_cost_usd": 1.5}, "context_window": {"context_window_size": 200_000}})
    got = filled(tmp_path, row(usage=Usage(tokens_in=7), context=Context(10)))
    assert got.usage == Usage(tokens_in=7, cost=1.5, own_cost=True)
    assert got.context == Context(10, 200_000)


def test_what_is_known_stays(tmp_path: Path) -> None:
    keep(tmp_path, {"cost": {"total_cost_usd": 1.5}})
    for thread in (row(usage=Usage(cost=2.0)), row(status=Status.ENDED), row(joins=frozenset({"session:../s-1"}))):
        assert filled(tmp_path, thread) is thread
    assert filled(None, row()) == row()
    gone = ThreadGone(Ref("claude", "s-1"))
    assert Lines(tmp_path).filled([gone]) == [gone]


@given(st.recursive(st.none() | st.floats() | st.text(), lambda inner: st.dictionaries(
    st.sampled_from(["cost", "total_cost_usd", "context_window", "context_window_size"]), inner)))  # fmt: skip
def test_any_file_is_read_without_a_word(tmp_path_factory: Any, told: object) -> None:
    folder = tmp_path_factory.mktemp("lines")
    keep(folder, told)
    assert filled(folder, row()).title == "Demo"
