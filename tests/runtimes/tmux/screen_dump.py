"""A screen as text that a person can review: each row between bars, and below it which cells look how."""

from cockpit.model.terminal import Attribute, Screen, Style

_NAMES = {value: name.lower() for name, value in vars(Attribute).items() if name.isupper()}


def dump(screen: Screen) -> str:
    head = f"{screen.width}x{screen.height} cursor={screen.cursor} mode={screen.mode!r} title={screen.title!r}"
    flags = [name for name in ("alternate", "arrows", "mouse", "drags", "ended") if getattr(screen, name)]
    rows = [" ".join([head, *flags])]
    for line in screen.lines:
        rows.append("|" + "".join(text for text, _ in line) + "|")
        at = 0
        for text, style in line:
            if style != Style():
                rows.append(f"    {at}-{at + len(text)} {look(style)}")
            at += len(text)
    return "\n".join(rows) + "\n"


def look(style: Style) -> str:
    words = [name for bit, name in _NAMES.items() if style.attributes & bit]
    for part in ("ink", "ground", "line"):
        colour = getattr(style, part)
        if colour is not None:
            words.append(f"{part}={'#{:02x}{:02x}{:02x}'.format(*colour) if isinstance(colour, tuple) else colour}")
    return " ".join(words)
