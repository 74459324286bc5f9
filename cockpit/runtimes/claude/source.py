"""Claude Code on this machine as a source of the fleet: what its own files say, as soon as they say it.

It writes nothing below the Claude home and opens no key. What it answers goes to our own hooks, by the ledger."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from cockpit.core import commands as c
from cockpit.core.ports import Clock, Emit, Hands, HeldAsks, Post
from cockpit.model.errors import NotFound, Refused
from cockpit.model.facts import Fact
from cockpit.model.ids import Ref
from cockpit.model.talk import Talk
from cockpit.runtimes.claude.answers import Answers
from cockpit.runtimes.claude.ends import Ends
from cockpit.runtimes.claude.files import AGAIN_SECONDS
from cockpit.runtimes.claude.follow import Follower, read
from cockpit.runtimes.claude.lines import Lines
from cockpit.runtimes.claude.pages import missing
from cockpit.runtimes.claude.processes import Processes
from cockpit.runtimes.claude.pulse import KIND, Pulse
from cockpit.runtimes.claude.reader import Reader
from cockpit.runtimes.claude.steer import Steering
from cockpit.runtimes.claude.teams import still_in
from cockpit.runtimes.claude.threads import Repository, alone
from cockpit.runtimes.claude.usage import Price
from cockpit.runtimes.claude.watch import Watcher
from cockpit.watching import Touched

_PROCESS_SECONDS = 2.0
_SAFETY_SECONDS = 60.0
_DOUBTS = 4
_READ_AHEAD_SECONDS = 0.1
"""A single read sums large transcripts for this long; what is not whole then has no sums rather than wrong ones."""


class ClaudeSource:
    """`home` is the Claude directory, `prices` the dollars per million tokens of each model (a missing one is None),
    `recent` how long a session that ended stays in the list; `poll` forces or forbids polling (None: by the file
    system), `process_seconds` is the rhythm in which processes are looked at where the kernel does not tell of their
    end, and in which is asked what `hands` reach; `repository` says where a directory belongs, `hands` type into panes,
    `post` keeps what inboxes held. `held` are the requests that hooks hold, `who` the person who answers them, `lines`
    the folder where our status line keeps the numbers of each session."""

    def __init__(
        self, name: str, home: Path, *, clock: Clock, prices: Mapping[str, Price] | None = None,
        processes: Processes | None = None, recent: timedelta = timedelta(hours=24), poll: bool | None = None,
        poll_seconds: float = 1.0, process_seconds: float = _PROCESS_SECONDS, repository: Repository = alone,
        hands: Hands | None = None, post: Post | None = None, held: HeldAsks | None = None, who: str = "",
        lines: Path | None = None,
    ) -> None:  # fmt: skip
        self._name = name
        self._clock = clock
        self._lines = Lines(lines)
        seen = processes or Processes()
        self._reader = reader = Reader(name, home, now=clock, prices=prices or {}, processes=seen,
                                       recent=recent, repository=repository, post=post)  # fmt: skip
        self._answers = Answers(name, held, who=who, root=home, clock=clock, processes=seen,
                                threads=lambda: reader.threads, teams=lambda: reader.teams,
                                lined=self._lines.kept)  # fmt: skip
        self._watcher = Watcher(home, poll=poll, poll_seconds=poll_seconds)
        self._pulse = Pulse(name, reader, self._watcher, clock)
        self._process_seconds = process_seconds
        self._hands = hands
        self._steering = Steering(self._reader.target, hands, clock)
        self._reader.reach(hands.reaches if hands else None)
        self._follower = Follower(self._reader.talks, clock)
        self._lock = asyncio.Lock()
        self._wake = asyncio.Event()
        self._touched: set[Path] = set()
        self._everything = False
        self._rung = False
        self._ended = False
        self._ends = Ends(seen, self._process_ended)
        self._opening: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        return self._name

    @property
    def kind(self) -> str:
        return KIND

    # Source

    async def read(self, emit: Emit) -> None:
        async with self._lock:
            if self._reader.trouble():
                self._pulse.tell(emit, anyway=True)
                return
            whole = await asyncio.to_thread(self._reader.whole)
            for _ in range(_DOUBTS):
                if not self._reader.home.doubtful:
                    break
                await asyncio.sleep(AGAIN_SECONDS)
                await asyncio.to_thread(self._reader.again)
                whole = await asyncio.to_thread(self._reader.whole)
            until = asyncio.get_running_loop().time() + _READ_AHEAD_SECONDS
            while self._reader.home.owes and asyncio.get_running_loop().time() < until:
                await asyncio.to_thread(self._reader.home.catch_up)
                if not self._reader.home.owes:
                    whole = await asyncio.to_thread(self._reader.whole)
            await asyncio.to_thread(self._answers.look)
            self._pulse.tell(emit, anyway=True)
            for fact in await asyncio.to_thread(self._dressed, [whole]):
                emit(fact)
        await self._follower.fresh()

    async def run(self, emit: Emit) -> None:
        watching = asyncio.create_task(self._watch(), name=f"{self._name} watches")
        working = asyncio.create_task(self._work(emit), name=f"{self._name} reads")
        tasks = (watching, working)
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._ends.close()

    def nudge(self) -> None:
        self._everything = True
        self._wake.set()

    def quiet(self, away: bool) -> None:
        """Changes arrive by themselves and cost nothing while nothing happens, so there is nothing to read less."""
        if not away:
            self.nudge()

    async def close(self) -> None:
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.gather(self._opening, return_exceptions=True)
        self._follower.follow(None, _nobody)

    # CanConverse

    def follow(self, thread: Ref | None, emit: Emit) -> None:
        self._follower.follow(thread, emit)
        if thread is not None:
            self._opening = asyncio.create_task(self._open(), name=f"{self._name} opens a conversation")

    async def _open(self) -> None:
        if not self._reader.threads:
            async with self._lock:
                await asyncio.to_thread(self._reader.whole)
        await self._follower.fresh()

    async def talk(self, thread: Ref, *, older: str | None = None) -> Talk:
        found = self._reader.talks(thread)
        if found is None:
            raise missing(thread)
        return await asyncio.to_thread(read, thread, found, self._clock(), older=older)

    async def more(self, thread: Ref, emit: Emit) -> None:
        if self._follower.thread == thread:
            await self._follower.more()

    # CanSend, CanManage, CanStopTeam

    async def send(self, command: c.Send, intent: str) -> c.Outcome:
        return await self._steering.send(command)

    async def manage(self, command: c.ThreadCommand, intent: str) -> c.Outcome:
        if isinstance(command, c.Interrupt):
            return await self._steering.interrupt(command)
        raise Refused("Not done: Claude Code cannot be told that from here.")

    async def stop_team(self, command: c.StopTeam, intent: str) -> c.Outcome:
        crew = self._reader.crew(command.team)
        if crew is None:
            raise NotFound(f"{command.team} is no team with a lead any more.", fix="List the teams again.")
        lead, file, names = crew
        return await self._steering.stop_team(lead, lambda: still_in(file, names))

    # CanDiagnose

    async def diagnose(self) -> list[tuple[str, str]]:
        """Where it reads and by what it learns of changes."""
        return [("home", str(self._reader.home.root)), ("learns by", self._watcher.link or "one look")]

    # CanApprove, CanAnswer, CanPlan

    async def decide(self, command: c.Decide, intent: str) -> c.Outcome:
        return await self._answered(self._answers.decide(command))

    async def answer(self, command: c.Answer, intent: str) -> c.Outcome:
        return await self._answered(self._answers.answer(command))

    async def implement(self, command: c.ImplementPlan, intent: str) -> c.Outcome:
        return await self._answered(self._answers.implement(command))

    async def _answered(self, going: Awaitable[c.Outcome]) -> c.Outcome:
        """Whatever came of it, the row is drawn anew."""
        try:
            return await going
        finally:
            self.ledger_moved()

    # ReadsLedger

    def ledger_moved(self) -> None:
        """A hook may have laid down a request, or taken one back."""
        self._rung = True
        self._wake.set()

    async def _watch(self) -> None:
        async for changes in self._watcher.changes():
            self._take(changes)

    def _take(self, changes: Touched) -> None:
        if changes is None:
            self._everything = True
        else:
            self._touched |= changes
        self._wake.set()

    def _process_ended(self) -> None:
        self._ended = True
        self._wake.set()

    async def _work(self, emit: Emit) -> None:
        """The first look waits for the watcher, so that nothing falls between the two."""
        loop = asyncio.get_running_loop()
        first, told = True, False
        asked = looked = safe = loop.time()
        while True:
            await self._wait(asked)
            paths, everything = self._touched, self._everything
            self._touched, self._everything = set(), False
            self._wake.clear()
            now = loop.time()
            rung, self._rung = self._rung, False
            ended, self._ended = self._ended, False
            if first and not everything and not paths:
                continue
            if now - safe >= _SAFETY_SECONDS:
                everything = True
            if everything:
                safe = now
            if now - asked >= self._process_seconds:
                asked = now
                self._reader.reach(self._hands.reaches if self._hands else None)
            check = ended or now - looked >= (_SAFETY_SECONDS if told else self._process_seconds)
            if check:
                looked = now
            elif not (first or paths or everything or rung or self._reader.wants):
                self._pulse.tell(emit)
                continue
            async with self._lock:
                if self._reader.trouble():
                    self._pulse.tell(emit)
                    continue
                if first or rung or check or everything:
                    await asyncio.to_thread(self._answers.look)
                if first:
                    whole = await asyncio.to_thread(self._reader.whole)
                    self._pulse.tell(emit, anyway=True)
                    facts: list[Fact] = [whole]
                else:
                    facts = await asyncio.to_thread(self._read, paths, everything, check)
                    self._pulse.tell(emit)
                for fact in await asyncio.to_thread(self._dressed, facts):
                    emit(fact)
                first = False
                told = self._ends.watch(self._reader.lives.pids | self._answers.pids)
            await self._follower.fresh()

    async def _wait(self, asked: float) -> None:
        """Until something happened, or something is to be looked at again."""
        home = self._reader.home
        if self._wake.is_set() or home.owes:
            await asyncio.sleep(0)
            return
        loop = asyncio.get_running_loop()
        pause = max(0.0, asked + self._process_seconds - loop.time())
        if home.doubtful:
            pause = min(pause, AGAIN_SECONDS)
        if self._reader.until is not None:
            pause = max(0.0, min(pause, (self._reader.until - self._clock()).total_seconds() + 0.01))
        try:
            async with asyncio.timeout(pause):
                await self._wake.wait()
        except TimeoutError:
            return

    def _dressed(self, facts: Sequence[Fact]) -> list[Fact]:
        """With what hooks hold and status lines told. It blocks: both read files, also those of projects."""
        return self._lines.filled(self._answers.dressed(facts))

    def _read(self, paths: set[Path], everything: bool, check: bool) -> list[Fact]:
        reader = self._reader
        facts: list[Fact] = []
        if everything:
            facts += reader.rescan()
        elif paths:
            facts += reader.look(paths)
        if reader.home.doubtful and not paths:
            facts += reader.again()
        if check or everything:
            facts += reader.check()
        facts += reader.catch_up()
        return facts


def _nobody(_: Fact) -> None:
    return None
