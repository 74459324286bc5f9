"""What the demo's own threads have done so far and will do next, one script each.

Scripts and texts only; when each begins, and in which thread, is in `fleet`.
"""

from collections.abc import Iterator

from cockpit.demo.t3 import content
from cockpit.demo.t3.state import Edit
from cockpit.demo.t3.steps import Context, Propose, Question, Say, Script, Step, Steps, Think, Todo, Use
from cockpit.demo.t3.stories import DENIED, ask_first, change, errand, play, read, run

_TOKENS = Edit(
    "auth/tokens.py",
    "@@ -31,11 +31,22 @@ class TokenFile:\n"
    "     def write(self, token: Token) -> None:\n"
    "-        with self.path.open('w') as file:\n"
    "-            json.dump(token.as_dict(), file)\n"
    "-        self._loaded = token\n"
    "+        # Two workers share this file: nobody may ever read half of it.\n"
    "+        with self._lock():\n"
    "+            fresh = self.path.with_suffix('.new')\n"
    "+            fresh.write_text(json.dumps(token.as_dict()))\n"
    "+            fresh.replace(self.path)\n"
    "+            self._loaded = token\n"
    " \n"
    "+    @contextmanager\n"
    "+    def _lock(self) -> Iterator[None]:\n"
    "+        with self.path.with_suffix('.lock').open('w') as file:\n"
    "+            fcntl.flock(file, fcntl.LOCK_EX)\n"
    "+            try:\n"
    "+                yield\n"
    "+            finally:\n"
    "+                fcntl.flock(file, fcntl.LOCK_UN)\n",
)


def flaky_auth() -> Script:
    """Find a race in the auth tests, fix it, and want to clear a cache."""
    return Script(_flaky_auth())


def _flaky_auth() -> Steps:
    yield Think(20)
    yield Say(
        "The failures cluster on `test_refresh_race`. Two workers share one token file; the loser reads a half-written"
        " file. I will lock it and write through a rename.",
        9,
    )
    yield read("tests/auth/conftest.py", 0.1)
    yield Think(14)
    yield change(_TOKENS, seconds=0.2)
    output = "........................F                       [ 96%]\n1 failed, 24 passed in 11.92s"
    yield run("pytest -q tests/auth", 12.4, output=output, fails=True)
    yield Think(16)
    yield Context(61)
    yield Say("A stale cache keeps the old token module alive. I will clear it and run again.", 6)
    decision = yield run("rm -rf .cache && pytest -x tests/auth", 11.6, output="25 passed in 11.02s", asks=True)
    if decision in DENIED:
        yield Say("Then I will leave the cache alone and import the module afresh in the fixture instead.", 2)
        yield run("pytest -x tests/auth -p no:cacheprovider", 9, output="25 passed in 8.71s")
    yield Context(64)
    yield Say(
        "All **25** pass, also fifty times in a row:\n\n"
        "```console\n$ pytest -q tests/auth --count 50\n1250 passed in 9m 41s\n```\n\n"
        "The lock costs 0.3 ms per write. No retries were added anywhere.",
        4,
    )


def invoice_plan() -> Script:
    """Propose a plan of four steps."""
    return Script(play(_invoice_plan()))


def _invoice_plan() -> Iterator[Step]:
    yield Think(12)
    yield Say("I will read how the export is built today, and who waits for it.", 4)
    for path in ("app/invoices/export.py", "app/invoices/repository.py", "app/api/exports.py"):
        yield read(path)
        yield Think(6)
    yield Context(23)
    yield Propose(content.PLAN)
    yield Use("ExitPlanMode", {"plan": content.PLAN}, 0.1, fails=True)
    yield Say("Four steps, nine files, and nothing changes for callers. Shall I?", 2)


def audit_pages() -> Script:
    """Paginate an API, with tests that run for a while."""
    return Script(play(_audit_pages()))


_AUDIT_STEPS = (
    "Read the audit endpoints",
    "Cursor instead of offset",
    "Adapt the client",
    "Run the API tests",
    "Write the release note",
)
_CURSOR = Edit(
    "app/api/audit.py",
    "@@ -14,12 +14,17 @@ router = APIRouter(prefix='/audit')\n"
    " @router.get('')\n"
    "-async def list_entries(offset: int = 0, limit: int = 100) -> list[Entry]:\n"
    "-    return await store.entries(offset=offset, limit=min(limit, 500))\n"
    "+async def list_entries(after: Cursor | None = None, limit: int = 100) -> Page[Entry]:\n"
    "+    rows = await store.entries(after=after, limit=min(limit, 500) + 1)\n"
    "+    more = len(rows) > limit\n"
    "+    rows = rows[:limit]\n"
    "+    return Page(items=rows, next=Cursor.of(rows[-1]) if more else None)\n",
)
_CLIENT = Edit(
    "clients/python/billing/audit.py",
    "@@ -22,8 +22,9 @@ class AuditLog:\n"
    "     def __iter__(self) -> Iterator[Entry]:\n"
    "-        offset = 0\n"
    "-        while batch := self._get(offset=offset):\n"
    "-            yield from batch\n"
    "-            offset += len(batch)\n"
    "+        after = None\n"
    "+        while True:\n"
    "+            page = self._get(after=after)\n"
    "+            yield from page.items\n"
    "+            if (after := page.next) is None:\n"
    "+                return\n",
)


def _audit_pages() -> Iterator[Step]:
    yield Say("I will see what depends on the offset first.", 5)
    yield Todo(_AUDIT_STEPS, 0)
    for path in ("app/api/audit.py", "app/store/audit.py", "clients/python/billing/audit.py"):
        yield read(path, 0.8)
        yield Think(9)
    yield Todo(_AUDIT_STEPS, 1)
    yield Context(38)
    yield Say(
        "An `offset` skips entries when older ones are purged in between. A cursor over `(created_at, id)` does not,\n"
        "and it uses the index that is there:\n\n"
        "```sql\nWHERE (created_at, id) < (:created_at, :id)\nORDER BY created_at DESC, id DESC\n```",
        14,
    )
    yield change(_CURSOR, seconds=0.4)
    yield Think(18)
    yield Todo(_AUDIT_STEPS, 2)
    yield change(_CLIENT, seconds=0.3)
    yield Context(54)
    yield Think(22)
    yield run("ruff check app clients", 1.8, output="All checks passed!")
    yield Todo(_AUDIT_STEPS, 3)
    yield Context(61)
    yield Say("Both sides are in place. Now the whole API suite, since pages touch every list.", 4)
    yield run("pytest -q tests/api", 110, output="412 passed in 1m 47s")
    yield Todo(_AUDIT_STEPS, 4)
    yield Say("**412 passed.** The old `offset` still works for a release and answers with a `Deprecation` header.", 4)


_CHECKOUT = content.ERRANDS[2]


def checkout() -> Script:
    """Speed up a page, then want to write a configuration file."""
    return Script(_checkout())


def _checkout() -> Steps:
    yield Say(_CHECKOUT.opening, 6)
    yield Todo(_CHECKOUT.steps, 0)
    for path in _CHECKOUT.reads:
        yield read(path)
        yield Think(5)
    yield Say(_CHECKOUT.insight, 12)
    yield Todo(_CHECKOUT.steps, 1)
    yield change(_CHECKOUT.edit)
    yield Context(34)
    yield run(_CHECKOUT.command, 9, output=_CHECKOUT.output)
    yield Todo(_CHECKOUT.steps, 2)
    yield Think(50)
    budget = Edit(
        "web/perf/budget.json",
        '@@ -0,0 +1,4 @@\n+{\n+  "/checkout": { "ttfb_ms": 400, "transfer_kb": 180 }\n+}\n',
    )
    written = '{\n  "/checkout": { "ttfb_ms": 400, "transfer_kb": 180 }\n}\n'
    yield Say("So that it stays fast, I would like to add a budget that CI checks.", 3)
    yield Use("Write", {"file_path": budget.path, "content": written}, 0.4, asks=True, edits=(budget,))
    yield Context(41)
    yield Say(_CHECKOUT.conclusion, 4)


def changelog() -> Script:
    """Write a changelog, and ask what belongs into it."""
    return Script(_changelog())


def _changelog() -> Steps:
    yield run("git log --merges --format='%s' v4.1..HEAD", 0.6, output="38 merges")
    yield Say("38 pull requests since 4.1. I will sort them before I write a word.", 25)
    yield Think(20)
    yield Context(19)
    yield from ask_first(
        "Most of it is clear. Three choices are yours:",
        (
            Question(
                "Order",
                "How should the entries be ordered?",
                (("By area", "API, web, operations"), ("By weight", "What breaks first, first")),
            ),
            Question(
                "Leave out",
                "Which kinds of changes stay out?",
                (
                    ("Dependency bumps", "19 of the 38"),
                    ("Refactorings", "6, nothing anybody could notice"),
                    ("Test fixes", "4"),
                ),
                many=True,
            ),
        ),
    )


def ledger_question() -> Script:
    """Ask which database to use."""
    return Script(_ledger_question())


def _ledger_question() -> Steps:
    yield Think(25)
    yield read("docs/adr/0012-ledger.md")
    yield Think(10)
    yield Context(17)
    yield from ask_first(
        "The decision record leaves the database open, and the schema looks different for each.",
        content.ONE_QUESTION[0],
    )


def bump_httpx() -> Script:
    """Bump a library and adapt to it; done."""
    return Script(play(_bump_httpx()))


def _bump_httpx() -> Iterator[Step]:
    yield Say("I will bump it, run everything, and see what breaks.", 3)
    edit = Edit(
        "requirements.lock",
        "@@ -41,3 +41,3 @@\n-httpcore==1.0.5\n-httpx==0.27.2\n+httpcore==1.0.9\n+httpx==0.28.1\n idna==3.10\n",
    )
    yield change(edit)
    yield run("pytest -q", 41, output="3 failed, 208 passed in 39.80s", fails=True)
    yield Say("`proxies=` is gone in 0.28; it is `proxy=` or `mounts=` now. Three call sites.", 4)
    mounts = Edit(
        "release/github.py",
        "@@ -12,7 +12,7 @@ class Releases:\n     def __init__(self, token: str, proxy: str | None) -> None:\n"
        "-        self._client = httpx.Client(proxies=proxy, headers=_headers(token))\n"
        "+        self._client = httpx.Client(proxy=proxy, headers=_headers(token))\n",
    )
    yield change(mounts)
    yield run("pytest -q", 38, output="211 passed in 36.12s")
    yield Context(29)
    yield Say(
        "Done: **httpx 0.28.1**, three call sites adapted, 211 tests pass.\n\n"
        "One thing to know: 0.28 no longer follows `NO_PROXY` entries with a port. We have none, I checked.",
        4,
    )


def python_upgrade() -> Script:
    """Upgrade Python; the server is restarted in the middle of it."""
    return Script(play(_python_upgrade()))


def _python_upgrade() -> Iterator[Step]:
    yield Say("I will build the image on 3.13 first; what does not build need not be tested.", 4)
    base = Edit(
        "images/base/Dockerfile", "@@ -1,3 +1,3 @@\n-FROM python:3.12-slim\n+FROM python:3.13-slim\n WORKDIR /srv\n"
    )
    yield change(base)
    yield Context(12)
    yield run("docker build images/base", 600, output="")


def move_runners() -> Script:
    """Move CI jobs to other runners; stopped by a person in the middle of a sentence."""
    return Script(play(_move_runners()))


def _move_runners() -> Iterator[Step]:
    yield run("grep -rn 'runs-on' .github/workflows", 0.4, output="17 matches")
    yield Say("Seventeen jobs. Eleven of them need nothing but Python and can move at once.", 5)
    yield Context(33)
    yield Say(content.LONG_ANSWER, 120)


def quick(number: int) -> Script:
    """A short errand that is long done."""
    return Script(play(errand(content.ERRANDS[number])))


def too_long() -> Script:
    """A turn that the model's API refused, and that looks completed."""
    message = 'API Error: 400 {"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long"}}'
    return Script(play(iter((read("release/upload.py"), Context(97), Say(message, 0.2)))))


def dead_flags() -> Script:
    """Remove feature flags that nobody switches any more."""
    return Script(play(_dead_flags()))


def _dead_flags() -> Iterator[Step]:
    yield Say("I will list the flags and when each was last off in production.", 3)
    yield run("node scripts/flags.mjs --last-off", 6, output="11 flags, 7 never off in 90 days")
    edit = Edit(
        "web/src/flags.ts",
        "@@ -3,9 +3,6 @@ export const flags = {\n"
        "-  newCheckout: flag('new-checkout'),\n-  stickyHeader: flag('sticky-header'),\n"
        "-  avatarsV2: flag('avatars-v2'),\n   darkMode: flag('dark-mode'),\n",
    )
    yield change(edit)
    yield run("npm run typecheck", 12, output="Found 0 errors.")
    yield Context(26)
    yield Say("Seven flags and **340 lines** behind them are gone; four stay, they were off this month.", 4)
