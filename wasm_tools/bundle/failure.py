"""The one error of this room."""


class BundleError(Exception):
    """The bundle cannot be built; the message is one sentence with the remedy."""
