"""How things are named across sources. A ref is unique in the fleet; it is never parsed for meaning."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """A thing inside one source: the source's configured name and the id that the source itself uses."""

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
