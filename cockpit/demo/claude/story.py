"""What the demo's Claude team has done, does and will do: an importer for CSV files, in five tasks, by four.

Times are seconds from when the demo began; what lies before is written at once, and the rest comes by itself. One call
waits until a person allows it, and what depends on it waits as well."""

from pathlib import Path

from cockpit.demo.claude.steps import Beat, Call, Prompt, Rest, Say, Send, Step, Think, Until, Update, Who
from cockpit.demo.t3.ids import Ids

LEAD = "team-lead"
_OPUS, _SONNET, _HAIKU = "claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5"
MATES = {"alice": ("blue", _OPUS), "bob": ("green", _HAIKU), "carol": ("yellow", _SONNET)}
"""Colour and model by name, in the order in which they were started."""

TASKS = (
    # (id, subject, active form, owner, blocked by, description)
    ("1", "Read CSV files with quotes", "Reading CSV files", "alice", (), "Replace split() by the csv module."),
    ("2", "Report bad rows by line", "Reporting bad rows", "alice", ("1",), "Line number, column and reason of each."),
    ("3", "Add an index on orders(day)", "Adding the index", "carol", (), "Migration 0042, concurrently."),
    ("4", "Load rows in batches", "Loading in batches", "bob", ("3",), "1,000 rows a batch; measure before and after."),
    ("5", "Describe the importer", "Describing the importer", "bob", ("2", "4"), "A section in README.md."),
)


def team(root: Path, seed: int) -> tuple[Who, ...]:
    """The lead and three mates; `root` is the repository that they work in."""
    ids, cwd = Ids(seed), str(root)
    session = ids.uuid("claude lead")
    name = f"session-{session[:8]}"
    lead = Who(LEAD, session, cwd, "main", _OPUS, "Import orders from CSV", name, lead=True)
    return (
        lead,
        *(
            Who(mate, ids.uuid(f"claude {mate}"), cwd, "main", model, f"{mate}: {_topic(mate)}", name, colour=colour)
            for mate, (colour, model) in MATES.items()
        ),
    )


def _topic(mate: str) -> str:
    return next(task[1] for task in TASKS if task[3] == mate)


def solo(root: Path, seed: int) -> Who:
    """A session that leads nobody."""
    return Who("solo", Ids(seed).uuid("claude solo"), str(root), "main", _SONNET, "Halve the size of the search index")


def _bash(
    command: str, output: str, seconds: float = 4.0, said: str = "", *, asks: bool = False, failed: bool = False
) -> Call:
    told = {"command": command, "description": said or command.split()[0]}
    return Call("Bash", told, output, seconds, asks, failed)


def _read(path: str, lines: int) -> Call:
    return Call("Read", {"file_path": path}, f"({lines} lines)", 2.0)


def _edit(path: str, *patch: str) -> Call:
    old = "\n".join(line[1:] for line in patch if not line.startswith("+"))
    new = "\n".join(line[1:] for line in patch if not line.startswith("-"))
    given = {"file_path": path, "old_string": old, "new_string": new}
    return Call("Edit", given, f"The file {path} has been updated.", 3.0, patch=patch)


def _brief(mate: str, text: str) -> list[Step]:
    given = {"description": _topic(mate), "name": mate, "subagent_type": "general-purpose", "prompt": text}
    return [Call("Agent", given, f"Spawned {mate} in a pane of its own.", 1.0)]


def beats(root: Path) -> tuple[Beat, ...]:
    """Everything, in the order of time."""
    told: list[Beat] = []

    def at(when: float, who: str, *steps: Step, every: float = 6.0) -> None:
        told.extend(Beat(when + index * every, who, step) for index, step in enumerate(steps))

    parse, bad, batch = (f"{root}/importer/{name}.py" for name in ("parse", "bad_rows", "batch"))
    at(-540, LEAD,
       Prompt("Import the orders from the CSV files in S3. Mind quotes and bad rows, and be fast. Use a team."),
       Think("Parsing, reporting, the index and loading are separate. The index comes before loading."),
       Say("I split this into five tasks and take three teammates."),
       *_brief("alice", "You are alice. Take task 1, then 2. Report to team-lead."),
       *_brief("bob", "You are bob. Take task 4 once the index is there, then 5."),
       *_brief("carol", "You are carol. Take task 3: the index on orders(day)."),
       Rest("The team is at work: alice parses, carol adds the index, bob loads once it is there."))  # fmt: skip
    at(-500, "alice", Prompt("You are alice. Take task 1, then 2. Report to team-lead.", LEAD),
       Update("1", {"status": "in_progress"}), _read(parse, 212),
       Think("split(';') breaks at the first quoted field. The csv module does all of this."),
       _edit(parse, " def parse(row):", "-    return row.split(';')", "+    return next(csv.reader([row]))"),
       _bash("pytest -q tests/test_parse.py", "24 passed in 0.61s"),
       Update("1", {"status": "completed"}),
       Send(LEAD, "Task 1 is done: quotes, newlines within fields and 北京 in UTF-8 all pass.", "task 1 done"),
       Update("2", {"status": "in_progress"}), every=24)  # fmt: skip
    at(-480, "bob", Prompt("You are bob. Take task 4 once the index is there, then 5.", LEAD),
       _read(batch, 96), _bash("python -m importer.load --dry-run", "dry run: 412,000 rows, 38.2 rows/ms", 5.0),
       Send("carol", "Tell me when the index is on staging, I measure there.", "waiting for the index"),
       Rest("Task 4 waits for the index. I have a baseline: 412,000 rows in 3 h 0 min."), every=20)  # fmt: skip
    at(-470, "carol", Prompt("You are carol. Take task 3: the index on orders(day).", LEAD),
       Update("3", {"status": "in_progress"}), _read(f"{root}/migrations/0042_add_index.sql", 4),
       Think("CONCURRENTLY must not run in a transaction; the runner wraps each file in one."),
       _edit(f"{root}/migrations/0042_add_index.sql", "+-- runner: no-transaction",
             " CREATE INDEX CONCURRENTLY orders_by_day ON orders (day);"),
       _bash("psql test -f migrations/0042_add_index.sql", "CREATE INDEX\nTime: 812.4 ms", 6.0),
       Say("It works on the test database. Staging is next."), every=30)  # fmt: skip
    at(-290, LEAD, Prompt("Task 1 is done: quotes, newlines within fields and 北京 in UTF-8 all pass.", "alice"),
       Rest("Good. alice goes on with task 2."))  # fmt: skip
    # From here on it is played while somebody watches.
    at(4, "alice", _read(bad, 41), Think("A row that is wrong must not stop the file."),
       _edit(bad, "+class BadRow(NamedTuple):", "+    line: int", "+    column: str", "+    reason: str"),
       _bash("pytest -q tests/test_bad_rows.py", "1 failed, 11 passed in 0.74s", 6.0, failed=True),
       Think("Line numbers are off by the header."),
       _edit(bad, "-        yield BadRow(number, column, why)", "+        yield BadRow(number + 1, column, why)"),
       _bash("pytest -q tests/test_bad_rows.py", "12 passed in 0.70s", 6.0),
       Update("2", {"status": "completed"}),
       Send("bob", "BadRow is in importer/bad_rows.py; mention it in the README.", "for the README"),
       Rest("Task 2 is done: each bad row is told with line, column and reason."), every=11)  # fmt: skip
    at(14, "carol",
       _bash("psql staging -f migrations/0042_add_index.sql", "CREATE INDEX\nTime: 48,201.7 ms", 8.0,
             "Create the index on staging", asks=True),
       Update("3", {"status": "completed"}),
       Send("bob", "The index is on staging. Go ahead.", "index is there"),
       Rest("Task 3 is done: the index is on staging."))  # fmt: skip
    at(16, "bob", Until(("3",)), Update("4", {"status": "in_progress"}),
       _edit(batch, "-BATCH = 1", "+BATCH = 1_000"),
       _bash("python -m importer.load --staging", "412,000 rows in 4 min 11 s", 12.0, "Load on staging"),
       Update("4", {"status": "completed"}), Until(("2",)), Update("5", {"status": "in_progress"}),
       _edit(f"{root}/README.md", " # CSV importer", "+", "+Bad rows are told by line, see `BadRow`."),
       Update("5", {"status": "completed"}), Send(LEAD, "Tasks 4 and 5 are done: 3 h became 4 min.", "all done"),
       Rest("Everything of mine is done."), every=9)  # fmt: skip
    at(
        20,
        LEAD,
        Until(("1", "2", "3", "4", "5")),
        Rest("All five tasks are done. The import takes 4 minutes instead of 3 hours; bad rows are told by line."),
    )
    at(-200, "solo", Prompt("The search index is 3.4 GB. Find out what is in it and halve it."),
       _bash("python -m search.stats", "shards 4 · terms 18 M · positions 2.1 GB", 5.0),
       Think("Two thirds are positions, and only phrase queries need them."),
       Say("Positions are 62 % of it. Phrase queries are 3 % of the traffic."), every=40)  # fmt: skip
    at(8, "solo", _read(f"{root.parent}/search/search/index.py", 118),
       _edit(f"{root.parent}/search/search/index.py", "-SHARDS = 4", "+SHARDS = 4", "+POSITIONS = {'title', 'sku'}"),
       _bash("python -m search.build --measure", "index: 1.5 GB (was 3.4 GB)", 10.0, "Build and measure"),
       _bash("python -m search.swap --live", "swapped: 1.5 GB in use", 4.0, "Put the new index to use", asks=True),
       Rest("1.5 GB instead of 3.4: positions are kept for titles and article numbers alone."), every=16)  # fmt: skip
    return tuple(sorted(told, key=lambda beat: beat.at))
