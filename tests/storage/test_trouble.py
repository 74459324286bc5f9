"""A ledger that is locked, damaged, too new or out of room is reported in a sentence; it is never lost or deleted."""

import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cockpit.model.errors import LedgerError
from cockpit.model.ids import Ref
from cockpit.model.work import Freeze
from cockpit.storage.checkup import check_up
from cockpit.storage.ledger import SqliteLedger
from cockpit.storage.migrations import NEWEST

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
ONE = Ref("home", "1")


def python(code: str, *arguments: object) -> str:
    """Run code in a process of its own; what it printed."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *map(str, arguments)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_locked_ledger_can_be_read_and_says_so_when_written(path: Path, ledger: SqliteLedger) -> None:
    ledger.freeze(ONE, Freeze("", "ada", NOW))
    hasty = SqliteLedger(path, lambda: NOW, patience=0.02)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        assert set(hasty.read().freezes) == {ONE}
        with pytest.raises(LedgerError, match=r"locked by another program\. Close that program"):
            hasty.thaw(ONE)
    finally:
        holder.close()
    hasty.thaw(ONE)
    assert hasty.read().freezes == {}
    hasty.close()


def test_whoever_asks_for_news_does_not_stand_in_the_queue_of_a_writer(path: Path, ledger: SqliteLedger) -> None:
    """The screen asks on its loop, four times a second."""
    known = ledger.version()
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    writer = threading.Thread(target=ledger.look, args=(ONE, NOW))
    writer.start()
    try:
        while ledger._database._lock.acquire(blocking=False):
            ledger._database._lock.release()
        assert ledger.version() == known
        assert writer.is_alive()
    finally:
        holder.close()
        writer.join()
    assert ledger.version() > known


def test_a_file_that_is_no_ledger_stays_as_it_is(path: Path, ledger: SqliteLedger) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(b"my diary, in plain words\n" * 400)
    before = path.read_bytes()
    with pytest.raises(LedgerError, match=r"is damaged\. Run `cockpit doctor`"):
        ledger.read()
    with pytest.raises(LedgerError, match="is damaged"):
        ledger.freeze(ONE, Freeze("", "ada", NOW))
    assert path.read_bytes() == before
    report = check_up(path)
    assert "damaged" in report.trouble
    assert f"mv {path}*" in report.fix


def test_a_damaged_page_is_reported(path: Path, ledger: SqliteLedger) -> None:
    for number in range(300):
        ledger.look(Ref("home", f"{number:0100}"), NOW)
    ledger.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + b"\xff" * (len(whole) - 8192))
    with pytest.raises(LedgerError, match="damaged"):
        ledger.read()
    assert check_up(path).trouble
    path.write_bytes(whole)
    assert len(ledger.read().looked) == 300, "put right, it is taken up again without a restart"


@pytest.mark.parametrize("length", [2, 50, 100, 1024, 4096, 5000])
def test_a_cut_off_ledger_is_reported(path: Path, ledger: SqliteLedger, length: int) -> None:
    ledger.freeze(ONE, Freeze("", "ada", NOW))
    ledger.close()
    cut = path.read_bytes()[:length]
    path.write_bytes(cut)
    with pytest.raises(LedgerError, match="damaged"):
        ledger.read()
    assert path.read_bytes() == cut
    assert check_up(path).trouble


def test_a_record_that_somebody_edited_is_reported(path: Path, ledger: SqliteLedger) -> None:
    ledger.freeze(ONE, Freeze("", "ada", NOW))
    with sqlite3.connect(path) as editor:
        editor.execute("UPDATE freezes SET at = 'yesterday'")
    editor.close()
    with pytest.raises(LedgerError, match="holds a record that cannot be read"):
        ledger.read()


def test_a_newer_ledger_is_not_touched(path: Path, ledger: SqliteLedger) -> None:
    ledger.read()
    with sqlite3.connect(path) as newer:
        newer.execute(f"PRAGMA user_version = {NEWEST + 1}")
    newer.close()
    fresh = SqliteLedger(path, lambda: NOW)
    with pytest.raises(LedgerError, match=f"newer cockpit .schema {NEWEST + 1}; this one knows {NEWEST}"):
        fresh.read()
    assert "newer" in check_up(path).trouble


def test_a_place_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    ledger = SqliteLedger(tmp_path / "home" / "cockpit" / "ledger.db", lambda: NOW)
    for call in (ledger.read, ledger.version):
        with pytest.raises(LedgerError, match=r"cannot be opened: .* Make its directory writable"):
            call()
    (tmp_path / "home").unlink()
    assert ledger.read().hold is None, "once it can be made, it is"
    ledger.close()


def test_a_directory_in_its_place_is_named(path: Path, ledger: SqliteLedger) -> None:
    path.mkdir(parents=True)
    with pytest.raises(LedgerError, match="is a directory"):
        ledger.read()
    assert "not a file" in check_up(path).trouble


AS_NOBODY = """
import os, sys
from datetime import datetime, UTC
from pathlib import Path
from cockpit.model.errors import LedgerError
from cockpit.storage.ledger import SqliteLedger
from cockpit.storage.checkup import check_up
os.chdir(sys.argv[1])
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
path = Path(sys.argv[2])
ledger = SqliteLedger(path, lambda: datetime.now(UTC))
try:
    ledger.hold(None)
except LedgerError as error:
    print(error)
print(check_up(path).trouble)
"""


def test_a_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """As somebody without rights, because root may write anywhere."""
    tmp_path.chmod(0o711)
    (tmp_path / "bare").mkdir(mode=0o555)
    said = python(AS_NOBODY, tmp_path, "bare/cockpit/ledger.db").splitlines()
    assert "cannot be opened: permission denied. Make its directory writable" in said[0]
    assert "not a directory that can be written" in said[1]


FULL = """
import resource, sys
from datetime import datetime, UTC
from pathlib import Path
from cockpit.model.errors import LedgerError
from cockpit.model.ids import Ref
from cockpit.storage.ledger import SqliteLedger
ledger = SqliteLedger(Path(sys.argv[1]), lambda: datetime.now(UTC))
ledger.look(Ref("home", "first"), datetime.now(UTC))
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
try:
    for number in range(2000):
        ledger.look(Ref("home", f"{number:0500}"), datetime.now(UTC))
except LedgerError as error:
    print(error)
kept = len(ledger.read().looked)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
ledger.look(Ref("home", "last"), datetime.now(UTC))
print(kept > 10, len(ledger.read().looked) - kept)
ledger.close()
"""


def test_without_room_it_says_so_keeps_what_it_has_and_goes_on_later(path: Path) -> None:
    """A limit on the size of a file stands for a full disk."""
    said, kept = python(FULL, path).splitlines()
    assert "See whether it is full" in said or "is full" in said
    assert kept == "True 1"
    assert check_up(path).trouble == ""


RACE = """
import sys
import threading
from datetime import datetime, UTC, timedelta
from pathlib import Path
from cockpit.model.ids import Ref
from cockpit.model.work import Freeze
from cockpit.storage.asks import HeldAsk
from cockpit.storage.ledger import SqliteLedger
path, who = Path(sys.argv[1]), sys.argv[2]
now = datetime(2026, 11, 21, 3, tzinfo=UTC)
ledger = SqliteLedger(path, lambda: datetime.now(UTC), patience=30)
sys.stdin.readline()
won = 0
for number in range(40):
    ledger.freeze(Ref(who, str(number)), Freeze("", who, now))
    ledger.asks.add(HeldAsk(str(number), "claude", "s", {}, now, now + timedelta(hours=1)))
    won += ledger.asks.answer(str(number), {"by": who}, who, now)
print(won)
ledger.close()
"""


def test_several_processes_at_once_lose_nothing_and_answer_once(path: Path) -> None:
    """They begin together on a file that is not there yet, so that they race to create it as well."""
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACE, str(path), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("a", "b", "c", "d")
    ]
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("\n")
        racer.stdin.flush()
    ends = [racer.communicate(timeout=120) for racer in racers]
    assert [error for _, error in ends] == [""] * 4
    assert sum(int(out) for out, _ in ends) == 40
    ledger = SqliteLedger(path, lambda: NOW)
    assert len(ledger.read().freezes) == 160
    ledger.close()


DIES = """
import os, sys
from datetime import datetime, UTC
from pathlib import Path
from cockpit.model.ids import Ref
from cockpit.storage.ledger import SqliteLedger
ledger = SqliteLedger(Path(sys.argv[1]), lambda: datetime.now(UTC))
for number in range(20):
    ledger.look(Ref("home", str(number)), datetime.now(UTC))
os._exit(0)
"""


def test_a_process_that_dies_leaves_a_whole_ledger(path: Path, ledger: SqliteLedger) -> None:
    python(DIES, path)
    assert len(ledger.read().looked) == 20


def test_the_checkup_changes_nothing(path: Path, ledger: SqliteLedger) -> None:
    assert check_up(path).trouble == ""
    assert not path.exists()
    ledger.read()
    ledger.close()
    report = check_up(path)
    assert (report.exists, report.mode, report.schema, report.trouble) == (True, 0o600, NEWEST, "")
    path.chmod(0o644)
    assert check_up(path).fix == f"Run `chmod 600 {path}`."
