"""The demo's server as a process of its own: `python -m cockpit.demo.process`. It ends when its standard input does.

So it never outlives whoever started it, however that one ended."""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
from datetime import datetime

from cockpit.demo.t3.fleet import demo_world
from cockpit.demo.t3.server import simulator
from cockpit.demo.t3.versions import VERSIONS


async def serve(port: int, version: str, seed: int, fixed_time: datetime | None) -> None:
    """Serve the demo's fleet on loopback; prints one line of JSON with `url` and `token` once it listens.

    Raises OSError when the port is taken."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(name, ended.set)
    async with simulator(demo_world(now=fixed_time, seed=seed, version=VERSIONS[version]), port=port) as server:
        loop.add_reader(sys.stdin.fileno(), _drain, ended)
        print(json.dumps({"url": server.url, "token": server.token}), flush=True)
        await ended.wait()
        loop.remove_reader(sys.stdin.fileno())


def _drain(ended: asyncio.Event) -> None:
    if not os.read(sys.stdin.fileno(), 4096):
        ended.set()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m cockpit.demo.process")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--server-version", choices=sorted(VERSIONS), default="0.0.33")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--fixed-clock", type=datetime.fromisoformat)
    chosen = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(chosen.port, chosen.server_version, chosen.seed, chosen.fixed_clock))


if __name__ == "__main__":
    main()
