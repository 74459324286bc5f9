"""Why a command cannot be carried out: every reason names the cause, and what can be done has none."""

from dataclasses import replace

import pytest
from fleet_kit import NOW, ago, approval, plan, question, ref, source, thread

from cockpit.core import commands as c
from cockpit.core.store import Store
from cockpit.core.why_not import why_not
from cockpit.model.asks import Decision, Option
from cockpit.model.facts import LedgerFailed, LedgerRead, ProjectSeen, SendStarted, TeamSeen, ThreadSeen
from cockpit.model.fleet import Fleet
from cockpit.model.health import Health
from cockpit.model.teams import Team
from cockpit.model.work import Capability, Freeze, Hold, Project, Status

ONE = ref("one")
FROZEN = LedgerRead({ONE: Freeze("odd", "ann", NOW)}, None, {}, None)
HELD = LedgerRead({}, Hold("demo day", "bob", NOW), {}, None)
PROJECT = ProjectSeen(Project(ref("p"), "Demo", "/ws/demo"))
CREW = TeamSeen(Team(ref("t"), "Release", "lead"))
ASKING = thread(status=Status.APPROVAL, asks=(approval(),))
WORKING = thread(status=Status.WORKING)


def fleet(*facts: object) -> Fleet:
    store = Store(lambda: NOW)
    for fact in (source(), *facts):
        store.apply(fact)  # type: ignore[arg-type]
    return store.fleet


def seen(row: object, *facts: object) -> Fleet:
    return fleet(ThreadSeen(row), *facts)  # type: ignore[arg-type]


_BY_HOOK = {"decisions": (Decision.ACCEPT, Decision.DECLINE), "takes_message": True}
HELD_PLAN = thread(status=Status.PLAN, asks=(replace(plan(), **_BY_HOOK),))
RULED = thread(status=Status.APPROVAL, asks=(replace(approval(), rules=(Option("1", "make"),), **_BY_HOOK),))

POSSIBLE = [
    (c.Decide(ONE, "plan-1", Decision.DECLINE, message="add tests"), seen(HELD_PLAN)),
    (c.Decide(ONE, "req-1", Decision.ACCEPT, "1"), seen(RULED)),
    (c.Decide(ONE, "req-1", Decision.DECLINE, message="why"), seen(RULED)),
    (c.Decide(ONE, "req-1", Decision.ACCEPT), seen(ASKING)),
    (c.Decide(ONE, "req-1", Decision.DECLINE), seen(ASKING, FROZEN)),
    (c.Decide(ONE, "req-1", Decision.ACCEPT), seen(ASKING, HELD)),
    (c.Answer(ONE, "q-1", {"colour": "red"}), seen(thread(status=Status.QUESTION, asks=(question(),)))),
    (c.ImplementPlan(ONE, "plan-1"), seen(thread(status=Status.PLAN, asks=(plan(),)))),
    (c.Send(ONE, "go on"), seen(thread())),
    (c.Send(ONE, "go on"), seen(WORKING, HELD)),
    (c.Interrupt(ONE), seen(WORKING)),
    (c.Freeze(ONE), seen(thread())),
    (c.Thaw(ONE), seen(WORKING, FROZEN)),
    (c.HoldFleet(), fleet()),
    (c.ReleaseFleet(), fleet(HELD)),
    (c.Dispatch("home", ref("p"), "do it"), fleet(PROJECT)),
    (c.Dispatch("home", None, "do it", path="/ws"), fleet(source(health=Health.ABSENT, can_dispatch=True))),
    (c.SetModes(ONE, runtime_mode="full-access"), seen(thread())),
    (c.SetModes(ONE, runtime_mode="full-access", confirmed=True), seen(WORKING)),
    (c.Delete(ONE, confirmed=True), seen(thread())),
    (c.Unarchive(ref("put away")), fleet()),
    (c.Settle(ONE), seen(thread())),
    (c.Snooze(ONE, NOW), seen(thread())),
    (c.Unsnooze(ONE), seen(thread(snoozed_until=NOW))),
    (c.Look(ONE), fleet()),
]

IMPOSSIBLE = [
    (c.Send(ONE, "x"), fleet(), "no longer in the fleet"),
    (c.Send(ONE, "  "), seen(thread()), "empty"),
    (c.Send(ONE, "x"), seen(WORKING, FROZEN), "frozen by ann (odd)"),
    (c.Send(ONE, "x"), seen(thread(), HELD), "on hold by bob (demo day)"),
    (c.Send(ONE, "x"), seen(thread(), source(health=Health.DOWN, reason="refused")), "home is down: refused"),
    (c.Send(ONE, "x"), seen(replace(thread(), capabilities=frozenset())), "cannot take messages"),
    (c.Decide(ONE, "req-2", Decision.ACCEPT), seen(ASKING), "no longer open"),
    (c.Decide(ONE, "req-1", Decision.ACCEPT, "2"), seen(RULED), "no such rule"),
    (c.Decide(ONE, "req-1", Decision.DECLINE, message="why"), seen(ASKING), "no message"),
    (c.Decide(ONE, "plan-1", Decision.ACCEPT), seen(HELD_PLAN), "another kind"),
    (c.Decide(ONE, "req-1", Decision.ACCEPT), seen(ASKING, FROZEN), "frozen"),
    (c.Decide(ONE, "req-1", Decision.ACCEPT), seen(ASKING, SendStarted("req-1", "decide")), "on its way"),
    (c.Decide(ONE, "q-1", Decision.ACCEPT), seen(thread(asks=(question(),))), "another kind of answer: question"),
    (c.Answer(ONE, "q-1", {}), seen(thread(asks=(question(),))), "still to answer: Colour"),
    (c.Answer(ONE, "q-1", {"colour": ""}), seen(thread(asks=(question(),))), "still to answer: Colour"),
    (c.ImplementPlan(ONE, "plan-1"), seen(thread(asks=(plan(),)), HELD), "on hold"),
    (c.Interrupt(ONE), seen(thread()), "nothing is running"),
    (c.StopSession(ONE), seen(thread(status=Status.ENDED)), "already ended"),
    (c.Freeze(ONE), seen(WORKING, FROZEN), "already frozen"),
    (c.Freeze(ONE, hard=True), seen(WORKING), "in a terminal"),
    (c.Freeze(ONE), seen(WORKING, LedgerFailed("The ledger is locked.")), "locked"),
    (c.Thaw(ONE), seen(WORKING), "not frozen"),
    (c.HoldFleet(), fleet(HELD), "already on hold"),
    (c.ReleaseFleet(), fleet(), "not on hold"),
    (c.Dispatch("home", ref("p"), " "), fleet(PROJECT), "prompt is empty"),
    (c.Dispatch("home", ref("nope"), "x"), fleet(PROJECT), "no project"),
    (c.Dispatch("home", ref("p"), "x"), fleet(PROJECT, HELD), "on hold"),
    (c.Dispatch("home", ref("p"), "x"), fleet(PROJECT, source(can_dispatch=False)), "cannot start threads"),
    (c.CreateProject("away", "x", "/x"), fleet(), "no source away"),
    (c.CreateProject("home", "x", " "), fleet(), "needs a path"),
    (c.SetModes(ONE, runtime_mode="full-access"), seen(WORKING), "ends the running turn"),
    (c.Rename(ONE, " "), seen(thread()), "title is empty"),
    (c.Settle(ONE), seen(ASKING), "while it is approval"),
    (c.Unsettle(ONE), seen(thread()), "not settled"),
    (c.Unsnooze(ONE), seen(thread()), "not snoozed"),
    (c.Delete(ONE), seen(thread()), "must be confirmed"),
    (c.Close(ONE), seen(thread()), "must be confirmed"),
    (c.Dispatch("home", None, "x"), fleet(PROJECT, source()), "nothing says where"),
    (c.Dispatch("home", ref("p"), "x", count=0), fleet(PROJECT, source()), "at least one"),
    (c.StopTeam(ref("t"), confirmed=True), fleet(source()), "no team"),
    (c.StopTeam(ref("t"), confirmed=True), fleet(source(), CREW, SendStarted(str(ref("t")), "stopteam")), "is being"),
    (c.Send(ONE, "x"), seen(replace(WORKING, dialog=True)), "Enter would answer the dialog"),
]


@pytest.mark.parametrize(("command", "now"), POSSIBLE)
def test_what_can_be_done_has_no_reason(command: c.Command, now: Fleet) -> None:
    assert why_not(command, now) is None


@pytest.mark.parametrize(("command", "now", "words"), IMPOSSIBLE)
def test_what_cannot_be_done_says_why(command: c.Command, now: Fleet, words: str) -> None:
    assert words in (why_not(command, now) or "")


@pytest.mark.parametrize("capability", sorted(set(Capability) - {Capability.HARD_FREEZE}))
def test_a_missing_capability_is_named_before_anything_else(capability: Capability) -> None:
    from cockpit.core.why_not import NEEDS

    bare = replace(ASKING, capabilities=frozenset(Capability) - {capability})
    commands = {
        c.Decide: c.Decide(ONE, "req-1", Decision.ACCEPT), c.Answer: c.Answer(ONE, "x", {}),
        c.ImplementPlan: c.ImplementPlan(ONE, "x"), c.Send: c.Send(ONE, "x"), c.Interrupt: c.Interrupt(ONE),
        c.StopSession: c.StopSession(ONE), c.SetModes: c.SetModes(ONE), c.Rename: c.Rename(ONE, "x"),
        c.Archive: c.Archive(ONE), c.Settle: c.Settle(ONE), c.Unsettle: c.Unsettle(ONE),
        c.Snooze: c.Snooze(ONE, ago(0)), c.Unsnooze: c.Unsnooze(ONE), c.Delete: c.Delete(ONE),
        c.Resume: c.Resume(ONE), c.Close: c.Close(ONE, confirmed=True),
    }  # fmt: skip
    affected = [commands[kind] for kind, needed in NEEDS.items() if needed is capability]
    assert all(
        (why_not(command, seen(bare)) or "").startswith(("this ", "there is nothing", "only a")) for command in affected
    )
    said = replace(bare, cannot=((capability, "its hooks are not installed"),))
    assert {why_not(command, seen(said)) for command in affected} <= {"its hooks are not installed"}
