"""How things are named across sources. A ref is unique in the fleet; it is never parsed for meaning."""

from typing import NamedTuple, Self


class Ref(NamedTuple):
    """A thing inside one source: the source's configured name and the id that the source itself uses.

    A tuple, because a fleet of thousands is looked up by refs all the time, and tuples hash fastest."""

    source: str
    native: str

    def __str__(self) -> str:
        return f"{self.source}:{self.native}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """`home:thread-1` → Ref. Raises ValueError when either half is missing."""
        source, colon, native = text.partition(":")
        if not (source and colon and native):
            raise ValueError(f"{text!r} is not of the form source:id")
        return cls(source, native)
