"""Puts the kit beside these tests on the path and gives each test its own stage."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from t3_kit import Facts, Stage


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """A 0.0.33 server whose world stands still."""
    async with Stage() as made:
        yield made


@pytest.fixture
async def old() -> AsyncIterator[Stage]:
    """A 0.0.28 server whose world stands still."""
    async with Stage(version="0.0.28") as made:
        yield made


@pytest.fixture
async def quick() -> AsyncIterator[Stage]:
    """A 0.0.33 server that lives a hundred times faster than the clock on the wall."""
    async with Stage(speed=100) as made:
        yield made


@pytest.fixture
def facts() -> Facts:
    return Facts()
