"""What a worker in a terminal is at: its program by its title, its branch, and what it does. Pure."""

import re

from cockpit.model.fleet import Fleet
from cockpit.model.work import Thread

_SIGNS = re.compile(r"^\W+")


def harness_title(thread: Thread, fleet: Fleet) -> str:
    """The program that runs there, by its title where its source offers it; empty where none is known."""
    if not thread.harness:
        return ""
    states = (fleet.sources.get(name) for name in thread.sources or (thread.ref.source,))
    titles = (offer.title for state in states if state for offer in state.offers if offer.instance == thread.harness)
    return next(titles, thread.harness)


def told(thread: Thread, fleet: Fleet) -> str:
    """What it says of itself. A terminal says which command runs in front, and often its program's name for a title:
    neither is news."""
    if not (thread.detail and thread.terminal):
        return thread.detail
    states = (fleet.sources.get(name) for name in thread.sources or (thread.ref.source,))
    offers = [offer for state in states if state for offer in state.offers]
    names = {name.casefold() for offer in offers for name in (offer.instance, offer.title)} | {thread.harness}
    return " · ".join(part for part in thread.detail.split(" · ") if _SIGNS.sub("", part).casefold() not in names)


def doing(thread: Thread, fleet: Fleet) -> str:
    """`Claude Code · checkout-speed · reading the profile`: program, branch, and what it does; what the title says
    already is not said again. Of a thread without a program only what it does."""
    if not thread.harness:
        return told(thread, fleet)
    branch = thread.branch if thread.branch and thread.branch != thread.title else ""
    return " · ".join(part for part in (harness_title(thread, fleet), branch, told(thread, fleet)) if part)
