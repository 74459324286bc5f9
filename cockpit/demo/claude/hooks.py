"""Runs the hooks that stand in a home's settings, as the CLI does: JSON in, a decision out, or nothing (facts §8).

What a hook is, is its own business; one that fails, says nothing or is slow decides nothing."""

import json
import os
import re
import subprocess
from pathlib import Path

from cockpit.demo.claude.home import Json, read


class Hook:
    """The running hooks of one event. `decision` is `allow`, `deny` or, when none of them decided, empty."""

    def __init__(self, root: Path, event: str, tool: str, payload: Json) -> None:
        told = json.dumps({"hook_event_name": event, **payload})
        self._running = [_begin(command, told) for command in _commands(root, event, tool)]
        self._event = event
        self.decision = ""
        self.reason = ""

    @property
    def over(self) -> bool:
        """Whether all have ended, or one has decided."""
        for process in list(self._running):
            if process.poll() is None:
                continue
            self._running.remove(process)
            if process.stdout is not None:
                self._hear(process.stdout.read())
        return bool(self.decision) or not self._running

    def stop(self) -> None:
        for process in self._running:
            process.terminate()
            process.wait()
        self._running.clear()

    def _hear(self, said: str) -> None:
        try:
            told = json.loads(said)["hookSpecificOutput"]
            if self._event == "PreToolUse":
                word, self.reason = told["permissionDecision"], told.get("permissionDecisionReason", "")
            else:
                word, self.reason = told["decision"]["behavior"], told["decision"].get("message", "")
        except (ValueError, KeyError, TypeError):
            return
        if word in ("allow", "deny"):
            self.decision = word


def _commands(root: Path, event: str, tool: str) -> list[str]:
    found = []
    for group in read(root / "settings.json", {}).get("hooks", {}).get(event, []):
        matcher = group.get("matcher", "")
        if matcher in ("", "*") or re.fullmatch(matcher, tool):
            found += [hook["command"] for hook in group.get("hooks", []) if hook.get("type") == "command"]
    return found


def _begin(command: str, told: str) -> "subprocess.Popen[str]":
    process = subprocess.Popen(  # noqa: S602  # a hook is a shell command, in the CLI as well
        command,
        shell=True,
        env={**os.environ, "CLAUDE_PID": str(os.getpid())},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None
    try:
        process.stdin.write(told)
        process.stdin.close()
    except BrokenPipeError:
        pass  # it did not want to hear it
    return process
