"""What the simulated agents find, change and say: pieces of ordinary development work.

Texts only; which piece is used when is up to `stories`.
"""

from dataclasses import dataclass

from cockpit.demo.t3.state import Edit
from cockpit.demo.t3.steps import Question


@dataclass(frozen=True)
class Errand:
    """A piece of work: what is read, what is changed, how it is checked, and what is said about it."""

    opening: str
    reads: tuple[str, ...]
    insight: str
    edit: Edit
    command: str
    output: str
    conclusion: str
    steps: tuple[str, ...]


ERRANDS: tuple[Errand, ...] = (
    Errand(
        opening="I will start with the failing case and work outwards from there.",
        reads=("src/http/retry.py", "tests/http/test_retry.py"),
        insight=(
            "The retry loop counts *attempts* but compares with *retries*, so the last one never happens:\n\n"
            "```python\n"
            "for attempt in range(policy.retries):   # 3 retries make 3 attempts, not 4\n"
            "    ...\n"
            "```\n\n"
            "A server that recovers on the fourth try is reported as down."
        ),
        edit=Edit(
            "src/http/retry.py",
            "@@ -41,9 +41,11 @@ async def send(self, request: Request) -> Response:\n"
            "     delay = self.policy.first_delay\n"
            "-    for attempt in range(self.policy.retries):\n"
            "+    # One attempt, and then as many again as there are retries.\n"
            "+    for attempt in range(self.policy.retries + 1):\n"
            "         try:\n"
            "             return await self._transport.send(request)\n"
            "-        except ConnectError:\n"
            "+        except ConnectError as error:\n"
            "+            last = error\n"
            "             await self._sleep(delay)\n"
            "             delay *= 2\n",
        ),
        command="pytest -q tests/http",
        output="38 passed in 4.12s",
        conclusion=(
            "Fixed. `retries=3` now means one attempt and three more, and the last error is the one that is raised.\n\n"
            "- `src/http/retry.py`: the loop and its comment\n"
            "- no test had to change; `test_recovers_on_last_try` was marked *flaky* and is now steady"
        ),
        steps=("Reproduce the failure", "Fix the off-by-one", "Run the HTTP tests"),
    ),
    Errand(
        opening="Let me see who calls this and with what, before I change its signature.",
        reads=("app/invoices/export.py", "app/invoices/models.py", "tests/invoices/test_export.py"),
        insight=(
            "`export_csv` formats money with `float`, which is where the odd cent comes from:\n\n"
            "| amount | shown | should be |\n"
            "|---|---|---|\n"
            "| 1.005 | 1.00 | 1.01 |\n"
            "| 2.675 | 2.67 | 2.68 |\n\n"
            "The model already holds `Decimal`; the conversion is only in the exporter."
        ),
        edit=Edit(
            "app/invoices/export.py",
            "@@ -18,7 +18,8 @@ def export_csv(invoices: Iterable[Invoice], out: TextIO) -> int:\n"
            "     for invoice in invoices:\n"
            "-        amount = f'{float(invoice.amount):.2f}'\n"
            "+        cents = invoice.amount.quantize(Decimal('0.01'), rounding=ROUND_HALF_UP)\n"
            "+        amount = f'{cents:f}'\n"
            "         writer.writerow([invoice.number, amount, invoice.currency])\n",
        ),
        command="pytest -q tests/invoices -k export",
        output="11 passed in 1.87s",
        conclusion=(
            "The exporter rounds half up on `Decimal` now, and no `float` is left in that module.\n\n"
            "I compared 4,200 invoices of last quarter: **three** lines differ by one cent, and are right now."
        ),
        steps=("Find the callers", "Keep Decimal to the end", "Compare with last quarter"),
    ),
    Errand(
        opening="I will measure first; guesses about slow pages are usually wrong.",
        reads=("web/src/routes/checkout.tsx", "web/src/lib/prices.ts"),
        insight=(
            "The page waits for prices **three times**: once per price list, one after the other.\n\n"
            "```ts\n"
            "const base = await fetchPrices('base')\n"
            "const sale = await fetchPrices('sale')\n"
            "const tiers = await fetchPrices('tiers')\n"
            "```\n\n"
            "They do not depend on one another, so one round trip is enough."
        ),
        edit=Edit(
            "web/src/routes/checkout.tsx",
            "@@ -27,9 +27,7 @@ export async function loader({ request }: LoaderArgs) {\n"
            "   const cart = await readCart(request)\n"
            "-  const base = await fetchPrices('base')\n"
            "-  const sale = await fetchPrices('sale')\n"
            "-  const tiers = await fetchPrices('tiers')\n"
            "+  const [base, sale, tiers] = await Promise.all(['base', 'sale', 'tiers'].map(fetchPrices))\n"
            "   return json({ cart, total: price(cart, { base, sale, tiers }) })\n",
        ),
        command="npm run test -- checkout",
        output="Test Files  4 passed (4)\n     Tests  31 passed (31)",
        conclusion=(
            "Time to first byte of `/checkout` went from **840 ms to 310 ms** on the staging data.\n\n"
            "1. the three requests run side by side\n"
            "2. a failing list no longer hides the other two: the loader reports which one failed"
        ),
        steps=("Measure the loader", "Fetch in parallel", "Measure again"),
    ),
    Errand(
        opening="I will look at what the pipeline really does before I touch the file.",
        reads=(".github/workflows/release.yml", "scripts/release.sh"),
        insight=(
            "The job caches `~/.cache/pip` under a key without the lock file, so it restores wheels for last month's\n"
            "requirements and then downloads everything again.\n\n"
            "> cache hit, 412 MB restored, 0 wheels used"
        ),
        edit=Edit(
            ".github/workflows/release.yml",
            "@@ -22,6 +22,6 @@ jobs:\n"
            "       - uses: actions/cache@v4\n"
            "         with:\n"
            "           path: ~/.cache/pip\n"
            "-          key: pip-${{ runner.os }}\n"
            "+          key: pip-${{ runner.os }}-${{ hashFiles('requirements.lock') }}\n"
            "+          restore-keys: pip-${{ runner.os }}-\n",
        ),
        command="actionlint .github/workflows/release.yml",
        output="",
        conclusion=(
            "The cache key follows the lock file. On the last three runs that would have saved **1 min 50 s** each.\n\n"
            "`actionlint` is content; nothing else in the workflow changed."
        ),
        steps=("Read the workflow", "Key the cache by the lock file", "Lint"),
    ),
    Errand(
        opening="Two tests hold the lock file differently. I will check which of them is right.",
        reads=("internal/store/lease.go", "internal/store/lease_test.go"),
        insight=(
            "`Renew` reads the clock twice, and the lease can run out in between:\n\n"
            "```go\n"
            "if time.Now().After(l.Expires) {\n"
            "\treturn ErrExpired\n"
            "}\n"
            "l.Expires = time.Now().Add(l.TTL)\n"
            "```\n\n"
            "Under load that gives a lease to two owners."
        ),
        edit=Edit(
            "internal/store/lease.go",
            "@@ -58,10 +58,11 @@ func (l *Lease) Renew(ctx context.Context) error {\n"
            " \tl.mu.Lock()\n"
            " \tdefer l.mu.Unlock()\n"
            "-\tif time.Now().After(l.Expires) {\n"
            "+\tnow := l.clock.Now()\n"
            "+\tif !now.Before(l.Expires) {\n"
            " \t\treturn ErrExpired\n"
            " \t}\n"
            "-\tl.Expires = time.Now().Add(l.TTL)\n"
            "+\tl.Expires = now.Add(l.TTL)\n"
            " \treturn l.save(ctx)\n",
        ),
        command="go test -race ./internal/store/...",
        output="ok  \tgit.example.org/infra/leases/internal/store\t2.318s",
        conclusion=(
            "The lease reads the injected clock once, and a lease that ends *now* counts as expired.\n\n"
            "`go test -race -count=200` passed; before the change it failed about once in sixty runs."
        ),
        steps=("Read the lease", "Read the clock once", "Race test, 200 times"),
    ),
)

COMMANDS: tuple[tuple[str, str], ...] = (
    ("rm -rf .cache && pytest -x tests/auth", "The old bytecode is still there. I will clear it and run again."),
    ("alembic upgrade head", "The migration is written. I will apply it to the development database."),
    ("docker compose up -d --build api", "The image has to be built again before I can try the endpoint."),
    ("git push origin HEAD:refs/heads/fix/lease-renewal", "The branch is ready. I will push it, so that CI sees it."),
    ("npm install --save-exact zod@4.1.12", "The validator is missing. I will add it at the version the API uses."),
)

CHANGES: tuple[Edit, ...] = (
    Edit(
        "config/limits.toml",
        "@@ -0,0 +1,6 @@\n+[uploads]\n+max_bytes = 10_485_760\n+max_files = 8\n+\n"
        '+[uploads.images]\n+types = ["png", "jpeg", "webp"]\n',
    ),
    Edit(
        "docs/runbooks/rotate-keys.md",
        "@@ -0,0 +1,5 @@\n+# Rotating the signing keys\n+\n+1. `make keys-next`\n"
        "+2. Deploy with both keys, wait for one token lifetime\n+3. `make keys-retire`\n",
    ),
)

ONE_QUESTION: tuple[tuple[Question, ...], ...] = (
    (
        Question(
            "Database",
            "Which database should the ledger use?",
            (
                ("PostgreSQL", "What billing runs on already; one more schema"),
                ("SQLite", "One file per tenant, no server, backups by copying"),
                ("DynamoDB", "Managed, but nobody here has run it"),
            ),
        ),
    ),
    (
        Question(
            "Old clients",
            "What should happen to clients that still send the v1 header?",
            (
                ("Accept", "Translate it for another release, and log who sends it"),
                ("Reject", "Answer 426 with a link to the migration page"),
            ),
        ),
    ),
    (
        Question(
            "Checks",
            "Which checks should block a merge?",
            (
                ("Unit tests", "3 minutes"),
                ("Type check", "40 seconds"),
                ("End to end", "14 minutes, fails about once a week"),
                ("Licence scan", "20 seconds"),
            ),
            many=True,
        ),
    ),
)

MANY_QUESTIONS: tuple[Question, ...] = (
    Question(
        "Storage",
        "Where should audit records be kept?",
        (("Same database", "Simple, grows by 2 GB a month"), ("Object storage", "Cheap, slow to search")),
    ),
    Question(
        "Fields",
        "Which fields must never be stored?",
        (
            ("E-mail address", "Also part of the user record"),
            ("IP address", "Needed for abuse reports"),
            ("User agent", "Rarely read"),
        ),
        many=True,
    ),
    Question(
        "Retention",
        "How long should records be kept?",
        (("90 days", "What the policy asks for"), ("1 year", "What support asks for"), ("7 years", "Like invoices")),
    ),
)

PLAN = """# Move invoice export to streaming

Today `export_csv` builds the whole file in memory; at 90,000 invoices the worker needs 1.4 GB and is killed.

1. **Read in pages.** `InvoiceRepository.iterate(page=500)` with a server-side cursor
2. **Write as we go.** `export_csv` takes a `TextIO` and returns the number of rows
3. **Answer with a stream.** `StreamingResponse`, `Content-Disposition` as before
4. **Keep the old path for a release** behind `EXPORT_STREAMING`, with a counter for both

## Touches

| file | why |
|---|---|
| `app/invoices/export.py` | the writer |
| `app/invoices/repository.py` | paged reading |
| `app/api/exports.py` | the endpoint |
| `tests/invoices/test_export.py` | order, totals, memory |

Nothing changes for callers. Rollback: set `EXPORT_STREAMING=0`.
"""

LONG_ANSWER = """The short version: the two caches disagree about *who owns an entry*, and neither notices.

## What happens

A request for `/accounts/7` goes through `EdgeCache` first. On a miss it asks `ServiceCache`, which keeps the same row
under a different key. When the row changes, only `ServiceCache` is told. The edge goes on serving the old one until its
five minutes are over, and because each hit *renews* the entry, a busy account can stay stale for hours.

```python
def get(self, key: str) -> Entry | None:
    entry = self._entries.get(key)
    if entry is not None:
        entry.expires = self._clock() + self.ttl   # every hit makes a stale entry live longer
    return entry
```

## Why nobody saw it

- the tests use a clock that never moves between two reads
- the dashboards count *hits*, and stale hits look like a success
- the accounts people look at while debugging are quiet ones, and those expire as they should

## What I would do

1. Let entries expire at a fixed moment, and renew only on a write
2. Publish invalidations on the bus that `ServiceCache` already listens to
3. Count stale reads: compare the entry's version with the row's in one request of a thousand

The first point alone removes the hours; the second removes the five minutes. The third tells us when somebody brings
the problem back. I would not merge the two caches: they protect different things, and the edge one survives a deploy.
"""

TRACE = """ClaudeProcessError: Claude Code process exited with code 134 (signal SIGABRT)
    at ChildProcess.<anonymous> (file:///opt/t3/apps/server/src/provider/Layers/ClaudeAdapter.ts:902:19)
    at ChildProcess.emit (node:events:508:28)
    at maybeClose (node:internal/child_process:1101:16)
    at Process.ChildProcess._handle.onexit (node:internal/child_process:305:5) {
  stderr: '<--- Last few GCs --->\\n' +
    '[41172:0x5587]   812034 ms: Mark-Compact 4040.1 (4131.6) -> 4025.2 (4133.3) MB\\n' +
    'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory'
}"""
