"""Where things are kept that must be ours alone."""

import os
from pathlib import Path

import pytest

from cockpit.config import Paths


def test_links_stand_where_sockets_of_this_login_belong_but_never_with_another_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = Paths(tmp_path, tmp_path / "state", tmp_path)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert where.links_dir == tmp_path / "cockpit"
    monkeypatch.setattr(os, "getuid", lambda: tmp_path.stat().st_uid + 1)
    assert where.links_dir == tmp_path / "state" / "ssh"
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    assert where.links_dir == tmp_path / "state" / "ssh"
