"""Figures as people read them: money with two decimals, tokens rounded. A figure that nobody reported is not shown."""

_UNITS = ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k"))


def money(dollars: float | None) -> str:
    """`$4.12`; what is more than nothing never shows as `$0.00`."""
    if dollars is None:
        return ""
    if 0 < dollars < 0.01:
        return "<$0.01"
    return f"-${-dollars:,.2f}" if dollars < 0 else f"${dollars:,.2f}"


def tokens(count: int | None) -> str:
    """`950`, `1.2 k`, `84 k`, `1.2 M`."""
    if count is None:
        return ""
    for size, unit in _UNITS:
        # 999,950 rounds to a thousand thousands: that is 1.0 M already.
        if count >= size - size / 2000:
            value = count / size
            return f"{value:.1f} {unit}" if value < 9.95 else f"{value:.0f} {unit}"
    return str(count)


def percent(part: int | None) -> str:
    return "" if part is None else f"{part} %"


def plural(count: int, one: str, many: str = "") -> str:
    """`1 thread`, `3 threads`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
