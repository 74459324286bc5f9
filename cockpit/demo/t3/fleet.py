"""The fleet of the demo.

Built by living through its own past on a manual clock, so that nothing in it could not have happened.
"""

from datetime import UTC, datetime

from cockpit.demo.t3.clock import Clock, ManualClock, RealClock
from cockpit.demo.t3.versions import V0_0_33, ServerVersion
from cockpit.demo.t3.world import World


def demo_world(*, now: datetime | None = None, seed: int = 0, version: ServerVersion = V0_0_33) -> World:
    """The fleet as it stands at `now`; None is the real present, from which it lives on."""
    clock: Clock = RealClock() if now is None else ManualClock(now)
    return World(clock=clock, seed=seed, version=version)


__all__ = ["UTC", "demo_world"]
