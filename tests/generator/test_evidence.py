"""Quality scores and observed latencies on their way from a payload into the state and to the planner's rates."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from generator.precompute.observations import observations_of_rates
from generator.registry import Registry, load_registry
from generator.sync.evidence import merged_evidence, our_observations, respelled_observations, storable_scores
from generator.sync.payloads import Failure, payload
from generator.sync.run import Outcome, merged
from generator.sync.source_registry import Source
from generator.sync.sources.openrouter_endpoints import parse
from generator.sync.state import State, load_state, save_state, state_files
from generator.sync.statements import Parsed
from wasm_tools.models.quality import QualityScore
from wasm_tools.performance.observations import ApiObservation, observation_rows, read_observations

ROOT = Path(__file__).parents[2]
AS_OF = "2026-11-20"
SCORE = QualityScore("gpt-5 (high)", "aider-polyglot", 88.0, "percent", "2025-08-23", "aider", False, "diff", 29.0829)
CLAIM = QualityScore("nova-pro", "gpqa", 46.9, "percent", "2025-07-19", "llm-stats-benchmarks", True, url="https://x")
SEEN = ApiObservation(
    "groq", "llama-3.3-70b-instruct", "global", "openrouter-endpoints", "2026-08-08T15:31Z", 30, 1200,
    300.0, 400.0, 600.0, 900.5, 1500.0, 50.0, False, "fp8",
)  # fmt: skip
FEW = replace(
    SEEN, sku="qwen3-32b", requests=12, ttft_p50_ms=None, ttft_p75_ms=None, ttft_p90_ms=None, ttft_p95_ms=None,
    ttft_p99_ms=None, tokens_per_second=None, reasoning=True,
)  # fmt: skip
TABLE = ROOT / "tests" / "payloads" / "openrouter-endpoints.csv"
STORED = "raw.githubusercontent.com/sui414/openrouter-pricing-data/main/data/csv/endpoints/date=2026-08-08.csv"


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry(ROOT / "data" / "registry")


def quiet(_: Outcome) -> None:
    """Report nothing."""


def table(**fields: str) -> bytes:
    """One made row in the shape of the daily table."""
    rows = list(csv.DictReader(io.StringIO(TABLE.read_text())))
    latencies = dict(
        zip((f"p{n}_latency" for n in (50, 75, 90, 95, 99)), ("300", "400", "600", "900.5", "1500"), strict=True)
    )
    row = rows[0] | latencies | {"request_count": "1200", "p50_throughput": "50", "p95_throughput": "99"} | fields
    out = io.StringIO()
    writer = csv.DictWriter(out, list(row))
    writer.writeheader()
    writer.writerow(row)
    return out.getvalue().encode()


def seen(registry: Registry, **fields: str) -> list[ApiObservation]:
    return parse(table(**fields), registry.units).observations


def test_scores_and_observations_come_back_from_the_state_as_they_were(tmp_path: Path) -> None:
    state = State(quality=[SCORE, CLAIM], observations=[SEEN, FEW])
    assert save_state(state, tmp_path / "state")
    back = load_state(tmp_path / "state")
    assert sorted(back.quality, key=lambda s: s.name) == [SCORE, CLAIM]
    assert sorted(back.observations, key=lambda o: o.sku) == [SEEN, FEW]
    assert not save_state(back, tmp_path / "state")


def test_a_state_without_such_folders_reads_as_empty_and_writes_none(tmp_path: Path) -> None:
    save_state(State(), tmp_path / "state")
    back = load_state(tmp_path / "state")
    assert (back.quality, back.observations, list(state_files(back))) == ([], [], ["snapshots.json"])


def test_the_state_does_not_depend_on_the_order_of_the_records() -> None:
    one, two = (
        State(quality=[SCORE, CLAIM], observations=[SEEN, FEW]),
        State(quality=[CLAIM, SCORE], observations=[FEW, SEEN]),
    )
    assert state_files(one) == state_files(two)


def test_a_source_that_says_nothing_keeps_what_it_said_and_one_that_speaks_replaces_it() -> None:
    newer = replace(SEEN, observed="2026-08-09T15:31Z")
    assert merged_evidence([SEEN, FEW], {"openrouter-endpoints": [newer]}) == [newer]
    assert merged_evidence([SEEN, FEW], {"openrouter-endpoints": []}) == [SEEN, FEW]
    assert merged_evidence([SCORE], {"llm-stats-benchmarks": [CLAIM]}) == [SCORE, CLAIM]


def test_sync_stores_what_was_observed_and_leaves_it_when_the_source_is_out(registry: Registry) -> None:
    fetched = {"openrouter-endpoints": payload(table(), "mirror", "2026-08-08", "")}
    state, (outcome,) = merged(registry, State(), fetched, AS_OF, quiet)
    assert outcome.state == "fresh"
    assert [(o.provider, o.sku, o.ttft_p95_ms) for o in state.observations] == [("openai", "gpt-5.6-terra", 900.5)]
    assert state.observations[0].sku in {o.sku for o in state.offers}
    out = {"openrouter-endpoints": Failure("openrouter-endpoints", ("gone",))}
    after, _ = merged(registry, state, out, AS_OF, quiet)
    assert after.observations == state.observations


def test_sync_stores_the_scores_of_a_board_and_a_broken_board_changes_nothing(registry: Registry) -> None:
    board = Source(
        id="aider", title="", url="https://x/{file}.yml", homepage="", licence="", share="yes", attribution="",
        family="aider", rank=0, cadence_days=30, kind="quality", files=("polyglot",),
    )  # fmt: skip
    alone = replace(registry, sources=(board,))

    def after(before: State, runs: int) -> tuple[State, Outcome]:
        run = "- model: o{}\n  edit_format: diff\n  pass_rate_2: 50\n  test_cases: 225\n  date: 2025-01-01\n"
        text = "".join(run.format(n) for n in range(runs))
        fetched = {"aider": payload(json.dumps({"polyglot": text}).encode(), "mirror", "2026-05-22", "")}
        state, (outcome,) = merged(alone, before, fetched, AS_OF, quiet)
        return state, outcome

    whole, outcome = after(State(quality=[CLAIM]), 10)
    assert (outcome.state, outcome.statements, len(whole.quality)) == ("fresh", 10, 11)
    assert CLAIM in whole.quality and not whole.offers
    cut, outcome = after(whole, 3)
    assert outcome.state == "kept" and "only 3 statements after 10" in outcome.message
    assert cut.quality == whole.quality
    empty, outcome = after(whole, 0)
    assert outcome.state == "kept" and empty.quality == whole.quality


def test_text_that_no_table_can_hold_is_counted() -> None:
    parsed = Parsed(scores=[SCORE, SCORE, replace(SCORE, setting="a\nb")])
    assert storable_scores(parsed) == [SCORE]
    assert parsed.rejected == {"text with control characters or broken ones": 1}


def test_observations_get_the_names_of_the_prices_of_their_source(registry: Registry) -> None:
    stated = [
        replace(SEEN, provider="amazon-bedrock", sku="anthropic/claude-opus-5", requests=n) for n in (200, 900, 400)
    ]
    (ours,) = our_observations(Parsed(observations=stated), registry)
    assert (ours.provider, ours.requests) == ("aws-bedrock", 900)
    (spelled,) = respelled_observations([ours], {("aws-bedrock", ours.sku): "claude-opus-5"})
    assert spelled.sku == "claude-opus-5"


def test_a_row_of_the_table_is_a_window_with_its_percentiles(registry: Registry) -> None:
    (found,) = seen(registry)
    assert (found.observed, found.window_minutes, found.requests) == ("2026-08-08T15:31Z", 30, 1200)
    assert (found.ttft_p50_ms, found.ttft_p95_ms, found.ttft_p99_ms) == (300.0, 900.5, 1500.0)
    assert found.tokens_per_second == 50.0, "the 95th percentile of the throughput is the fastest twentieth"


def test_below_a_hundred_requests_no_percentile_is_taken(registry: Registry) -> None:
    (few,) = seen(registry, request_count="99")
    assert few.requests == 99 and few.ttft_p95_ms is None and few.tokens_per_second is None
    assert seen(registry, request_count="100")[0].ttft_p95_ms == 900.5


@pytest.mark.parametrize(
    "fields",
    [{"request_count": ""}, {"request_count": "0"}, {"stats_window_minutes": ""}, {"variant": "batch"},
     {"variant": "thinking"}, {"provider_slug": "deepinfra/turbo"}, {"is_hidden": "True"}],
)  # fmt: skip
def test_only_the_plain_offer_with_requests_is_observed(registry: Registry, fields: dict[str, str]) -> None:
    assert seen(registry, **fields) == []


def test_a_rate_has_the_observation_of_its_provider_model_and_region_only(registry: Registry) -> None:
    model = registry.plain_model_of("groq", SEEN.sku)
    assert model
    own, alias = ("groq", SEEN.sku, "global"), ("groq", "meta-llama/llama-3.3-70b-instruct", "global")
    others = [
        ("together", SEEN.sku, "global"), ("groq", SEEN.sku, "eu"), ("groq", "qwen3-32b", "global"),
        ("groq", "llama-3.3-70b-instruct-fast", "global"), ("groq", "nobody-knows-this", "global"),
    ]  # fmt: skip
    unfit = [replace(SEEN, sku="nobody-knows-this-one"), replace(SEEN, sku="qwen3-32b", region="us")]
    found = observations_of_rates(registry, [SEEN, *unfit], [own, alias, *others])
    assert found.keys() == {own, alias}
    assert all(o == replace(SEEN, model=model) for o in found.values())
    assert read_observations(observation_rows(found)) == found


def test_the_own_id_of_a_rate_goes_before_a_busier_one(registry: Registry) -> None:
    busier = replace(SEEN, sku="meta-llama/llama-3.3-70b-instruct", requests=9000)
    (found,) = observations_of_rates(registry, [busier, SEEN], [("groq", SEEN.sku, "global")]).values()
    assert found.requests == 1200


@pytest.mark.mirror
def test_the_stored_table_has_690_observations_of_language_models_with_a_hundred_requests(
    mirror: Path, registry: Registry
) -> None:
    found = our_observations(parse((mirror / STORED).read_bytes(), registry.units), registry)
    enough = [o for o in found if o.requests >= 100]
    assert (len(found), len(enough)) == (836, 690)
    assert all(o.ttft_p95_ms and o.tokens_per_second for o in enough)
    assert not [o for o in found if o.requests < 100 and (o.ttft_p95_ms or o.tokens_per_second)]
    assert {o.observed for o in found} == {"2026-08-08T15:31Z"} and {o.window_minutes for o in found} == {30}
    ratios = sorted(o.ttft_p95_ms / o.ttft_p50_ms for o in enough if o.ttft_p95_ms and o.ttft_p50_ms)
    assert 2.8 < ratios[len(ratios) // 2] < 3.6
