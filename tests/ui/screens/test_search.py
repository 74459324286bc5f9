"""Search and archive: every source answers for itself, late answers are dropped, and no state is hidden."""

import asyncio
from collections.abc import Sequence

import pytest
from asking import SIZES, AskHost, typed, until
from hosts import settle
from scenes import AUDIT, BILLING, FLAKY, NOW, before, busy_fleet, thread

from cockpit.core.commands import Command, Outcome, Unarchive
from cockpit.model.errors import SourceError
from cockpit.model.ids import Ref
from cockpit.model.work import Status, Thread
from cockpit.ui.screens.archived import ArchivedScreen
from cockpit.ui.screens.search import SearchScreen

Hits = Sequence[tuple[Ref, str]]


class Source:
    """Answers when it is let; `asked` is what it was asked."""

    def __init__(self, hits: Hits = (), error: str = "") -> None:
        self.hits, self.error = hits, error
        self.asked: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def search(self, text: str) -> Hits:
        self.asked.append(text)
        await self.gate.wait()
        if self.error:
            raise SourceError(self.error, fix="Try again.")
        return self.hits


def host(cannot: Sequence[str] = (), **sources: Source) -> AskHost:
    searches = {name: source.search for name, source in sources.items()}
    return AskHost(lambda: SearchScreen(busy_fleet(), searches, cannot, pause=0.01))


async def test_titles_answer_at_once_and_sources_when_they_can() -> None:
    home = Source([(AUDIT, "the old flaky pager")])
    home.gate.clear()
    app = host(home=home)
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await typed(pilot, "flaky")
        await until(pilot, lambda: home.asked[-1:] == ["flaky"])
        assert "TITLE 1 ! Fix flaky auth test" in app.words
        assert "searching home…" in app.words
        home.gate.set()
        await until(pilot, lambda: "searching" not in app.words)
        assert "SAID 1 ● Paginate the audit API" in app.words
        assert "the old flaky pager" in app.words
        await pilot.press("down", "enter")
        await settle(pilot)
        assert app.answers == [AUDIT]


async def test_a_source_that_fails_or_cannot_is_named_and_hides_no_other() -> None:
    app = host(["tmux", "claude"], home=Source([(FLAKY, "token")]), devvm=Source(error="devvm does not answer."))
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await typed(pilot, "token")
        await until(pilot, lambda: "searching" not in app.words)
        assert "SAID 1" in app.words
        assert "devvm: devvm does not answer. Try again." in app.words
        assert "tmux and claude cannot search in what was said" in app.words
        assert "Nothing found" not in app.words


async def test_nothing_found_is_said_only_after_the_answers() -> None:
    home = Source()
    home.gate.clear()
    app = host(home=home)
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await typed(pilot, "zebra")
        await until(pilot, lambda: bool(home.asked))
        assert "Nothing found" not in app.words
        home.gate.set()
        await until(pilot, lambda: "Nothing found for “zebra”" in app.words)


async def test_an_answer_to_an_older_question_is_dropped() -> None:
    home = Source([(AUDIT, "first answer")])
    home.gate.clear()
    app = host(home=home)
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await typed(pilot, "one")
        await until(pilot, lambda: home.asked[-1:] == ["one"])
        await typed(pilot, " x")
        await until(pilot, lambda: home.asked[-1] == "one x")
        home.hits = [(FLAKY, "second answer one x")]
        home.gate.set()
        await until(pilot, lambda: "second answer" in app.words)
        assert "first answer" not in app.words


async def test_too_little_is_not_asked() -> None:
    home = Source()
    app = host(home=home)
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await typed(pilot, "z")
        await settle(pilot, 4)
        assert home.asked == []
        assert "Type what was said" in app.words
        await pilot.press("escape")
        await settle(pilot)
        assert app.answers == [None]


async def test_a_thread_that_is_found_twice_and_one_that_is_gone() -> None:
    gone = Ref("home", "gone")
    app = host(home=Source([(FLAKY, "flaky one"), (FLAKY, "flaky two"), (gone, "flaky ghost")]))
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await typed(pilot, "flaky")
        await until(pilot, lambda: "SAID 3" in app.words)
        assert "home:gone not in the fleet" in app.words
        await pilot.press("end", "down", "down", "down", "enter")
        await settle(pilot)
        assert app.answers == []
        await pilot.press("up", "enter")
        await settle(pilot)
        assert app.answers == [FLAKY]


def put_away(name: str, hours: float) -> Thread:
    return thread(Ref("home", name), f"Old {name}", Status.IDLE, before(NOW, h=hours), project=BILLING)


class Archive:
    def __init__(self, *threads: Thread, error: str = "") -> None:
        self.threads, self.error = threads, error
        self.done: list[Command] = []
        self.refuse = False

    async def read(self) -> Sequence[Thread]:
        if self.error:
            raise SourceError(self.error)
        return self.threads

    async def act(self, command: Command) -> Outcome | None:
        self.done.append(command)
        return None if self.refuse else Outcome("Brought back.")

    def host(self, cannot: Sequence[str] = ()) -> AskHost:
        return AskHost(lambda: ArchivedScreen(busy_fleet(), {"home": self.read}, cannot, act=self.act))


async def test_u_brings_the_selected_thread_back() -> None:
    archive = Archive(put_away("one", 30), put_away("two", 3))
    app = archive.host(["tmux"])
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: "HOME 2" in app.words)
        assert app.words.index("Old two") < app.words.index("Old one")
        assert "tmux has no archive" in app.words
        await pilot.press("down", "u")
        await until(pilot, lambda: "HOME 1" in app.words)
        assert archive.done == [Unarchive(Ref("home", "one"))]
        archive.refuse = True
        await pilot.press("u")
        await until(pilot, lambda: len(archive.done) == 2)
        assert "Old two" in app.words
        await pilot.press("escape")
        await settle(pilot)
        assert app.answers == [Ref("home", "one")]


@pytest.mark.parametrize(
    ("archive", "says"),
    [(Archive(), "Nothing was put away"), (Archive(error="home is down."), "home: home is down.")],
)
async def test_an_empty_archive_and_an_unreadable_one_are_not_the_same(archive: Archive, says: str) -> None:
    app = archive.host()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: says in app.words)
        await pilot.press("u", "escape")
        await settle(pilot)
        assert archive.done == []
        assert app.answers == [None]


@pytest.mark.parametrize("size", SIZES)
async def test_they_fit(size: tuple[int, int]) -> None:
    for app, box in ((host(home=Source()), "#finder"), (Archive().host(), "#archived")):
        async with app.run_test(size=size) as pilot:
            await settle(pilot)
            assert app.screen.region.contains_region(app.screen.query_one(box).region)
