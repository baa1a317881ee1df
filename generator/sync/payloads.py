"""Payloads: the bytes a transport brought, with where they came from and what date they state.

A payload of several addresses (the files of a source, or what its connector's `collect` asks for) is one JSON object
of their texts by name, so that every stage after the transport sees one body with one checksum.
"""

import hashlib
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from generator.sync.source_registry import Source, connector

TransportName = Literal["mirror", "live", "package"]
GZIP = zlib.MAX_WBITS | 16
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

    def __init__(self, source: str, transport: TransportName, what: str, remedy: str, absent: bool = False) -> None:
        # all parts, so that the error survives a process boundary
        super().__init__(source, transport, what, remedy, absent)
        self.source, self.transport, self.what, self.remedy, self.absent = source, transport, what, remedy, absent

    def __str__(self) -> str:
        return f"{self.source}: {self.transport}: {self.what}; {self.remedy}"


ABSENT_SHARE = 0.1  # a source whose files are gone to a larger share than this has moved


@dataclass(frozen=True, slots=True)
class Piece:
    """What one address answered."""

    body: bytes
    observed_at: str
    version: str


def assembled(source: Source, transport: TransportName, read: Callable[[str], Piece]) -> Payload:
    """The payload of a source from as many addresses as it has; raises TransportError.

    It is as old as its oldest piece. A file that is gone is left out (the checks of the sync see what went with it);
    more than a tenth of them gone is an error.
    """
    if not source.files and not source.collected:
        piece = read(source.url)
        return payload(piece.body, transport, piece.observed_at, piece.version)
    pieces: dict[str, Piece] = {}

    def text(name: str, url: str) -> str:
        pieces[name] = read(url)
        try:
            return _text(pieces[name].body)
        except UnicodeDecodeError:
            raise TransportError(source.id, transport, f"{name} is not UTF-8 text", "look at the file") from None
        except (EOFError, zlib.error) as error:
            what = f"{name} cannot be unpacked ({error})"
            raise TransportError(source.id, transport, what, "look at the file") from None

    texts: dict[str, str] = {}
    gone: list[str] = []
    if source.collected:
        try:
            texts = connector(source).collect(source.url, text)
        except TransportError:
            raise
        except Exception as error:  # whatever an odd index makes of it must not take the other sources along
            what = f"what it answered cannot be collected ({type(error).__name__}: {error})"
            raise TransportError(source.id, transport, what, "look at its index") from None
    else:
        for name in source.files:
            try:
                texts[name] = text(name, source.url.replace("{file}", name))
            except TransportError as error:
                if not error.absent or len(gone) + 1 > max(1, ABSENT_SHARE * len(source.files)):
                    raise
                gone.append(name)
        if not texts:
            raise TransportError(source.id, transport, "none of its files is there", "look where they have gone")
    body = json.dumps(texts, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")
    oldest = min((p.observed_at for p in pieces.values()), default="")
    return payload(body, transport, oldest, max((p.version for p in pieces.values()), default=""))


def _text(body: bytes) -> str:
    """A body as text: what is packed with gzip is unpacked, a zip archive comes as one character a byte (Latin-1).

    Some hosts send gzip without saying so in a header; what `collect` does with an archive is its own affair.
    """
    if body.startswith(b"PK\x03\x04"):
        return body.decode("latin-1")
    if body.startswith(b"\x1f\x8b"):
        body = unpacked(body)
    return body.decode("utf-8")


def unpacked(body: bytes) -> bytes:
    """A gzipped body, up to the size that any payload may have; raises EOFError or zlib.error when it is not whole."""
    unpacker = zlib.decompressobj(GZIP)
    text = unpacker.decompress(body, MAX_BYTES)
    if unpacker.unconsumed_tail:
        raise zlib.error(f"larger than {MAX_BYTES} bytes")
    if not unpacker.eof:
        raise EOFError("the gzip file is cut off")
    if unpacker.unused_data.strip(b"\0"):
        raise zlib.error("more follows after the end of the gzip file")
    return text


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
