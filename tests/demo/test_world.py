"""The demo's fleet and its clock: the same for the same seed, alive on a real clock, still on a fixed one."""

import ast
import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

import cockpit.demo.t3
from cockpit.demo.t3 import hostile, views
from cockpit.demo.t3.bulk import long_conversation, many_threads
from cockpit.demo.t3.clock import ManualClock
from cockpit.demo.t3.fleet import FLEET, PROJECTS, demo_world
from cockpit.demo.t3.server import simulator
from cockpit.demo.t3.versions import V0_0_28, VERSIONS
from cockpit.demo.t3.world import World

NOW = datetime(2026, 11, 21, 14, 5, tzinfo=UTC)


def rows(world: World) -> dict[str, Any]:
    return {row["id"]: row for row in views.shell(world)["threads"]}


def test_a_stranger_imports_nothing_of_the_rest() -> None:
    package = Path(cockpit.demo.t3.__file__).parent
    for path in package.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                assert not (name or "").startswith("cockpit") or (name or "").startswith("cockpit.demo.t3"), path.name


def test_the_same_seed_and_moment_make_the_same_fleet() -> None:
    first, second = demo_world(now=NOW, seed=3), demo_world(now=NOW, seed=3)
    for world in (first, second):
        world.advance(300)
    assert views.to_json(views.shell(first)) == views.to_json(views.shell(second))
    for thread in first.threads:
        assert views.detail(first, first.threads[thread]) == views.detail(second, second.threads[thread])
    other = views.to_json(views.shell(demo_world(now=NOW, seed=4)))
    assert other != views.to_json(views.shell(demo_world(now=NOW, seed=3)))


def test_a_fixed_fleet_stands_still() -> None:
    world = demo_world(now=NOW)
    before = views.to_json(views.shell(world))
    assert views.to_json(views.shell(world)) == before
    assert world.now() == "2026-11-21T14:05:00.000Z"
    assert views.shell(world)["updatedAt"] <= world.now()


def test_the_fleet_shows_every_state_with_its_age() -> None:
    fleet = rows(demo_world(now=NOW))
    assert len(fleet) == len(FLEET) == 14
    approval, question, plan = fleet["flaky-auth"], fleet["ledger-schema"], fleet["invoice-export"]
    assert approval["hasPendingApprovals"] is True
    assert question["hasPendingUserInput"] is True
    assert plan["hasActionableProposedPlan"] is True
    assert (plan["interactionMode"], plan["session"]["status"]) == ("plan", "ready")
    assert fleet["python-313"]["session"]["status"] == "error"
    working = {name for name, row in fleet.items() if row["session"] and row["session"]["status"] == "running"}
    assert working - {"flaky-auth", "ledger-schema"} == {"audit-pages", "checkout-speed", "changelog"}
    assert fleet["dead-flags"]["session"]["status"] == "starting"
    assert fleet["otel-spike"]["session"]["status"] == "stopped"
    assert minutes(fleet["bump-httpx"]["latestTurn"]["completedAt"]) == 9
    assert minutes(fleet["python-313"]["latestTurn"]["completedAt"]) == 24
    assert [row["title"] for row in views.shell(demo_world(now=NOW))["projects"]] == list(PROJECTS)
    assert fleet["audit-pages"]["planProgress"]["step"] == "Run the API tests"


def minutes(text: str) -> int:
    return int((NOW - datetime.fromisoformat(text)).total_seconds() // 60)


def test_the_ask_in_the_fleet_is_the_one_in_the_picture() -> None:
    world = demo_world(now=NOW)
    asked = [row for row in world.threads["flaky-auth"].activities if row["kind"] == "approval.requested"][-1]
    assert asked["payload"]["detail"] == "Bash: rm -rf .cache && pytest -x tests/auth"
    assert minutes(asked["createdAt"]) == 2
    files = world.threads["bump-httpx"].checkpoints[0]["files"]
    assert {row["path"] for row in files} == {"requirements.lock", "release/github.py"}
    diff = views.diff(world.threads["bump-httpx"], 0, 1)
    assert "+httpx==0.28.1" in diff
    assert diff.count("diff --git") == 2


def test_nothing_in_the_past_is_in_the_future_or_out_of_order() -> None:
    world = demo_world(now=NOW)
    for thread in world.threads.values():
        times = [row["createdAt"] for row in thread.messages + thread.activities]
        assert max(times) <= world.now()
        body = views.detail(world, thread)["thread"]
        for part in ("messages", "activities"):
            assert [row["createdAt"] for row in body[part]] == sorted(row["createdAt"] for row in body[part])
        assert len({row["id"] for row in body["activities"]}) == len(body["activities"])


def test_the_fleet_lives_on() -> None:
    world = demo_world(now=NOW)
    world.advance(240)
    fleet = rows(world)
    assert fleet["checkout-speed"]["hasPendingApprovals"] is True
    assert fleet["changelog"]["hasPendingUserInput"] is True
    assert fleet["audit-pages"]["session"]["status"] == "ready"
    assert fleet["flaky-auth"]["hasPendingApprovals"] is True
    world.advance(1200)
    assert len(world.threads["settings-forms"].turns) > 1


def test_an_approved_command_finishes_the_story() -> None:
    world = demo_world(now=NOW)
    agent = world.agents["flaky-auth"]
    assert agent.pending is not None
    agent.decide(agent.pending.request, "accept")
    world.advance(60)
    thread = world.threads["flaky-auth"]
    assert thread.status == "ready"
    assert "All **25** pass" in thread.messages[-1]["text"]
    assert thread.checkpoints[0]["files"] == [
        {"path": "auth/tokens.py", "kind": "modified", "additions": 14, "deletions": 3}
    ]


def test_the_old_server_can_have_the_same_fleet() -> None:
    world = demo_world(now=NOW, version=V0_0_28)
    snapshot = views.snapshot(world)
    assert len(snapshot["threads"]) == 15
    calls = [row for thread in snapshot["threads"] for row in thread["activities"] if row["kind"].startswith("tool.")]
    assert calls
    assert not any("toolCallId" in row["payload"] for row in calls)
    assert "settledOverride" not in snapshot["threads"][0]


def test_a_moment_without_a_zone_is_utc() -> None:
    assert demo_world(now=NOW.replace(tzinfo=None)).now() == demo_world(now=NOW).now()


def test_an_empty_demo_is_empty() -> None:
    assert views.shell(demo_world(now=NOW, empty=True))["updatedAt"] == "1970-01-01T00:00:00.000Z"


async def test_on_a_real_clock_agents_work_by_themselves() -> None:
    world = World(speed=200)
    world.directories.add("/ws/demo")
    async with simulator(world) as server, httpx.AsyncClient(base_url=server.url, timeout=5) as client:
        client.headers["authorization"] = f"Bearer {server.token}"
        done = asyncio.Event()
        world.listen(lambda event: done.set() if "turn-diff-completed" in event["type"] else None)
        model = {"instanceId": "claudeAgent", "model": "m"}
        thread = {"title": "T", "modelSelection": model, "branch": None, "worktreePath": None}
        message = {"messageId": "m", "role": "user", "text": "Fix it", "attachments": []}
        modes = {"runtimeMode": "full-access", "interactionMode": "default", "createdAt": world.now()}
        for command in (
            {"type": "project.create", "projectId": "p", "title": "P", "workspaceRoot": "/ws/demo"},
            {"type": "thread.create", "threadId": "t", "projectId": "p", **thread},
            {"type": "thread.turn.start", "threadId": "t", "message": message},
        ):
            body = {"commandId": command["type"], **command, **modes}
            assert (await client.post("/api/orchestration/dispatch", json=body)).status_code == 200
        await asyncio.wait_for(done.wait(), 5)
    assert len(world.threads["t"].messages) > 3


async def test_two_servers_share_nothing_and_leave_nothing_behind() -> None:
    before = asyncio.all_tasks()
    async with simulator(World(seed=1)) as first, simulator(World(seed=2)) as second:
        assert first.port != second.port
        assert first.token != second.token
        async with httpx.AsyncClient(base_url=first.url) as client:
            headers = {"authorization": f"Bearer {second.token}"}
            assert (await client.get("/api/orchestration/shell", headers=headers)).status_code == 401
    assert asyncio.all_tasks() == before
    with pytest.raises(httpx.ConnectError):
        async with httpx.AsyncClient() as client:
            await client.get(first.url)


def test_hostile_agents_wait_and_fail_like_others() -> None:
    world = World(clock=ManualClock(NOW))
    hostile.add_hostile(world)
    world.advance(10)
    found = rows(world)
    assert found["hostile-approval"]["hasPendingApprovals"] is True
    assert found["hostile-question"]["hasPendingUserInput"] is True
    assert found["hostile-crash"]["session"]["status"] == "error"
    assert found["hostile-plan"]["hasActionableProposedPlan"] is True
    everything = views.to_json([views.detail(world, thread) for thread in world.threads.values()])
    assert json.loads(everything)
    for piece in ("\\u001b]52;c;", "\\u001b[2J", "[@click=app.quit]", "\u202e", "../../../../etc/passwd"):
        assert piece.encode() in everything


def test_great_numbers_are_made_fast_and_read_like_the_rest() -> None:
    world = World(clock=ManualClock(NOW))
    assert len(set(many_threads(world, 1000))) == 1000
    shell = views.shell(world)
    assert len(shell["threads"]) == 1000
    assert len(shell["projects"]) == 20
    waiting = [row for row in shell["threads"] if row["hasPendingApprovals"]]
    assert len(waiting) == 20
    asked = world.threads[waiting[0]["id"]].activities[0]
    assert asked["kind"] == "approval.requested"
    thread = world.threads[long_conversation(world, 600)]
    assert len(views.detail(world, thread)["thread"]["messages"]) == 600
    page = views.page(world, thread, 20, None)
    assert len(page["thread"]["messages"]) == 40
    assert page["page"]["hasMore"] is True


def test_of_many_activities_only_the_newest_are_told() -> None:
    world = World(clock=ManualClock(NOW))
    thread = world.threads[long_conversation(world, 1400)]
    activities = views.detail(world, thread)["thread"]["activities"]
    assert len(activities) == 500
    assert activities[-1]["id"] == "long-activity-699"


def test_the_clock_may_be_moved_back() -> None:
    world = World(clock=ManualClock(NOW))
    done: list[str] = []
    world.later(10, lambda: done.append(world.now()))
    world.advance(-3600)
    assert done == []
    world.advance(3609)
    assert done == []
    world.advance(2)
    assert done == ["2026-11-21T14:05:10.000Z"]


def test_only_a_manual_clock_is_advanced() -> None:
    with pytest.raises(TypeError):
        World().advance(1)


def test_versions_are_known_by_their_number() -> None:
    assert {number: version.modern for number, version in VERSIONS.items()} == {"0.0.28": False, "0.0.33": True}
