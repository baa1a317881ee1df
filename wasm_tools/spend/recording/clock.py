"""The time of a call. The one module of the engine that reads the clock: it runs in the reader's own program only."""

from time import gmtime, perf_counter_ns, strftime, time_ns

_last = (0, "")  # a second and its text


def utc_now() -> str:
    """Now, as ISO 8601 in UTC with milliseconds."""
    global _last
    second, rest = divmod(time_ns(), 1_000_000_000)
    known, text = _last
    if known != second:
        text = strftime("%Y-%m-%dT%H:%M:%S", gmtime(second))
        _last = second, text
    return f"{text}.{rest // 1_000_000:03d}Z"


def elapsed_ns() -> int:
    """Nanoseconds of a clock that only differences of mean something."""
    return perf_counter_ns()
