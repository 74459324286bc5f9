"""What a worker in a terminal is at: its program by its title, its branch, and what it does. Pure."""

from cockpit.model.fleet import Fleet
from cockpit.model.work import Thread


def harness_title(thread: Thread, fleet: Fleet) -> str:
    """The program that runs there, by its title where its source offers it; empty where none is known."""
    if not thread.harness:
        return ""
    states = (fleet.sources.get(name) for name in thread.sources or (thread.ref.source,))
    titles = (offer.title for state in states if state for offer in state.offers if offer.instance == thread.harness)
    return next(titles, thread.harness)


def doing(thread: Thread, fleet: Fleet) -> str:
    """`Claude Code · checkout-speed · reading the profile`: program, branch, and what it does; what the title says
    already is not said again. Of a thread without a program only what it does."""
    if not thread.harness:
        return thread.detail
    branch = thread.branch if thread.branch and thread.branch != thread.title else ""
    # A terminal says which command runs in front; that is the program once more.
    detail = thread.detail
    if detail == thread.harness:
        detail = ""
    detail = detail.removeprefix(f"{thread.harness} · ")
    return " · ".join(part for part in (harness_title(thread, fleet), branch, detail) if part)
