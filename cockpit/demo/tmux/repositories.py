"""Git repositories and worktrees in the demo's own directory, so that its workers have branches and projects.

Made from nothing, without the person's git configuration, and without any remote."""

import os
import subprocess
from pathlib import Path

_FILES = {
    "web": {
        "README.md": "# Web shop\n",
        "shop/checkout.py": "def pay(basket):\n    return gateway.charge(basket.total)\n",
        "tests/test_checkout.py": "def test_pay():\n    assert True\n",
    },
    "importer": {
        "README.md": "# CSV importer\n",
        "importer/parse.py": "def parse(row):\n    return row.split(';')\n",
        "migrations/0042_add_index.sql": "CREATE INDEX CONCURRENTLY orders_by_day ON orders (day);\n",
    },
    "search": {"README.md": "# Search\n", "search/index.py": "SHARDS = 4\n"},
}
_WORKTREES = {"web-checkout": ("web", "checkout-retry"), "web-release": ("web", "release-1.8")}
_SETTINGS = ("-c", "init.defaultBranch=main", "-c", "user.name=Demo", "-c", "user.email=demo@example.invalid")


def make(root: Path, user: Path) -> dict[str, Path]:
    """Make all of them below `root`; directory by name. Without git they are plain directories."""
    places = {name: root / name for name in (*_FILES, *_WORKTREES)}
    for name, files in _FILES.items():
        for path, text in files.items():
            file = places[name] / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
    try:
        for name in _FILES:
            _git(places[name], user, "init", "--quiet")
            _git(places[name], user, "add", "--all")
            _git(places[name], user, "commit", "--quiet", "--message", "Begin")
        for name, (repository, branch) in _WORKTREES.items():
            _git(places[repository], user, "worktree", "add", "--quiet", "-b", branch, str(places[name]))
    except (OSError, subprocess.SubprocessError):
        for place in places.values():
            place.mkdir(parents=True, exist_ok=True)
    return places


def _git(where: Path, user: Path, *arguments: str) -> None:
    subprocess.run(  # noqa: S603
        ["git", *_SETTINGS, *arguments],  # noqa: S607
        cwd=where, check=True, timeout=10, capture_output=True, stdin=subprocess.DEVNULL, env=_environment(user),
    )  # fmt: skip


def _environment(user: Path) -> dict[str, str]:
    day = "2026-11-20T09:00:00Z"
    return {
        "PATH": os.environ.get("PATH", os.defpath), "HOME": str(user), "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_AUTHOR_DATE": day, "GIT_COMMITTER_DATE": day, "GIT_TEMPLATE_DIR": "",
    }  # fmt: skip
