"""Orders to a Claude that runs: a message, an interrupt, the end of a team. Each is seen to be taken, or said not to.

It never types into a pane whose session waits for an answer, since Enter would give one, and never approves anything.

Who is told how (facts §5, §11): a lead or a lone session is typed to, because what a person types is the user's word,
while its inbox says of a message that it is not from the user. A teammate is written to, because that is how it gets
its work, and because it has no session file that would tell of a dialog under the cursor. It is interrupted by Escape
in its own pane. A team is stopped through its lead: a `shutdown_request` that somebody else puts into an inbox is
refused by 2.1.329, as its id is not one of the lead's."""

import asyncio
import contextlib
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from weakref import WeakValueDictionary

from cockpit.core import commands as c
from cockpit.core.ports import Clock, Hands
from cockpit.model.errors import HalfDone, Refused, Rejected, Unconfirmed
from cockpit.model.ids import Ref
from cockpit.model.immutable import immutable
from cockpit.runtimes.claude import inboxes
from cockpit.runtimes.claude.activity import INTERRUPTED, Turn
from cockpit.runtimes.claude.lookout import Lookout
from cockpit.runtimes.claude.sessions import Session

_TAKEN_SECONDS = 8.0
_BEGUN_SECONDS = 6.0
_STOPPED_SECONDS = 5.0
_TEAM_SECONDS = 120.0
_ENDED_SECONDS = 10.0
_COMPARED = 200


@immutable
class Target:
    """One Claude that can be told something. `registry` is its session file (None for a teammate), `inbox` a
    teammate's, `pane` the join key of its terminal, `lead` the name of the lead whose process it runs in."""

    ref: Ref
    title: str
    registry: Path | None = None
    transcript: Path | None = None
    sidechain: bool = False
    inbox: Path | None = None
    pane: str | None = None
    lead: str | None = None


class Steering:
    """`find` says what there is to steer by a ref; raises Refused when that is nothing. The seconds are those that are
    waited for a message to be taken, a turn to begin, one to stop, a team to leave."""

    def __init__(
        self, find: Callable[[Ref], Target], hands: Hands | None, clock: Clock, *, taken: float = _TAKEN_SECONDS,
        begun: float = _BEGUN_SECONDS, stopped: float = _STOPPED_SECONDS, team: float = _TEAM_SECONDS,
    ) -> None:  # fmt: skip
        self._find = find
        self._hands = hands
        self._clock = clock
        self._taken, self._begun, self._stopped, self._team = taken, begun, stopped, team
        self._orders: WeakValueDictionary[Ref, asyncio.Lock] = WeakValueDictionary()

    async def send(self, command: c.Send) -> c.Outcome:
        target = self._find(command.thread)
        async with self._order(target):
            if target.inbox is not None:
                return await self._post(target, target.inbox, command.text)
            return c.Outcome(await self._say(target, command.text), target.ref)

    async def interrupt(self, command: c.Interrupt) -> c.Outcome:
        target = self._find(command.thread)
        if target.lead is not None:
            raise Refused(f"Not done: it runs in the process of {target.lead}; interrupt that one.")
        async with self._order(target):
            hands, pane = self._reach(target)
            look = await asyncio.to_thread(Lookout, target.registry, target.transcript, sidechain=target.sidechain)
            before = look.session
            if before is not None and before.state == "idle":
                raise Refused(f"Not done: “{target.title}” stands at its prompt; nothing runs.")
            await hands.press(pane, "escape")
            if not await look.until(lambda: _stopped(look, before), self._stopped):
                raise Unconfirmed(
                    f"Escape was pressed, and “{target.title}” did not say that it stopped.",
                    fix="Open its terminal and look; a hard freeze halts it whatever it does.",
                )
        return c.Outcome(f"Interrupted “{target.title}”.", target.ref)

    async def stop_team(self, lead: Ref, team: Callable[[], Sequence[str]]) -> c.Outcome:
        """Have the lead shut its mates down, and end once they are gone. `team` names those who are still there.
        Raises HalfDone with the names of those who stayed."""
        target = self._find(lead)
        order = self._order(target)
        if order.locked():
            raise Refused(
                f"Not done: “{target.title}” is just being told something.", fix="Wait until that is done, or failed."
            )
        async with order:
            names = await asyncio.to_thread(team)
            if names:
                await self._say(target, _farewell(names))
                await self._left(team)
                if stayed := await asyncio.to_thread(team):
                    raise HalfDone(
                        f"The lead was told to shut the team down; still there: {', '.join(stayed)}.",
                        fix="See what they wait for, then stop the team again or end their terminals.",
                    )
            look = await self._type(target, "/exit")
            if not await look.until(lambda: look.session is None, _ENDED_SECONDS):
                raise HalfDone(
                    "Every teammate is gone, and the lead did not end.", fix="Open its terminal: it may ask something."
                )
        gone = f"{', '.join(names)} and the lead have" if names else "The lead has"
        return c.Outcome(f"{gone} ended.", lead)

    # By inbox

    async def _post(self, target: Target, inbox: Path, text: str) -> c.Outcome:
        stamp = await asyncio.to_thread(inboxes.post, inbox, text, self._clock())
        loop = asyncio.get_running_loop()
        end = loop.time() + self._taken
        while await asyncio.to_thread(inboxes.lies_there, inbox, stamp, text):
            if loop.time() >= end:
                raise Unconfirmed(
                    f"The message lies in the inbox of “{target.title}” and was not taken yet.",
                    fix="Do not send it again: it is read when its turn allows, if it still runs.",
                )
            await asyncio.sleep(0.1)
        return c.Outcome(f"“{target.title}” took the message.", target.ref)

    # By pane

    async def _say(self, target: Target, text: str) -> str:
        look = await self._type(target, text)
        before = look.session
        if not await look.until(lambda: _took(look, text, before), self._begun):
            raise Unconfirmed(
                f"It was typed and entered, and “{target.title}” began no turn: not submitted, as far as can be seen.",
                fix="Open its terminal: if the text stands at the prompt, press Enter there.",
            )
        if before is not None and before.state == "busy" and look.activity.turn is not Turn.ASKED:
            return f"“{target.title}” has it in its queue: it is read when the running turn allows."
        return f"“{target.title}” took it: a turn began."

    async def _type(self, target: Target, text: str) -> Lookout:
        """Put it in and press Enter, with a look at the session's file right before each."""
        hands, pane = self._reach(target)
        look = await asyncio.to_thread(Lookout, target.registry, target.transcript)
        _no_dialog(look.session, target.title, "nothing was typed")
        await hands.type(pane, text)
        await asyncio.to_thread(look.look)
        _no_dialog(look.session, target.title, "the text stands there and was not entered")
        await hands.press(pane, "enter")
        return look

    async def _left(self, team: Callable[[], Sequence[str]]) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._team):
                while await asyncio.to_thread(team):  # noqa: ASYNC110
                    await asyncio.sleep(0.2)

    def _reach(self, target: Target) -> tuple[Hands, str]:
        hands, pane = self._hands, target.pane
        reached = hands is not None and pane is not None and hands.reaches(pane)
        if why := unreachable(pane, reached):
            raise Refused(f"Not done: {why}.", fix="Or tell it in its own terminal.")
        assert hands is not None
        assert pane is not None
        return hands, pane

    def _order(self, target: Target) -> asyncio.Lock:
        return self._orders.setdefault(target.ref, asyncio.Lock())


def unreachable(pane: str | None, reached: bool) -> str:
    """Why nothing can be typed there; empty when it can."""
    if pane is None:
        return "it runs in no tmux pane that can be seen from here"
    return "" if reached else "its tmux server is not read; name its socket under [[tmux]]"


def _no_dialog(session: Session | None, title: str, what: str) -> None:
    if session is None:
        raise Rejected(f"“{title}” has ended; {what}.", fix="Resume it, or start another.")
    if session.state == "waiting":
        raise Rejected(
            f"“{title}” waits for an answer ({session.waiting_for or 'a dialog'}), and Enter would give one; {what}.",
            fix="Answer that first.",
        )


def _took(look: Lookout, text: str, before: Session | None) -> bool:
    wanted = _plain(text)
    if any(wanted in _plain(said) for said in look.prompts):
        return True
    now = look.session
    return bool(now and before and before.state == "idle" and now.state in ("busy", "waiting"))


def _plain(text: str) -> str:
    return re.sub(r"\W+", "", text)[:_COMPARED]


def _stopped(look: Lookout, before: Session | None) -> bool:
    if look.activity.turn in (Turn.INTERRUPTED, Turn.ENDED) or any(
        said.startswith(INTERRUPTED) for said in look.prompts
    ):
        return True
    return bool(before and look.session and look.session.state == "idle")


def _farewell(names: Sequence[str]) -> str:
    who = ", ".join(names)
    return (
        f"Stop the team now: send a shutdown request to every teammate ({who}), wait until each has agreed, and start "
        "no new work."
    )
