"""The one place where the concretes meet: sources, ledger, core and faces. It decides nothing."""

import gc
import getpass
import glob
import logging
import os
import random
import uuid
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from dataclasses import astuple, replace
from datetime import UTC, datetime, timedelta
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.config import Loaded, Paths, T3Config, paths, token_provider
from cockpit.core.act import Actions
from cockpit.core.hands import AnyHands
from cockpit.core.ports import Clock, Source, WorkerLog
from cockpit.core.session import Session
from cockpit.core.store import Store
from cockpit.core.supervise import Supervisor
from cockpit.model.errors import ConfigError, Refused
from cockpit.model.ids import Ref
from cockpit.storage.ledger import SqliteLedger
from cockpit.storage.presence import present

if TYPE_CHECKING:
    from cockpit.runtimes.tmux.source import TmuxSource


def utc_now() -> datetime:
    return datetime.now(UTC)


def sources(loaded: Loaded, where: Paths, ledger: SqliteLedger, clock: Clock) -> dict[str, Source]:
    """One source per configured instance. Without a T3 server the one that runs locally is looked for; the tmux servers
    of this machine are one source, unless that is switched off. What hooks and inboxes bring is kept on the ledger, and
    so are the workers that are started from here."""
    tmux = _tmux(loaded, where, clock, ledger.workers)
    found = _t3(loaded, where, clock) | tmux
    if loaded.config.claude.enabled:
        from cockpit.runtimes.claude.prices import LIST
        from cockpit.runtimes.claude.source import ClaudeSource
        from cockpit.runtimes.claude.usage import Price

        home = claude_home(loaded)
        prices = {model: Price(*astuple(price)) for model, price in loaded.config.prices.items()}
        found["claude"] = ClaudeSource(
            "claude", home, clock=clock, prices=LIST | prices, repository=repository,
            hands=AnyHands(list(tmux.values())) if tmux else None, post=ledger.post,
            held=ledger.asks, who=_who(), lines=where.lines_dir,
        )  # fmt: skip
    return found


def claude_home(loaded: Loaded) -> Path:
    """Where Claude Code keeps its files and settings."""
    return loaded.config.claude.home or Path(os.environ.get("CLAUDE_CONFIG_DIR") or "~/.claude").expanduser()


def worker_settings(loaded: Loaded, where: Paths) -> Path:
    """A file for `claude --settings`: our hooks and status line for one worker that is started from here.
    Raises ConfigError."""
    from cockpit.runtimes.claude.hooks.install import worker_settings as made

    return made(where.state_dir, claude_home(loaded))


def repository(path: str) -> tuple[str, str | None]:
    """The repository that a directory belongs to (itself, outside of any), and its linked worktree if it is in one."""
    from cockpit.runtimes.tmux.repository import checkout, git_directory

    place = git_directory(Path(path)) if path.startswith("/") else None
    if place is None:
        return path, None
    found = checkout(*place)
    return found.repository, found.worktree


def _t3(loaded: Loaded, where: Paths, clock: Clock) -> dict[str, Source]:
    from cockpit.runtimes.t3 import LocalT3, T3Source

    chance = random.Random()  # noqa: S311
    found: dict[str, Source] = {}
    for t3 in loaded.config.t3:
        found[t3.name] = T3Source(
            t3.name, t3.url, token=token_provider(t3, where.state_dir), poll_seconds=t3.poll_seconds,
            clock=clock, random=chance, new_id=_new_id,
        )  # fmt: skip
    if not found:

        def local_token(url: str) -> Awaitable[str | None]:
            return token_provider(T3Config(name="local", url=url), where.state_dir)()

        local = _free("local", loaded)
        found[local] = LocalT3(local, token=local_token, clock=clock, random=chance, new_id=_new_id)
    return found


def _tmux(loaded: Loaded, where: Paths, clock: Clock, log: WorkerLog | None) -> "dict[str, TmuxSource]":
    config = loaded.config
    if not (config.tmux or config.panes.discover):
        return {}
    from cockpit.config.pane_rule import PaneRule
    from cockpit.runtimes.tmux.address import SSH, Address
    from cockpit.runtimes.tmux.link import one_link
    from cockpit.runtimes.tmux.sockets import Sockets
    from cockpit.runtimes.tmux.source import TmuxSource
    from cockpit.runtimes.tmux.workers.crew import Means

    def more(program: str) -> tuple[str, ...]:
        """A Claude Code that is started from here has our hooks, whatever the person's settings have."""
        return ("--settings", str(worker_settings(loaded, where))) if Path(program).name == "claude" else ()

    def means(place: Address | Sockets) -> Means | None:
        """Of two sources that see one server, the one that was configured for it starts workers there. Hooks write into
        the ledger of their own machine, so far away there are none."""
        at = place if isinstance(place, Address) else Address(config.workers.socket)
        if log is None or (at is not place and at.file() in files):
            return None
        scripts = "~/.local/state/cockpit/workers" if at.host else str(where.state_dir / "workers")
        made = Means(at, log, scripts, config.workers, config.harness, where.harnesses_dir)
        if at.host:
            return made
        return replace(made, more=more, known={"CLAUDE_CONFIG_DIR": glob.escape(str(claude_home(loaded)))})

    ssh = one_link(where.links_dir) if any(tmux.host for tmux in config.tmux) else SSH
    places: dict[str, Address | Sockets] = {tmux.name: Address(tmux.socket, tmux.host, ssh) for tmux in config.tmux}
    files = [file for place in places.values() if isinstance(place, Address) and (file := place.file()) is not None]
    if config.panes.discover:
        places[_free("tmux", loaded)] = Sockets(os.environ, without=files)
    rules = [PaneRule.parse(text) for text in config.panes.rules]
    return {
        name: TmuxSource(name, place, clock=clock, rules=rules, environment=os.environ, means=means(place))
        for name, place in places.items()
    }


def _free(name: str, loaded: Loaded) -> str:
    """`name` for a source that nobody configured, or one like it when a configured source has it."""
    taken = {*(t3.name for t3 in loaded.config.t3), *(tmux.name for tmux in loaded.config.tmux)}
    return next(free for free in (name, *(f"{name}-{number}" for number in range(2, 100))) if free not in taken)


def connect(loaded: Loaded, where: Paths | None = None, clock: Clock = utc_now) -> Session:
    """Put a session together. Nothing is read or started yet."""
    where = where or paths()
    store = Store(clock)
    ledger = SqliteLedger(where.ledger_file)
    made = sources(loaded, where, ledger, clock)
    actions = Actions(store, made, ledger, clock=clock, new_id=_new_id, who=_who())
    keep = timedelta(days=loaded.config.ledger.keep_days)
    return Session(store, made, ledger, actions, Supervisor(store, made, ledger, clock=clock, keep=keep), clock)


@asynccontextmanager
async def headless(loaded: Loaded, *, seconds: float = 3.0, clock: Clock = utc_now) -> AsyncIterator[Session]:
    """A session that has read every source once, waiting `seconds` at most. It closes what it opened."""
    async with connect(loaded, clock=clock) as session:
        await session.supervisor.read_once(seconds)
        yield session


async def picture(
    session: Session, loaded: Loaded, *, form: str, screen: str, size: tuple[int, int], select: Ref | None
) -> bytes:
    """That screen of a session that was read: `text`, `svg`, `html` or `png`. Raises Refused for an unknown screen."""
    from cockpit.export import draw
    from cockpit.ui.actions import At
    from cockpit.ui.app import CockpitApp
    from cockpit.ui.screens.register import screens
    from cockpit.ui.shot import shoot
    from cockpit.ui.theme import load_themes

    known = screens(loaded, session.terminal)
    if screen not in known:
        raise Refused(f"There is no screen {screen}.", fix=f"Choose one of: {', '.join(known)}.")
    themes = load_themes(paths().themes_dir)
    app = CockpitApp(session, loaded.config, themes, known, supervised=False)

    def drawn(at: At) -> bool:
        shown = at.screen != "fleet" or at.thread is None or session.shows(at.thread.ref)
        return at.fleet is session.store.fleet and shown

    lines = await shoot(app, screen, size, select, drawn)
    palette = themes.palette(loaded.config.ui.theme)
    return draw(lines, form, size=size, ground=palette.ground, text=palette.text)


def run(loaded: Loaded, clock: Clock = utc_now) -> int:
    """The terminal face, until the person leaves. Returns the exit code."""
    from cockpit.ui.app import CockpitApp
    from cockpit.ui.screens.register import screens
    from cockpit.ui.theme import load_themes

    where = paths()
    log_to(where.log_file)
    themes = load_themes(where.themes_dir)
    session = connect(loaded, where, clock)
    notes = _clashes(loaded) if loaded.config.keys else []
    app = CockpitApp(session, loaded.config, themes, screens(loaded, session.terminal), notes=notes)
    _renew_hook(where)
    # All that the imports made stays, and is never looked through for garbage. What comes now is, and the older of it
    # soon after: a line as wide as its place keeps itself in Textual's caches, so that nothing else lets go of it, and
    # twelve busy terminals leave 150 kB of such lines a second.
    gc.freeze()
    gc.set_threshold(40_000, 2, 3)
    try:
        with present(where.present_dir):
            app.run()
    finally:
        session.ledger.close()
    return app.return_code or 0


def _clashes(loaded: Loaded) -> list[str]:
    from cockpit.ui.present.settings_rows import clashes

    return list(clashes(loaded.config.keys))


def _renew_hook(where: Paths) -> None:
    """The copy that Claude Code runs, if there is one, becomes this version's. `cockpit hooks` tells what is amiss."""
    if where.hook_program.exists():
        from cockpit.runtimes.claude.hooks.install import place_program

        with suppress(ConfigError):
            place_program(where.state_dir)


def log_to(file: Path) -> None:
    """Defects go to this file (0600), which is made with the first one; nothing is logged on the way."""
    logging.basicConfig(
        handlers=[_PrivateFile(file, delay=True)], level=logging.ERROR, format="%(asctime)s %(message)s"
    )


class _PrivateFile(logging.FileHandler):
    def _open(self) -> TextIOWrapper:
        Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return open(descriptor, "a", encoding="utf-8")


def _new_id() -> str:
    return str(uuid.uuid4())


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
