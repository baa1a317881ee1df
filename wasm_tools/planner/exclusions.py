"""What did not become a candidate: counted by reason, and for each provider."""

from collections import Counter
from collections.abc import Iterable, Mapping

from wasm_tools.planner.diagnostics import REASONS

WORDS = {reason.code: reason.words for reason in REASONS}


class Exclusions:
    """Counters that the candidate makers fill. One price or configuration counts once, under its first reason."""

    def __init__(self, unplanned: Mapping[str, int]) -> None:
        self._counts: Counter[str] = Counter(unplanned)
        self._providers: dict[str, Counter[str]] = {}
        self._gpus: dict[str, Counter[str]] = {}
        self._possible: dict[str, int] = {}

    def price(self, code: str, provider: str, words: str = "") -> None:
        """A price that cannot be used; `words` where the reason has more to say than its code."""
        self._counts[words or WORDS[code]] += 1
        codes = self._providers.get(provider)
        if codes is None:
            codes = self._providers[provider] = Counter()
        codes[code] += 1

    def possible(self, provider: str) -> None:
        """A plan that qualifies and is not looked at further, because a list would not show it."""
        self._possible[provider] = self._possible.get(provider, 0) + 1

    def prices(self, counted: Mapping[tuple[str, str], int]) -> None:
        """Many prices at once, by code and provider."""
        for (code, provider), number in counted.items():
            self._counts[WORDS[code]] += number
            self._providers.setdefault(provider, Counter())[code] += number

    @property
    def unlisted(self) -> int:
        """Plans that are possible but dearer than others of their model and kind."""
        return sum(self._possible.values())

    def needless(self, code: str, number: int = 1) -> None:
        """Configurations that were not looked at because another one is better: no fault of a seller."""
        if number:
            self._counts[WORDS[code]] += number

    def configuration(self, code: str, gpu: str, words: str = "") -> None:
        """A configuration that cannot be used on this GPU, whoever rents it out."""
        self._counts[words or WORDS[code]] += 1
        self._gpus.setdefault(gpu, Counter())[code] += 1

    def counted(self, code: str) -> int:
        """How often a reason was counted under its own words."""
        return self._counts[WORDS[code]]

    def rows(self) -> tuple[tuple[str, int], ...]:
        """Reason in words and count, by reason."""
        return tuple(sorted(self._counts.items()))

    def by_provider(self, renting: Iterable[tuple[str, str]]) -> dict[str, Mapping[str, int]]:
        """Codes counted for each provider; `renting` are the pairs of provider and GPU that can be rented."""
        found = {provider: Counter(codes) for provider, codes in self._providers.items()}
        for provider, plans in self._possible.items():
            found.setdefault(provider, Counter())["not_selected"] += plans
        for provider, gpu in renting:
            if gpu in self._gpus:
                found.setdefault(provider, Counter()).update(self._gpus[gpu])
        return dict(found)
