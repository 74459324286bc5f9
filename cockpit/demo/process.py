"""The demo as a process of its own: `python -m cockpit.demo.process`. It ends when its standard input does.

So nothing of it outlives whoever started it, however that one ended: server, workers, files."""

import argparse
import asyncio
import contextlib
import json
import os
import shutil
import signal
import sys
from datetime import datetime
from pathlib import Path

from cockpit.demo.crew import PARTS, Crew
from cockpit.demo.t3.fleet import demo_world
from cockpit.demo.t3.server import simulator
from cockpit.demo.t3.versions import VERSIONS


async def serve(port: int, version: str, seed: int, fixed_time: datetime | None, crew: Crew) -> None:
    """Serve the demo's fleet on loopback, and let the crew work beside it.

    Prints one line of JSON once it listens: `url`, `token`, the crew's `tmux` socket and `claude` home (null: none)
    and its `trouble`; and another with `trouble` once the crew is at work. Raises OSError when the port is taken."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(name, ended.set)
    async with simulator(demo_world(now=fixed_time, seed=seed, version=VERSIONS[version]), port=port) as server:
        loop.add_reader(sys.stdin.fileno(), _drain, ended)
        _say(
            url=server.url, token=server.token, tmux=_text(crew.socket), claude=_text(crew.claude_home),
            trouble=crew.trouble,
        )  # fmt: skip
        await asyncio.to_thread(crew.start)
        _say(trouble=crew.trouble)
        await ended.wait()
        loop.remove_reader(sys.stdin.fileno())


def _say(**told: str | None) -> None:
    with contextlib.suppress(BrokenPipeError):
        print(json.dumps(told), flush=True)


def _text(path: Path | None) -> str | None:
    return str(path) if path else None


def _drain(ended: asyncio.Event) -> None:
    if not os.read(sys.stdin.fileno(), 4096):
        ended.set()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m cockpit.demo.process")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--server-version", choices=sorted(VERSIONS), default="0.0.33")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--fixed-clock", type=datetime.fromisoformat)
    parser.add_argument("--home", type=Path, default=Path.cwd(), help="the demo's own directory")
    parser.add_argument("--crew", nargs="*", choices=PARTS, default=[], help="which workers there are")
    parser.add_argument("--speed", type=float, default=1.0, help="how fast the Claudes are, for tests")
    parser.add_argument("--remove", action="store_true", help="remove the directory at the end")
    chosen = parser.parse_args()
    crew = Crew(chosen.home, frozenset(chosen.crew), seed=chosen.seed, speed=chosen.speed)
    crew.clear()
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(serve(chosen.port, chosen.server_version, chosen.seed, chosen.fixed_clock, crew))
    finally:
        crew.end()
        if chosen.remove:
            shutil.rmtree(chosen.home, ignore_errors=True)


if __name__ == "__main__":
    main()
