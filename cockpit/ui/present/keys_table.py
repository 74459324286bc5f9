"""The keys as people write them, and the table of all of them for the manual. Drawn from the register of actions.

It knows nothing that is not in the register, so that no key can be documented and missing."""

from collections.abc import Iterable, Mapping

from cockpit.ui.actions import ACTIONS, Action

_NAMES = {
    "question_mark": "?", "slash": "/", "colon": ":", "semicolon": ";", "comma": ",", "full_stop": ".",
    "space": "Space", "enter": "Enter", "escape": "Esc", "tab": "Tab", "backspace": "Backspace", "delete": "Del",
    "insert": "Ins", "up": "↑", "down": "↓", "left": "←", "right": "→", "pageup": "PgUp", "pagedown": "PgDn",
    "home": "Home", "end": "End", "plus": "+", "minus": "-", "equals_sign": "=", "exclamation_mark": "!", "at": "@",
    "number_sign": "#", "dollar_sign": "$", "percent_sign": "%", "ampersand": "&", "asterisk": "*",
    "underscore": "_", "grave_accent": "`", "left_square_bracket": "[", "right_square_bracket": "]",
    "left_curly_bracket": "{", "right_curly_bracket": "}", "left_parenthesis": "(", "right_parenthesis": ")",
    "less_than_sign": "<", "greater_than_sign": ">", "tilde": "~", "apostrophe": "'", "quotation_mark": '"',
    "backslash": "\\", "vertical_line": "|", "circumflex_accent": "^",
}  # fmt: skip
_WITH = {"ctrl": "Ctrl", "shift": "Shift", "alt": "Alt", "super": "Super"}
GROUPS = {
    "Answer": "Answering",
    "Thread": "The selected thread",
    "Team": "Teams",
    "Fleet": "The fleet",
    "Panes": "Live terminals",
    "Screens": "Screens",
}
"""The groups in the order of the manual; others follow as they are."""
LABEL = max(len(action.label) for action in ACTIONS) + 2
"""How wide a column of labels is, with the gap behind it."""


def key_name(key: str) -> str:
    """`ctrl+s` → `Ctrl+S`, `question_mark` → `?`, `A` → `A`."""
    *held, last = key.split("+") if key != "+" else [key]
    name = _NAMES.get(last) or (last.upper() if held or _is_function(last) else last)
    return "+".join([*(_WITH.get(each, each.title()) for each in held), name])


def key_names(keys: str) -> tuple[str, ...]:
    """The keys of an action as people write them; its register separates them with commas."""
    return tuple(key_name(key.strip()) for key in keys.split(",") if key.strip())


def keys_of(action: Action, remapped: Mapping[str, str]) -> tuple[str, ...]:
    """The keys that the action has for this person."""
    return key_names(remapped.get(action.id, action.keys))


def by_group(actions: Iterable[Action] = ACTIONS) -> list[tuple[str, list[Action]]]:
    """The actions under the headings of the manual, in its order; no heading without actions."""
    groups: dict[str, list[Action]] = {name: [] for name in GROUPS}
    for action in actions:
        groups.setdefault(action.group, []).append(action)
    return [(GROUPS.get(name, name), found) for name, found in groups.items() if found]


def keys_table() -> str:
    """Markdown: one table for each group, ending in a line feed."""
    parts = []
    for heading, actions in by_group():
        rows = [f"| {_keys(action)} | {action.label} | {_cell(action.tooltip)} | `{action.id}` |" for action in actions]
        parts.append("\n".join([f"**{heading}**\n", "| key | does | | action |", "|---|---|---|---|", *rows]))
    return "\n\n".join(parts) + "\n"


def _keys(action: Action) -> str:
    names = key_names(action.keys)
    return " ".join(f"`` {name} ``" if "`" in name else f"`{_cell(name)}`" for name in names) or "—"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _is_function(key: str) -> bool:
    return key[:1] == "f" and key[1:].isdigit()
