"""What a run shows of itself on the terminal, on the channel for people: a bar for each stage, and a closing line."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from generator.options import notes


class Steps:
    """A progress bar that the stages advance by saying what they did."""

    def __init__(self, progress: Progress, title: str, total: int | None) -> None:
        self.progress = progress
        self.task = progress.add_task(title, total=total, what="")

    def __call__(self, what: str) -> None:
        """One step done: `what` is shown behind the bar."""
        self.progress.update(self.task, advance=1, what=what, refresh=True)

    def done(self) -> None:
        """The stage is done: the bar is full whatever was counted."""
        task = self.progress.tasks[self.task]
        self.progress.update(self.task, total=task.completed or 1, completed=task.completed or 1, what="", refresh=True)


@contextmanager
def stages() -> Iterator[Progress]:
    """The progress display of a run, on the terminal's error channel. It is drawn at each step and has no thread of its
    own: a process with threads cannot fork safely, and the render stage forks."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:<11}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=notes, transient=False, auto_refresh=False) as progress:
        yield progress


def summary_line(facts: dict[str, Any]) -> str:
    """The closing summary of a run in one line."""
    return ", ".join(
        f"{value:,} {name}" if isinstance(value, int) else f"{value} {name}" for name, value in facts.items()
    )
