"""What of the README is generated: the keys. `python tests/docs/readme.py` writes it anew."""

import re
from pathlib import Path

from cockpit.ui.present.keys_table import keys_table

README = Path(__file__).parents[2] / "README.md"


def filled(text: str, part: str, content: str) -> str:
    """`text` with what stands between `<!-- part -->` and `<!-- /part -->` replaced."""
    pattern = rf"(<!-- {part} -->\n).*?(<!-- /{part} -->)"
    fresh, count = re.subn(pattern, lambda found: f"{found[1]}{content}{found[2]}", text, flags=re.DOTALL)
    if count != 1:
        raise ValueError(f"README.md has {count} places for {part}")
    return fresh


def current(text: str) -> str:
    return filled(text, "keys", keys_table())


if __name__ == "__main__":
    README.write_text(current(README.read_text()))
