"""What an edit changed, as a unified diff, from the structured result that the CLI keeps.

It never reads the file that was edited: that may have changed since."""

from cockpit.model.text import clean
from cockpit.runtimes.claude.wire import words
from cockpit.runtimes.foreign import Json, count, rows, text

_LIMIT = 50_000


def diff_of(tool: str, given: Json, result: Json) -> str:
    """The diff of an Edit or Write that succeeded; empty where there is none to tell."""
    if tool not in ("Edit", "Write", "MultiEdit"):
        return ""
    path = text(result, "filePath") or text(given, "file_path") or ""
    hunks = [hunk for row in rows(result.get("structuredPatch")) if (hunk := _hunk(row))]
    if hunks:
        lines = [f"--- {path}", f"+++ {path}", *(line for hunk in hunks for line in hunk)]
    elif text(result, "type") == "create":
        content = (text(result, "content") or "").splitlines()
        lines = ["--- /dev/null", f"+++ {path}", f"@@ -0,0 +1,{len(content)} @@", *(f"+{line}" for line in content)]
    else:
        return ""
    whole = "\n".join(lines)
    cut = f"\n… ({len(whole) - _LIMIT:,} more characters are not shown)" if len(whole) > _LIMIT else ""
    return clean(whole, limit=_LIMIT) + cut


def _hunk(row: Json) -> list[str]:
    lines = list(words(row.get("lines")))
    if not lines:
        return []
    numbers = [count(row, key) or 0 for key in ("oldStart", "oldLines", "newStart", "newLines")]
    return ["@@ -{},{} +{},{} @@".format(*numbers), *lines]
