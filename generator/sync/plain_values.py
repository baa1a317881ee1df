"""Values in texts that somebody else wrote: what they state, or nothing where it cannot be meant."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

MOST_DIGITS = 12  # of counts and lengths; more are a broken field, and thousands more than Python converts


def whole(text: str) -> int | None:
    """The whole number from 0 that a text of plain digits states; None for everything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None


def day_of(seconds: float) -> str:
    """The day (UTC, ISO) of seconds since 1970; `''` for a time beyond the calendar."""
    try:
        return datetime.fromtimestamp(seconds, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return ""


def host_of(url: str) -> str:
    """The host in an address; `''` where there is none or the address is damaged."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
