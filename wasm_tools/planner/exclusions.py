"""What did not become a candidate: counted by reason, and for each provider."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from wasm_tools.planner.diagnostics import REASONS

WORDS = {reason.code: reason.words for reason in REASONS}


class Exclusions:
    """Counters that the candidate makers fill. One price or configuration counts once, under its first reason.

    Thousands of them are counted for one answer and few are asked for, so sums are made when they are.
    """

    def __init__(self, unplanned: Mapping[str, int]) -> None:
        self._unplanned = unplanned
        self._prices: defaultdict[tuple[str, str, str], int] = defaultdict(int)  # by code, own words and provider
        self._of_many: list[tuple[str, str, Mapping[str, int]]] = []  # code, own words and number by provider
        self._configurations: defaultdict[tuple[str, str, str], int] = defaultdict(int)  # by code, own words and GPU
        self._needless: defaultdict[str, int] = defaultdict(int)  # by code
        self._possible: Counter[str] = Counter()

    def price(self, code: str, provider: str, words: str = "", number: int = 1) -> None:
        """A price that cannot be used, or several; `words` where the reason has more to say than its code."""
        self._prices[code, words, provider] += number

    def prices(self, code: str, providers: Mapping[str, int], words: str = "") -> None:
        """The same of the prices of many providers: the number of each."""
        self._of_many.append((code, words, providers))

    def possible(self, provider: str) -> None:
        """A plan that qualifies and is not looked at further, because a list would not show it."""
        self._possible[provider] += 1

    def all_possible(self, providers: Iterable[str]) -> None:
        """The same of many plans, by the provider of each."""
        self._possible.update(providers)

    @property
    def unlisted(self) -> int:
        """Plans that are possible but dearer than others of their model and kind."""
        return self._possible.total()

    def needless(self, code: str, number: int = 1) -> None:
        """Configurations that were not looked at because another one is better: no fault of a seller."""
        self._needless[code] += number

    def configuration(self, code: str, gpu: str, words: str = "", number: int = 1) -> None:
        """A configuration that cannot be used on this GPU, or several, whoever rents it out."""
        self._configurations[code, words, gpu] += number

    def counted(self, code: str) -> int:
        """How often a reason was counted under its own words."""
        return dict(self.rows()).get(WORDS[code], 0)

    def rows(self) -> tuple[tuple[str, int], ...]:
        """Reason in words and count, by reason."""
        counts = Counter(self._unplanned)
        for counted in (self._prices, self._configurations):
            for (code, words, _), number in counted.items():
                counts[words or WORDS[code]] += number
        for code, words, providers in self._of_many:
            counts[words or WORDS[code]] += sum(providers.values())
        for code, number in self._needless.items():
            counts[WORDS[code]] += number
        return tuple(sorted((words, number) for words, number in counts.items() if number))

    def by_provider(self, renting: Iterable[tuple[str, str]]) -> dict[str, Mapping[str, int]]:
        """Codes counted for each provider; `renting` are the pairs of provider and GPU that can be rented."""
        found: dict[str, Counter[str]] = {}
        for (code, _, provider), number in self._prices.items():
            found.setdefault(provider, Counter())[code] += number
        for code, _, providers in self._of_many:
            for provider, number in providers.items():
                found.setdefault(provider, Counter())[code] += number
        for provider, plans in self._possible.items():
            found.setdefault(provider, Counter())["not_selected"] += plans
        of_gpus: dict[str, Counter[str]] = {}
        for (code, _, gpu), number in self._configurations.items():
            of_gpus.setdefault(gpu, Counter())[code] += number
        for provider, gpu in renting:
            if gpu in of_gpus:
                found.setdefault(provider, Counter()).update(of_gpus[gpu])
        return dict(found)
