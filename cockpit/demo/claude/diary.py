"""One transcript, line by line as the CLI appends it: prompts, thoughts, calls with their results, and their usage.

One answer of the model is several lines with the same message id and usage, as in the real ones (facts §7)."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from cockpit.demo.claude import VERSION
from cockpit.demo.claude.home import Json, iso, slug
from cockpit.demo.claude.steps import Call, Who
from cockpit.demo.t3.ids import Ids

_FIRST_CONTEXT = 21_400
_LETTER_INTRO = "Another Claude session sent a message:\n"


class Diary:
    """Goes on where the file ends, if there is one."""

    def __init__(self, root: Path, who: Who, seed: int) -> None:
        self.who = who
        self.path = root / "projects" / slug(who.cwd) / f"{who.session}.jsonl"
        self._ids = Ids(seed)
        self._parent: str | None = None
        self._lines = 0
        self._context = _FIRST_CONTEXT
        self._fresh = 2_200
        self._answer: Json | None = None
        self._began: datetime | None = None
        self._resume()

    def _resume(self) -> None:
        if not self.path.exists():
            return
        for line in self.path.read_text().splitlines():
            record = json.loads(line)
            self._lines += 1
            self._parent = record.get("uuid", self._parent)
            usage = record.get("message", {}).get("usage")
            if usage:
                self._context = usage["cache_read_input_tokens"] + usage["cache_creation_input_tokens"]
        self._fresh = 300

    def begin(self, at: datetime) -> None:
        """What stands above everything else."""
        session = self.who.session
        self._append({"type": "mode", "mode": "normal", "sessionId": session})
        self._append({"type": "permission-mode", "permissionMode": "default", "sessionId": session})
        if not self.who.mate:
            self._append({"type": "ai-title", "aiTitle": self.who.topic, "sessionId": session})

    def prompt(self, text: str, at: datetime) -> None:
        """A person typed it."""
        self._user({"role": "user", "content": text}, at, origin={"kind": "human"}, promptSource="typed")

    def letters(self, letters: list[Json], at: datetime) -> None:
        """Messages of the team that came."""
        said = "\n\n".join(_tagged(letter) for letter in letters)
        text = said if self.who.mate else _LETTER_INTRO + said
        self._user({"role": "user", "content": text}, at)

    def think(self, text: str, at: datetime) -> None:
        self._block({"type": "thinking", "thinking": text, "signature": "ZGVtbw=="}, at, text, "tool_use")

    def say(self, text: str, at: datetime, *, last: bool = False) -> None:
        self._block({"type": "text", "text": text}, at, text, "end_turn" if last else "tool_use")

    def call(self, tool: str, given: Json, at: datetime) -> str:
        """The call's id; its result comes later."""
        native = f"toolu_01{self._id('tool', 22)}"
        self._block({"type": "tool_use", "id": native, "name": tool, "input": given}, at, json.dumps(given), "tool_use")
        return native

    def result(self, native: str, output: str, at: datetime, *, call: Call | None = None, by: str = "") -> None:
        """`by`: who decided where somebody was asked, `user_temporary` or `user_reject`."""
        refused = by.endswith("_reject")
        failed = refused or (call is not None and call.failed)
        block: Json = {"type": "tool_result", "content": output, "tool_use_id": native}
        if failed:
            block["is_error"] = True
        more: Json = {"toolUseResult": f"Error: {output}" if failed else _structured(call, output)}
        if by:
            more["permissionDecision"] = {
                "decision": "reject" if refused else "accept",
                "source": by.removesuffix("_reject") if by == "hook_reject" else by,
            }
        if refused:
            more["toolDenialKind"] = "user-rejected"
        self._answer = None
        self._fresh += 60 + len(output) // 3
        self._user({"role": "user", "content": [block]}, at, new_turn=False, **more)

    def interrupted(self, at: datetime) -> None:
        text = [{"type": "text", "text": "[Request interrupted by user]"}]
        self._user({"role": "user", "content": text}, at, new_turn=False)

    def ended(self, at: datetime) -> None:
        spent = int((at - self._began).total_seconds() * 1000) if self._began else 0
        self._entry("system", at, subtype="turn_duration", durationMs=spent, messageCount=self._lines, isMeta=False)

    # Lines

    def _user(self, message: Json, at: datetime, *, new_turn: bool = True, **more: Any) -> None:
        if new_turn:
            self._began, self._answer = at, None
            self._fresh += len(str(message["content"])) // 3
        self._entry("user", at, message=message, **more)

    def _block(self, block: Json, at: datetime, text: str, stop: str) -> None:
        if self._answer is None:
            self._answer = {"id": f"msg_01{self._id('message', 22)}", "usage": self._usage()}
        self._answer["usage"]["output_tokens"] = self._answer["usage"]["output_tokens"] + 40 + len(text) // 3
        message = {
            "id": self._answer["id"], "type": "message", "role": "assistant", "model": self.who.model,
            "content": [block], "stop_reason": stop, "stop_sequence": None, "usage": dict(self._answer["usage"]),
        }  # fmt: skip
        self._entry("assistant", at, message=message, requestId=f"req_demo{self._answer['id'][-10:]}")

    def _usage(self) -> Json:
        fresh, read = self._fresh, self._context
        self._context, self._fresh = read + fresh, 120
        return {
            "input_tokens": 4 + self._lines % 9, "cache_creation_input_tokens": fresh, "cache_read_input_tokens": read,
            "output_tokens": 0, "service_tier": "standard",
            "cache_creation": {"ephemeral_1h_input_tokens": 0, "ephemeral_5m_input_tokens": fresh},
        }  # fmt: skip

    def _entry(self, kind: str, at: datetime, **fields: Any) -> None:
        who = self.who
        team = {"teamName": who.team, "agentName": who.name} if who.mate else {}
        native = self._ids.uuid(f"{who.session}:{self._lines}")
        record = {
            "parentUuid": self._parent, "isSidechain": False, **team, "type": kind, **fields, "uuid": native,
            "timestamp": iso(at), "userType": "external", "entrypoint": "cli", "cwd": who.cwd,
            "sessionId": who.session, "version": VERSION, "gitBranch": who.branch,
        }  # fmt: skip
        self._parent = native
        self._append(record)

    def _append(self, record: Json) -> None:
        self._lines += 1
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")

    def _id(self, kind: str, length: int) -> str:
        return self._ids.hex(f"{self.who.session}:{kind}:{self._lines}", length)


def _tagged(letter: Json) -> str:
    attributes = [f'teammate_id="{letter["from"]}"']
    attributes += [f'{key}="{letter[key]}"' for key in ("color", "summary") if letter.get(key)]
    return f"<teammate-message {' '.join(attributes)}>\n{letter['text']}\n</teammate-message>"


def _structured(call: Call | None, output: str) -> Json:
    if call is None or call.tool not in ("Edit", "Write"):
        return {"stdout": output, "stderr": "", "interrupted": False}
    old = sum(not line.startswith("+") for line in call.patch)
    new = sum(not line.startswith("-") for line in call.patch)
    hunk = {"oldStart": 1, "oldLines": old, "newStart": 1, "newLines": new, "lines": list(call.patch)}
    return {"filePath": call.input.get("file_path"), "structuredPatch": [hunk] if call.patch else []}
