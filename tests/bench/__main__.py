"""The figures of the program, as one Markdown table: `python -m tests.bench [--quick] [--only NAME]`.

It measures on this machine alone, starts what it needs on loopback, and stops what it started."""

import argparse
import sys
from collections.abc import Callable, Iterator

from tests.bench.claude import claude
from tests.bench.crowded import conversation, great_start, memory, threads
from tests.bench.hooks import hook
from tests.bench.living import changes, keys
from tests.bench.place import Place, place
from tests.bench.resting import rest
from tests.bench.starting import snapshot, start
from tests.bench.table import Figure, machine, table
from tests.bench.workers import driving, idle, ticking, weight

MEASURES: dict[str, Callable[[Place, bool], Iterator[Figure]]] = {
    "snapshot": snapshot,
    "start": start,
    "rest": rest,
    "keys": keys,
    "changes": changes,
    "threads": threads,
    "conversation": conversation,
    "great-start": great_start,
    "memory": memory,
    "workers": idle,
    "ticking": ticking,
    "driving": driving,
    "weight": weight,
    "hook": hook,
    "claude": claude,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer and shorter runs")
    parser.add_argument("--only", choices=MEASURES, action="append", metavar="NAME", help=", ".join(MEASURES))
    chosen = parser.parse_args()
    print(machine() + "\n")
    figures: list[Figure] = []
    for name in chosen.only or MEASURES:
        print(f"{name} …", file=sys.stderr, flush=True)
        with place() as there:
            figures += MEASURES[name](there, chosen.quick)
    print("\n".join(table(figures)))


if __name__ == "__main__":
    main()
