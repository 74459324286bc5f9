"""An agent's program for tests: it behaves as `FAKE_MODE` says, and writes to `FAKE_OUT` what it was given, as JSON."""

import json
import os
import re
import select
import sys
import time
import tty

MODE, OUT = os.environ["FAKE_MODE"], os.environ["FAKE_OUT"]
PASTE = re.compile(rb"\x1b\[200~(.*?)\x1b\[201~", re.DOTALL)


def tell(kind: str, what: object) -> None:
    with open(OUT, "a", encoding="utf-8") as file:
        file.write(json.dumps([kind, what]) + "\n")


def show(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def listen() -> bytes:
    return os.read(0, 1 << 20)


def work() -> None:
    show("\r\nworking (esc to interrupt)")
    while b"\x1b" not in listen():
        pass
    show("\r\x1b[Kstopped\r\n> ")


def main() -> None:
    tell("argv", sys.argv[1:])
    tty.setraw(0)
    if MODE == "dies":
        show("loading\r\nNo API key found\r\n")
        sys.exit(3)
    if MODE == "slow":
        show("loading\r\n")
        time.sleep(1.0)
    if MODE == "restless":
        show("Do you trust this folder?\r\n❯ 1. Yes\r\n  2. No\r\n")
        while not select.select([0], [], [], 0.1)[0]:
            show("\x1b[s\x1b[u")  # nothing to be seen
        listen()
        show("\x1b[2J\x1b[H")
    if MODE in ("trust", "guarded"):
        show("Do you trust this folder?\r\n❯ 1. Yes\r\n  2. No\r\n")
        tell("answer", listen().decode())
        show("\x1b[2J\x1b[H")
    show("\x1b[?2004hready\r\n> ")
    if MODE in ("argument", "guarded") and sys.argv[-1] not in ("resume", "start"):
        work()
    got = b""
    while True:
        got += listen()
        if MODE == "swallow":
            got = b""
            continue
        if PASTE.search(got) or b"\x1b" not in got:
            show(f"[{len(got)} bytes]")
        if got.endswith(b"\r") and (b"\x1b[200~" not in got or b"\x1b[201~" in got):
            tell("prompt", PASTE.sub(rb"\1", got)[:-1].decode())
            got = b""
            work()


main()
