"""Puts the kit beside these tests on the path and gives each test its own stage."""

import ssl
import subprocess
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


@pytest.fixture
def self_signed(tmp_path: Path) -> ssl.SSLContext:
    """A server's TLS context whose certificate nobody vouches for."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "cert.pem")],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    return context
