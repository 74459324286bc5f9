"""Who prints: one control client for each session that has a watched pane, and a word to whoever watches it.

A pane that nobody watches is paused, so that it costs nothing; a session without a watched pane has no client at all.
Never `off`: with that, tmux stops reading the pane and its program hangs (facts: tmux 3.3a)."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cockpit.model.errors import SourceError
from cockpit.runtimes.tmux import wire
from cockpit.runtimes.tmux.address import Address
from cockpit.runtimes.tmux.control import ControlClient
from cockpit.runtimes.tmux.panes import Pane

FLAGS = "ignore-size,pause-after=5"
_QUIET = "refresh-client -f 'no-output'"
_LOUD = "refresh-client -f '!no-output,pause-after=5'"
_LINGER_SECONDS = 5.0

Printed = Callable[[int], None]
"""A watched pane printed so many bytes; 0: look at it anew, something else may have changed."""


@dataclass(slots=True)
class _Feed:
    session: str
    client: ControlClient | None = None
    opening: "asyncio.Task[None] | None" = None
    paused: set[str] = field(default_factory=set)


class Feeds:
    """Watchers by pane, clients by session. `main` (the client of the list) serves its own session as well."""

    def __init__(self, where: Address) -> None:
        self._where = where
        self._main: ControlClient | None = None
        self._main_session = ""
        self._panes: Mapping[str, Pane] = {}
        self._watchers: dict[str, list[Printed]] = {}
        self._feeds: dict[str, _Feed] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._later: asyncio.TimerHandle | None = None

    # Watching

    def client(self, pane: str) -> ControlClient | None:
        """The client whose events come in step with the answers it gives about that pane."""
        feed = self._feed_of(pane)
        return feed.client if feed and feed.client else self._main

    def watch(self, pane: str, printed: Printed) -> Callable[[], None]:
        """Call `printed` whenever the pane prints, and once now; returns the way to stop."""
        self._watchers.setdefault(pane, []).append(printed)
        self._open_wanted()
        if (line := self.resume(pane)) and (client := self.client(pane)):
            client.tell(line)
        printed(0)
        return lambda: self._unwatch(pane, printed)

    def _unwatch(self, pane: str, printed: Printed) -> None:
        watchers = self._watchers.get(pane, [])
        if printed in watchers:
            watchers.remove(printed)
        if not watchers:
            self._watchers.pop(pane, None)
        # Not at once: who leaves a screen often comes back to it.
        if self._later is None and self._feeds:
            self._later = asyncio.get_running_loop().call_later(_LINGER_SECONDS, self._close_unwanted)

    def pause(self, pane: str) -> None:
        """Hear nothing of it until `resume`: it prints more than anybody looks at."""
        feed = self._feed_of(pane)
        if feed and feed.client and pane not in feed.paused:
            feed.paused.add(pane)
            feed.client.tell(f"refresh-client -A '{pane}:pause'")

    def resume(self, pane: str) -> str:
        """The command to send before looking at the pane, if it was paused; empty otherwise."""
        feed = self._feed_of(pane)
        if feed is None or pane not in feed.paused:
            return ""
        feed.paused.discard(pane)
        return f"refresh-client -A '{pane}:continue'"

    # The server comes, changes and goes

    def up(self, main: ControlClient, session: str) -> None:
        """`main` is the client of the list now; what another one heard before, which may leave, it hears."""
        if self._main is not None:
            for feed in [feed for feed in self._feeds.values() if feed.client is self._main]:
                self._close(self._feeds.pop(feed.session))
        self._main, self._main_session = main, session
        self._open_wanted()

    def down(self) -> None:
        """The server cannot be spoken to; watchers stay, and are served again when it can."""
        self._main = None
        for feed in self._feeds.values():
            self._close(feed)
        self._feeds.clear()
        self._tell_all()

    def listed(self, panes: Mapping[str, Pane]) -> None:
        """These are the panes now: a watched one may be in another session, or have changed unheard."""
        before, self._panes = self._panes, panes
        if not self._watchers:
            return
        self._open_wanted()
        for pane in tuple(self._watchers):
            old, new = before.get(pane), panes.get(pane)
            if old != new and (_life(old) != _life(new) or self._feed_of(pane) is None):
                self._tell(pane, 0)

    async def close(self) -> None:
        """Let everything go and wait for it."""
        self._watchers.clear()
        self.down()
        if self._later is not None:
            self._later.cancel()
        if self._closing:
            await asyncio.wait(self._closing)

    def heard(self, session: str, event: wire.Event) -> None:
        """An event of the client that serves `session` (the main one's are handed in as well)."""
        match event:
            case wire.Output(pane, size):
                self._printed(session, pane, size)
            case wire.Paused(pane) if session in self._feeds:
                self._feeds[session].paused.add(pane)
                self._tell(pane, 0)
            case wire.ModeChanged(pane):
                self._tell(pane, 0)
            case wire.LayoutChanged(window) | wire.WindowClosed(window):
                for pane in tuple(self._watchers):
                    if pane in self._panes and self._panes[pane].window == window:
                        self._tell(pane, 0)

    def _printed(self, session: str, pane: str, size: int) -> None:
        if pane in self._watchers:
            self._tell(pane, size)
        elif (feed := self._feeds.get(session)) and feed.client and pane not in feed.paused:
            feed.paused.add(pane)
            feed.client.tell(f"refresh-client -A '{pane}:pause'")

    def _tell(self, pane: str, size: int) -> None:
        for printed in tuple(self._watchers.get(pane, ())):
            printed(size)

    def _tell_all(self, session: str = "") -> None:
        for pane in tuple(self._watchers):
            if not session or self._session(pane) == session:
                self._tell(pane, 0)

    # Clients

    def _feed_of(self, pane: str) -> _Feed | None:
        return self._feeds.get(self._session(pane))

    def _session(self, pane: str) -> str:
        """The session to hear that pane by: one that is heard already, if it has one. One that dies with its last
        client is only heard by the main client, who knows when to leave."""
        known = self._panes.get(pane)
        if known is None:
            return ""
        able = [name for name in known.sessions if name == self._main_session or name not in known.fleeting]
        heard = [name for name in able if name == self._main_session or name in self._feeds]
        return (heard or able or [""])[0]

    def _wanted(self) -> set[str]:
        return {self._session(pane) for pane in self._watchers} - {""}

    def _open_wanted(self) -> None:
        if self._main is None:
            return
        for session in self._wanted() - self._feeds.keys():
            feed = self._feeds[session] = _Feed(session)
            if session == self._main_session:
                feed.client = self._main
                self._main.tell(_LOUD)
                self._tell_all(session)
            else:
                feed.opening = asyncio.get_running_loop().create_task(self._open(feed))

    def _close_unwanted(self) -> None:
        self._later = None
        for session in self._feeds.keys() - self._wanted():
            self._close(self._feeds.pop(session))

    async def _open(self, feed: _Feed) -> None:
        try:
            feed.client = await ControlClient.attach(
                self._where, feed.session, FLAGS, lambda event: self.heard(feed.session, event)
            )
        except SourceError:
            # The session is gone, or the server: the next list says which, and opens what is wanted then.
            self._forget(feed)
            return
        feed.client.ended.add_done_callback(lambda _: self._forget(feed))
        self._tell_all(feed.session)

    def _forget(self, feed: _Feed) -> None:
        if self._feeds.get(feed.session) is feed:
            del self._feeds[feed.session]

    def _close(self, feed: _Feed) -> None:
        if feed.opening and not feed.opening.done():
            feed.opening.cancel()
            return
        if feed.client is None:
            return
        if feed.client is self._main:
            # This lets go of every pause as well (facts: tmux 3.3a), hence the fresh record with the next feed.
            feed.client.tell(_QUIET)
        else:
            task = asyncio.get_running_loop().create_task(feed.client.close())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)


def _life(pane: Pane | None) -> tuple[object, ...]:
    """What no event tells of (facts: tmux 3.3a): a death sends none, and its exit code comes after it."""
    return () if pane is None else (pane.dead, pane.exit_code, pane.signal)
