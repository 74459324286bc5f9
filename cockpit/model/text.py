"""The one sanitiser for text that agents wrote: what leaves here cannot move a cursor, ring, link, reorder or hide.

It never interprets text: `[bold]` and `<b>` are text, and stay as they are.
"""

import re
import unicodedata

# The payload of OSC, DCS, SOS, PM and APC strings: whatever is no control that ends or aborts them.
_PAYLOAD = r"\x07\x18\x1a\x1b\x80-\x9f"
_ESCAPE = re.compile(
    # A string that is ended within 4,096 characters goes as a whole; one that never ends (or ends suspiciously
    # late) may not swallow the honest text after it, and goes up to the end of its line.
    rf"(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])(?:[^{_PAYLOAD}]{{0,4096}}+(?:[\x07\x18\x1a\x9c]|\x1b\\)|[^{_PAYLOAD}\r\n]*+)"
    r"|(?:\x1b\[|\x9b)[\x30-\x3f]*+[\x20-\x2f]*+[\x40-\x7e]?"  # CSI
    r"|(?:\x1b[NO]|[\x8e\x8f])[\x20-\x7e]?"  # SS2, SS3 and the character they shift
    r"|\x1b[\x20-\x2f]*+[\x30-\x7e]?"  # every other escape, and a bare one
)
_LINE_BREAK = re.compile("\r\n?|[\x85\u2028\u2029]")

_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # soft hyphen, joiners, fillers, Mongolian selectors
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"  # zero-width space, marks, overrides, isolates, invisible operators
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff"  # variation selectors, BOM, annotations
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"  # shorthand, musical, tag characters
    "\ud800-\udfff"  # lone surrogates: no encoder takes them
)
# A skin tone is 2 cells to tmux and none to rich (measured with tmux 3.3a, rich 15): the plain hand agrees in both.
_TONE = "\U0001f3fb-\U0001f3ff"
_CONTROL = "\x00-\x08\x0b-\x1f\x7f-\x9f"
_REMOVED = re.compile(f"[{_CONTROL}{_INVISIBLE}{_TONE}]+")
_MARK = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_MARK_PILE = re.compile(f"([{_MARK}]{{4}})[{_MARK}]+")

# Joiners that mean something: ZWJ within an emoji, ZWNJ between letters of the scripts that spell with it.
_EMOJI_JOINED = "[\U0001f300-\U0001faff](?:\u200d[\u2190-\u2bff\U0001f300-\U0001faff]){1,4}"
_SPELLED = "\u0600-\u08ff\u0900-\u0dff"
_JOINER = re.compile(f"(?P<emoji>{_EMOJI_JOINED})|(?P<word>(?<=[{_SPELLED}])\u200c(?=[{_SPELLED}]))|[\u200c\u200d]")

_SUSPECT = re.compile(f"[{_CONTROL}{_INVISIBLE}{_TONE}{_MARK}\u200c\u200d\u2028\u2029]")
# What of that can be in plain ASCII, which most text is: a third of the time.
_SUSPECT_ASCII = re.compile("[\x00-\x08\x0b-\x1f\x7f]")


def clean(text: str, *, limit: int = 1_000_000) -> str:
    """`text` without anything but what can be seen, line feeds and tabs; cut to `limit` characters first.

    Linear in time, idempotent, never longer than its input. Line and paragraph separators, `\\r\\n` and a lone `\\r`
    become line feeds. Emoji families keep their joiners, since rich and tmux agree on the width of those.
    """
    text = text[:limit]
    if not (_SUSPECT_ASCII if text.isascii() else _SUSPECT).search(text):
        return text
    text = _ESCAPE.sub("", text)
    text = _LINE_BREAK.sub("\n", text)
    text = _REMOVED.sub("", text)
    text = _JOINER.sub(_joined, text)
    return _MARK_PILE.sub(r"\1", text)


def reveal(text: str, *, limit: int = 1_000_000) -> str:
    """`text` with everything that `clean` would take out written in the open, as `␛` or `‹U+202E›`.

    For what a person approves (a command, a path): there a removed character would be a lie about what runs. Longer
    than its input where something was hidden, and the same as `clean` where nothing was but emoji dress.
    """
    text = re.sub(f"[\ufe0f{_TONE}]+", "", text[:limit].replace("\r\n", "\n"))
    if not _SUSPECT.search(text):
        return text
    text = _REMOVED.sub(lambda found: "".join(map(_named, found[0])), text)
    text = re.sub("[\u2028\u2029]", lambda found: _named(found[0]), text)
    text = _JOINER.sub(lambda found: _joined(found) or _named(found[0]), text)
    return _MARK_PILE.sub(r"\1", text)


def one_line(text: str, limit: int = 200) -> str:
    """The beginning of `text` as one clean line of at most `limit` characters (not cells), cut with `…`."""
    if limit < 1:
        return ""
    start = text.lstrip()[: limit * 8]
    line = " ".join(clean(start).split())
    if len(line) <= limit and len(start) < limit * 8:
        return line
    return line[: limit - 1].rstrip(" \u200c\u200d") + "…"


def _joined(found: re.Match[str]) -> str:
    if found["word"]:
        return found[0]
    family = found["emoji"]
    if family and unicodedata.east_asian_width(family[0]) == "W":
        return family
    return found[0].replace("\u200d", "").replace("\u200c", "")


def _named(char: str) -> str:
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"‹U+{code:04X}›"
