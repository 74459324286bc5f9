"""What runs in the demo's plain windows: `python -m cockpit.demo.tmux.programs NAME SEED`.

Each does little and seldom: at most two lines a second, and nothing while it waits. None touches a file."""

import os
import random
import sys
import time
from collections.abc import Callable, Iterator

_GREEN, _RED, _YELLOW, _BLUE, _DIM, _BOLD, _OFF = (f"\x1b[{code}m" for code in (32, 31, 33, 34, 2, 1, 0))

_MODULES = (
    ("tests/test_basket.py", 14),
    ("tests/test_checkout.py", 22),
    ("tests/test_currency.py", 9),
    ("tests/test_gateway.py", 17),
    ("tests/test_价格.py", 6),
)


def tests(chance: random.Random) -> Iterator[float]:
    """A test runner that begins anew after each run, as if somebody saved a file now and then."""
    while True:
        total, began = sum(count for _, count in _MODULES), time.monotonic()
        print(f"{_BOLD}{'═' * 24} test session starts {'═' * 24}{_OFF}")
        print(f"{_DIM}collected {total} items{_OFF}\n")
        bad = chance.choice(_MODULES)[0]
        done = 0
        for name, count in _MODULES:
            print(f"{name:<26} ", end="", flush=True)
            failing = chance.randrange(count) if name == bad else -1
            for start in range(0, count, 4):
                step = range(start, min(start + 4, count))
                print(
                    "".join(f"{_RED}F{_OFF}" if i == failing else f"{_GREEN}.{_OFF}" for i in step), end="", flush=True
                )
                yield 0.6
            done += count
            print(f"{' ' * (24 - count)}{_DIM}[{done * 100 // total:>3}%]{_OFF}")
        print(f"\n{_RED}FAILED{_OFF} {bad}::test_rounds_half_up - AssertionError: 1.20 ≠ 1.21")
        took = time.monotonic() - began
        print(f"{_RED}1 failed{_OFF}, {_GREEN}{total - 1} passed{_OFF} in {took:.1f}s")
        print(f"{_DIM}Waiting for file changes…{_OFF}\n")
        yield 45.0


def build(chance: random.Random) -> Iterator[float]:
    """A build that logs line by line, with warnings, and begins again when it is done."""
    units = ["core", "basket", "gateway", "currency", "mail", "admin", "搜索", "search"]
    number = chance.randrange(300, 900)
    while True:
        number += 1
        print(f"{_BOLD}▶ build #{number}{_OFF} {_DIM}release-1.8{_OFF}")
        for index, unit in enumerate(units, 1):
            shade = 27 + index * 3
            print(f"  \x1b[38;5;{shade}m[{index}/{len(units)}]{_OFF} compile {unit}")
            yield 2.0
            if chance.random() < 0.3:
                print(f"        {_YELLOW}warning:{_OFF} {unit}/legacy.py: unused import {_BLUE}decimal{_OFF}")
                yield 1.0
        bar = "".join(f"\x1b[48;2;{40 + 6 * i};{120 + 3 * i};{90}m {_OFF}" for i in range(30))
        print(f"  {bar}\n{_GREEN}✔ built{_OFF} in {chance.uniform(14, 22):.1f}s · 3.4 MB\n")
        yield 30.0


def migrate(chance: random.Random) -> Iterator[float]:
    """Waits at a prompt until somebody answers."""
    while True:
        print(f"{_BOLD}3 migrations are not applied to staging:{_OFF}")
        for name in ("0040_add_currency", "0041_split_address", "0042_add_index"):
            print(f"   {_YELLOW}•{_OFF} {name}")
        answer = _ask("Apply them now? [y/N] ")
        if answer.lower() in ("y", "yes"):
            for name in ("0040_add_currency", "0041_split_address", "0042_add_index"):
                yield 1.0
                print(f"   {_GREEN}✔{_OFF} {name} {_DIM}{chance.uniform(0.1, 2):.2f}s{_OFF}")
            print(f"{_GREEN}Applied.{_OFF} Nothing else to do.\n")
        else:
            print(f"{_DIM}Left as they are.{_OFF}\n")
        yield 2.0


def release(chance: random.Random) -> Iterator[float]:
    """Fails after a moment, with code 1."""
    print(f"{_BOLD}Release 1.8.0{_OFF}")
    for step in ("check the changelog", "tag v1.8.0", "push the tag"):
        print(f"  {_DIM}…{_OFF} {step}")
        yield 1.0
    print(f"{_RED}error:{_OFF} the remote refused refs/tags/v1.8.0: protected tag")
    sys.exit(1)


def echo(chance: random.Random) -> Iterator[float]:
    """Says what was typed or pasted into it."""
    print(f"{_BOLD}echo{_OFF} {_DIM}says what you type · try it: Enter drives this pane{_OFF}")
    while True:
        said = _ask(f"{_BLUE}❯{_OFF} ")
        if said:
            letters = f"{len(said):,} character{'s' * (len(said) != 1)}"
            print(f"  {_GREEN}↳{_OFF} {said}\n  {_DIM}{letters}{_OFF}")
        yield 0.0


def _ask(prompt: str) -> str:
    try:
        return input(prompt).strip()
    except EOFError:
        # Ctrl+D on an empty line; the next line is as good as any.
        print()
        return ""


PROGRAMS: dict[str, Callable[[random.Random], Iterator[float]]] = {
    "tests": tests, "build": build, "migrate": migrate, "release": release, "echo": echo,
}  # fmt: skip
"""Each says, in seconds, how long it does nothing before it goes on."""


def main() -> None:
    name, seed = sys.argv[1:]
    try:
        for pause in PROGRAMS[name](random.Random(int(seed))):  # noqa: S311
            if pause:
                time.sleep(pause)
    except KeyboardInterrupt:
        print(f"\n{_DIM}interrupted{_OFF}")
        os._exit(130)


if __name__ == "__main__":
    main()
