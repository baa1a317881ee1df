"""Promises of the registry's facts about hosting: each has a source, unknown stays marked, the pack loses nothing."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from generator.precompute.hosting import hosting_facts
from generator.registry import RegistryError, load_registry
from wasm_tools.planner.hosting_facts import HostingFacts, hosting_rows, read_hosting
from wasm_tools.pricing.offers import COMMITMENTS
from wasm_tools.workload.traffic import InputError

REGISTRY = Path(__file__).parents[2] / "data" / "registry"


@pytest.fixture(scope="module")
def facts() -> HostingFacts:
    return hosting_facts(REGISTRY)


def test_every_commitment_that_state_has_is_a_form_of_renting(facts: HostingFacts) -> None:
    commitments = [t.commitment for t in facts.terms.values()]
    assert len(set(commitments)) == len(commitments) == len(facts.terms)
    assert set(COMMITMENTS) - set(commitments) == {"1w", "1m"}  # nobody sells these


def test_a_commitment_is_never_elastic_and_a_risk_is_always_in_words(facts: HostingFacts) -> None:
    for term in facts.terms.values():
        assert not (term.months and term.elastic), term.kind
        assert term.dependable or term.words, term.kind
        assert not term.months or term.words, term.kind


def test_the_pack_gives_back_what_was_put_in(facts: HostingFacts) -> None:
    assert read_hosting(json.loads(json.dumps(hosting_rows(facts)))) == facts


def test_what_no_source_says_of_a_provider_is_named_as_assumed(facts: HostingFacts) -> None:
    assert facts.serverless_terms("runpod").assumed == ("GPUs of one replica",)
    assert facts.serverless_terms("runpod").keep_warm_s == 5
    assert facts.serverless_terms("replicate").assumed == ("keep-warm time",)
    nobody = facts.serverless_terms("nobody")
    assert (nobody.provider, len(nobody.assumed)) == ("nobody", 5)
    assert all(t.source and t.keep_warm_s > 0 and t.billing_s > 0 and t.max_gpus > 0 for t in facts.serverless.values())


def test_every_default_has_a_source_or_a_reason(facts: HostingFacts) -> None:
    assert all(len(v.source) > 20 and v.unit for v in facts.values.values())
    ours = {name for name, v in facts.values.items() if v.ours}
    assert ours == {"event_bytes", "load_bytes_per_second", "maintenance_share", "start_machine_s"}


def test_every_provider_that_is_described_is_registered(facts: HostingFacts) -> None:
    known = load_registry(REGISTRY).provider.keys()
    assert {*facts.serverless, *facts.egress, *facts.storage} - {""} <= known


def test_the_default_site_stands_where_a_power_price_is_known(facts: HostingFacts) -> None:
    assert facts.site().usd_per_kwh == Decimal("0.0813")
    assert facts.site("US-TX").usd_per_kwh == facts.electricity["US-TX"].usd_per_kwh
    assert facts.site(usd_per_kwh=Decimal("0.12")).usd_per_kwh == Decimal("0.12")
    with pytest.raises(InputError, match="state your own"):
        facts.site("ATLANTIS")


def test_latencies_connect_every_two_areas_once(facts: HostingFacts) -> None:
    areas = sorted({area for pair in facts.latencies for area in pair})
    pairs = {frozenset(pair) for pair in facts.latencies}
    assert len(areas) == 10 and len(pairs) == len(facts.latencies) == 45
    assert all(0 < ms < 500 for ms in facts.latencies.values())


def test_purchase_prices_are_flagged_where_they_are_estimates(facts: HostingFacts) -> None:
    assert (facts.purchase["h100-sxm"].usd, facts.purchase["h100-sxm"].estimate) == (33_600, True)
    assert not facts.purchase["rtx-4090"].estimate


def test_a_wrong_file_is_refused_by_name(tmp_path: Path) -> None:
    for file in REGISTRY.iterdir():
        if file.is_file():
            (tmp_path / file.name).write_bytes(file.read_bytes())
    charges = tmp_path / "surcharges.csv"
    charges.write_text(charges.read_text().replace("egress,azure,0,", "egress,azure,200,"))
    with pytest.raises(RegistryError, match=r"surcharges.csv: the steps of azure"):
        hosting_facts(tmp_path)


def test_facts_are_values(facts: HostingFacts) -> None:
    assert replace(facts) == facts and facts.value("pue") == 1.3
