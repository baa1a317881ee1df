"""What a report names beside the planner's catalogue: who sells, who states a price and when it was read, its grade."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wasm_tools.planner.holding import OWN
from wasm_tools.planner.plan import Plan
from wasm_tools.workload.traffic import InputError


@dataclass(frozen=True, slots=True)
class PriceSource:
    """A source of prices: its title and the date on which it was last read, empty when it never was."""

    title: str
    read: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and sources by id, grades by `kind:provider:sku:region`, and the build of data and engine."""

    build: str
    own_grade: str  # of hardware that nobody sells
    providers: Mapping[str, str]
    sources: Mapping[str, PriceSource]
    grades: Mapping[str, str]

    def grade(self, plan: Plan) -> str:
        """The grade of the price of a plan; empty where none is known."""
        if plan.provider == OWN:
            return self.own_grade
        return self.grades.get(":".join((plan.kind, plan.provider, plan.sku, plan.region)), "")

    def provider(self, provider: str) -> str:
        """The name of a provider; its id while nobody has reviewed it."""
        return self.providers.get(provider, provider)


def read_facts(facts: object, letters: object) -> Facts:
    """The facts of `facts_record` and the prices by grade, as the page has them; InputError when they are not those."""
    try:
        return Facts(
            build=facts["build"],  # type: ignore[index]
            own_grade=facts["own_grade"],  # type: ignore[index]
            providers=facts["providers"],  # type: ignore[index]
            sources={name: PriceSource(*row) for name, row in facts["sources"].items()},  # type: ignore[index]
            grades={key: letter for letter, keys in letters.items() for key in keys},  # type: ignore[attr-defined]
        )
    except (AttributeError, KeyError, TypeError):
        raise InputError("facts", "the names and sources of the report are missing; reload the page") from None


def facts_record(facts: Facts) -> dict[str, Any]:
    """The facts without the grades, as JSON."""
    return {
        "build": facts.build,
        "own_grade": facts.own_grade,
        "providers": dict(sorted(facts.providers.items())),
        "sources": {name: [s.title, s.read] for name, s in sorted(facts.sources.items())},
    }
