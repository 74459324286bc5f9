"""What the table says of values, so that a figure in the README can be trusted to be the one that was measured."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench.table import Figure, table


def test_few_values_are_told_by_their_ends() -> None:
    figure = Figure("start", "≤ 0.45 s", "s", [0.5, 0.4, 0.9], floor=0.25)
    assert figure.row() == "| start | ≤ 0.45 s | 0.500 s | 0.400–0.900 | 2.0 × | 3 |"


def test_many_values_are_told_by_their_95th_percentile() -> None:
    figure = Figure("key", "", "ms", [float(value) for value in range(200)])
    assert figure.row() == "| key |  | 99.5 ms | p95 190, max 199 |  | 200 |"


def test_one_value_has_no_spread_and_a_count_no_unit() -> None:
    assert Figure("bytes", "0", "", [0]).row() == "| bytes | 0 | 0 |  |  | 1 |"


def test_the_table_is_markdown() -> None:
    lines = list(table([Figure("a", "", "%", [0.125])]))
    assert {line.count("|") for line in lines} == {7}
    assert lines[2] == "| a |  | 0.12 % |  |  | 1 |"
