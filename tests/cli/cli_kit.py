"""A demo server in a thread of its own, and the command line against it."""

import asyncio
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from click.testing import CliRunner, Result

from cockpit.cli import cockpit
from cockpit.demo.t3.server import Simulator
from cockpit.demo.t3.world import World

_T = TypeVar("_T")


class Served:
    """The demo's server in another thread, because the command line runs a loop of its own in this one."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.server = Simulator(world)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def __enter__(self) -> "Served":
        self._thread.start()
        self.run(self.server.start())
        return self

    def __exit__(self, *_: object) -> None:
        self.run(self.server.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    def do(self, action: Callable[[], _T]) -> _T:
        """Do something in the server's own thread."""

        async def inside() -> _T:
            return action()

        result: _T = self.run(inside())
        return result


def configure(file: Path, *servers: tuple[str, str, str]) -> None:
    """Name servers in the configuration: name, url, token."""
    tables = []
    for name, url, token in servers:
        secret = file.parent / f"{name}.token"
        secret.write_text(token)
        secret.chmod(0o600)
        tables.append(
            f"[[t3]]\nname = {json.dumps(name)}\nurl = {json.dumps(url)}\ntoken_file = {json.dumps(str(secret))}\n"
        )
    file.write_text("\n".join(tables))


class Cockpit:
    """The command line: `run("ls")`, `json("asks")`."""

    def __init__(self, served: Served | None) -> None:
        self.served = served
        self._runner = CliRunner()

    def run(self, *arguments: str, code: int = 0, stdin: str | None = None) -> Result:
        result = self._runner.invoke(cockpit, arguments, input=stdin)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, f"{arguments}: {result.exit_code}\n{result.stdout}\n{result.stderr}"
        assert "Traceback" not in result.output
        return result

    def json(self, *arguments: str, code: int = 0, stdin: str | None = None) -> Any:
        extra = () if arguments[0] == "snapshot" else ("--json",)
        return json.loads(self.run(*arguments, *extra, code=code, stdin=stdin).stdout)

    def thread(self, native: str) -> Any:
        (found,) = [each for each in self.json("ls", "--all")["threads"] if each["id"].endswith(f":{native}")]
        return found
