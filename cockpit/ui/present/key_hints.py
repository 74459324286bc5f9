"""The footer: the keys that work here and now, and the ways to the other screens where there is room.

What cannot be done now is not shown; the palette says why."""

from collections.abc import Collection, Mapping, Sequence

from cockpit.model.immutable import immutable
from cockpit.ui.actions import ACTIONS, Action, At
from cockpit.ui.present.cells import cells
from cockpit.ui.present.keys_table import keys_of
from cockpit.ui.present.lines import Span

NARROW = 80
_SHORT = {
    "thread.next": "→", "thread.approve": "✓", "thread.decline": "✗", "thread.reply": "↩", "fleet.dispatch": "+",
    "thread.freeze": "‖", "thread.interrupt": "■", "thread.explain": "∴", "go.inbox": "≡", "fleet.filter": "…",
    "go.help": "help", "team.panes": "▦", "team.timeline": "┆", "team.narrow": "↔", "team.pick": "☰", "team.stop": "■",
}  # fmt: skip
_SCREENS = ("go.fleet", "go.panes", "go.inbox", "go.team", "go.tasks", "go.status", "go.settings")


@immutable
class Hint:
    """A key and its word in a row of the footer; `action` is what a click on it does, if anything."""

    action: str
    start: int
    spans: tuple[Span, ...]

    @property
    def width(self) -> int:
        return sum(cells(span.text) for span in self.spans)

    @property
    def end(self) -> int:
        return self.start + self.width


def keys_shown(remapped: Mapping[str, str]) -> dict[str, str]:
    """Action → the one key that the footer shows for it. Actions without a key are left out."""
    return {action.id: keys[0] for action in ACTIONS if (keys := keys_of(action, remapped))}


def key_hints(at: At, keys: Mapping[str, str], width: int) -> list[Hint]:
    """What fits into `width` cells, from left to right. Under 80 columns words give way to
    glyphs, from the right."""
    if at.typing:
        return _laid_out([_word("", "Esc", "back to the keys")], [], width)
    working = [action for action in ACTIONS if action.footer and action.id in keys and action.why_not(at) is None]
    working.sort(key=lambda action: action.footer)
    words = [_word(action.id, keys[action.id], action.label) for action in working]
    if width < NARROW and _needed(words, 2) > width:
        short = [_word(action.id, keys[action.id], _SHORT.get(action.id, "")) for action in working]
        return _laid_out(_kept(_spelled(short, words, width), width, 2), [], width, 2)
    gap = 3 if _needed(words, 3) <= width else 2
    words = _kept(words, width, gap)
    shown = {action for action, _ in words}
    return _laid_out(words, _screens(at, keys, shown, width - _needed(words, gap)), width, gap)


_Words = tuple[str, tuple[Span, ...]]


def _spelled(short: Sequence[_Words], words: Sequence[_Words], width: int) -> list[_Words]:
    """Glyphs, but words for as many of the first as there is room for."""
    mixed = list(short)
    for place, word in enumerate(words):
        trial = [*mixed[:place], word, *mixed[place + 1 :]]
        if _needed(trial, 2) > width:
            break
        mixed = trial
    return mixed


def _screens(at: At, keys: Mapping[str, str], shown: Collection[str], room: int) -> list[_Words]:
    """The other screens by their function keys, as many as fit, but for those that are shown already."""
    by_id = {action.id: action for action in ACTIONS}
    found: list[_Words] = []
    for name in _SCREENS:
        action = by_id.get(name)
        if action is None or name in shown or name == f"go.{at.screen}":
            continue
        key = _function_key(action, keys)
        if key:
            found.append((name, (Span(key, "dim"), Span(f" {action.label}", "dim"))))
    while found and _needed(found, 2) + 3 > room:
        found.pop()
    return found


def _function_key(action: Action, keys: Mapping[str, str]) -> str:
    shown = keys.get(action.id, "")
    own = [key for key in keys_of(action, {}) if key[:1] == "F" and key[1:].isdigit()]
    return shown if shown[:1] == "F" and shown[1:].isdigit() else next(iter(own), "")


def _word(action: str, key: str, label: str) -> _Words:
    return action, (Span(key, "you", bold=True), Span(f" {label}" if label else "", "dim"))


def _needed(words: Sequence[_Words], gap: int) -> int:
    return sum(sum(cells(span.text) for span in spans) for _, spans in words) + gap * max(len(words) - 1, 0) + 2


def _kept(words: Sequence[_Words], width: int, gap: int) -> list[_Words]:
    """Leave out from the right until the rest fits; the last one, help, goes last."""
    kept = list(words)
    while len(kept) > 1 and _needed(kept, gap) > width:
        kept.pop(-2)
    return kept


def _laid_out(left: Sequence[_Words], right: Sequence[_Words], width: int, gap: int = 3) -> list[Hint]:
    hints: list[Hint] = []
    x = 1
    for action, spans in left:
        hints.append(Hint(action, x, spans))
        x = hints[-1].end + gap
    x = width - _needed(right, 2) + 1
    for action, spans in right:
        hints.append(Hint(action, x, spans))
        x = hints[-1].end + 2
    return hints
