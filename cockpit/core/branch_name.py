"""A branch name suggested from what a person asks for: `Fix the flaky auth test` → `fix-flaky-auth-test`.

Only lower-case letters, digits and hyphens come out, so that git takes it whatever stood in the prompt."""

import re
import unicodedata

_SMALL = frozenset({
    "a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "in", "into", "is", "it", "its", "of", "on", "or",
    "our", "please", "so", "that", "the", "then", "this", "to", "we", "with", "you", "your",
})  # fmt: skip
WORDS = 5
LENGTH = 40


def branch_name(prompt: str) -> str:
    """Empty when the prompt has no word that can stand in a branch name."""
    first = next((line for line in prompt.splitlines() if line.strip()), "")
    plain = unicodedata.normalize("NFKD", first[:400]).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain.replace("'", ""))
    telling = [word for word in words if word not in _SMALL] or words
    name = ""
    for word in telling[:WORDS]:
        longer = f"{name}-{word}" if name else word[:LENGTH]
        if len(longer) > LENGTH:
            break
        name = longer
    return name
