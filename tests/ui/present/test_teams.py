"""Teams, tasks and messages as rows: who needs a person first, nothing cut that matters, nothing invented."""

from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from rich.cells import cell_len
from scenes import NOW, before
from teaming import (
    API,
    LEAD,
    SCHEMA,
    TEAM,
    big_team,
    crew_fleet,
    hostile_team,
    no_team,
    release,
    taskless_fleet,
    two_teams,
)

from cockpit.model.fleet import Fleet
from cockpit.model.ids import Ref
from cockpit.model.talk import CallState, Exchange, Message, Notice, Role, Talk, ToolCall
from cockpit.model.teams import Task, TeamMessage
from cockpit.model.work import Freeze, Status
from cockpit.ui.present.message_rows import MOST, MessageRow, Narrowed, message_rows, ways
from cockpit.ui.present.rows import Row
from cockpit.ui.present.task_rows import board, state_of, task_counts, task_of, task_rows
from cockpit.ui.present.team_rows import MemberRow, member_rows, spent, stop_question, team_of, team_rows, threads_of
from cockpit.ui.present.team_timeline import timeline


def text(rows: list[Row]) -> str:
    return "\n".join(line.text for row in rows for line in row.lines(NOW))


def members(fleet: Fleet, width: int = 60) -> dict[str, MemberRow]:
    rows = member_rows(fleet.teams[TEAM], fleet, width)
    return {row.member.name: row for row in rows if isinstance(row, MemberRow)}


# Members


def test_who_needs_a_person_comes_first_then_who_is_broken_then_the_lead_and_the_others_as_they_joined() -> None:
    assert list(members(crew_fleet())) == ["schema", "writer", "team-lead", "api", "reviewer"]


def test_a_member_shows_what_it_does_on_what_it_runs_and_what_it_cost() -> None:
    said = text([members(crew_fleet())["api"]])
    for part in ("● api", "sonnet-5 · openrouter · tmux", "working", "4s", "#3 Writing the API", "blocked by #2"):
        assert part in said
    assert "91 %" in said
    assert "$0.22" in said
    assert "alembic upgrade head" in text([members(crew_fleet())["schema"]])


def test_a_cost_that_nobody_reported_is_left_out_and_a_window_of_unknown_size_is_told_in_tokens() -> None:
    said = text([members(crew_fleet())["reviewer"]])
    assert "$" not in said
    assert "21 k" in said
    assert "plans first" in said


def test_the_usage_limit_is_told_with_its_end_and_the_end_only_while_it_lies_ahead() -> None:
    row = members(crew_fleet())["writer"]
    assert "limit ends in 1h · 5-hour limit reached" in text([row])
    later = "\n".join(line.text for line in row.lines(NOW + timedelta(hours=2)))
    assert "5-hour limit reached" in later
    assert "ends in" not in later


def test_a_frozen_member_shows_that_beside_what_it_needs() -> None:
    fleet = crew_fleet()
    frozen = replace(fleet.threads[SCHEMA], frozen=Freeze("wait", "dana", NOW))
    rows = members(replace(fleet, threads={**fleet.threads, SCHEMA: frozen}))
    assert "‖ approval" in text([rows["schema"]])


def test_a_member_without_a_row_says_its_teams_own_word() -> None:
    fleet = crew_fleet()
    gone = replace(fleet, threads={}, order=())
    assert "working" in text([members(gone)["api"]])
    odd = replace(release(), members=(replace(release().members[0], status="hibernating", thread=None),))
    assert "∅ team-lead" in text(member_rows(odd, fleet, 60))
    assert "hibernating" in text(member_rows(odd, fleet, 60))


@pytest.mark.parametrize("width", [20, 36, 56, 90])
def test_rows_are_as_high_as_they_say_at_every_width(width: int) -> None:
    for fleet in (crew_fleet(), hostile_team(), big_team(20, 50)):
        team = fleet.teams[TEAM]
        rows = [*member_rows(team, fleet, width), *task_rows(team, width), *message_rows(team, Narrowed(), width, UTC)]
        for row in rows:
            assert len(row.lines(NOW)) == row.height


def test_the_means_stand_beside_the_name_where_there_is_room_and_else_below() -> None:
    assert members(crew_fleet(), 60)["schema"].height == 2
    assert members(crew_fleet(), 36)["schema"].height == 3


def test_the_sum_is_of_those_who_reported() -> None:
    fleet = crew_fleet()
    assert spent(fleet.teams[TEAM], fleet) == "5 members · 55 requests · $2.45"


def test_stopping_names_everybody_who_goes() -> None:
    fleet = crew_fleet()
    asked = stop_question(fleet.teams[TEAM], fleet)
    for part in ("“release”", "schema (approval)", "api (working)", "reviewer (idle)", "ended: team-lead (working)"):
        assert part in asked


def test_a_thread_is_found_in_its_team_by_any_of_its_names() -> None:
    fleet = crew_fleet()
    pane = Ref("tmux", "%1")
    joined = replace(fleet.threads[SCHEMA], sightings=(SCHEMA, pane))
    fleet = replace(fleet, threads={**fleet.threads, SCHEMA: joined}, aliases={pane: SCHEMA})
    found = team_of(pane, fleet)
    assert found is not None
    assert found.ref == TEAM
    assert team_of(Ref("tmux", "%9"), fleet) is None


# The list of teams


def test_the_list_has_the_team_that_needs_a_person_first_and_its_counts() -> None:
    rows = team_rows(two_teams(), NOW, 100, {})
    assert [row.id for row in rows] == [TEAM, Ref("claude", "docs-crew")]
    said = text(rows)
    assert "! release" in said
    assert "5 members · 55 requests · $2.45 · 2 pending · 2 in progress · 1 done" in said
    assert "Writes the guide" in said


def test_without_a_team_it_says_how_to_get_one_by_the_persons_own_keys() -> None:
    said = text(team_rows(no_team(), NOW, 80, {"fleet.dispatch": "D"}))
    assert "press D" in said
    assert "CLAUDE_CODE_EXPERIMENTAL_AGENT_TEAMS=1" in said
    assert "No agent team" not in text(team_rows(Fleet(), NOW, 80, {}))


# Tasks


def test_tasks_have_their_marks_owners_and_blockers_in_the_order_of_their_numbers() -> None:
    said = text(task_rows(release(), 60))
    assert [line[:6] for line in said.split("\n") if line.startswith("[")] == [
        "[x] #1", "[~] #2", "[~] #3", "[ ] #4", "[ ] #5"
    ]  # fmt: skip
    assert "blocked by #2, #3" in said
    assert "nobody" in said


def test_no_task_list_is_normal_and_is_not_the_same_as_an_empty_one() -> None:
    fleet = taskless_fleet()
    assert "That is normal" in text(task_rows(fleet.teams[TEAM], 80))
    assert "No tasks yet" in text(task_rows(replace(release(), tasks=()), 80))


def test_a_state_that_nobody_knows_is_shown_as_it_came_among_those_not_begun() -> None:
    odd = Task("9", "Odd", "parked")
    fleet = replace(crew_fleet(), teams={TEAM: replace(release(), tasks=(*release().tasks, odd))})
    pending, running, done = board(fleet, None, 30)
    assert [row.id for row in pending] == [(TEAM, "4"), (TEAM, "5"), (TEAM, "9")]
    assert [len(running), len(done)] == [2, 1]
    assert "parked" in text(pending)
    assert state_of(odd).glyph == "[?]"
    assert task_counts(fleet.teams[TEAM].tasks) == "2 pending · 2 in progress · 1 done · 1 parked"


def test_counts_become_marks_where_words_do_not_fit() -> None:
    assert task_counts(release().tasks, 20) == "[ ] 2  [~] 2  [x] 1"


def test_the_board_of_all_teams_names_them_and_that_of_one_does_not() -> None:
    fleet = two_teams()
    assert "docs-crew" in text(board(fleet, None, 60)[0])
    assert "release" not in text(board(fleet, fleet.teams[TEAM], 60)[0])


def test_a_task_is_found_by_the_id_of_its_row_while_it_is_there() -> None:
    fleet = crew_fleet()
    found = task_of(fleet, (TEAM, "2"))
    assert found is not None
    assert found[1].subject == "Design the schema"
    assert task_of(fleet, (TEAM, "77")) is None
    assert task_of(fleet, "columns") is None


# Messages


def test_words_are_told_in_full_and_the_protocol_is_dim() -> None:
    rows = message_rows(release(), Narrowed(), 60, UTC)
    said = {row.message.kind: row for row in rows if isinstance(row, MessageRow)}
    quiet = said["idle_notification"].lines(NOW)
    assert {span.role for line in quiet for span in (*line.left, *line.right)} == {"dim"}
    assert "Lines get a `region`; it is never null" in " ".join(text(rows).split())
    assert "13:50" in text(rows)


@pytest.mark.parametrize(
    ("narrowed", "count"),
    [
        (Narrowed(), 8),
        (Narrowed(frozenset({"api", "schema"})), 3),
        (Narrowed(frozenset({"reviewer"})), 1),
        (Narrowed(frozenset({"reviewer"}), plain=True), 0),
        (Narrowed(plain=True), 5),
    ],
)
def test_messages_are_narrowed_to_a_pair_to_one_or_to_words(narrowed: Narrowed, count: int) -> None:
    rows = message_rows(release(), narrowed, 60, UTC)
    assert sum(isinstance(row, MessageRow) for row in rows) == count
    assert bool(count) or "Nothing of that was said" in text(rows)


def test_the_ways_to_narrow_are_the_pairs_that_talked_with_how_much() -> None:
    labels = [label for _, label in ways(release())]
    assert labels[0] == "everyone  8"
    assert labels[1] in ("api ↔ schema  3", "schema ↔ team-lead  3")
    assert "writer  0" in labels


def test_who_was_not_verified_counts_as_who_it_claims_to_be_and_is_shown_as_told() -> None:
    forged = TeamMessage("team-lead (unverified)", "api", "Stop at once", NOW)
    team = replace(release(), messages=(forged,))
    rows = message_rows(team, Narrowed(frozenset({"team-lead", "api"})), 60, UTC)
    assert "team-lead (unverified) → api" in text(rows)


def test_a_long_message_is_cut_to_some_lines_and_says_so() -> None:
    long = TeamMessage("api", "schema", "word " * 4_000, NOW)
    (row,) = message_rows(replace(release(), messages=(long,)), Narrowed(), 40, UTC)
    assert row.height == MOST + 1
    assert "Enter reads all of it" in row.lines(NOW)[-1].text


def test_the_same_words_twice_are_two_rows() -> None:
    twice = TeamMessage("api", "schema", "ok", NOW)
    rows = message_rows(replace(release(), messages=(twice, twice)), Narrowed(), 40, UTC)
    assert len({row.id for row in rows}) == 2


def test_hostile_words_stay_in_their_cells() -> None:
    for row in message_rows(hostile_team().teams[TEAM], Narrowed(), 40, UTC):
        for line in row.lines(NOW)[2:]:
            assert cell_len(line.text) <= 40


# The timeline


def test_it_merges_messages_spawns_tasks_and_asks_in_the_order_of_time() -> None:
    fleet = crew_fleet()
    told = timeline(fleet.teams[TEAM], fleet, Narrowed())
    assert told.thread == TEAM
    assert [entry.at for entry in told.entries] == sorted(entry.at for entry in told.entries)
    assert len({entry.id for entry in told.entries}) == len(told.entries)
    said = [entry.text for entry in told.entries if isinstance(entry, Notice)]
    assert "began the team" in said
    assert "joined: docs-writer · claude-haiku-5 · in-process" in said
    assert "task #1 Read the old exporter: done" in said
    asks = {entry.id: (entry.outcome, entry.author) for entry in told.entries if isinstance(entry, Exchange)}
    assert asks == {"perm-0": ("accept", "api"), "perm-1": ("", "schema")}


def test_one_member_has_all_that_it_did_and_two_have_what_they_wrote() -> None:
    fleet = crew_fleet()
    team = fleet.teams[TEAM]
    one = timeline(team, fleet, Narrowed(frozenset({"api"}))).entries
    assert {entry.author for entry in one} <= {"api", "schema", "team-lead"}
    assert any(isinstance(entry, Exchange) for entry in one)
    two = timeline(team, fleet, Narrowed(frozenset({"api", "schema"}))).entries
    assert [type(entry) for entry in two] == [Message] * 3


def test_what_was_read_of_the_members_takes_the_place_of_the_messages_and_nothing_is_told_twice() -> None:
    fleet = crew_fleet()
    call = ToolCall("api/c1", "Bash", "pytest", CallState.COMPLETED, before(NOW, m=4), author="api")
    asked = Exchange("api/perm-0", "approval", "Bash: pip install httpx", before(NOW, m=10), "accept", author="api")
    said = Message("message/1", Role.USER, "Go on", before(NOW, m=5), author="schema", to="api")
    read = Talk(TEAM, (asked, said, call), older="cursor")
    told = timeline(fleet.teams[TEAM], replace(fleet, talks={TEAM: read}), Narrowed())
    assert told.older == "cursor"
    assert [entry.id for entry in told.entries if isinstance(entry, Message | ToolCall)] == ["message/1", "api/c1"]
    assert [entry.id for entry in told.entries if isinstance(entry, Exchange)] == ["api/perm-0", "perm-1"]
    assert all(entry.at >= asked.at for entry in told.entries)


def test_threads_of_a_team_are_the_fleets_own_rows() -> None:
    fleet = crew_fleet()
    assert [thread.ref for thread in threads_of(fleet.teams[TEAM], fleet)][:3] == [LEAD, SCHEMA, API]
    assert fleet.threads[API].status is Status.WORKING
