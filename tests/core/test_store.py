"""The store: facts in, one fleet out, in order of attention."""

from dataclasses import replace

from fleet_kit import NOW, ago, approval, ref, source, thread
from hypothesis import given
from hypothesis import strategies as st

from cockpit.core.store import Store
from cockpit.model.asks import SettledAsk
from cockpit.model.facts import LedgerFailed, LedgerRead, ProjectSeen, SourceRead, TeamSeen, ThreadGone, ThreadSeen
from cockpit.model.fleet import Fleet
from cockpit.model.health import Health
from cockpit.model.teams import Member, Team
from cockpit.model.work import Capability, Freeze, Hold, Project, Status, Wall


def store_with(*facts: object) -> Store:
    store = Store(lambda: NOW)
    for fact in facts:
        store.apply(fact)  # type: ignore[arg-type]
    return store


def words(fleet: Fleet) -> list[str]:
    return [fleet.threads[row].status.value for row in fleet.order]


def test_usage_limits_are_counted_with_the_first_end() -> None:
    walls = {"one": Wall("weekly", ago(-90)), "two": Wall("5-hour", ago(-30)), "three": Wall("some", None)}
    store = store_with(source(), *(ThreadSeen(thread(name, wall=wall)) for name, wall in walls.items()))
    assert (store.fleet.counts.walls, store.fleet.counts.wall_ends) == (3, ago(-30))


def test_rows_stand_in_order_of_attention() -> None:
    store = store_with(source(), *(ThreadSeen(thread(s.value, s)) for s in Status if s is not Status.FROZEN))
    assert words(store.fleet) == [
        "approval", "question", "plan", "failed", "unknown", "working", "starting", "done", "idle", "ended",
    ]  # fmt: skip


def test_who_waits_longest_comes_first_and_the_newest_quiet_row_leads() -> None:
    store = store_with(
        source(),
        ThreadSeen(thread("young", Status.APPROVAL, since=ago(1), asks=(approval("a", "young"),))),
        ThreadSeen(thread("old", Status.APPROVAL, since=ago(9), asks=(approval("b", "old"),))),
        ThreadSeen(thread("long idle", since=ago(90))),
        ThreadSeen(thread("just idle", since=ago(3))),
    )
    assert [row.native for row in store.fleet.order] == ["old", "young", "just idle", "long idle"]
    assert [ask.id for ask in store.fleet.asks] == ["b", "a"]
    assert store.fleet.counts.needs_you == 2


def test_a_whole_read_drops_what_is_missing_but_only_of_its_own_source() -> None:
    store = store_with(ThreadSeen(thread("kept")), ThreadSeen(thread("gone")), ThreadSeen(thread("other", source="b")))
    store.apply(ProjectSeen(Project(ref("p"), "Demo", "/ws/demo")))
    store.apply(SourceRead("home", (), (thread("kept"), thread("new"))))
    assert {str(row) for row in store.fleet.threads} == {"home:kept", "home:new", "b:other"}
    assert not store.fleet.projects


def test_nothing_new_tells_nobody() -> None:
    store = store_with(source(), ThreadSeen(thread()))
    told: list[int] = []
    store.listen(lambda: told.append(store.fleet.revision))
    store.apply(ThreadSeen(thread()))
    store.apply(SourceRead("home", (), (thread(),)))
    assert told == []
    store.apply(ThreadSeen(thread(status=Status.WORKING)))
    assert len(told) == 1


def test_a_fleet_never_changes_once_it_was_handed_out() -> None:
    store = store_with(source(), ThreadSeen(thread()))
    before = store.fleet
    store.apply(ThreadGone(ref("one")))
    assert ref("one") in before.threads
    assert before.order == (ref("one"),)


def test_freeze_comes_after_what_needs_a_person_and_after_failed() -> None:
    freeze = Freeze("look at it", "ann", ago(1))
    frozen = LedgerRead({ref(n): freeze for n in ("ask", "bad", "busy")}, None, {}, None)
    store = store_with(
        source(),
        ThreadSeen(thread("ask", Status.APPROVAL, asks=(approval("a", "ask"),))),
        ThreadSeen(thread("bad", Status.FAILED)),
        ThreadSeen(thread("busy", Status.WORKING)),
        frozen,
    )
    threads = store.fleet.threads
    assert [threads[ref(n)].status for n in ("ask", "bad", "busy")] == [Status.APPROVAL, Status.FAILED, Status.FROZEN]
    assert threads[ref("busy")].detail == "look at it"
    assert all(threads[ref(n)].frozen == freeze for n in ("ask", "bad", "busy"))


def test_what_is_over_although_it_is_frozen_says_so() -> None:
    frozen = LedgerRead({ref("one"): Freeze("look at it", "ann", ago(10))}, None, {}, None)
    for able, status in ((frozenset({Capability.SEND}), Status.FROZEN), (frozenset(), Status.ENDED)):
        store = store_with(source(), ThreadSeen(thread("one", Status.ENDED, capabilities=able)), frozen)
        row = store.fleet.threads[ref("one")]
        assert (row.status, row.frozen is not None) == (status, True)


def test_a_mates_request_is_answered_where_its_leads_terminal_shows_it() -> None:
    members = (Member("lead", "lead", "working", thread=ref("lead")), Member("ann", "teammate", "", thread=ref("ann")))
    team = TeamSeen(Team(ref("team"), "crew", "lead", members))
    asks = ThreadSeen(thread("ann", Status.APPROVAL, asks=(approval("a", "ann"),)))
    store = store_with(source(), asks, ThreadSeen(thread("lead", Status.WORKING, dialog=True)), team)
    assert store.fleet.shown_at(store.fleet.threads[ref("ann")]).ref == ref("lead")
    assert store.fleet.shown_at(store.fleet.threads[ref("lead")]).ref == ref("lead")
    store.apply(ThreadSeen(thread("lead", Status.WORKING)))
    assert store.fleet.shown_at(store.fleet.threads[ref("ann")]).ref == ref("ann"), "a hook holds it, no dialog is open"
    store.apply(ThreadSeen(thread("lead", Status.WORKING, dialog=True)))
    store.apply(ThreadSeen(thread("ann", Status.WORKING)))
    assert store.fleet.shown_at(store.fleet.threads[ref("ann")]).ref == ref("ann"), "it asks nothing"


def test_what_runs_again_although_it_is_frozen_says_so() -> None:
    """A teammate's message starts a turn that nobody here asked for."""
    frozen = LedgerRead({ref("one"): Freeze("look at it", "ann", ago(10))}, None, {}, None)
    store = store_with(source(), ThreadSeen(thread("one", Status.WORKING, since=ago(11))), frozen)
    assert store.fleet.threads[ref("one")].detail == "look at it"
    store.apply(ThreadSeen(thread("one", Status.WORKING, since=ago(9))))
    row = store.fleet.threads[ref("one")]
    assert (row.status, row.detail) == (Status.FROZEN, "runs again all the same")


def test_done_lasts_until_looked_at() -> None:
    store = store_with(source(), LedgerRead({}, None, {}, ago(100)), ThreadSeen(thread(finished_at=ago(5))))
    assert store.fleet.threads[ref("one")].status is Status.DONE
    store.apply(LedgerRead({}, None, {ref("one"): ago(1)}, ago(100)))
    assert store.fleet.threads[ref("one")].status is Status.IDLE
    store.apply(ThreadSeen(thread(finished_at=NOW)))
    assert store.fleet.threads[ref("one")].status is Status.DONE


def test_a_session_that_was_tidied_up_is_still_done_until_looked_at() -> None:
    ended = thread(status=Status.ENDED, finished_at=ago(40))
    store = store_with(source(), LedgerRead({}, None, {}, ago(100)), ThreadSeen(ended))
    assert store.fleet.threads[ref("one")].status is Status.DONE
    store.apply(LedgerRead({}, None, {ref("one"): ago(1)}, ago(100)))
    assert store.fleet.threads[ref("one")].status is Status.ENDED


def test_what_finished_before_the_ledger_was_born_is_idle() -> None:
    store = store_with(source(), LedgerRead({}, None, {}, ago(10)), ThreadSeen(thread(finished_at=ago(60))))
    assert store.fleet.threads[ref("one")].status is Status.IDLE


def test_rows_of_a_source_that_cannot_be_read_are_kept_and_stale() -> None:
    store = store_with(source(), ThreadSeen(thread()))
    assert not store.fleet.threads[ref("one")].stale
    store.apply(source(health=Health.DOWN, reason="connection refused"))
    assert store.fleet.threads[ref("one")].stale
    store.apply(source())
    assert not store.fleet.threads[ref("one")].stale


def test_an_ask_that_vanished_is_history_and_one_that_returns_is_open_again() -> None:
    store = store_with(source(), ThreadSeen(thread(status=Status.APPROVAL, asks=(approval(),))))
    store.apply(ThreadSeen(thread()))
    assert [(s.ask.id, s.ending) for s in store.fleet.settled] == [("req-1", "elsewhere")]
    store.apply(ThreadSeen(thread(status=Status.APPROVAL, asks=(approval(),))))
    assert store.fleet.settled == ()


def test_the_ledgers_word_on_a_settled_ask_wins() -> None:
    store = store_with(source(), ThreadSeen(thread(status=Status.APPROVAL, asks=(approval(),))), ThreadSeen(thread()))
    store.apply(LedgerRead({}, None, {}, None, (SettledAsk(approval(), "accept", "ann", NOW),)))
    assert [(s.ask.id, s.ending, s.by) for s in store.fleet.settled] == [("req-1", "accept", "ann")]


def test_a_broken_ledger_keeps_what_it_last_said() -> None:
    hold = Hold("release day", "ann", ago(3))
    store = store_with(LedgerRead({}, hold, {}, None), LedgerFailed("locked"))
    assert store.fleet.hold == hold
    assert store.fleet.ledger_trouble == "locked"
    store.apply(LedgerRead({}, hold, {}, None))
    assert store.fleet.ledger_trouble == ""


def test_one_worker_seen_by_two_sources_is_one_row() -> None:
    seen_by_files = thread(
        "s1", Status.WORKING, "claude", joins=frozenset({"pane:default/%3"}), authority=2, model=None
    )
    seen_in_tmux = thread("%3", Status.UNKNOWN, "tmux", joins=frozenset({"pane:default/%3"}), branch="fix")
    store = store_with(source("claude"), source("tmux"), ThreadSeen(seen_in_tmux), ThreadSeen(seen_by_files))
    assert store.fleet.order == (ref("s1", "claude"),)
    row = store.fleet.threads[ref("s1", "claude")]
    assert (row.status, row.branch, set(row.sources)) == (Status.WORKING, "fix", {"claude", "tmux"})
    store.apply(ThreadSeen(replace(seen_by_files, joins=frozenset())))
    assert set(store.fleet.order) == {ref("s1", "claude"), ref("%3", "tmux")}


def test_a_row_that_is_regrouped_does_not_lose_its_asks() -> None:
    pane = thread("%3", Status.IDLE, "tmux", joins=frozenset({"k"}), authority=0)
    lead = thread("s1", Status.APPROVAL, "claude", joins=frozenset({"k"}), asks=(approval("a", "s1", "claude"),))
    store = store_with(source("claude"), source("tmux"), ThreadSeen(lead), ThreadSeen(pane))
    store.apply(ThreadSeen(replace(pane, authority=9)))
    assert store.fleet.order == (ref("%3", "tmux"),)
    assert store.fleet.settled == ()
    assert [ask.id for ask in store.fleet.asks] == ["a"]


def a_claude_in_a_pane(**of_files: object) -> Store:
    pane = thread("%3", Status.IDLE, "tmux", joins=frozenset({"k"}), authority=-1,
                  capabilities=frozenset({Capability.SEND, Capability.STOP}))  # fmt: skip
    given: dict[str, object] = {"capabilities": frozenset({Capability.SEND}), "authority": 5}
    files = thread("s1", Status.IDLE, "claude", joins=frozenset({"k"}), **(given | of_files))
    return store_with(source("claude"), source("tmux"), ThreadSeen(pane), ThreadSeen(files))


def test_who_knows_a_worker_best_does_what_it_can_and_the_others_do_the_rest() -> None:
    store = a_claude_in_a_pane()
    row = ref("s1", "claude")
    assert store.doer(row, Capability.SEND) == row
    assert store.doer(row, Capability.STOP) == ref("%3", "tmux")
    assert store.doer(row, Capability.RESUME) is None
    assert store.fleet.threads[row].capabilities == {Capability.SEND, Capability.STOP}


def test_who_knows_best_that_it_cannot_be_done_is_not_passed_by() -> None:
    store = a_claude_in_a_pane(capabilities=frozenset(), cannot=((Capability.SEND, "a dialog is open"),))
    row = store.fleet.threads[ref("s1", "claude")]
    assert not row.can(Capability.SEND)
    assert row.reason(Capability.SEND) == "a dialog is open"
    assert store.doer(row.ref, Capability.SEND) is None


def test_a_row_is_found_and_stays_frozen_under_any_of_its_names() -> None:
    store = a_claude_in_a_pane()
    pane = ref("%3", "tmux")
    store.apply(LedgerRead({pane: Freeze("look", "ann", NOW)}, None, {}, None))
    assert store.fleet.thread(pane) is store.fleet.threads[ref("s1", "claude")]
    assert store.fleet.threads[ref("s1", "claude")].status is Status.FROZEN


def test_a_hard_freeze_whose_processes_are_gone_says_so() -> None:
    frozen = {ref("one"): Freeze("look", "ann", NOW, hard=True)}
    for paused, words in ((True, "look"), (None, "look"), (False, "what was paused is gone")):
        store = store_with(source(), ThreadSeen(thread(paused=paused)), LedgerRead(frozen, None, {}, None))
        row = store.fleet.threads[ref("one")]
        assert (row.status, words in row.detail) == (Status.FROZEN, True)


def test_an_ask_belongs_to_the_row_and_its_answer_to_who_brought_it() -> None:
    store = a_claude_in_a_pane()
    pane = thread("%3", Status.APPROVAL, "tmux", joins=frozenset({"k"}), authority=-1,
                  asks=(approval("a", "%3", "tmux"),))  # fmt: skip
    store.apply(ThreadSeen(pane))
    ask = store.fleet.asks[0]
    assert ask.thread == ref("s1", "claude")
    assert store.asker(ask) == pane.ref


def test_one_place_under_two_sources_is_one_heading() -> None:
    here = Project(ref("/home/dev/web", "tmux"), "web", "/home/dev/web", key="here:/home/dev/web")
    named = Project(ref("p1"), "The shop", "/home/dev/web", key="here:/home/dev/web")
    far = Project(ref("/home/dev/web", "box"), "web", "/home/dev/web", key="box:/home/dev/web")
    store = store_with(*(ProjectSeen(project) for project in (here, named, far)))
    assert store.fleet.same_places == {here.ref: named.ref}
    assert store.fleet.home(thread("%1", source="tmux", project=here.ref)) == named.ref
    assert store.fleet.home(thread("%1", source="box", project=far.ref)) == far.ref


_sightings = st.builds(
    lambda name, src, status, joins, minutes, authority: thread(
        name, status, src, joins=frozenset(joins), since=ago(minutes), authority=authority,
        asks=(approval(f"ask {src} {name}", name, src),) if status is Status.APPROVAL else (),
    ),
    st.sampled_from("abcd"), st.sampled_from(["x", "y"]),
    st.sampled_from([Status.APPROVAL, Status.WORKING, Status.IDLE, Status.UNKNOWN]),
    st.sets(st.sampled_from(["j1", "j2", "j3"]), max_size=2), st.integers(0, 5), st.integers(0, 2),
)  # fmt: skip
_steps = st.one_of(
    _sightings.map(ThreadSeen),
    st.builds(ThreadGone, st.builds(ref, st.sampled_from("abcd"), st.sampled_from(["x", "y"]))),
    st.lists(_sightings, max_size=6, unique_by=lambda t: t.ref).map(
        lambda seen: SourceRead("x", (), tuple(t for t in seen if t.ref.source == "x"))
    ),
)


@given(st.lists(_steps, max_size=25))
def test_any_history_gives_the_same_fleet_as_its_last_sightings_alone(steps: list[object]) -> None:
    store = store_with(source("x"), source("y"), *steps)
    known: dict[object, object] = {}
    for step in steps:
        match step:
            case ThreadSeen(seen):
                known[seen.ref] = seen
            case ThreadGone(gone):
                known.pop(gone, None)
            case SourceRead(name, _, threads):
                known = {r: t for r, t in known.items() if r.source != name} | {t.ref: t for t in threads}
    fresh = store_with(source("x"), source("y"), *(ThreadSeen(seen) for seen in known.values()))
    assert store.fleet.threads == fresh.fleet.threads
    assert store.fleet.order == fresh.fleet.order
    assert store.fleet.asks == fresh.fleet.asks
    assert store.fleet.counts == fresh.fleet.counts
