"""What requests cost, from transcripts: each API message once, however many lines and files repeat its usage.

A price that nobody gave is never guessed, and a cost of which a part is unknown is None, never zero."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cockpit.model.immutable import immutable
from cockpit.model.usage import Usage
from cockpit.runtimes.claude.wire import flag, number
from cockpit.runtimes.foreign import Json, count, mapping

MILLION = 1_000_000
_UNSETTLED = 64
"""So many of the newest messages may still get another copy, and count for what is spent now; older ones are only
summed."""
LATELY = timedelta(minutes=10)


@immutable
class Price:
    """US dollars per million tokens; `write_1h` is the longer cache (None: twice the input, as it is priced)."""

    input: float
    output: float
    cache_read: float
    cache_write: float
    cache_write_1h: float | None = None


Prices = Mapping[str, Price]
"""Model → price."""

_DATE = re.compile(r"-[0-9]{8}$")


@immutable
class Spent:
    """One message's tokens; `write` is all that was written to the cache, `write_1h` the part with the longer life."""

    input: int = 0
    output: int = 0
    read: int = 0
    write: int = 0
    write_1h: int = 0

    @property
    def context(self) -> int:
        """Tokens of the context window that were in use (facts: input and both cache numbers)."""
        return self.input + self.read + self.write

    def most(self, other: "Spent") -> "Spent":
        """Of unequal copies early ones may be interim: the largest number counts."""
        return Spent(
            max(self.input, other.input), max(self.output, other.output), max(self.read, other.read),
            max(self.write, other.write), max(self.write_1h, other.write_1h),
        )  # fmt: skip

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(
            self.input + other.input, self.output + other.output, self.read + other.read,
            self.write + other.write, self.write_1h + other.write_1h,
        )  # fmt: skip

    def __sub__(self, other: "Spent") -> "Spent":
        return Spent(
            self.input - other.input, self.output - other.output, self.read - other.read,
            self.write - other.write, self.write_1h - other.write_1h,
        )  # fmt: skip


NOTHING = Spent()


def spent(usage: Json) -> Spent | None:
    """A message's `usage`; None when it has no token numbers at all."""
    kept = [count(usage, key) for key in ("input_tokens", "output_tokens")]
    if kept == [None, None]:
        return None
    hourly = count(mapping(usage.get("cache_creation")), "ephemeral_1h_input_tokens") or 0
    write = count(usage, "cache_creation_input_tokens") or 0
    return Spent(kept[0] or 0, kept[1] or 0, count(usage, "cache_read_input_tokens") or 0, write, min(hourly, write))


def price_of(model: str, prices: Prices) -> Price | None:
    """`claude-opus-4-7[1m]` and `claude-opus-4-7-20260101` are priced as `claude-opus-4-7`; nothing is by its family:
    `claude-opus-4` says nothing of `claude-opus-4-7`."""
    plain = model.partition("[")[0]
    return prices.get(model) or prices.get(plain) or prices.get(_DATE.sub("", plain))


def cost(spent: Spent, price: Price) -> float:
    hourly = price.input * 2 if price.cache_write_1h is None else price.cache_write_1h
    return (
        spent.input * price.input
        + spent.output * price.output
        + spent.read * price.cache_read
        + (spent.write - spent.write_1h) * price.cache_write
        + spent.write_1h * hourly
    ) / MILLION


class Claims:
    """Which transcript counts a message: the first that brought it. A fork or resume copies them to another file.

    Ids are kept as hashes: a hundred thousand messages are nothing unusual."""

    def __init__(self) -> None:
        self._owner: dict[int, object] = {}

    def owner(self, message: str) -> object | None:
        return self._owner.get(hash(message))

    def take(self, message: str, owner: object) -> None:
        self._owner[hash(message)] = owner

    def drop(self, owner: object) -> None:
        for key in [key for key, known in self._owner.items() if known is owner]:
            del self._owner[key]


@dataclass(slots=True, eq=False)
class Tally:
    """The sums of one transcript. `reported` is the CLI's own cost by process (its start time), the last of each."""

    claims: Claims
    totals: dict[str, Spent] = field(default_factory=dict)
    reported: dict[float, float] = field(default_factory=dict)
    reported_last: bool = False
    requests: int = 0
    _recent: dict[str, tuple[str, Spent, datetime]] = field(default_factory=dict)

    def add(self, message: str, model: str, usage: Spent, at: datetime) -> None:
        """Take one line's copy of a message's usage."""
        owner = self.claims.owner(message)
        if owner is not None and owner is not self:
            return
        self.reported_last = False
        known = self._recent.get(message)
        if owner is None:
            self.claims.take(message, self)
            self._recent[message] = (model, usage, at)
            self.requests += 1
            if len(self._recent) > _UNSETTLED:
                del self._recent[next(iter(self._recent))]
            self.totals[model] = self.totals.get(model, NOTHING) + usage
        elif known is not None and known[1] != usage:
            most = known[1].most(usage)
            self._recent[message] = (known[0], most, known[2])
            self.totals[known[0]] = self.totals[known[0]] + (most - known[1])

    def report(self, state: Json) -> None:
        """A `cost-state` line, written when a process ends (facts: 2.1.329): cumulative for that process alone."""
        total = number(state, "totalCostUSD")
        if total is not None and flag(state, "hasUnknownModelCost") is not True:
            self.reported[number(state, "startTime") or 0.0] = total
            self.reported_last = True

    @classmethod
    def joined(cls, tallies: Iterable["Tally"]) -> "Tally":
        """The sums of several transcripts, for reading only."""
        whole, tallies = cls(Claims()), list(tallies)
        telling = [tally for tally in tallies if tally.reported]
        if len(telling) == 1:
            # A process reckons its subagents in, so that one figure is of all of them.
            whole.reported, whole.reported_last = telling[0].reported, telling[0].reported_last
        for tally in tallies:
            whole.requests += tally.requests
            whole._recent |= tally._recent
            for model, used in tally.totals.items():
                whole.totals[model] = whole.totals.get(model, NOTHING) + used
        return whole

    def forget(self) -> None:
        """The file is another now."""
        self.claims.drop(self)
        self._recent.clear()
        self.totals.clear()
        self.reported.clear()
        self.reported_last = False
        self.requests = 0

    def burn(self, prices: Prices, now: datetime) -> float | None:
        """What the last minutes cost, in dollars an hour; None when some price is missing."""
        figure, span = 0.0, LATELY
        lately = [(model, used, at) for model, used, at in self._recent.values() if now - at < LATELY]
        if len(lately) >= _UNSETTLED:  # there were more than are remembered
            span = max(now - lately[0][2], timedelta(seconds=1))
        for model, used, _ in lately:
            price = price_of(model, prices)
            if price is None:
                return None
            figure += cost(used, price)
        return figure * (timedelta(hours=1) / span)

    def usage(self, prices: Prices, now: datetime | None = None) -> Usage | None:
        """None when there was no request; with `now` it has what is spent lately. The cost is reckoned from `prices`:
        the CLI's own figure stands in only for a missing price, and only when nothing was spent after it."""
        if not self.totals:
            return None
        total = sum(self.totals.values(), NOTHING)
        known = {model: price_of(model, prices) for model, used in self.totals.items() if used != NOTHING}
        figure: float | None = 0.0
        for model, price in known.items():
            figure = None if figure is None or price is None else figure + cost(self.totals[model], price)
        own = figure is None and self.reported_last and all(self.reported.values())
        if own:
            figure = sum(self.reported.values())
        return Usage(
            tokens_in=total.input,
            tokens_out=total.output,
            cache_read=total.read,
            cache_write=total.write,
            total_tokens=total.input + total.output + total.read + total.write,
            cost=figure,
            requests=self.requests,
            burn=self.burn(prices, now) if now else None,
            own_cost=own,
        )
