"""Shared by the Claude tests: the kit on the path, and facts that wait."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from claude_kit import Facts


@pytest.fixture
def facts() -> Facts:
    return Facts()
