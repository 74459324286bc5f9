"""Identifiers that look random and are the same in every run with the same seed.

Never secret: a simulated server guards nothing, so its tokens may be foreseen.
"""

import base64
import hashlib
import uuid
from collections import Counter

_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


class Ids:
    """Numbers the identifiers of each scope, so that one thread's do not depend on what another did meanwhile."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._drawn: Counter[str] = Counter()

    def digest(self, scope: str) -> bytes:
        """32 bytes: the next of `scope`."""
        self._drawn[scope] += 1
        return hashlib.sha256(f"{self._seed}\0{scope}\0{self._drawn[scope]}".encode()).digest()

    def uuid(self, scope: str) -> str:
        """A version 4 UUID."""
        return str(uuid.UUID(bytes=self.digest(scope)[:16], version=4))

    def hex(self, scope: str, length: int) -> str:
        """`length` lower-case hex digits, as in trace ids and tool call ids."""
        return self.digest(scope).hex()[:length]

    def code(self, scope: str, length: int = 12) -> str:
        """A pairing code: capital letters and digits that cannot be mistaken for one another."""
        return "".join(_LETTERS[byte % len(_LETTERS)] for byte in self.digest(scope)[:length])


def base64url(data: bytes) -> str:
    """`data` in the URL-safe alphabet, without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
