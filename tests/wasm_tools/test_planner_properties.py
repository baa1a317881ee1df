"""Properties of the planner that the data allow: they hold for any load and target."""

from dataclasses import replace
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wasm_tools.catalogues import catalogue, deployable, rental
from wasm_tools.performance.memory import memory_split
from wasm_tools.performance.replicas import replicas_for
from wasm_tools.planner import Limits, Question, Wishes, answer
from wasm_tools.planner.catalogue import Catalogue
from wasm_tools.planner.exclusions import Exclusions
from wasm_tools.planner.load import load_of
from wasm_tools.planner.sizing import sized
from wasm_tools.workload.traffic import Slo, Workload

EXACT = Wishes(near_tolerance=0.0, limits=Limits(kinds=("rented",)))
LENGTHS = st.sampled_from([(128, 128), (512, 256), (1024, 1024), (4096, 512), (10240, 1536)])


@cache
def cat() -> Catalogue:
    return replace(
        catalogue(),
        deployables=(deployable(2), deployable(4), deployable(8), deployable(4, "bf16"), deployable(8, "bf16")),
        rentals=(rental("rented", "2.50"), rental("rented", "2.10", "metal", 8)),
    )


def cheapest(workload: Workload, slo: Slo) -> float:
    found = [c.usd_per_month for c in answer(Question(workload, slo, EXACT), cat()).candidates if c.qualifies]
    return min(found, default=float("inf"))


@given(LENGTHS, st.floats(0.01, 500), st.floats(1, 5), st.floats(1.0, 4.0))
@settings(max_examples=80, deadline=None)
def test_more_load_never_costs_less(lengths: tuple[int, int], qps: float, peak: float, more: float) -> None:
    slo = Slo(3_000, 60, 400_000)
    base = cheapest(Workload(*lengths, qps, qps * peak, "medium"), slo)
    assert cheapest(Workload(*lengths, qps * more, qps * more * peak, "medium"), slo) >= base


@given(LENGTHS, st.floats(0.01, 500), st.sampled_from(["ttft_ms", "itl_ms", "e2e_ms"]), st.floats(1.0, 5.0))
@settings(max_examples=80, deadline=None)
def test_relaxing_a_bound_never_costs_more(lengths: tuple[int, int], qps: float, bound: str, looser: float) -> None:
    workload, slo = Workload(*lengths, qps, 2 * qps, "medium"), Slo(1_500, 40, 200_000)
    relaxed = replace(slo, **{bound: getattr(slo, bound) * looser})
    assert cheapest(workload, relaxed) <= cheapest(workload, slo) * (1 + 1e-9)


@given(LENGTHS, st.floats(0.01, 200))
@settings(max_examples=60, deadline=None)
def test_what_is_shown_at_the_planned_load_keeps_every_bound(lengths: tuple[int, int], qps: float) -> None:
    question = Question(Workload(*lengths, qps, 2 * qps, "medium"), Slo(2_000, 50, 300_000), EXACT)
    for s in sized(question, cat(), Exclusions({}), []):
        load = load_of(question, cat().policy, s)
        assert load.margin >= -1e-6
        assert load.share <= 1 + 1e-9


@given(st.floats(0.001, 10_000), st.floats(0.01, 100), st.integers(1, 50))
def test_more_replicas_of_a_configuration_never_lower_capacity(peak: float, rate: float, more: int) -> None:
    count = replicas_for(peak, rate).carrying
    assert (count + more) * rate > count * rate >= peak * (1 - 1e-9)


@given(LENGTHS, st.floats(0.01, 50))
@settings(max_examples=40, deadline=None)
def test_memory_of_no_plan_exceeds_its_device(lengths: tuple[int, int], qps: float) -> None:
    question = Question(Workload(*lengths, qps, 2 * qps, "medium"), Slo(5_000, 80, 600_000), EXACT)
    c = cat()
    for s in sized(question, c, Exclusions({}), []):
        d = s.deployable
        split = memory_split(
            c.book.shapes[d.model],
            d.precision,
            c.gpus[d.gpu],
            d.tensor_parallel,
            sum(lengths),
            runtime=c.policy.runtime,
        )
        cache = s.served.slots * split.kv_per_request
        assert cache <= split.kv_pool
        assert split.weights + split.activation + split.non_torch + split.graphs + cache <= split.device
