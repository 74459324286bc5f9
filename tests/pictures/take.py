"""`python tests/pictures/take.py`: the files in `screenshots/`, from the same scenes as the snapshots."""

import asyncio
import io
import os
import tempfile
from pathlib import Path

from PIL import Image
from poses import BY_NAME, SIZES, posed

from cockpit.export import draw
from cockpit.ui.shot import screen_lines
from cockpit.ui.theme import load_themes

HERE = Path(__file__).parents[2] / "screenshots"
WANTED = [
    *(("fleet", size) for size in SIZES),
    *((name, (120, 40)) for name in ("question", "inbox", "dispatch", "status", "settings", "help", "diff")),
    *((name, (120, 40)) for name in ("panes", "team", "timeline", "tasks", "read-plan", "explain", "day", "contrast")),
    *((name, (120, 40)) for name in ("ember", "held", "no-server")),
]  # fmt: skip


def take(name: str, size: tuple[int, int]) -> bytes:
    """One scene as PNG, in as few colours as carry it."""
    pose = BY_NAME[name]
    with tempfile.TemporaryDirectory() as home, posed(pose, Path(home) / "home") as (app, strike):

        async def shoot() -> bytes:
            async with app.run_test(size=size, notifications=True) as pilot:
                await strike(pilot)
                palette = load_themes().palette(pose.theme)
                return draw(screen_lines(app), "png", size=size, ground=palette.ground, text=palette.text)

        picture = Image.open(io.BytesIO(asyncio.run(shoot()))).quantize(128)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def main() -> None:
    os.environ.update({"HOME": "/home/dev", "LOGNAME": "dev", "COLORTERM": "truecolor", "TERM": "xterm-256color"})
    for name in ("NO_COLOR", "TEXTUAL_THEME", "T3CODE_HOME", "COCKPIT_CONFIG", "TMUX"):
        os.environ.pop(name, None)
    HERE.mkdir(exist_ok=True)
    for name, (width, height) in WANTED:
        file = HERE / f"{name}-{width}x{height}.png"
        file.write_bytes(take(name, (width, height)))
        print(f"{file.name}: {file.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
