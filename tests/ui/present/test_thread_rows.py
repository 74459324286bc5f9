"""The thread list and the projects panel as rows, without a screen."""

from dataclasses import replace
from datetime import timedelta

import pytest
from scenes import (
    BILLING,
    FLAKY,
    INFRA,
    INVOICES,
    LEDGER_SCHEMA,
    NOW,
    RUNNERS,
    SHELL_WORKERS,
    UPGRADE,
    big_fleet,
    busy_facts,
    busy_fleet,
    empty_fleet,
    fleet_of,
    nothing_found,
    nothing_yet,
    shelved_fleet,
    sick_fleet,
    unreadable_fleet,
    workers_fleet,
)

from cockpit.model import facts as f
from cockpit.model.fleet import Fleet
from cockpit.model.ids import Ref
from cockpit.model.work import Freeze, Status, Wall
from cockpit.ui.present.doing import told
from cockpit.ui.present.filter import parse
from cockpit.ui.present.project_rows import ALL, Place, place_title, project_rows, scope
from cockpit.ui.present.rows import Row, TextRow, ThreadRow, fact, thread_row
from cockpit.ui.present.thread_rows import View, thread_rows

KEYS = {"fleet.dispatch": "d", "go.settings": "F9", "go.help": "?"}


def words(rows: list[Row]) -> str:
    return "\n".join(line.text for row in rows for line in row.lines(NOW))


def shown(fleet: Fleet, view: View | None = None) -> str:
    return words(thread_rows(fleet, view or View(keys=KEYS), NOW))


def headings(rows: list[Row]) -> list[str]:
    return [row.content[-1].text for row in rows if isinstance(row, TextRow) and row.id[0] in ("group", "project")]  # type: ignore[index]


def test_groups_come_in_the_order_of_attention_with_their_counts() -> None:
    assert headings(thread_rows(busy_fleet(), View(), NOW)) == ["NEEDS YOU 3", "BROKEN 1", "WORKING 4", "QUIET 6"]


def test_a_row_that_matters_has_two_lines_and_a_quiet_one_has_one() -> None:
    rows = {row.id: row for row in thread_rows(busy_fleet(), View(), NOW)}
    first, second = rows[FLAKY].lines(NOW)
    assert first.left[1].text == "Fix flaky auth test"
    assert first.left[1].bold
    assert [span.text for span in first.right] == ["approval", "   2m"]
    assert second.text == "Bash: rm -rf .cache && pytest -x tests/auth"
    (quiet,) = rows[RUNNERS].lines(NOW)
    assert quiet.right[0].text == "frozen"
    assert not quiet.left[1].bold


def test_the_height_that_a_row_promises_is_the_one_it_has() -> None:
    for row in thread_rows(shelved_fleet(), View(), NOW):
        assert row.height == len(row.lines(NOW))


def test_ids_are_unique() -> None:
    for view in (View(), View(by_project=True)):
        ids = [row.id for row in thread_rows(sick_fleet(), view, NOW)]
        assert len(ids) == len(set(ids))


def test_the_one_fact() -> None:
    fleet = busy_fleet()
    threads = fleet.threads
    assert fact(threads[Ref("home", "audit-api")], fleet) == "running tests · 61 % context · $0.84"
    assert fact(threads[UPGRADE], fleet) == "Provider session did not survive a restart"
    several = replace(threads[FLAKY], asks=threads[FLAKY].asks * 3)
    assert fact(several, fleet).endswith(" · 2 more")
    sending = replace(fleet, sending={"req-a8d6": "decide"})
    assert fact(threads[FLAKY], sending) == "the answer is on its way…"


def test_a_frozen_thread_that_still_asks_is_marked() -> None:
    fleet = fleet_of(NOW, *busy_facts(), f.LedgerRead({FLAKY: Freeze("", "dana", NOW)}, None, {}, None))
    row = next(row for row in thread_rows(fleet, View(), NOW) if row.id == FLAKY)
    assert fleet.threads[FLAKY].status is Status.APPROVAL
    assert "‖" in row.lines(NOW)[0].text


@pytest.mark.parametrize("status", [Status.FAILED, Status.IDLE, Status.WORKING])
def test_a_usage_limit_is_marked_and_told_once(status: Status) -> None:
    said = "You've hit your limit · resets 3pm"
    thread = replace(busy_fleet().threads[FLAKY], status=status, asks=(), detail=said, harness=None, model=None)
    walled = replace(thread, wall=Wall(said, NOW + timedelta(minutes=95)), context=None, usage=None)
    row = thread_row(walled, busy_fleet())
    first, second = row.lines(NOW)
    assert first.right[0].text == "⊘ limit"
    assert second.text.strip() == f"limit ends in 1h · {said}"
    assert row.changes_in(NOW) == 60
    assert "limit" not in thread_row(replace(thread, detail="x"), busy_fleet()).lines(NOW)[0].text


def test_a_source_is_named_only_where_there_are_several() -> None:
    assert "home" in shown(busy_fleet())
    assert "home" not in shown(big_fleet(20))


def test_what_was_put_aside_is_counted_in_the_last_line() -> None:
    assert shown(shelved_fleet()).endswith("3 snoozed, 12 settled · / is:all")


def test_what_was_put_aside_comes_back_when_it_works_or_waits() -> None:
    busy = busy_fleet()
    aside = [
        replace(busy.threads[FLAKY], settled=True),
        replace(busy.threads[Ref("home", "audit-api")], snoozed_until=NOW + timedelta(hours=1)),
    ]
    fleet = fleet_of(NOW, *busy_facts(), *(f.ThreadSeen(each) for each in aside))
    assert "Fix flaky auth test" in shown(fleet)
    assert "Paginate the audit API" in shown(fleet)


def test_a_snooze_ends_by_itself() -> None:
    fleet = shelved_fleet()
    later = NOW + timedelta(hours=4)
    assert "Snoozed work 0" in words(thread_rows(fleet, View(), later))


def test_under_project_headings_who_needs_you_still_comes_first() -> None:
    rows = thread_rows(busy_fleet(), View(by_project=True), NOW)
    assert [heading.split("  ")[0] for heading in headings(rows)] == [
        "NEEDS YOU 3", "infra 2", "billing-api 3", "release-tools 3", "web 3",
    ]  # fmt: skip
    assert [row.id for row in rows if row.selectable][:3] == [FLAKY, LEDGER_SCHEMA, INVOICES]


def test_no_thread_is_lost_or_shown_twice() -> None:
    fleet = busy_fleet()
    for view in (View(), View(by_project=True), View(badges=True)):
        ids = [row.id for row in thread_rows(fleet, view, NOW) if isinstance(row, ThreadRow)]
        assert sorted(ids) == sorted(fleet.order)


# Empty, and not readable


def test_before_anybody_answered() -> None:
    assert "Looking for your agents…" in shown(nothing_yet())


def test_no_threads_is_said_only_after_a_good_read() -> None:
    assert "No threads yet" in shown(empty_fleet())
    assert "read 1s ago: no threads" in shown(empty_fleet())
    for fleet in (unreadable_fleet(), nothing_found(), nothing_yet()):
        assert "No threads yet" not in shown(fleet)


def test_nothing_found_says_where_was_looked_and_how_to_go_on() -> None:
    said = shown(nothing_found())
    looked = "looked at ~/.t3/userdata/server-runtime.json"
    for part in ("No agents found", looked, "Start one with", "F9", "adds a source"):
        assert part in said


def test_what_cannot_be_read_says_so_and_why() -> None:
    said = shown(unreadable_fleet())
    assert "CANNOT READ 2" in said
    assert "cannot read home" in said
    assert "connection refused at 127.0.0.1:3773 · Start the server, or correct its url." in said
    assert "cannot read devvm  auth" in said


def test_a_source_that_went_away_leaves_stale_rows_and_a_word() -> None:
    said = shown(sick_fleet())
    assert "cannot read home" in said
    assert "~approval" in said
    assert said.index("~approval") < said.index("cannot read home") < said.index("~failed")


def test_a_filter_that_hides_all_says_how_many_there_are() -> None:
    said = shown(busy_fleet(), View(parse("source:nowhere")))
    assert "No thread matches source:nowhere" in said
    assert "14 threads are there · Esc clears the filter" in said


# Projects


def test_projects_that_need_a_person_come_first_and_running_ones_do_not_move() -> None:
    rows = project_rows(busy_fleet(), NOW)
    assert [line.text for row in rows for line in row.lines(NOW) if line.text] == [
        "All  14", "billing-api  !    5", "web  ?    4", "infra  ✗    2", "release-tools  ●    3", "Teams",
        "release  ●    3",
    ]  # fmt: skip


def test_a_place_narrows_the_list_to_what_its_row_counts() -> None:
    fleet = busy_fleet()
    team = Place("team", Ref("claude", "session-636d9785"))
    for place, count in ((ALL, 14), (Place("project", BILLING), 5), (team, 3)):
        rows = thread_rows(fleet, View(scope=scope(place, fleet)), NOW)
        assert sum(isinstance(row, ThreadRow) for row in rows) == count
    assert place_title(Place("project", INFRA), fleet) == "infra"


def test_a_project_without_threads_is_there_and_empty() -> None:
    fleet = big_fleet(3)
    rows = project_rows(fleet, NOW)
    assert len(rows) == 51
    assert rows[-1].lines(NOW)[0].text == "project 49"


@pytest.mark.parametrize(
    ("detail", "left"),
    [("claude · ✳ Claude Code", ""), ("claude · ✳ Fix the parser", "✳ Fix the parser"), ("make test", "make test")],
)
def test_a_terminal_that_only_names_its_program_says_nothing(detail: str, left: str) -> None:
    thread = replace(workers_fleet().threads[SHELL_WORKERS[0]], detail=detail, terminal="tmux:%1")
    assert told(thread, workers_fleet()) == left
