"""Payloads: the bytes a transport brought, with where they came from and what date they state."""

import hashlib
from dataclasses import dataclass
from typing import Literal, Protocol

from generator.sync.source_registry import Source

TransportName = Literal["mirror", "live", "package"]
MAX_BYTES = 64 * 1024 * 1024  # the largest payload known is 5 MB; anything near this is not a price list


@dataclass(frozen=True, slots=True)
class Payload:
    """One payload as fetched. `observed_at` is the day the numbers were current, never later than the run's date."""

    body: bytes
    transport: TransportName
    observed_at: str  # ISO date
    version: str  # commit, release or entity tag; empty when the transport knows none
    sha256: str


def payload(body: bytes, transport: TransportName, observed_at: str, version: str) -> Payload:
    """A payload with its checksum."""
    return Payload(body, transport, observed_at, version, hashlib.sha256(body).hexdigest())


class TransportError(Exception):
    """A transport that brought nothing; the message names the source, the transport and the remedy."""

    def __init__(self, source: str, transport: TransportName, what: str, remedy: str) -> None:
        super().__init__(source, transport, what, remedy)  # all parts, so that the error survives a process boundary
        self.source, self.transport, self.what, self.remedy = source, transport, what, remedy

    def __str__(self) -> str:
        return f"{self.source}: {self.transport}: {self.what}; {self.remedy}"


@dataclass(frozen=True, slots=True)
class Failure:
    """A source that no transport could fetch, and why, one sentence a transport."""

    source: str
    reasons: tuple[str, ...]

    @property
    def reason(self) -> str:
        """All reasons in one line."""
        return " | ".join(self.reasons) or "no transport was given"


class Transport(Protocol):
    """A way to fetch the payload of a source."""

    def fetch(self, source: Source) -> Payload:
        """The payload; raises TransportError."""
        ...
