"""Figures as one Markdown table, under the machine that they were measured on."""

import os
import platform
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median

_MANY = 30
"""From so many values on the spread is told by the 95th percentile."""


@dataclass(frozen=True)
class Figure:
    """Values of one kind, in `unit`. `reach` is the figure to reach, empty for a floor: what the same machine needs for
    the least that could do it. `floor` is a value of that kind to compare the median with."""

    name: str
    reach: str
    unit: str
    values: Sequence[float]
    floor: float | None = None

    @property
    def median(self) -> float:
        return median(self.values)

    def row(self) -> str:
        times = f"{self.median / self.floor:.1f} ×" if self.floor else ""
        cells = (self.name, self.reach, f"{self._shown(self.median)} {self.unit}".strip(), self._spread(), times)
        return f"| {' | '.join(cells)} | {len(self.values)} |"

    def _spread(self) -> str:
        ordered = sorted(self.values)
        if len(ordered) == 1:
            return ""
        if len(ordered) >= _MANY:
            return f"p95 {self._shown(percentile(ordered, 95))}, max {self._shown(ordered[-1])}"
        return f"{self._shown(ordered[0])}–{self._shown(ordered[-1])}"

    def _shown(self, value: float) -> str:
        if self.unit == "s":
            return f"{value:.3f}"
        return (
            f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.2f}" if value < 1 else f"{value:.1f}"
        )


def percentile(ordered: Sequence[float], percent: float) -> float:
    return ordered[min(round(len(ordered) * percent / 100), len(ordered) - 1)]


def machine() -> str:
    """One line on what the figures were measured with."""
    said = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    cpu = said[1] if said else platform.machine()
    load = " ".join(f"{value:.2f}" for value in os.getloadavg())
    parts = (f"{os.cpu_count()} cores", cpu, platform.system() + " " + platform.release(),
             f"Python {platform.python_version()}", f"Textual {version('textual')}", f"load before {load}")  # fmt: skip
    return " · ".join(parts)


def table(figures: Iterable[Figure]) -> Iterable[str]:
    yield "| figure | reach | median | spread | × floor | n |"
    yield "|---|---|---|---|---|---|"
    yield from (figure.row() for figure in figures)
