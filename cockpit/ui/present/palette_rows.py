"""The palette as rows: every action by how well it fits what was typed, then threads by title.

An action that cannot be done now stays in sight, dim, with its reason."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from cockpit.model.immutable import immutable
from cockpit.ui.actions import ACTIONS, Action, At
from cockpit.ui.present.ages import age
from cockpit.ui.present.glyphs import mark
from cockpit.ui.present.keys_table import LABEL, keys_of
from cockpit.ui.present.lines import Line, Span, dim, line
from cockpit.ui.present.rows import Row, TextRow

THREADS = 50


@immutable
class Hit:
    """How well a text fits; `places` are the characters that were typed."""

    score: float
    places: frozenset[int] = frozenset()


def fuzzy(query: str, text: str) -> Hit | None:
    """Whether the letters of `query` stand in `text` in that order. Runs and beginnings of words count for more."""
    wanted, within = query.casefold().replace(" ", ""), text.casefold()
    if not wanted:
        return Hit(0.0)
    if len(within) != len(text):
        return None
    best: Hit | None = None
    for start in (place for place, char in enumerate(within) if char == wanted[0]):
        places = _places(wanted, within, start)
        if places is None:
            break
        hit = Hit(_score(places, within), frozenset(places))
        if best is None or hit.score > best.score:
            best = hit
    return best


def _places(wanted: str, within: str, start: int) -> list[int] | None:
    places: list[int] = []
    at = start
    for char in wanted:
        at = within.find(char, at)
        if at < 0:
            return None
        places.append(at)
        at += 1
    return places


def _score(places: list[int], within: str) -> float:
    score = 0.0
    for place, before in zip(places, [-2, *places], strict=False):
        score += 1 + 2 * (place == before + 1) + 2 * (place == 0 or not within[place - 1].isalnum())
    return score / len(places) - len(within) / 1000


@dataclass(slots=True)
class ActionRow:
    action: Action
    reason: str | None
    keys: str
    hit: Hit
    selectable: ClassVar[bool] = True
    height: ClassVar[int] = 1

    @property
    def id(self) -> str:
        return self.action.id

    def lines(self, now: datetime) -> tuple[Line, ...]:
        able = self.reason is None
        label = tuple(_marked(self.action.label, self.hit, "text" if able else "dim"))
        gap = Span(" " * (LABEL - len(self.action.label)))
        said = Span(self.action.tooltip if able else f"not now: {self.reason}", "dim")
        return (Line((*label, gap, said), (Span(self.keys, "text" if able else "dim", able),)),)

    def changes_in(self, now: datetime) -> float | None:
        return None


def palette_rows(at: At, query: str, remapped: Mapping[str, str], now: datetime) -> list[Row]:
    """Without a query: the actions in the order of the register, those that work here first."""
    found: list[tuple[float, ActionRow]] = []
    for action in ACTIONS:
        hit = _hit(action, query)
        if hit is not None and action.id != "go.palette":
            row = ActionRow(action, action.why_not(at), " ".join(keys_of(action, remapped)), hit)
            found.append((hit.score, row))
    found.sort(key=lambda each: (each[1].reason is not None, -each[0]) if not query else (-each[0], False))
    rows: list[Row] = [row for _, row in found]
    threads = list(_threads(at, query, now)) if query.strip() else []
    if threads:
        rows += [TextRow("threads", (line(Span("GO TO", "dim", True)),)), *threads]
    if not rows:
        rows.append(TextRow("empty", (line(f"Nothing is called “{query}”"), dim("g searches in what was said"))))
    return rows


def _hit(action: Action, query: str) -> Hit | None:
    """By the label, or for less by the group, the id or the words of the tooltip."""
    if hit := fuzzy(query, action.label):
        return Hit(hit.score + 1, hit.places)
    words = query.casefold().split()
    beside = f"{action.group} {action.id} {action.tooltip}".casefold()
    return Hit(0.0) if all(word in beside for word in words) else None


def _threads(at: At, query: str, now: datetime) -> Iterator[TextRow]:
    words = query.casefold().split()
    count = 0
    for ref in at.fleet.order:
        thread = at.fleet.threads[ref]
        if not all(word in thread.title.casefold() for word in words):
            continue
        glyph, word, role = mark(thread)
        right = (Span(word, role), Span(f" {age(thread.since, now):>4}", "dim"))
        yield TextRow(ref, (Line((Span(f"{glyph} ", role), Span(thread.title)), right),), True)
        count += 1
        if count == THREADS:
            return


def _marked(text: str, hit: Hit, role: str) -> Iterator[Span]:
    """The text in runs: what was typed stands out."""
    start = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or (place in hit.places) is not (start in hit.places):
            typed = start in hit.places
            yield Span(text[start:place], "blue" if typed else role, typed)
            start = place
