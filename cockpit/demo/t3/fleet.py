"""The fleet of the demo: four projects and fourteen threads, in every state a thread can be in.

It is built by living through its own past on a manual clock, so that nothing in it could not have happened.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cockpit.demo.t3 import chapters
from cockpit.demo.t3.clock import ManualClock, RealClock, iso
from cockpit.demo.t3.commands import dispatch
from cockpit.demo.t3.director import Director
from cockpit.demo.t3.state import Row
from cockpit.demo.t3.steps import Script
from cockpit.demo.t3.versions import V0_0_33, ServerVersion
from cockpit.demo.t3.world import World

HOME = "/home/dev/code"

PROJECTS = ("billing-api", "web", "infra", "release-tools")


@dataclass(frozen=True)
class Seed:
    """A thread of the fleet: what was asked of it, `ago` seconds before the present, and what it does about it."""

    id: str
    project: str
    title: str
    prompt: str
    ago: float
    script: Callable[[], Script]
    mode: str = "full-access"
    plan: bool = False
    branch: str | None = None
    """Branch of its own worktree; None works in the project's folder."""
    model: str = "claude-sonnet-4-5"
    then: tuple[tuple[float, str], ...] = ()
    """What happened later: how long ago, and the type of the command, or `lose` for a server restart."""


_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0

FLEET: tuple[Seed, ...] = (
    Seed(
        "flaky-auth",
        "billing-api",
        "Fix flaky auth test",
        "The auth suite fails one run in ten on CI. Find out why and fix it without retries.",
        ago=202,
        script=chapters.flaky_auth,
        mode="approval-required",
        branch="auth-flake",
    ),
    Seed(
        "ledger-schema",
        "web",
        "Choose the ledger schema",
        "Draw up the schema for the ledger. Read the decision record first.",
        ago=6 * _MINUTE + 42,
        script=chapters.ledger_question,
        mode="approval-required",
        model="claude-opus-5",
    ),
    Seed(
        "invoice-export",
        "billing-api",
        "Rework invoice export",
        "Exports of big accounts run out of memory. Make a plan before you touch anything.",
        ago=11 * _MINUTE + 48,
        script=chapters.invoice_plan,
        mode="approval-required",
        plan=True,
        branch="invoice-export",
        model="claude-opus-5",
    ),
    Seed(
        "python-313",
        "infra",
        "Upgrade to Python 3.13",
        "Bring all images to Python 3.13, one after the other, and keep CI green.",
        ago=28 * _MINUTE,
        script=chapters.python_upgrade,
        branch="python-3.13",
        then=((24 * _MINUTE, "lose"),),
    ),
    Seed(
        "audit-pages",
        "billing-api",
        "Paginate the audit API",
        "The audit list loads everything. Paginate it, and the Python client with it.",
        ago=3 * _MINUTE + 5,
        script=chapters.audit_pages,
        branch="audit-pages",
    ),
    Seed(
        "checkout-speed",
        "web",
        "Speed up the checkout page",
        "Checkout takes almost a second to answer. Where does the time go?",
        ago=58,
        script=chapters.checkout,
        mode="approval-required",
        branch="fast-checkout",
    ),
    Seed(
        "changelog",
        "release-tools",
        "Draft the 4.2 changelog",
        "Write the changelog for 4.2 from the merged pull requests.",
        ago=11,
        script=chapters.changelog,
        mode="approval-required",
    ),
    Seed(
        "dead-flags",
        "web",
        "Remove dead feature flags",
        "Remove every feature flag that was not off once in the last 90 days.",
        ago=2,
        script=chapters.dead_flags,
        branch="dead-flags",
    ),
    Seed(
        "bump-httpx",
        "release-tools",
        "Bump httpx and adapt",
        "Bump httpx to the newest version and adapt whatever breaks.",
        ago=11 * _MINUTE,
        script=chapters.bump_httpx,
        branch="bump-httpx",
    ),
    Seed(
        "upload-retries",
        "release-tools",
        "Retry uploads on 503",
        "Uploads give up on the first 503. Here is the whole log of last night, see for yourself.",
        ago=41 * _MINUTE,
        script=chapters.too_long,
    ),
    Seed(
        "ci-runners",
        "infra",
        "Migrate CI to runners",
        "Move our CI jobs to the new runners. Explain what could go wrong first.",
        ago=64 * _MINUTE,
        script=chapters.move_runners,
        mode="auto-accept-edits",
        then=((63 * _MINUTE, "thread.turn.interrupt"),),
    ),
    Seed(
        "settings-forms",
        "web",
        "Move settings to the form kit",
        "Move the settings page to the new form kit.",
        ago=2 * _HOUR,
        script=lambda: chapters.quick(1),
        mode="auto-accept-edits",
    ),
    Seed(
        "release-cache",
        "billing-api",
        "Cache wheels in the release job",
        "The release job downloads the same wheels every time. Fix its cache.",
        ago=2 * _HOUR + 900,
        script=lambda: chapters.quick(3),
        mode="approval-required",
    ),
    Seed(
        "otel-spike",
        "billing-api",
        "Spike: otel exporter",
        "Try out whether the otel exporter can replace ours. Throw the code away afterwards.",
        ago=5 * _HOUR + 60,
        script=lambda: chapters.quick(4),
        branch="otel-spike",
        then=((5 * _HOUR, "thread.session.stop"),),
    ),
)

ARCHIVED = Seed(
    "metrics-names",
    "infra",
    "Rename the metrics namespace",
    "Rename svc_* metrics to billing_*.",
    ago=26 * _HOUR,
    script=lambda: chapters.quick(0),
    then=((25 * _HOUR, "thread.archive"),),
)


def demo_world(
    *,
    now: datetime | None = None,
    seed: int = 0,
    version: ServerVersion = V0_0_33,
    speed: float = 1.0,
    empty: bool = False,
) -> World:
    """The fleet as it stands at `now`, where time stands still; without it, at the real present, and it lives on.

    A `now` without a zone counts as UTC. `empty` leaves out everything but the clock. `speed` counts from now on.
    """
    if now is not None and now.tzinfo is None:
        now = now.replace(tzinfo=UTC)
    present = now or RealClock().now()
    clock = ManualClock(present - timedelta(days=3))
    world = World(clock=clock, seed=seed, version=version)
    for project in PROJECTS:
        world.directories.add(f"{HOME}/{project}")
    if not empty:
        _live_through(world, present)
    if now is None:
        world.clock = RealClock()
    else:
        clock.move_to(now)
    world.speed = speed
    return world


def _live_through(world: World, present: datetime) -> None:
    for number, name in enumerate(PROJECTS):
        scripts = {"id": "setup", "name": "Set up", "command": "make setup", "icon": "configure"}
        model = {"instanceId": "claudeAgent", "model": "claude-sonnet-4-5"}
        root = f"{HOME}/{name}"
        _do(world, "project.create", projectId=name, title=name, workspaceRoot=root, defaultModelSelection=model)
        if number < 2:
            _do(world, "project.meta.update", projectId=name, scripts=[scripts | {"runOnWorktreeCreate": True}])
    for seed in (*FLEET, ARCHIVED):
        world.scripts[seed.id] = deque([seed.script()])
        world.at(present - timedelta(seconds=seed.ago), lambda seed=seed: _begin(world, seed))  # type: ignore[misc]
        for ago, what in seed.then:
            moment = present - timedelta(seconds=ago)
            world.at(moment, lambda what=what, seed=seed: _later(world, seed, what))  # type: ignore[misc]
    world.advance_to(present)
    Director(world, frozenset({"upload-retries", "settings-forms", "release-cache", "bump-httpx"})).begin()


def _begin(world: World, seed: Seed) -> None:
    model = {"instanceId": "claudeAgent", "model": seed.model}
    modes = {"runtimeMode": seed.mode, "interactionMode": "plan" if seed.plan else "default"}
    thread: Row = {"projectId": seed.project, "title": seed.title, "modelSelection": model, **modes}
    bootstrap: Row = {"createThread": thread | {"branch": None, "worktreePath": None, "createdAt": world.now()}}
    if seed.branch:
        folder = f"{HOME}/{seed.project}"
        bootstrap["prepareWorktree"] = {"projectCwd": folder, "baseBranch": "main", "branch": seed.branch}
        bootstrap["runSetupScript"] = True
    message = {"messageId": f"{seed.id}-1", "role": "user", "text": seed.prompt, "attachments": []}
    _do(world, "thread.turn.start", threadId=seed.id, message=message, bootstrap=bootstrap, **modes)


def _later(world: World, seed: Seed, what: str) -> None:
    if what == "lose":
        world.agents[seed.id].lose()
    else:
        _do(world, what, threadId=seed.id)


def _do(world: World, kind: str, **command: object) -> None:
    command_id = f"demo-{world.ids.uuid('demo')}"
    data = {"type": kind, "commandId": command_id, "createdAt": iso(world.clock.now()), **command}
    dispatch(world, data, over_http=False)
