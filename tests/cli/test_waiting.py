"""When waiting is over."""

from datetime import datetime

import pytest
from small_fleet import NOW, approval, fleet, thread

from cockpit.core.waiting import End, Until, verdict
from cockpit.model.ids import Ref
from cockpit.model.work import Status

A, B = Ref("home", "a"), Ref("home", "b")


def end(until: Until, *rows: tuple[Status, datetime | None], refs: tuple[Ref, ...] = ()) -> End | None:
    threads = [
        thread(
            name, name, status, *([approval("r", Ref("home", name))] if status.needs_you else []), finished_at=finished
        )
        for name, (status, finished) in zip("abc", rows, strict=False)
    ]
    found = verdict(fleet(threads), refs, until)
    return found.end if found else None


@pytest.mark.parametrize(
    ("until", "status", "finished", "expected"),
    [
        (Until.NEEDS_YOU, Status.WORKING, None, None),
        (Until.NEEDS_YOU, Status.PLAN, None, End.REACHED),
        (Until.NEEDS_YOU, Status.FAILED, None, None),
        (Until.IDLE, Status.WORKING, None, None),
        (Until.IDLE, Status.STARTING, NOW, None),
        (Until.IDLE, Status.UNKNOWN, NOW, None),
        (Until.IDLE, Status.IDLE, None, End.REACHED),
        (Until.IDLE, Status.FAILED, None, End.REACHED),
        (Until.IDLE, Status.APPROVAL, None, End.BLOCKED),
        (Until.DONE, Status.IDLE, None, None),
        (Until.DONE, Status.IDLE, NOW, End.REACHED),
        (Until.DONE, Status.DONE, None, End.REACHED),
        (Until.DONE, Status.FAILED, NOW, End.FAILED),
        (Until.DONE, Status.QUESTION, NOW, End.BLOCKED),
    ],
)
def test_one_thread(until: Until, status: Status, finished: datetime | None, expected: End | None) -> None:
    assert end(until, (status, finished)) == expected


def test_needs_you_is_any_and_the_others_are_all() -> None:
    mixed = ((Status.WORKING, None), (Status.APPROVAL, None))
    assert end(Until.NEEDS_YOU, *mixed) is End.REACHED
    assert end(Until.NEEDS_YOU, *mixed, refs=(A,)) is None
    assert end(Until.IDLE, (Status.IDLE, None), (Status.WORKING, None)) is None
    assert end(Until.IDLE, (Status.IDLE, None), (Status.WORKING, None), refs=(A,)) is End.REACHED


def test_a_thread_that_goes_away_ends_it() -> None:
    assert end(Until.IDLE, (Status.WORKING, None), refs=(B,)) is End.FAILED


def test_the_words_name_who_and_what() -> None:
    found = verdict(fleet([thread("a", "Fix", Status.APPROVAL, approval("r", A))]), (), Until.IDLE)
    assert found is not None
    assert found.text == "“Fix” needs you first: Bash: touch x"
