"""What work cost. A figure that nobody reported stays None; it is never shown as zero."""

from cockpit.model.immutable import immutable


@immutable
class Usage:
    """Token counts and cost in US dollars. `burn` is what the last minutes cost, in dollars an hour; `own_cost` is set
    where `cost` is the program's own figure rather than our sum."""

    tokens_in: int | None = None
    tokens_out: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    total_tokens: int | None = None
    cost: float | None = None
    requests: int | None = None
    burn: float | None = None
    own_cost: bool = False
