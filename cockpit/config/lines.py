"""On which line of a TOML text a key stands. It only points and never parses a value."""

import re

_HEADER = re.compile(r"\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")


def line_of(text: str, where: tuple[int | str, ...]) -> int | None:
    """The line (from 1) of the key at `where`, such as `("t3", 0, "url")`; else of the nearest table around it."""
    places = _places(text)
    for length in range(len(where), 0, -1):
        if where[:length] in places:
            return places[where[:length]]
    return None


def _places(text: str) -> dict[tuple[int | str, ...], int]:
    places: dict[tuple[int | str, ...], int] = {}
    counts: dict[tuple[str, ...], int] = {}
    table: tuple[int | str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            names = _parts(header[2])
            if header[1] == "[[":
                counts[names] = counts.get(names, -1) + 1
                table = (*names, counts[names])
            else:
                table = names
            places.setdefault(table, number)
            for length in range(1, len(table)):
                places.setdefault(table[:length], number)
        elif key := _KEY.match(line):
            where = (*table, *_parts(key[1]))
            for length in range(len(table) + 1, len(where) + 1):
                places.setdefault(where[:length], number)
    return places


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))
