"""A team whose member asks what cannot be answered here, and several things, looks as it did."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "ui"))

from hosts import ScreenHost, settle
from poses import SIZES
from teaming import SCHEMA, crew_fleet

from cockpit.model.fleet import Fleet
from cockpit.model.work import Capability
from cockpit.ui.screens.team import TeamScreen


def unheld() -> Fleet:
    fleet = crew_fleet()
    row = fleet.threads[SCHEMA]
    second = replace(row.asks[0], id="perm-2", body="make seed")
    why = ((Capability.APPROVE, "no hook holds it, so answer in its lead's terminal"),)
    able = row.capabilities - {Capability.APPROVE} | {Capability.ATTACH}
    row = replace(row, asks=(*row.asks, second), capabilities=able, cannot=why)
    return replace(fleet, threads={**fleet.threads, SCHEMA: row})


@pytest.mark.parametrize("size", SIZES[:3], ids=[f"{w}x{h}" for w, h in SIZES[:3]])
def test_a_card_that_cannot_be_answered_here(size: tuple[int, int], snap_compare: Any) -> None:
    assert snap_compare(ScreenHost(TeamScreen, unheld()), terminal_size=size, run_before=settle)
