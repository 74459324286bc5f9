"""A stranger that behaves and refuses like a T3 Code server, for the demo, the tests and the screenshots.

It imports nothing of the rest of cockpit, so that what works against it proves something. In a test:

    world = World(clock=ManualClock(moment), seed=1, version=V0_0_33)   # or demo_world(now=moment)
    async with simulator(world) as server:                              # server.url, server.token
        server.world.advance(5)                                         # five seconds of everybody's work
        server.faults.add(Status(502, path="/api", times=1))            # and something that goes wrong
"""
