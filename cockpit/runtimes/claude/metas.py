"""What lies beside a subagent's transcript: whose it is. It reads no file (facts: section 7)."""

from pathlib import Path
from typing import Any

from cockpit.model.immutable import immutable
from cockpit.runtimes.claude.wire import flag, line, name
from cockpit.runtimes.foreign import mapping


@immutable
class Meta:
    """What lies beside a subagent's transcript. `mate`: it is a teammate that runs in its lead's process."""

    agent: str
    mate: bool = False
    team: str | None = None
    said: str = ""
    finished: bool = False


def decode_meta(value: Any, path: Path) -> Meta | None:
    source = mapping(value)
    agent = name(source, "name") or name(source, "agentType")
    if agent is None:
        return None
    mate = source.get("taskKind") == "in_process_teammate"
    said = line(source, "description", 100)
    return Meta(agent, mate, name(source, "teamName"), said, flag(source, "finished") or False)
