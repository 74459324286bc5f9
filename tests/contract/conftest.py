"""The register of runtimes that the contract holds for. A new one adds its rigs here and nothing else."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "runtimes" / "t3"))
sys.path.insert(0, str(Path(__file__).parent.parent / "runtimes" / "claude"))
sys.path.insert(0, str(Path(__file__).parent.parent / "runtimes" / "tmux"))
sys.path.insert(0, str(Path(__file__).parent))

import claude_rig
import t3_rig
import tmux_source_rig
from rig import Rig, RigMaker
from t3_kit import Facts

RIGS: dict[str, RigMaker] = {
    "t3": t3_rig.modern,
    "t3-0.0.28": t3_rig.old,
    "t3-polling": t3_rig.without_a_socket,
    "claude": claude_rig.at_home,
    "tmux": tmux_source_rig.here,
    "tmux-found": tmux_source_rig.found,
}


@pytest.fixture(params=list(RIGS))
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    async with RIGS[request.param]() as made:
        yield made
        await made.source.close()


@pytest.fixture
def facts() -> Facts:
    return Facts()
