"""The named scenes: the demo's fleet at a fixed moment, a screen, and the keys that lead to it.

The snapshots and the files in `screenshots/` are both taken from these."""

import asyncio
import json
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from frames import still
from textual.pilot import Pilot

from cockpit import wiring
from cockpit.config import Loaded, Paths, load
from cockpit.core.commands import Freeze, HoldFleet
from cockpit.core.session import Session
from cockpit.demo.t3.fleet import demo_world
from cockpit.demo.t3.hostile import add_hostile
from cockpit.demo.t3.server import Simulator
from cockpit.model.ids import Ref
from cockpit.ui.app import CockpitApp
from cockpit.ui.screens.register import screens
from cockpit.ui.shot import screen_lines
from cockpit.ui.theme import load_themes

sys.path.insert(0, str(Path(__file__).parents[1] / "ui"))
MOMENT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
SIZES = ((60, 20), (80, 24), (120, 40), (200, 60))
_SHOWN = """
# Everything here can be changed on the settings screen, too.
[[t3]]
name = "demo"
url = "http://127.0.0.1:3773"
token_env = "T3_TOKEN"

[notify]
command = ["notify-send"]
"""


@dataclass(frozen=True)
class Pose:
    """`screen` is gone to, `select` selected by native id, `keys` pressed one after another. `world` says which server:
    `demo`, `hostile`, `empty` or `none`; `team` is a team that nobody serves."""

    name: str
    screen: str = "fleet"
    select: str = ""
    keys: tuple[str, ...] = ()
    world: str = "demo"
    theme: str = "night"
    frozen: bool = False
    held: bool = False


POSES = (
    Pose("fleet"),
    Pose("question", select="ledger-schema"),
    Pose("plan", select="invoice-export"),
    Pose("failed", select="python-313"),
    Pose("reply", select="audit-pages", keys=("r", *"Please add a test")),
    Pose("frozen", select="bump-httpx", frozen=True),
    Pose("held", held=True),
    Pose("filter", keys=("slash", *"status:working")),
    Pose("explain", keys=("e",)),
    Pose("read-plan", select="invoice-export", keys=("P",)),
    Pose("diff", select="bump-httpx", keys=("D",)),
    Pose("freeze", keys=("f",)),
    Pose("inbox", screen="inbox"),
    Pose("dispatch", keys=("d",)),
    Pose("team", screen="team", world="team"),
    Pose("timeline", screen="team", world="team", keys=("t",)),
    Pose("tasks", screen="tasks", world="team"),
    Pose("panes", screen="panes", world="team"),
    Pose("no-team", screen="team", world="none"),
    Pose("team-status", screen="status", world="team"),
    Pose("status", screen="status"),
    Pose("settings", screen="settings"),
    Pose("help", screen="help"),
    Pose("palette", keys=("colon", *"arch")),
    Pose("hostile", select="hostile", world="hostile"),
    Pose("empty", world="empty"),
    Pose("no-server", world="none"),
    Pose("day", theme="day"),
    Pose("contrast", theme="contrast"),
    Pose("ember", theme="ember"),
)
BY_NAME = {pose.name: pose for pose in POSES}


class Server:
    """A simulator on a loop of its own, since the app brings another."""

    def __init__(self, world: str) -> None:
        made = demo_world(now=MOMENT, empty=world == "empty")
        if world == "hostile":
            add_hostile(made)
            made.advance(10)
        self.moment = made.clock.now()
        self.simulator = Simulator(made)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def __enter__(self) -> "Server":
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self.simulator.start(), self._loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self.simulator.stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@contextmanager
def posed(pose: Pose, home: Path) -> Iterator[tuple[CockpitApp, Callable[[Pilot[None]], Awaitable[None]]]]:
    """The app over the pose's server, and what brings it into the pose. `home` is an empty directory."""
    where = Paths(home / "config", home / "state", home / "cache")
    where.config_dir.mkdir(parents=True)
    shown = home / "shown.toml"
    shown.write_text(_SHOWN + f'\n[ui]\ntheme = "{pose.theme}"\n')
    shown_as = Loaded(load(shown).config, Path("config.toml"), True)
    if pose.world in ("none", "team"):
        yield _app(_session(home, where, "", MOMENT), shown_as, pose)
        return
    with Server(pose.world) as server:
        secret = home / "token"
        secret.touch(0o600)
        secret.write_text(server.simulator.token)
        table = f'[[t3]]\nname = "demo"\nurl = "{server.simulator.url}"\ntoken_file = {json.dumps(str(secret))}\n'
        yield _app(_session(home, where, table, server.moment), shown_as, pose)


def _session(home: Path, where: Paths, config: str, moment: datetime) -> Session:
    file = where.config_dir / "config.toml"
    file.write_text(f"{config}\n[panes]\ndiscover = false\n[claude]\nenabled = false\n")
    return wiring.connect(load(file), where, lambda: moment)


def _app(session: Session, shown: Loaded, pose: Pose) -> tuple[CockpitApp, Callable[[Pilot[None]], Awaitable[None]]]:
    app = CockpitApp(
        session, shown.config, load_themes(), screens(shown, still if pose.world == "team" else session.terminal)
    )

    async def strike(pilot: Pilot[None]) -> None:
        read = await _until(pilot, lambda: any(state.checked_at for state in session.store.fleet.sources.values()))
        assert read, "no source answered"
        if pose.world in ("demo", "hostile"):
            assert await _until(pilot, lambda: _ready(session)), "the source was not read whole"
        if pose.world == "team":
            _form_team(session)
            assert await _until(pilot, lambda: app.at().fleet is session.store.fleet), "the team is not shown"
        target = Ref("demo", pose.select) if pose.select else None
        if pose.frozen and target:
            await session.actions.act(Freeze(target, "its tests delete rows"))
        if pose.held:
            await session.actions.act(HoldFleet("release day"))
        app.goto(pose.screen, target)
        if pose.screen == "fleet":
            assert await _until(pilot, lambda: _read(app, session)), "the conversation was not read and shown"
        for place, key in enumerate(pose.keys):
            await pilot.press(key)
            if not place:
                # What the first key opens takes the next ones.
                await _still(pilot, app)
        await _still(pilot, app)

    return app, strike


def _form_team(session: Session) -> None:
    """A team at work, as its source would report it."""
    import teaming

    for fact in teaming.facts(MOMENT, teaming.crew(MOMENT), teaming.release(MOMENT)):
        session.store.apply(fact)


async def _still(pilot: Pilot[None], app: CockpitApp, looks: int = 5) -> None:
    """Wait until the screen has been the same for some looks: cards and footers follow what they show."""
    seen: list[object] = []
    while len(seen) < looks:
        await pilot.pause(0.1)
        now = [[segment.text for segment in line] for line in screen_lines(app)]
        seen = [*seen, now] if not seen or seen[-1] == now else [now]


def _ready(session: Session) -> bool:
    fleet = session.store.fleet
    linked = all(state.link == "socket" and state.can_dispatch for state in fleet.sources.values())
    return bool(fleet.threads) and linked and all(t.asks for t in fleet.threads.values() if t.status.needs_you)


def _read(app: CockpitApp, session: Session) -> bool:
    """Whether the screen has caught up with the store, and shows the selected thread's conversation."""
    at = app.at()
    if at.fleet is not session.store.fleet:
        return False
    return not at.fleet.threads or (at.thread is not None and session.shows(at.thread.ref))


async def _until(pilot: Pilot[None], holds: Callable[[], bool], tries: int = 400) -> bool:
    for _ in range(tries):
        if holds():
            return True
        await pilot.pause(0.02)
    return holds()
