"""Named fleets with fixed times, for tests and for pictures. Each goes through the real store, so that its order, its
counts and its overlays are those of the program."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cockpit.core.store import Store
from cockpit.model import facts as f
from cockpit.model.asks import Ask, AskKind, Decision, Option, Question
from cockpit.model.fleet import Fleet
from cockpit.model.health import Health, Offer, Setting, SourceState
from cockpit.model.ids import Ref
from cockpit.model.talk import (
    CallState,
    Changes,
    FileChange,
    Message,
    Plan,
    Role,
    Step,
    Steps,
    StepState,
    Talk,
    ToolCall,
)
from cockpit.model.teams import Member, Task, Team
from cockpit.model.usage import Usage
from cockpit.model.work import (
    Capability,
    Context,
    Evidence,
    Freeze,
    Hold,
    ModelChoice,
    Project,
    Status,
    Thread,
)

NOW = datetime(2026, 11, 21, 14, 5, tzinfo=UTC)
SONNET = ModelChoice("claudeAgent", "claude-sonnet-4-5")
T3_CAN = frozenset(Capability) - {Capability.ATTACH, Capability.HARD_FREEZE, Capability.RESUME, Capability.CLOSE}
PANE_CAN = frozenset({Capability.SEND, Capability.INTERRUPT, Capability.ATTACH, Capability.HARD_FREEZE})

FLAKY = Ref("home", "auth-flake")
LEDGER_SCHEMA = Ref("home", "ledger-schema")
INVOICES = Ref("home", "invoice-export")
UPGRADE = Ref("home", "python-313")
AUDIT = Ref("home", "audit-api")
BUMP = Ref("home", "bump-httpx")
RUNNERS = Ref("home", "ci-runners")
BILLING, WEB, INFRA, TOOLS = (Ref("home", name) for name in ("billing-api", "web", "infra", "release-tools"))

COMMAND = "rm -rf .cache && pytest -x tests/auth"


def before(now: datetime, *, s: float = 0, m: float = 0, h: float = 0) -> datetime:
    return now - timedelta(seconds=s, minutes=m, hours=h)


def source(now: datetime, name: str, kind: str = "t3", health: Health = Health.UP, **fields: Any) -> SourceState:
    given: dict[str, Any] = {
        "read_at": before(now, s=1), "checked_at": before(now, s=1), "since": before(now, h=3), "version": "0.0.33",
        "link": "socket", "can_dispatch": kind == "t3",
        "offers": (Offer("claudeAgent", "Claude", ("claude-sonnet-4-5", "claude-opus-4-5")),) if kind == "t3" else (),
        "runtime_modes": ("approval-required", "auto-accept-edits", "full-access") if kind == "t3" else (),
        "default_model": SONNET if kind == "t3" else None,
    }  # fmt: skip
    return SourceState(name, kind, health, **(given | fields))


def thread(ref: Ref, title: str, status: Status, since: datetime, **fields: Any) -> Thread:
    native = ref.source in ("home", "devvm")
    given: dict[str, Any] = {
        "sources": (ref.source,),
        "raw_status": "running" if status.busy or status.needs_you else "ready",
        "capabilities": T3_CAN if native else PANE_CAN,
        "created_at": since - timedelta(hours=1),
        "model": SONNET if native else None,
        "runtime_mode": "approval-required" if native else None,
        "interaction_mode": "default" if native else None,
        "evidence": (Evidence(ref.source, f"session.status {status}", since),),
    }
    return Thread(ref, title, status, since=since, **(given | fields))


def fleet_of(now: datetime, *facts: f.Fact) -> Fleet:
    store = Store(lambda: now)
    for fact in facts:
        store.apply(fact)
    return store.fleet


def ledger(now: datetime, freezes: dict[Ref, Freeze] | None = None, hold: Hold | None = None) -> f.LedgerRead:
    return f.LedgerRead(freezes or {}, hold, {}, before(now, h=4))


# The fleet of the drawing


def approval(now: datetime) -> Ask:
    return Ask(
        "req-a8d6", FLAKY, AskKind.APPROVAL, "Claude wants to run a command", f"Bash: {COMMAND}", body=COMMAND,
        place="~/code/billing-api · worktree auth-flake", created_at=before(now, m=2), decisions=tuple(Decision),
    )  # fmt: skip


def question(now: datetime) -> Ask:
    options = (
        Option("SQLite", "One file, no server"),
        Option("Postgres", "The one that billing uses"),
        Option("DuckDB", "Columns, for reports"),
    )
    asked = Question("db", "Which database should the ledger use?", "Database", options)
    return Ask(
        "ask-71c2", LEDGER_SCHEMA, AskKind.QUESTION, "Claude asks", asked.text, created_at=before(now, m=6),
        questions=(asked,), place="~/code/web",
    )  # fmt: skip


PLAN_TEXT = """# Rework the invoice export

1. Move the CSV writer out of the view
2. Stream rows instead of building a list
3. Add a column for the tax region
4. Cover the empty month with a test
"""


def plan(now: datetime) -> Ask:
    return Ask(
        "plan-11", INVOICES, AskKind.PLAN, "Claude proposes a plan", "4 steps, touches 9 files", body=PLAN_TEXT,
        created_at=before(now, m=11), place="~/code/billing-api",
    )  # fmt: skip


def busy_threads(now: datetime) -> list[Thread]:
    """Everything but what the ledger adds: done and frozen are its words."""
    team = {"team": "release", "project": TOOLS}
    return [
        thread(
            FLAKY, "Fix flaky auth test", Status.APPROVAL, before(now, m=2), project=BILLING, asks=(approval(now),),
            branch="auth-flake", worktree="~/code/billing-api-auth-flake", context=Context(122_000, 200_000),
            usage=Usage(total_tokens=310_000, cost=0.84),
            evidence=(
                Evidence("home", "approval.requested req-a8d6", before(now, m=2)),
                Evidence("home", "session.status running", before(now, m=3)),
                Evidence("home", "turn started", before(now, m=3)),
            ),
        ),
        thread(LEDGER_SCHEMA, "Choose the ledger schema", Status.QUESTION, before(now, m=6), project=WEB,
               asks=(question(now),), usage=Usage(total_tokens=96_000, cost=0.31)),
        thread(INVOICES, "Rework invoice export", Status.PLAN, before(now, m=11), project=BILLING,
               asks=(plan(now),), interaction_mode="plan", usage=Usage(total_tokens=120_000, cost=0.42)),
        thread(UPGRADE, "Upgrade to Python 3.13", Status.FAILED, before(now, m=24), project=INFRA, raw_status="error",
               detail="Provider session did not survive a restart", usage=Usage(total_tokens=88_000, cost=0.29)),
        thread(AUDIT, "Paginate the audit API", Status.WORKING, before(now, m=3), project=BILLING,
               detail="running tests", context=Context(122_000, 200_000), usage=Usage(total_tokens=260_000, cost=0.84)),
        thread(Ref("claude", "schema"), "schema", Status.WORKING, before(now, m=1), detail="task 1 Design the schema",
               sources=("claude", "tmux"), **team),
        thread(Ref("claude", "api"), "api", Status.WORKING, before(now, s=4),
               detail="task 2 Write the API · blocked by 1", sources=("claude", "tmux"), **team),
        thread(Ref("home", "dead-flags"), "Remove dead feature flags", Status.STARTING, before(now, s=2), project=WEB,
               detail="preparing worktree dead-flags"),
        thread(BUMP, "Bump httpx and adapt", Status.IDLE, before(now, m=9), finished_at=before(now, m=9),
               project=BILLING, usage=Usage(total_tokens=200_000, cost=0.88)),
        thread(RUNNERS, "Migrate CI to runners", Status.IDLE, before(now, h=1), project=INFRA,
               usage=Usage(total_tokens=126_000, cost=0.54)),
        thread(Ref("tmux", "agent-03"), "agent-03", Status.IDLE, before(now, h=2), project=WEB),
        thread(Ref("tmux", "agent-04"), "agent-04", Status.IDLE, before(now, h=2.5), project=WEB),
        thread(Ref("devvm", "otel"), "Spike: otel exporter", Status.ENDED, before(now, h=5), project=BILLING),
        thread(Ref("claude", "reviewer"), "reviewer", Status.IDLE, before(now, h=7), sources=("claude",), **team),
    ]  # fmt: skip


def busy_facts(now: datetime = NOW) -> list[f.Fact]:
    threads = busy_threads(now)
    projects = (
        Project(BILLING, "billing-api", "~/code/billing-api", SONNET),
        Project(WEB, "web", "~/code/web", SONNET),
        Project(INFRA, "infra", "~/code/infra", SONNET),
        Project(TOOLS, "release-tools", "~/code/release-tools", SONNET),
    )
    late = source(now, "devvm", health=Health.LATE, read_at=before(now, s=6), reason="no answer for 6 s", link="poll")
    made: list[f.Fact] = [
        f.SourceChanged(source(now, "home")),
        f.SourceChanged(source(now, "claude", "claude", version="2.1.197", link="files")),
        f.SourceChanged(source(now, "tmux", "tmux", version="3.3a", link="control mode")),
        f.SourceChanged(late),
    ]
    for name in ("home", "claude", "tmux", "devvm"):
        mine = tuple(each for each in threads if each.ref.source == name)
        teams = (release_team(now),) if name == "claude" else ()
        made.append(f.SourceRead(name, projects if name == "home" else (), mine, teams))
    freeze = Freeze("wait for the new runner image", "dana", before(now, h=1))
    return [*made, ledger(now, {RUNNERS: freeze}), f.TalkRead(flaky_talk(now))]


def busy_fleet(now: datetime = NOW) -> Fleet:
    """The fleet of the drawing: three need a person, one is broken, four work, six are quiet."""
    return fleet_of(now, *busy_facts(now))


def release_team(now: datetime = NOW) -> Team:
    return Team(
        Ref("claude", "session-636d9785"), "release", "team-lead",
        members=(
            Member("team-lead", "lead", "idle", "claude-opus-4-5", "purple"),
            Member("schema", "teammate", "working", "claude-sonnet-4-5", "blue", "%1", Ref("claude", "schema")),
            Member("api", "teammate", "working", "claude-sonnet-4-5", "green", "%2", Ref("claude", "api")),
            Member("reviewer", "teammate", "idle", "claude-sonnet-4-5", "yellow", "%3", Ref("claude", "reviewer")),
        ),
        tasks=(
            Task("1", "Design the schema", "in_progress", "schema"),
            Task("2", "Write the API", "pending", "api", ("1",)),
            Task("3", "Review everything", "pending", "reviewer", ("1", "2")),
        ),
    )  # fmt: skip


def flaky_talk(now: datetime = NOW) -> Talk:
    at = before(now, m=3)
    told = before(now, m=2, s=10)
    return Talk(
        FLAKY,
        (
            Message("m1", Role.USER, "The auth suite fails one run in ten on CI. Find out why and fix it without "
                    "retries.", at, "t1"),
            Message("m2", Role.ASSISTANT, "The failures cluster on `test_refresh_race`. Two workers share one token "
                    "file; the loser reads a half-written file. I will lock it and write through a rename.",
                    before(now, m=2, s=50), "t1"),
            ToolCall("c1", "Read", "tests/auth/conftest.py", CallState.COMPLETED, before(now, m=2, s=45),
                     before(now, m=2, s=44.9), turn="t1"),
            ToolCall("c2", "Edit", "auth/tokens.py", CallState.COMPLETED, before(now, m=2, s=40),
                     before(now, m=2, s=39.8), turn="t1"),
            ToolCall("c3", "Bash", "pytest -q tests/auth", CallState.FAILED, before(now, m=2, s=30),
                     before(now, m=2, s=17.6),
                     ".........................F                 [ 96%]\n1 failed, 24 passed in 11.92s", "t1"),
            Message("m3", Role.ASSISTANT, "A stale cache keeps the old token module alive. I will clear it and run "
                    "again.", told, "t1"),
        ),
        context=Context(122_000, 200_000),
        read_at=before(now, s=1),
    )  # fmt: skip


def plan_talk(now: datetime = NOW) -> Talk:
    """The thread with the plan: to-do steps, a plan, changed files."""
    at = before(now, m=12)
    steps = (Step("Read the exporter", StepState.DONE), Step("Write the plan", StepState.RUNNING))
    return Talk(
        INVOICES,
        (
            Message("p1", Role.USER, "The invoice export runs out of memory in December.", at, "t1"),
            Steps("p2", (*steps, Step("Wait for a word", StepState.PENDING)), at, "t1"),
            Plan("plan-11", PLAN_TEXT, before(now, m=11), turn="t1"),
            Changes("p3", (FileChange("export/csv.py", "modified", 41, 12),), 1, before(now, m=11), "t1"),
        ),
        read_at=before(now, s=1),
    )


# Others


def nothing_yet(now: datetime = NOW) -> Fleet:
    """The first frame: nobody has answered."""
    return Fleet()


def empty_fleet(now: datetime = NOW) -> Fleet:
    """One server, read well, without a thread; no Claude here."""
    gone = source(
        now, "claude", "claude", Health.ABSENT, reason="no ~/.claude here", read_at=None, version=None,
        tried=("~/.claude",),
    )  # fmt: skip
    return fleet_of(now, f.SourceChanged(source(now, "home")), f.SourceChanged(gone), f.SourceRead("home", (), ()))


def nothing_found(now: datetime = NOW) -> Fleet:
    """A fresh machine: nothing is configured and no server runs."""
    local = SourceState(
        "local", "t3", Health.ABSENT, reason="no T3 Code server runs here", checked_at=before(now, s=1),
        tried=("~/.t3/userdata/server-runtime.json", "http://127.0.0.1:3773"),
        fix="Start one with “t3 serve”, or name one in the settings.",
    )  # fmt: skip
    return fleet_of(now, f.SourceChanged(local))


def unreadable_fleet(now: datetime = NOW) -> Fleet:
    """Two servers that cannot be read, each for its own reason, and nothing else."""
    down = source(
        now, "home", health=Health.DOWN, reason="connection refused at 127.0.0.1:3773", read_at=None,
        since=before(now, m=2), version=None, fix="Start the server, or correct its url.",
    )  # fmt: skip
    auth = source(
        now, "devvm", health=Health.AUTH, reason="the token lacks orchestration:read", read_at=None,
        since=before(now, s=40), fix="Pair again: cockpit t3 pair URL.",
    )  # fmt: skip
    return fleet_of(now, f.SourceChanged(down), f.SourceChanged(auth))


def sick_fleet(now: datetime = NOW) -> Fleet:
    """The fleet of the drawing with its first server gone: last known rows are stale, and the list says so."""
    down = source(
        now, "home", health=Health.DOWN, reason="connection refused at 127.0.0.1:3773", read_at=before(now, m=3),
        since=before(now, m=3), fix="Start the server, or correct its url.",
    )  # fmt: skip
    return fleet_of(now, *busy_facts(now), f.SourceChanged(down))


def held_fleet(now: datetime = NOW) -> Fleet:
    """On hold, with a ledger that cannot be written."""
    hold = Hold("release day", "dana", before(now, m=5))
    facts = [fact for fact in busy_facts(now) if not isinstance(fact, f.LedgerRead)]
    trouble = f.LedgerFailed("The ledger cannot be written: no space left on the disk. Free some and it goes on.")
    return fleet_of(now, *facts, ledger(now, hold=hold), trouble)


def shelved_fleet(now: datetime = NOW) -> Fleet:
    """The fleet of the drawing and fifteen threads out of sight."""
    aside = [
        thread(Ref("home", f"settled-{place}"), f"Settled work {place}", Status.IDLE, before(now, h=20 + place),
               project=WEB, settled=True)
        for place in range(12)
    ] + [
        thread(Ref("home", f"snoozed-{place}"), f"Snoozed work {place}", Status.IDLE, before(now, h=10 + place),
               project=INFRA, snoozed_until=now + timedelta(hours=3))
        for place in range(3)
    ]  # fmt: skip
    return fleet_of(now, *busy_facts(now), *(f.ThreadSeen(each) for each in aside))


def hostile_fleet(now: datetime = NOW) -> Fleet:
    """Titles that try to be markup, wide, combining, right-to-left, or very long."""
    titles = (
        "[bold red]not markup[/] [@click=app.quit]x[/]",
        "日本語のタイトルはとても広いのでここで切られるはずです、ずっと続く",
        "e\u0301e\u0301e\u0301 combining a\u0308o\u0308u\u0308 marks everywhere n\u0303",
        "👩‍👩‍👧‍👦 family 🎉 emoji 🇩🇪 flags and more of them until it has to be cut",
        "عنوان من اليمين إلى اليسار",
        "a" * 300,
        "half" + "界" * 40,
    )
    statuses = (
        Status.APPROVAL,
        Status.WORKING,
        Status.FAILED,
        Status.IDLE,
        Status.UNKNOWN,
        Status.WORKING,
        Status.DONE,
    )
    threads = tuple(
        thread(Ref("home", f"odd-{place}"), title, status, before(now, m=place), detail=title, raw_status="paused")
        for place, (title, status) in enumerate(zip(titles, statuses, strict=True))
    )
    return fleet_of(now, f.SourceChanged(source(now, "home")), f.SourceRead("home", (), threads))


def big_fleet(count: int = 10_000, now: datetime = NOW) -> Fleet:
    """Many threads in fifty projects; one in a hundred needs a person."""
    return fleet_of(now, *big_facts(count, now))


def big_facts(count: int = 10_000, now: datetime = NOW) -> list[f.Fact]:
    projects = tuple(Project(Ref("home", f"p{place:02}"), f"project {place:02}", f"/p/{place}") for place in range(50))
    threads = tuple(_one_of_many(place, now) for place in range(count))
    return [f.SourceChanged(source(now, "home")), f.SourceRead("home", projects, threads), ledger(now)]


def _one_of_many(place: int, now: datetime) -> Thread:
    ref = Ref("home", f"t{place:05}")
    made = thread(
        ref,
        f"Thread number {place} of many",
        Status.IDLE,
        before(now, m=place),
        project=Ref("home", f"p{place % 50:02}"),
    )
    if place % 100 == 0:
        ask = replace(approval(now), id=f"req-{place}", thread=ref)
        return replace(made, status=Status.APPROVAL, asks=(ask,))
    if place % 10 == 0:
        return replace(made, status=Status.WORKING, detail="running tests")
    return made


# Workers in terminals

SHELL_WORKERS = tuple(Ref("tmux", f"w{place}") for place in range(4))
WORKER_CAN = PANE_CAN | {Capability.STOP, Capability.CLOSE}
_CLAUDE_MODES = ("default", "acceptEdits", "plan", "bypassPermissions")


def worker_source(now: datetime = NOW, **fields: Any) -> SourceState:
    """A tmux source that starts workers, one of whose programs is not installed."""
    teams = (
        ("off", "No team"),
        ("in-process", "Lead a team in one terminal"),
        ("tmux", "Lead a team in panes of its own"),
    )
    offers = (
        Offer("codex", "Codex", ("gpt-5",), ready=False, note="codex is not installed here"),
        Offer("claude", "Claude Code", ("opus", "sonnet", "haiku"), runtime_modes=_CLAUDE_MODES,
              settings=(Setting("team", "Agent team", teams),)),
        Offer("shell", "Plain shell", modelled=False),
    )  # fmt: skip
    given: dict[str, Any] = {
        "version": "3.3a", "link": "control mode", "can_dispatch": True, "machine": "here:", "bulk": True,
        "worktrees": True, "offers": offers,
    }  # fmt: skip
    return source(now, "tmux", "tmux", **(given | fields))


def workers_fleet(now: datetime = NOW) -> Fleet:
    """The fleet of the drawing beside workers in terminals: one runs, one was not given its prompt, one stands still,
    one went down with its server."""
    web = Project(Ref("tmux", "/home/dev/web"), "web", "/home/dev/web", key="here:/home/dev/web")
    billing = replace(Project(BILLING, "billing-api", "~/code/billing-api", SONNET), key="here:/home/dev/billing-api")
    given: dict[str, Any] = {"project": web.ref, "harness": "claude", "capabilities": WORKER_CAN}
    running, waiting, paused, lost = SHELL_WORKERS
    threads = (
        thread(running, "checkout-speed", Status.WORKING, before(now, m=4), branch="checkout-speed",
               detail="reading the profiler's output", worktree="/home/dev/web-checkout-speed", terminal=str(running),
               joins=frozenset({"pane:/tmp/tmux-1000/default/%3"}), **given),
        thread(waiting, "import-csv", Status.FAILED, before(now, m=1), branch="import-csv",
               detail="Not submitted. The text stands in the terminal; open it and press Enter.", **given),
        thread(paused, "codemod", Status.WORKING, before(now, m=40), branch="codemod", **given | {"harness": "aider"}),
        thread(lost, "docs-links", Status.ENDED, before(now, m=12), branch="docs-links",
               detail="Its terminal is gone; it can be brought back.",
               lost=True, **given | {"capabilities": frozenset({Capability.RESUME, Capability.CLOSE})}),
    )  # fmt: skip
    freeze = Freeze("it rewrites too much", "dana", before(now, m=8), hard=True)
    return fleet_of(
        now, *busy_facts(now), f.ProjectSeen(billing), f.SourceChanged(worker_source(now)),
        f.SourceRead("tmux", (web,), threads), ledger(now, {paused: freeze}),
    )  # fmt: skip


SCENES: dict[str, Callable[[datetime], Fleet]] = {
    "busy": busy_fleet,
    "starting": nothing_yet,
    "empty": empty_fleet,
    "nothing-found": nothing_found,
    "unreadable": unreadable_fleet,
    "sick": sick_fleet,
    "held": held_fleet,
    "shelved": shelved_fleet,
    "hostile": hostile_fleet,
    "workers": workers_fleet,
}


def without(fleet: Fleet, gone: Iterable[Ref]) -> Fleet:
    """The same fleet after some threads left."""
    lost = set(gone)
    threads = {ref: each for ref, each in fleet.threads.items() if ref not in lost}
    order = tuple(ref for ref in fleet.order if ref not in lost)
    return replace(fleet, revision=fleet.revision + 1, threads=threads, order=order)
