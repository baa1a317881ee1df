"""Transports: how the payload of a source is fetched. Live network, mirror and package are interchangeable.

The caller decides the order: the mirror when one is given, else the live host and then the package.
"""

import os
import queue
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx

from generator.sync.http_cache import HttpCache
from generator.sync.http_download import Download, OversizeError, Question, download
from generator.sync.mirror import Mirror
from generator.sync.packages import Package
from generator.sync.payloads import MAX_BYTES, Failure, Payload, Piece, Transport, TransportError, assembled
from generator.sync.source_registry import Source

__all__ = ["Failure", "Live", "Mirror", "Package", "Payload", "TimeBudget", "TransportError", "fetch_first"]

TRIES = 3
LEAST_S = 0.05  # below this an attempt is not worth starting
WORTH_A_RETRY = frozenset({429, 500, 502, 503, 504})
REMEDY = "check the network, or give a mirror of the payloads"


@dataclass(slots=True)
class TimeBudget:
    """Seconds that all failed attempts of one sync may cost together, waiting included. Safe to share by threads."""

    seconds: float = 60.0
    clock: Callable[[], float] = time.monotonic
    spent: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def left(self) -> float:
        """Seconds that may still be lost."""
        return max(0.0, self.seconds - self.spent)

    def spend(self, seconds: float) -> None:
        """Charge lost seconds."""
        with self._lock:
            self.spent += seconds


class _NoAnswerError(Exception):
    """A failed attempt. `again`: another one may help. `dead`: the host cannot be reached. `silent`: it timed out.

    `absent`: the host says that there is nothing at the address.
    """

    def __init__(
        self, what: str, *, again: bool, dead: bool = False, silent: bool = False, absent: bool = False
    ) -> None:
        super().__init__(what)
        self.again, self.dead, self.silent, self.absent = again, dead, silent, absent


@dataclass(slots=True)
class Live:
    """The live host, over HTTP. A host that could not be reached once is not tried again by the same object.

    A host of which one address was silent gets one short attempt with the next address: a single file may hang while
    the others are fine. When that one is silent, too, the host is left alone.

    Sources may be fetched from several threads; those of one host wait for each other, so that a dead host is
    found out once.
    """

    client: httpx.Client
    as_of: str
    budget: TimeBudget = field(default_factory=TimeBudget)
    connect_s: float = 5.0
    read_s: float = 20.0
    attempt_s: float = 30.0  # bounds what the two above do not: name look-up, several addresses, a dripping body
    backoff_s: float = 0.5
    max_bytes: int = MAX_BYTES
    sleep: Callable[[float], None] = time.sleep
    unreachable: set[str] = field(default_factory=set)
    doubtful: set[str] = field(default_factory=set)
    cache: HttpCache | None = None
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)  # holds the keys
    _hosts: dict[str, threading.Lock] = field(default_factory=dict, repr=False)

    def fetch(self, source: Source) -> Payload:
        """The payload at the source's addresses, observed on the run's date; raises TransportError."""
        key = self._key(source)
        headers = {source.key.header: source.key.prefix + key} if source.key else {}
        try:
            return assembled(source, "live", lambda url: self._piece(source, url, headers))
        except TransportError as error:
            if key and key in error.what:  # no error text may carry a key
                what = error.what.replace(key, "KEY")
                raise TransportError(source.id, "live", what, error.remedy, error.absent) from None
            raise

    def _key(self, source: Source) -> str:
        """The key of a source, empty for one that asks for none; raises TransportError without showing it."""
        if source.key is None:
            return ""
        variable = source.key.variable
        key = self.environment.get(variable, "").strip()
        if not key:
            raise TransportError(source.id, "live", "no key", f"put one into {variable}")
        if not (key.isascii() and key.isprintable()):
            what = f"{variable} holds characters that a header cannot carry"
            raise TransportError(source.id, "live", what, "put the key alone into it")
        return key

    def _piece(self, source: Source, url: str, headers: Mapping[str, str]) -> Piece:
        host = urlsplit(url).netloc
        with self._hosts.setdefault(host, threading.Lock()):
            return self._fetched(source, url, host, headers)

    def _fetched(self, source: Source, url: str, host: str, headers: Mapping[str, str]) -> Piece:
        if host in self.unreachable:
            raise TransportError(source.id, "live", f"{host} could not be reached earlier in this run", REMEDY)
        known = self.cache.validators(url) if self.cache and not source.query else {}
        doubtful = host in self.doubtful
        tries, longest = (1, self.connect_s) if doubtful else (TRIES, self.attempt_s)
        for attempt in range(1, tries + 1):
            question = Question(url, source.query, {**headers, **known}, follow=source.key is None)
            try:
                answer = self._attempt(question, longest)
            except _NoAnswerError as error:
                last = not error.again or attempt == tries
                if error.dead or (error.silent and last and doubtful):
                    self.unreachable.add(host)
                elif error.silent and last:
                    self.doubtful.add(host)
                if last:
                    raise TransportError(source.id, "live", f"{host}: {error}", REMEDY, error.absent) from None
                self._wait(self.backoff_s * 2 ** (attempt - 1))
            else:
                self.doubtful.discard(host)
                body = answer.body
                if answer.status == httpx.codes.NOT_MODIFIED:
                    stored = self.cache.body(url) if self.cache else None
                    if stored is None:  # the entry has been damaged since: ask for the whole
                        known = {}
                        continue
                    body = stored
                elif self.cache and not source.query:
                    self.cache.keep(url, answer.headers, body)
                tag = answer.headers.get("etag") or known.get("If-None-Match", "")
                version = tag.removeprefix("W/").strip('"')
                return Piece(body, self.as_of, version)
        raise TransportError(source.id, "live", f"{host}: gave no answer", REMEDY)

    def _wait(self, seconds: float) -> None:
        seconds = min(seconds, self.budget.left)
        self.budget.spend(seconds)
        self.sleep(seconds)

    def _attempt(self, question: Question, longest: float) -> Download:
        """One request of `longest` seconds; only the time of failed attempts is charged to the budget."""
        # Half of what is left at most, so that one silent host cannot take the time of all the others.
        left = self.budget.left / 2
        if left < LEAST_S:
            raise _NoAnswerError("not tried, the time for hosts that do not answer is used up", again=False)
        connect, read = min(self.connect_s, left), min(self.read_s, left)
        timeout = httpx.Timeout(connect=connect, read=read, write=read, pool=connect)
        started = self.budget.clock()
        try:
            return _checked(self._within(min(longest, left), question, timeout))
        except _NoAnswerError:
            self.budget.spend(min(self.budget.clock() - started, left))
            raise

    def _within(self, seconds: float, question: Question, timeout: httpx.Timeout) -> Download:
        """The download, given up after `seconds` whatever the socket or the name service is waiting for."""
        answers: queue.SimpleQueue[Download | Exception] = queue.SimpleQueue()

        def attempt() -> None:
            try:
                answers.put(download(self.client, question, timeout, self.max_bytes))
            except Exception as error:  # handed over to the waiting thread, which sorts it
                answers.put(error)

        threading.Thread(target=attempt, daemon=True).start()
        try:
            answer = answers.get(timeout=seconds)
        except queue.Empty:
            raise _NoAnswerError(f"no complete answer within {seconds:.3g} s", again=False, silent=True) from None
        if isinstance(answer, Exception):
            raise _sorted(answer) from answer
        return answer


def _checked(answer: Download) -> Download:
    if answer.status == httpx.codes.NOT_MODIFIED:
        return answer
    if answer.status != httpx.codes.OK:
        gone = answer.status in (httpx.codes.NOT_FOUND, httpx.codes.GONE)
        raise _NoAnswerError(f"answered HTTP {answer.status}", again=answer.status in WORTH_A_RETRY, absent=gone)
    if not answer.body:
        raise _NoAnswerError("answered with an empty body", again=True)
    return answer


def _sorted(error: Exception) -> Exception:
    """The attempt's error in words; anything that is not the network's fault is returned as it is."""
    match error:
        case OversizeError():
            return _NoAnswerError(str(error), again=False)
        case httpx.ConnectError() | httpx.ConnectTimeout() | httpx.ProxyError():
            return _NoAnswerError(f"cannot be reached ({error or type(error).__name__})", again=False, dead=True)
        case httpx.TimeoutException():
            return _NoAnswerError("did not answer in time", again=True, silent=True)
        case httpx.TransportError():
            return _NoAnswerError(f"broke off ({error})", again=True)
        case httpx.HTTPError() | httpx.InvalidURL():
            return _NoAnswerError(f"cannot be fetched ({error})", again=False)
        case _:
            return error


def fetch_first(source: Source, transports: Iterable[Transport]) -> Payload | Failure:
    """The payload of the first transport that has one, else why each of them has none."""
    reasons = []
    for transport in transports:
        try:
            return transport.fetch(source)
        except TransportError as error:
            reasons.append(str(error))
    return Failure(source.id, tuple(reasons))
