"""A simulated T3 server in a process of its own, with threads that rest until they are told to change.

It listens on loopback and ends with its standard input, and so with whoever started it."""

import argparse
import asyncio
import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta
from time import monotonic
from typing import Any, Self

_AGED = timedelta(hours=5)
"""So old are the threads, that no age on the screen changes while something is measured."""
_MESSAGES = 60


class Server:
    """The process, seen from outside: `with Server(env, threads=12) as server`."""

    def __init__(self, env: Mapping[str, str], *, threads: int, sockets: bool = True) -> None:
        """`threads` that are all idle, with a conversation each; without `sockets` upgrades are refused."""
        command = [sys.executable, "-m", "tests.bench.server", "--threads", str(threads)]
        command += [] if sockets else ["--no-sockets"]
        self._process = subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        ready = self._answer()
        self.url, self.token = str(ready["url"]), str(ready["token"])

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def rename(self, thread: int, title: str) -> float:
        """Change a thread as another client would; returns when, in monotonic seconds."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([thread, title]) + "\n")
        self._process.stdin.flush()
        return float(self._answer()["at"])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)
        if self._process.stdout is not None:
            self._process.stdout.close()


async def serve(threads: int, *, sockets: bool) -> None:
    """Print `url` and `token`, then take one change a line and print when it happened."""
    from cockpit.demo.t3.bulk import long_conversation, many_threads
    from cockpit.demo.t3.clock import ManualClock, RealClock
    from cockpit.demo.t3.commands import dispatch
    from cockpit.demo.t3.server import simulator
    from cockpit.demo.t3.world import World

    clock = RealClock()
    world = World(clock=ManualClock(clock.now() - _AGED))
    said = world.threads.pop(long_conversation(world, _MESSAGES))
    names = many_threads(world, threads, projects=4)
    for name in names:
        _rest(world.threads[name], said)
    world.clock = clock
    async with simulator(world) as server:
        server.sockets.refuse = None if sockets else 503
        _say(url=server.url, token=server.token)
        lines = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
        number = 0
        while line := await lines.readline():
            thread, title = json.loads(line)
            number += 1
            change = {"type": "thread.meta.update", "commandId": f"bench-{number}", "threadId": names[thread]}
            at = monotonic()
            dispatch(world, {**change, "title": title}, over_http=False)
            _say(at=at)


def _rest(thread: Any, said: Any) -> None:
    """Idle: nothing runs, nothing waits, nothing failed; the conversation of another is its own as well."""
    thread.open_approvals.clear()
    thread.session |= {"status": "ready", "activeTurnId": None, "lastError": None}
    thread.latest_turn |= {"state": "completed", "completedAt": thread.updated_at}
    thread.messages, thread.activities, thread.turns = said.messages, said.activities, said.turns
    thread.checkpoints = said.checkpoints


def _say(**words: object) -> None:
    print(json.dumps(words), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.server")
    parser.add_argument("--threads", type=int, default=12)
    parser.add_argument("--no-sockets", action="store_true")
    chosen = parser.parse_args()
    asyncio.run(serve(chosen.threads, sockets=not chosen.no_sockets))


if __name__ == "__main__":
    main()
