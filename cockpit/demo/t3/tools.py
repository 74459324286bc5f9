"""A tool call as the server reports it: started, known, completed (facts: T3 0.0.33 and 0.0.28).

It shows and never runs anything.
"""

from cockpit.demo.t3 import record
from cockpit.demo.t3.state import Row, Thread
from cockpit.demo.t3.steps import Use
from cockpit.demo.t3.world import World


class ToolCall:
    """One call of a tool in a turn. A modern server numbers it; an old one shows its input and its result."""

    def __init__(self, world: World, thread: Thread, turn_id: str, use: Use) -> None:
        self.use = use
        self._world = world
        self._thread = thread
        self._turn_id = turn_id
        self._id = f"toolu_{world.ids.hex(f'tool/{thread.id}', 20)}"

    @property
    def approval(self) -> Row:
        """What an approval request about this call says of its kind."""
        kind = "file-change" if self.use.item == "file_change" else "command"
        request_type = "file_change_approval" if kind == "file-change" else "command_execution_approval"
        return {"requestKind": kind, "requestType": request_type}

    def begin(self) -> None:
        """Report the call before its input is known."""
        unknown: Row = {"detail": f"{self.use.tool}: {{}}"}
        if self._world.version.modern:
            unknown = {"status": "inProgress"} | unknown | {"data": {}}
        self._report("tool.started", unknown)

    def know(self) -> None:
        """Report the call with its input."""
        data = self._data() if self._world.version.modern else self._old_data()
        self._report("tool.updated", {"status": "inProgress", "detail": self.use.detail, "data": data})

    def complete(self, *, failed: bool = False) -> None:
        """Report the call's end."""
        if self._world.version.modern:
            status = "failed" if failed else "completed"
            self._report("tool.completed", {"status": status, "detail": self.use.detail, "data": self._data()})
            return
        result = {
            "tool_use_id": self._id,
            "type": "tool_result",
            "content": self.use.output or "(no output)",
            "is_error": failed,
        }
        data = self._old_data() | {"result": result}
        self._report("tool.updated", {"status": "inProgress", "detail": self.use.detail, "data": data})
        self._report("tool.completed", {"detail": self.use.detail, "data": data})

    def _data(self) -> Row:
        return {"command": self.use.input["command"]} if self.use.item == "command_execution" else {}

    def _old_data(self) -> Row:
        return {"toolName": self.use.tool, "input": self.use.input}

    def _report(self, kind: str, payload: Row) -> None:
        call: Row = {"itemType": self.use.item}
        if self._world.version.modern:
            call["toolCallId"] = self._id
        title = self.use.title
        summary = f"{title} started" if kind == "tool.started" else title
        record.note(self._world, self._thread, kind, summary, call | payload, tone="tool", turn_id=self._turn_id)
