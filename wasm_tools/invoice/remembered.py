"""Answers remembered by question: a bill repeats the same few texts, and each is understood once."""

from collections.abc import Callable, Hashable

LIMIT = 100_000  # distinct questions; columns of numbers that never repeat must not fill the memory


class Remembered[Q: Hashable, A](dict[Q, A]):
    """`remembered[question]` is `answer(question)`, worked out once. Errors are not remembered."""

    __slots__ = ("_answer",)

    def __init__(self, answer: Callable[[Q], A]) -> None:
        super().__init__()
        self._answer = answer

    def __missing__(self, question: Q) -> A:
        found = self._answer(question)
        if len(self) < LIMIT:
            self[question] = found
        return found
