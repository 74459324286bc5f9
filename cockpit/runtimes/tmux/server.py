"""One tmux server, kept in sight: found, attached to, listed, and looked for again when it is gone.

It learns by events and asks only to see that the link still lives. It creates, resizes, selects and kills nothing."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from cockpit.core.ports import Clock
from cockpit.model.errors import AuthError, SourceError
from cockpit.model.health import Health
from cockpit.model.immutable import immutable
from cockpit.runtimes.tmux import failures, once, panes, wire
from cockpit.runtimes.tmux.activity import Activity
from cockpit.runtimes.tmux.address import Address
from cockpit.runtimes.tmux.control import ControlClient
from cockpit.runtimes.tmux.feeds import Feeds
from cockpit.runtimes.tmux.panes import Birth, Pane
from cockpit.runtimes.tmux.sizing import Sizing

_FLAGS = "ignore-size,no-output"
_ANSWER_SECONDS = 5.0
_HEARTBEAT_SECONDS = 30.0
_FAR_HEARTBEAT_SECONDS = 15.0
_RETRY_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)
_EMPTY_SECONDS = 5.0
_SHORT_LIFE = timedelta(seconds=2)
_LEAST_SKEW = 2.0


@immutable
class Sight:
    """How well the server is seen now. `birth` and panes of the last good look stay while it is not up."""

    health: Health
    reason: str = ""
    fix: str = ""
    read_at: datetime | None = None
    checked_at: datetime | None = None
    since: datetime | None = None
    birth: Birth | None = None


class Server:
    """`changed` is called when `sight`, `panes` or `activity` are others. `run` goes on until it is cancelled."""

    def __init__(self, where: Address, changed: Callable[[], None], *, clock: Clock) -> None:
        self.where = where
        self.feeds = Feeds(where)
        self.sizing = Sizing(where, self._resized)
        self.standing = False
        """Whether it is kept in sight, and not only looked at once."""
        self.typed_at = float("-inf")
        """When a key was last sent there, by the loop's clock."""
        self.sight = Sight(Health.ABSENT, "it was not looked at yet")
        self.panes: Mapping[str, Pane] = {}
        self.listed_at: datetime | None = None
        """When it was asked for `panes`: what was made after that cannot be among them."""
        self.activity = Activity()
        self._changed = changed
        self._clock = clock
        self._wake = asyncio.Event()
        self._skew = timedelta(0)
        self._main: ControlClient | None = None
        self._session = ""
        self._fleeting = False
        self._opening = asyncio.Lock()
        self._errand = AsyncExitStack()
        self._orders = 0
        self._parting: asyncio.Task[None] | None = None

    @property
    def known(self) -> bool:
        """Whether its panes were read once, or it is certain that there are none."""
        looked = self.sight.checked_at is not None
        return looked and (self.sight.birth is not None or self.sight.health is Health.ABSENT)

    @property
    def reached(self) -> bool:
        """Whether its machine answered at the last look, be there a server or not."""
        return self.sight.checked_at is not None and self.sight.health in (Health.UP, Health.ABSENT)

    @property
    def main(self) -> ControlClient | None:
        """The standing client, while there is one."""
        return self._main

    def look_again(self) -> None:
        """Something happened at its socket, or a person wants to know: try now."""
        self._wake.set()

    async def run(self) -> None:
        failed = 0
        self.standing = True
        try:
            while True:
                self._wake.clear()
                began = self._clock()
                try:
                    # A server whose last session goes just now has no target for any command.
                    with contextlib.suppress(failures.Ended, failures.CommandFailed):
                        await self._serve()
                    failed = 0 if self._clock() - began > _SHORT_LIFE else failed + 1
                    # The link is gone, and it does not say whether its session, its server or its machine is too.
                    self._unclear(f"The link to tmux on {self.where} broke.")
                    if failed:
                        await self._pause(_RETRY_SECONDS[min(failed, len(_RETRY_SECONDS)) - 1])
                except SourceError as error:
                    failed += 1
                    self._lost(error, began)
                    await self._pause(self._patience(error, failed))
        finally:
            self.standing = False
            await self._leave()

    async def read(self) -> None:
        """Look once, with one short-lived process, attaching to nothing."""
        asked_at = self._clock()
        try:
            self._take(await self._look(), asked_at)
        except SourceError as error:
            self._lost(error, asked_at)

    async def close(self) -> None:
        await self._leave()

    @asynccontextmanager
    async def linked(self) -> AsyncIterator[ControlClient]:
        """The client to give orders by: the standing one, or one for as long as orders need it. Raises SourceError."""
        async with self._opening:
            main = self._main
            if main is None:
                main = await self._errand.enter_async_context(self._link(standing=False))
            self._orders += 1
        try:
            yield main
        finally:
            self._orders -= 1
            if not self._orders:
                errand, self._errand = self._errand, AsyncExitStack()
                await errand.aclose()

    # One life of the link

    @asynccontextmanager
    async def _link(self, *, standing: bool) -> AsyncIterator[ControlClient]:
        """The standing link takes the place of an errand's, never the other way round."""
        asked_at = self._clock()
        look = await self._look()
        session = panes.choose(look.sessions)
        if session is None:
            raise self._no_session()
        main = await ControlClient.attach(self.where, session.id, _FLAGS, self._heard, seconds=_ANSWER_SECONDS)
        try:
            if standing or self._main is None:
                self._main, self._session, self._fleeting = main, session.id, session.fleeting
                self._take(look, asked_at)
                self.feeds.up(main, self._session)
            yield main
        finally:
            if self._main is main:
                await self.sizing.release()
                self._main = None
                self.feeds.down()
            await main.close()

    async def _serve(self) -> None:
        async with self._link(standing=True) as main:
            await main.ask(panes.SUBSCRIBE)
            await self._watch_over(main)

    async def _look(self) -> panes.Look:
        said = await once.tmux(self.where, *panes.LOOK)
        look = panes.read_look(said.decode("utf-8", "replace"))
        if look.birth is None:
            raise self._no_session()
        if look.birth.numbers and look.birth.numbers < failures.OLDEST:
            raise failures.too_old(self.where, look.birth.version)
        return look

    def _no_session(self) -> SourceError:
        return failures.NoSession(
            f"The tmux server on {self.where} has no session to look through.", fix="It is looked at again."
        )

    async def _watch_over(self, main: ControlClient) -> None:
        """Until the link ends: see that it lives, since a link that hangs says nothing."""
        seconds = _FAR_HEARTBEAT_SECONDS if self.where.host else _HEARTBEAT_SECONDS
        while True:
            woken = asyncio.ensure_future(self._wake.wait())
            try:
                await asyncio.wait((main.ended, woken), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            finally:
                woken.cancel()
            if main.ended.done():
                return
            self._wake.clear()
            asked_at = self._clock()
            rows = await main.ask(panes.LIST)
            self._seen()
            self._list(panes.read_panes(b"\n".join(rows).decode("utf-8", "replace")), asked_at)

    def _heard(self, event: wire.Event) -> None:
        match event:
            case wire.Subscribed(panes.SUBSCRIPTION, value):
                self._list(panes.read_panes(value), self._clock())
            case wire.SessionChanged(session) if session != self._session and self._main is not None:
                # Ours was destroyed and detach-on-destroy is off: tmux moved us on.
                self._session = session
                self.feeds.down()
                self.feeds.up(self._main, session)
            case wire.ClientLeft() if self._fleeting and self._main is not None:
                self._parting = asyncio.get_running_loop().create_task(self._leave_the_last(self._main))
            case wire.Output(pane, _):
                if self.activity.printed(pane, self._clock(), exactly=True):
                    self._changed()
        self.feeds.heard(self._session, event)

    def _resized(self, window: str) -> None:
        for pane in self.panes.values():
            if pane.window == window:
                self.activity.resized(pane.id, self._clock())

    async def _leave_the_last(self, main: ControlClient) -> None:
        """A session that dies with its last client must not live on because of us."""
        with contextlib.suppress(SourceError, failures.CommandFailed):
            attached = await main.ask("display-message -p '#{session_attached}'")
            if attached in ([b"0"], [b"1"]):
                await main.close()

    # What was learned

    def _take(self, look: panes.Look, asked_at: datetime) -> None:
        if self.sight.birth is not None and look.birth != self.sight.birth:
            self._forget(asked_at)  # another server on the same socket: its ids mean other panes
        self._skew = _skew(look.now, self._clock())
        self.sight = replace(self.sight, birth=look.birth)
        self._seen()
        self._list(look.panes, asked_at)

    def _seen(self) -> None:
        now = self._clock()
        since = self.sight.since if self.sight.health is Health.UP else now
        self.sight = Sight(Health.UP, read_at=now, checked_at=now, since=since, birth=self.sight.birth)
        self._changed()

    def _unclear(self, why: str) -> None:
        now = self._clock()
        self.sight = replace(self.sight, health=Health.LATE, reason=why, fix="It is tried again.", since=now)
        self._changed()

    def _lost(self, error: SourceError, asked_at: datetime) -> None:
        now = self._clock()
        gone = isinstance(error, failures.NoServer | failures.NoSession)
        if gone:
            self._forget(asked_at)
        health = Health.ABSENT if gone or isinstance(error, failures.Missing) else Health.DOWN
        if isinstance(error, AuthError):
            health = Health.AUTH
        since = self.sight.since if self.sight.health is health else now
        self.sight = replace(
            self.sight, health=health, reason=error.message, fix=error.fix, checked_at=now, since=since
        )
        self.feeds.down()  # whoever watches a pane learns why
        self._changed()

    def _forget(self, asked_at: datetime) -> None:
        self.panes, self.listed_at = {}, asked_at
        self.activity = Activity()
        self.feeds.listed(self.panes)

    def _list(self, found: Mapping[str, Pane], asked_at: datetime) -> None:
        before, self.panes, self.listed_at = self.panes, found, asked_at
        if found == before:
            return
        self.activity.listed(before, found, self._skew)
        self.feeds.listed(found)
        self._changed()

    # Coming back and leaving

    def _patience(self, error: SourceError, failed: int) -> float | None:
        """Seconds until it is worth trying again. Without a server on this machine: not before its socket moves."""
        if isinstance(error, failures.NoServer) and not self.where.host:
            return None
        if isinstance(error, failures.NoSession):
            return _EMPTY_SECONDS
        return _RETRY_SECONDS[min(failed, len(_RETRY_SECONDS)) - 1]

    async def _pause(self, seconds: float | None) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()

    async def _leave(self) -> None:
        await self.feeds.close()


def _skew(theirs: int, now: datetime) -> timedelta:
    """How far the server's clock is ahead; whole seconds say nothing about less than two."""
    seconds = theirs - now.timestamp() if theirs else 0.0
    return timedelta(seconds=seconds) if abs(seconds) > _LEAST_SKEW else timedelta(0)
