"""The other people in the demo: now and then somebody gives an idle agent something to do.

It only sends messages, as any client may, and never answers what agents ask: that is left to who watches.
"""

from cockpit.demo.t3.commands import dispatch
from cockpit.demo.t3.world import World

_EVERY = 75.0
_MOST_BUSY = 4

_ERRANDS = (
    "Thanks. While you are there, look at the retry loop as well.",
    "Good. Now do the same for the CSV importer.",
    "One more thing: the lease test is flaky since Tuesday. Find out why.",
    "Please run the migration on the development database.",
    "Which of these checks should block a merge? Have a look at how long they take.",
    "Write a short runbook for rotating the signing keys.",
)


class Director:
    """Sends a message to one of the `idle` threads every 75 seconds, unless four agents are at work."""

    def __init__(self, world: World, idle: frozenset[str]) -> None:
        self._world = world
        self._idle = sorted(idle)
        self._round = 0

    def begin(self) -> None:
        """Wait for the first time."""
        self._world.later(_EVERY, self._act)

    def _act(self) -> None:
        self._world.later(_EVERY, self._act)
        busy = sum(agent.busy and agent.pending is None for agent in self._world.agents.values())
        thread_id = self._idle[self._round % len(self._idle)]
        agent = self._world.agents.get(thread_id)
        thread = self._world.visible(thread_id)
        if busy >= _MOST_BUSY or thread is None or agent is None or agent.busy:
            return
        text = _ERRANDS[self._round % len(_ERRANDS)]
        self._round += 1
        world = self._world
        name = world.ids.uuid("director")
        message = {"messageId": f"msg-{name}", "role": "user", "text": text, "attachments": []}
        command = {
            "type": "thread.turn.start",
            "commandId": f"cmd-{name}",
            "threadId": thread_id,
            "message": message,
            "runtimeMode": thread.runtime_mode,
            "interactionMode": thread.interaction_mode,
            "createdAt": world.now(),
        }
        dispatch(world, command, over_http=True)
