"""When workers are looked at that may ask: what they were known to ask is not said of them for longer than it is so."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from cockpit.model.workers import Worker
from cockpit.runtimes.tmux.activity import Prints
from cockpit.runtimes.tmux.address import Address
from cockpit.runtimes.tmux.workers import submit
from cockpit.runtimes.tmux.workers.glances import Glances
from cockpit.runtimes.tmux.workers.harness_files import load_harnesses

START = datetime(2026, 11, 21, 3, 0, 0, tzinfo=UTC)
WORKER = Worker(
    "worker-1", "box", "claude", "Fix it", "fix-it", "/p", "/p", "/p", "", "d", START, START,
    host="far", socket="/s", birth=1, pane="%1",
)  # fmt: skip


async def test_a_question_ends_also_in_the_second_in_which_it_was_looked_at_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server: Any = SimpleNamespace(
        where=Address("s", "far"), sight=SimpleNamespace(birth=SimpleNamespace(socket="/s", started=1)),
        panes={"%1": SimpleNamespace(id="%1", dead=False, title="")}, activity={"%1": Prints(START, START)},
    )  # fmt: skip
    on_screen = "“1. Yes”"

    async def asks(*_: object) -> str:
        return on_screen

    async def look(seconds: float) -> dict[str, str]:
        now = START + timedelta(seconds=seconds)
        await glances.look([WORKER], load_harnesses().known, {"s": server}, now)
        return dict(glances.asked)

    monkeypatch.setattr(submit, "asks", asks)
    glances = Glances()
    assert await look(1) == {WORKER.id: on_screen}
    on_screen = ""
    assert await look(60) == {WORKER.id: ""}
