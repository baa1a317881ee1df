"""The planner's own judgements: premiums on risk, headroom, and what a doubling is worth. All come from a data file."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from wasm_tools.performance.runtime_memory import RuntimeMemory
from wasm_tools.planner.lists import Weights

Risks = tuple[tuple[str, float], ...]  # names and premiums


@dataclass(frozen=True, slots=True)
class Policy:
    """Shares that are added to a monthly cost when plans are compared for a recommendation, and other constants.

    Every premium depends on the plan alone, never on other plans. `evidence` is by tier of the prediction, with
    `observed` and `unknown` for APIs. `overload` is added at the utilisation cap and falls to none at
    `overload_free`; an API whose limit nobody states carries all of it. `gpu_doubling` is added for each doubling of
    the GPUs of a plan. Errors are relative half-widths of the cost.
    """

    utilisation_cap: float
    headroom: float
    node_availability: float
    runtime: RuntimeMemory  # how the engine of a plan is set up
    recommendable: Collection[str]  # kinds of plan that a recommendation may name
    evidence: Mapping[str, float]
    single_source: float
    overload: float
    overload_free: float
    gpu_doubling: float
    aging: float  # for each 100 days since a source last stated the price
    price_error: float  # of a price that one source states
    agreed_price_error: float  # of one that two families state alike
    priorities: Mapping[str, Weights]


def price_risks(families: int, age_days: int, policy: Policy) -> Risks:
    """The premiums on a price: one source alone, and time since it was last stated; those of 0 are left out."""
    found = (
        ("single source", policy.single_source if families < 2 else 0.0),
        ("old price", policy.aging * age_days / 100),
    )
    return tuple([premium for premium in found if premium[1]])


def price_error(families: int, policy: Policy) -> float:
    """The relative half-width of what a price may really be, by the source families that state it."""
    return policy.price_error if families < 2 else policy.agreed_price_error


def overload_premium(utilisation: float, policy: Policy) -> float:
    """The premium for running near the cap at peak; 0 up to `overload_free`, rising straight to the cap."""
    room = policy.utilisation_cap - policy.overload_free
    return policy.overload * min(1.0, max(0.0, utilisation - policy.overload_free) / room)
