"""The list prices of models, for who configures none: what the configuration says of a model goes before them; and how
large their context windows are.

As Anthropic published them in November 2026, for the short cache (platform.claude.com, pricing). Nothing here is by
family: a model that is not listed has no price."""

import re

from cockpit.runtimes.claude.usage import Price

_OPUS = Price(5, 25, 0.5, 6.25)
_OLD_OPUS = Price(15, 75, 1.5, 18.75)
_SONNET = Price(3, 15, 0.3, 3.75)

LIST = {
    "claude-fable-5-1": Price(10, 50, 0.25, 12.5),
    "claude-fable-5": Price(10, 50, 1, 12.5),
    "claude-opus-5-5": Price(4, 20, 0.2, 5),
    "claude-opus-5": _OPUS,
    "claude-opus-4-8": _OPUS,
    "claude-opus-4-7": _OPUS,
    "claude-opus-4-6": _OPUS,
    "claude-opus-4-5": _OPUS,
    "claude-opus-4-1": _OLD_OPUS,
    "claude-opus-4": _OLD_OPUS,
    "claude-sonnet-5-5": Price(2, 10, 0.1, 2.5),
    "claude-sonnet-5": Price(2, 10, 0.2, 2.5),
    "claude-sonnet-4-6": _SONNET,
    "claude-sonnet-4-5": _SONNET,
    "claude-sonnet-4": _SONNET,
    "claude-haiku-5-5": Price(0.1, 0.5, 0.01, 0.125),  # of prompts up to 100,000 tokens
    "claude-haiku-4-5": Price(1, 5, 0.1, 1.25),
    "claude-haiku-3-5": Price(0.8, 4, 0.08, 1),
}

_SMALL = re.compile(r"claude-(opus|sonnet|haiku)-4(-[0-5])?(-[0-9]{8})?$")


def window(model: str, used: int) -> int | None:
    """The size of the model's context window in tokens, where it is known (its name says `[1m]`; 2.1.329's status line
    for `claude-opus-5-5`; 200,000 for the models up to 4.5). None for one that cannot be right for what is `used`."""
    size = (
        1_000_000 if model.endswith("[1m]") or model == "claude-opus-5-5" else 200_000 if _SMALL.match(model) else None
    )
    return size if size is not None and used <= size else None
