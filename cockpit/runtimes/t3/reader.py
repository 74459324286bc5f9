"""Reading a T3 server over HTTP by the version ladder: shell and threads, or the full snapshot of servers ≤ 0.0.28.

It must never take a web page for an empty fleet (facts: T3, section 0.5), nor trust bodies that a server empties."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

from cockpit.model.errors import CockpitError, SourceError
from cockpit.model.immutable import immutable
from cockpit.runtimes.foreign import Json, count, identity, rows
from cockpit.runtimes.t3.decode import in_fleet
from cockpit.runtimes.t3.failures import Missing, NotJson
from cockpit.runtimes.t3.http import Answer, Http
from cockpit.runtimes.t3.server import Server, read_server

SHELL = "/api/orchestration/shell"
SNAPSHOT = "/api/orchestration/snapshot"


@immutable
class Reading:
    """One whole read. `full`: rows carry their bodies and no flags. `changed` is false when the very same body was
    read before; rows and projects are empty then. `unusable` counts rows that could not be shown."""

    sequence: int
    full: bool
    changed: bool
    projects: Sequence[Json] = ()
    threads: Sequence[Json] = ()
    unusable: int = 0
    server_time: datetime | None = None


class Reader:
    """Remembers which rung of the ladder answered, and the last body's digest."""

    def __init__(self, http: Http) -> None:
        self.http = http
        self.server = Server()
        self._full: bool | None = None
        self._seen: tuple[int, int, int] | None = None

    @property
    def full(self) -> bool:
        return self._full is True

    def forget(self) -> None:
        """Start anew: the server may be another one now."""
        self._full = None
        self._seen = None

    async def probe(self) -> Server:
        """Ask for version and scopes; what cannot be had stays unknown."""
        environment, session = await asyncio.gather(
            self._optional("/.well-known/t3/environment"), self._optional("/api/auth/session")
        )
        self.server = read_server(environment, session)
        return self.server

    async def read(self) -> Reading:
        if self._full is None:
            return await self._climb()
        return await self._reading(await self.http.get(SNAPSHOT if self._full else SHELL), full=self._full)

    async def _climb(self) -> Reading:
        try:
            reading = await self._reading(await self.http.get(SHELL), full=False)
            self._full = False
            return reading
        except (NotJson, Missing) as no_shell:
            try:
                answer = await self.http.get(SNAPSHOT)
            except (NotJson, Missing):
                raise no_shell from None
            version = (await self.probe()).version
            if self.server.must_have_shell:
                raise SourceError(
                    f"The server says it is {version}, but its shell endpoint answers without data.",
                    fix="Look for a proxy between here and the server.",
                ) from no_shell
            reading = await self._reading(answer, full=True)
            self._full = True
            return reading

    async def _reading(self, answer: Answer, *, full: bool) -> Reading:
        digest = (len(answer.body), hash(answer.body))
        if self._seen is not None and self._seen[:2] == digest:
            return Reading(self._seen[2], full, False, server_time=answer.server_time)
        body = await self.http.parse(answer)
        reading = read_body(body, full=full, server_time=answer.server_time)
        if reading is None:
            raise SourceError(
                f"{self.http.address.shown} answers with data that is no T3 fleet.",
                fix="Check that the url is a T3 server's.",
            )
        self._seen = (*digest, reading.sequence)
        return reading

    async def fresh(self) -> Reading:
        """Read whole, whatever was read before, and remember nothing of it."""
        seen, self._seen = self._seen, None
        try:
            return await self.read()
        finally:
            self._seen = seen

    async def detail(self, thread: str, *, turns: int | None = None, before: str | None = None) -> Json:
        """One thread's body, `{thread, page?}`. Raises Missing for a thread that is archived, deleted or unknown."""
        if self._full is None:
            await self._climb()
        if self._full:
            return await self._cut(thread)
        query = {"turnLimit": str(turns)} if turns else {}
        if before:
            query["beforeCursor"] = before
        body = await self.http.get_json(f"/api/orchestration/threads/{quote(thread, safe='')}", query or None)
        if not isinstance(body.get("thread"), dict):
            raise SourceError("The server answered without the thread.", fix="Read it again.")
        return body

    async def _cut(self, thread: str) -> Json:
        body = await self.http.get_json(SNAPSHOT)
        row = next((row for row in rows(body.get("threads")) if identity(row) == thread), None)
        if row is None or not in_fleet(row):
            raise Missing("The server has no such thread: it is archived, deleted or was never there.")
        return {"snapshotSequence": count(body, "snapshotSequence"), "thread": row}

    async def _optional(self, path: str) -> Json:
        try:
            return await self.http.get_json(path)
        except CockpitError:
            return {}


def read_body(body: Json, *, full: bool, server_time: datetime | None = None) -> Reading | None:
    """A shell or snapshot body, whoever brought it; None if it is neither."""
    sequence = count(body, "snapshotSequence")
    projects, threads = body.get("projects"), body.get("threads")
    if sequence is None or not isinstance(projects, list) or not isinstance(threads, list):
        return None
    usable = [row for row in rows(threads) if identity(row)]
    return Reading(
        sequence=sequence,
        full=full,
        changed=True,
        projects=[row for row in rows(projects) if identity(row) and in_fleet(row)],
        threads=[row for row in usable if in_fleet(row)],
        unusable=len(threads) - len(usable),
        server_time=server_time,
    )
