"""A program of another maker for tests: it chooses its conversation's id itself and holds the record open, turns a
wheel in its title while it works, wants Escape twice, and asks when told `Ask`. What it got goes to `FAKE_OUT`."""

import json
import os
import sys
import tty
import uuid
from pathlib import Path

OUT = Path(os.environ["FAKE_OUT"])
ARGUMENTS = sys.argv[1:]
SESSION = ARGUMENTS[1] if ARGUMENTS[:1] == ["resume"] else str(uuid.uuid4())


def tell(kind: str, what: object) -> None:
    with OUT.open("a", encoding="utf-8") as file:
        file.write(json.dumps([kind, what]) + "\n")


def show(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def until(key: bytes) -> None:
    while key not in os.read(0, 1 << 20):
        pass


def work() -> None:
    show("\x1b]2;⠋ place\x07\r\n• part 1")
    until(b"\x1b")
    show("\r\nesc again to interrupt")
    until(b"\x1b")
    show("\x1b]2;place\x07\x1b[2J\x1b[Hstopped\r\n> ")


def ask() -> None:
    show("\x1b[2J\x1b[H│ ❯ 1. Allow it? │\r\n")
    until(b"\r")
    tell("answered", SESSION)
    show("\x1b[2J\x1b[Hready\r\n> ")


def main() -> None:
    tell("argv", ARGUMENTS)
    tty.setraw(0)
    show("\x1b]2;place\x07ready\r\n> ")
    record = None
    told = ARGUMENTS[-1] if ARGUMENTS and ARGUMENTS[0] != "resume" else ""
    while True:
        if told:
            record = record or (OUT.parent / f"rollout-{SESSION}.jsonl").open("a")
            tell("prompt", [SESSION, told])
            ask() if told == "Ask" else work()
        told = ""
        while not told.endswith("\r"):
            told += os.read(0, 1 << 20).decode()
        told = told.removesuffix("\r")


main()
