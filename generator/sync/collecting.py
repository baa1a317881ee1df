"""Reading a payload of several addresses of which some may not be there."""

from collections.abc import Callable, Mapping

from generator.sync.payloads import TransportError

FORBIDDEN = "answered HTTP 403"  # what an object store says about an object that does not exist


def present_texts(addresses: Mapping[str, str], read: Callable[[str, str], str]) -> dict[str, str]:
    """The texts of all addresses that are there, by name; raises TransportError when none is or a host fails.

    A piece that is gone is left out: the checks of the sync see what went with it.
    """
    texts: dict[str, str] = {}
    gone: TransportError | None = None
    for name, address in addresses.items():
        try:
            texts[name] = read(name, address)
        except TransportError as error:
            if not is_gone(error):
                raise
            gone = error
    if gone is not None and not texts:
        raise gone
    return texts


def is_gone(error: TransportError) -> bool:
    """Whether the host says that there is nothing at the address."""
    return error.absent or FORBIDDEN in error.what
