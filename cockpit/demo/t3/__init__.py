"""A stranger that behaves and refuses like a T3 Code server, for the demo, the tests and the screenshots.

It imports nothing of the rest of cockpit, so that what works against it proves something.
"""
