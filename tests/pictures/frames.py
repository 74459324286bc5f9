"""What the terminals in the pictures show: a lead and three mates at work, as still as a picture wants it."""

from collections.abc import Callable

from cockpit.core.ports import Terminal
from cockpit.model.ids import Ref
from cockpit.model.terminal import Lane, Line, Mouse, Screen
from cockpit.runtimes.tmux.screen import Reader

_SIZE = (58, 16)
_BOX = ("", "\x1b[2m" + "─" * 58 + "\x1b[0m", "> ", "\x1b[2m" + "─" * 58 + "\x1b[0m")
_LEAD = """\
\x1b[32m●\x1b[0m Four tasks are open. I gave the schema to \x1b[34mschema\x1b[0m and the
  endpoints to \x1b[32mapi\x1b[0m; \x1b[33mreviewer\x1b[0m waits for both.

\x1b[32m●\x1b[0m \x1b[1mTaskList\x1b[0m
  \x1b[2m└\x1b[0m  \x1b[9;2m#1 Read the old exporter\x1b[0m
     \x1b[1m#2 Design the schema\x1b[0m            \x1b[34m@schema\x1b[0m
     \x1b[1m#3 Write the API\x1b[0m                \x1b[32m@api\x1b[0m
     #4 Document the migration       \x1b[35m@writer\x1b[0m
     #5 Review everything

\x1b[33m✻ Waiting for teammates… (24m · esc to interrupt)\x1b[0m"""
_SCHEMA = """\
\x1b[32m●\x1b[0m The tables stand. Before I tell \x1b[32mapi\x1b[0m, the tests have to
  pass on the migrated database.

\x1b[34m╭──────────────────────────────────────────────────────╮
│\x1b[0m \x1b[1mBash command\x1b[0m                                         \x1b[34m│
│\x1b[0m                                                      \x1b[34m│
│\x1b[0m   alembic upgrade head && pytest -q tests/db         \x1b[34m│
│\x1b[0m   \x1b[2mMigrate the test database, then test it\x1b[0m            \x1b[34m│
│\x1b[0m                                                      \x1b[34m│
│\x1b[0m Waiting for permission from the lead…                \x1b[34m│
╰──────────────────────────────────────────────────────╯\x1b[0m"""
_API = """\
\x1b[32m●\x1b[0m \x1b[1mUpdate\x1b[0m(app/api/invoices.py)
  \x1b[2m└\x1b[0m  Updated with 3 additions and 1 removal
     41  def lines(m: Month) -> Iterator[Line]:
\x1b[48;5;52m     42 -    return db.scalars(select(Line))               \x1b[0m
\x1b[48;5;22m     42 +    query = select(Line).where(Line.month == m)    \x1b[0m
\x1b[48;5;22m     43 +    return db.scalars(query.order_by(Line.id))     \x1b[0m

\x1b[32m●\x1b[0m \x1b[1mBash\x1b[0m(pytest -q tests/api)
  \x1b[2m└\x1b[0m  \x1b[32m..........................\x1b[0m

\x1b[33m✶ Testing… (38s · esc to interrupt)\x1b[0m"""
_REVIEWER = """\
\x1b[32m●\x1b[0m I am ready to review. I will read in this order:

    1. the migration, forwards and \x1b[3mback\x1b[0m
    2. the endpoints against the old exports
    3. what an empty month gives

  Nothing is there to review yet; I stop here until I am
  told that #3 is done."""
_SHOWN = {"%0": _LEAD, "%1": _SCHEMA, "%2": _API, "%3": _REVIEWER}


class Still:
    """A terminal that never moves. Implements `core.ports.Terminal`."""

    trouble = ""

    def __init__(self, text: str) -> None:
        width, height = _SIZE
        rows = [*text.split("\n"), *_BOX][-height:]
        rows += [""] * (height - len(rows))
        modes = f"2 {len(rows) - 2} 1 0 0 0 0 00 {width} {height} 0 0 _ _ "
        self.screen: Screen = Reader().read([row.encode() for row in rows], modes.encode())

    def watch(self, lane: Lane, changed: Callable[[], None]) -> None:
        if lane is not Lane.HIDDEN:
            changed()

    def press(self, key: str, character: str | None = None) -> bool:
        return False

    def point(self, mouse: Mouse) -> bool:
        return False

    async def paste(self, text: str) -> None: ...

    async def history(self, rows: int, skip: int = 0) -> tuple[Line, ...]:
        return ()

    async def fit(self, width: int, height: int) -> str:
        return ""

    async def unfit(self) -> None: ...

    async def close(self) -> None: ...


def still(terminal: Ref) -> Terminal:
    return Still(_SHOWN[terminal.native])
