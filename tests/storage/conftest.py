"""A ledger of a test's own."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cockpit.storage.ledger import SqliteLedger

NOW = datetime(2026, 11, 21, 3, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "cockpit" / "ledger.db"


@pytest.fixture
def ledger(path: Path) -> Iterator[SqliteLedger]:
    ledger = SqliteLedger(path, lambda: NOW, patience=5)
    yield ledger
    ledger.close()
