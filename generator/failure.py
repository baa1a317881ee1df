"""Faults that are to be expected: their message names the thing and the remedy, and the command line prints no more."""


class Failure(Exception):
    """What stops a run and is not a mistake in our code."""


class RunError(Failure):
    """A run that cannot go on."""
