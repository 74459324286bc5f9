"""Something to look at in an editor."""

import math

LIMIT = 10  # how many


def areas(radii: list[float]) -> dict[float, float]:
    """The area of each circle, in the unit of its radius squared."""
    return {radius: math.pi * radius**2 for radius in radii if radius > 0}


if __name__ == "__main__":
    print(areas([1.0, 2.5, float(LIMIT)]))
