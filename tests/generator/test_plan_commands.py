"""`atlas plan` and `atlas explain` on the committed data: answers, forms of output, exit codes, refusals."""

import csv
import io
import re
from dataclasses import replace
from typing import Any

import pytest

from generator import nightly
from tests.generator.plan_runs import answer, read_once, refused, run

__all__ = ["read_once"]
CHAT = ("--prompt", "512", "--output", "256", "--qps", "10", "--slo", "conversational", "--class", "medium")


def test_programs_and_people_get_the_same_plans() -> None:
    found = answer("plan", *CHAT)
    code, shown, _ = run("plan", *CHAT)
    assert code == 0 and [p["rank"] for p in found["plans"]] == list(range(1, len(found["plans"]) + 1))
    for plan in found["plans"][:10]:
        assert plan["model"] in shown and f"{float(plan['usd_per_month']):,.2f}" in shown
    recommended = next(p for p in found["plans"] if p["id"] == found["recommended"])
    assert f"#{recommended['rank']} {recommended['model']}" in shown.partition("Recommended")[2]
    assert re.search(rf"^ *{recommended['rank']} +{re.escape(recommended['model'])} ", shown, re.MULTILINE)
    assert "Not verified" in shown and "Left out" in shown
    assert found["question"]["qps"] == 10 and found["question"]["slo"]["ttft_ms"] == 300


def test_what_is_cheaper_with_conditions_is_told_and_not_recommended() -> None:
    found = answer("plan", *CHAT)
    plans = {p["id"]: p for p in found["plans"]}
    assert found["cheaper_with_conditions"]
    for id_ in found["cheaper_with_conditions"]:
        assert id_.split(":")[0] not in ("api", "rented", "serverless", "owned")
        if id_ in plans:
            assert float(plans[id_]["usd_per_month"]) < float(plans[found["recommended"]]["usd_per_month"])
    assert "spot from $" in " ".join(run("plan", *CHAT)[1].split())


@pytest.mark.parametrize("columns", [80, 100])
def test_the_table_fits_the_terminal(columns: int) -> None:
    words = ("plan", *CHAT, "--top", "30")
    _, shown, _ = run(*words, columns=columns)
    assert max(map(len, shown.splitlines())) <= columns
    assert "…" not in shown
    for plan in answer(*words)["plans"][:30]:
        assert f"{float(plan['usd_per_month']):,.2f}" in shown  # figures are never broken


def test_csv_has_a_row_for_every_plan() -> None:
    code, text, _ = run("plan", *CHAT, "--csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    plans = answer("plan", *CHAT)["plans"]
    assert code == 0 and [r["id"] for r in rows] == [p["id"] for p in plans]
    assert [r["usd_per_month"] for r in rows] == [p["usd_per_month"] for p in plans]


def test_diagnostics_name_one_reason_for_every_provider() -> None:
    words = ("plan", *CHAT, "--without-provider", "deepinfra")
    rows = list(csv.reader(io.StringIO(run(*words, "--diagnostics")[1])))
    assert rows[0] == ["provider", "status", "reason"] and len(rows) > 50
    assert len({r[0] for r in rows}) == len(rows)
    assert {r[0] for r in rows if r[1] == "included"} == {
        p["provider"] for p in answer(*words)["plans"] if p["provider"] != "own"
    }
    assert {provider: status for provider, status, _ in rows[1:]}["deepinfra"] == "excluded"


def test_filters_hold_in_the_answer() -> None:
    found = answer("plan", "--model", "gpt-oss-120b", "--kind", "rented", "--gpu", "h100-sxm", "--max-gpus", "4")
    assert found["plans"]
    for plan in found["plans"]:
        assert (plan["model"], plan["kind"], plan["gpu"]) == ("gpt-oss-120b", "rented", "h100-sxm")
        assert plan["replicas"] * plan["tensor_parallel"] <= 4
    here = answer("plan", "--region", "us-east-1", "--kind", "api")
    assert here["plans"] and {p["region"] for p in here["plans"]} == {"us-east-1"}
    dearer = answer("plan", "--region", "europe-west4", "--kind", "rented")  # no provider's cheapest region
    assert dearer["plans"] and {p["region"] for p in dearer["plans"]} == {"europe-west4"}


def test_a_use_case_asks_what_its_page_asks() -> None:
    found = answer("plan", "--use-case", "chatbot")
    assert found["question"]["use_case"] == "chatbot" and found["question"]["peak_qps"] == 2.6666
    assert found["plans"] == answer("plan", "--use-case", "chatbot", "--users", "1000")["plans"]


def test_pattern_lengths_and_percentile_reach_the_plans() -> None:
    found = answer("plan", "--pattern", "business-hours", "--lengths", "azure-2023-conv", "--percentile", "90")
    assert found["percentile"] == 90 and found["question"]["pattern"] == "business-hours"
    assert any("following" in p["id"] or p["replicas_min"] != p["replicas_max"] for p in found["plans"] if p["gpus"])


def test_nothing_possible_is_exit_code_4_with_what_would_help() -> None:
    impossible = ("plan", "--prompt", "9999999", "--output", "9999999", "--class", "frontier")
    code, shown, _ = run(*impossible)
    assert code == 4 and "shorten the prompt" in " ".join(shown.split())
    assert "context window too short" in answer(*impossible)["excluded"]
    code, _, said = run("plan", "--ttft", "1", "--kind", "rented", "--json")
    assert code == 4 and re.search(r"the TTFT bound \d+ % looser lets \d+ configurations? in", " ".join(said.split()))
    code, shown, _ = run("plan", "--budget", "1")
    assert code == 4 and "raise the budget" in shown


def test_too_few_gpus_are_named_and_no_bound() -> None:
    few = ("plan", "--gpu", "h100-sxm", "--qps", "50")
    for words in (("--kind", "rented", "--gpu-limit", "h100-sxm=1"), ("--kind", "owned", "--own", "h100-sxm=1")):
        code, shown, _ = run(*few, *words)
        assert code == 4 and "allow more GPUs" in shown and "looser" not in shown
    assert answer(*few, "--kind", "rented", "--gpu-limit", "h100-sxm=400")["plans"]


def test_own_gpus_are_a_plan_at_the_price_of_their_power() -> None:
    own = ("plan", "--gpu", "h100-sxm", "--kind", "owned", "--own", "h100-sxm=8", "--qps", "5", "--confirmed-only")
    cheap, dear = (answer(*own, "--kwh", price)["plans"] for price in ("0.1", "0.3"))
    assert cheap and {p["kind"] for p in cheap} == {"owned"} and all(p["gpus"] <= 8 for p in cheap)
    assert float(cheap[0]["usd_per_month"]) < float(dear[0]["usd_per_month"])


def test_the_relaxation_that_is_printed_lets_a_plan_in() -> None:
    tight = ("--kind", "rented", "--itl", "35", "--e2e", "1000000")
    said = " ".join(run("plan", "--ttft", "20", *tight)[1].split())
    percent = re.search(r"the TTFT bound (\d+) % looser", said)
    assert percent, said
    assert answer("plan", "--ttft", str(20 * (1 + (int(percent[1]) + 1) / 100)), *tight)["plans"]


def test_no_relaxation_of_speed_where_only_conditions_are_in_the_way() -> None:
    code, shown, _ = run("plan", *CHAT, "--kind", "spot")
    words = " ".join(shown.split())
    assert code == 0 and "accept the conditions of spot" in words and "looser" not in words


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("--qps", "nan"), "--qps"), (("--qps", "inf"), "--qps"), (("--qps", "0"), "--qps"), (("--qps", "-3"), "--qps"),
        (("--qps", "1e300"), "--qps"), (("--peak", "nan"), "--peak"), (("--qps", "5", "--peak", "1"), "--peak"),
        (("--use-case", "chatbot", "--users", "-1"), "--users"), (("--ttft", "nan"), "--ttft"),
        (("--prompt", "0"), "--prompt"), (("--output", "999999999"), "--output"), (("--budget", "inf"), "--budget"),
        (("--model", "gpt-oss-12b"), "did you mean gpt-oss-120b"), (("--gpu", "H100"), "h100-sxm"),
        (("--provider", "azur"), "azure"), (("--ttft", "500", "--e2e", "100"), "raise --e2e or lower --ttft"),
        (("--slo", "telepathic"), "conversational"), (("--class", "gigantic"), "frontier"),
        (("--json", "--csv"), "--csv"), (("--confirmed-only",), "--own"), (("--max-gpus", "0"), "--max-gpus"),
    ],
)  # fmt: skip
def test_refusal_names_the_flag_or_the_remedy(words: tuple[str, ...], named: str) -> None:
    assert named in refused("plan", *words)
    if "--csv" not in words:
        assert named in refused("explain", "1", *words)


def test_bound_that_decides_alone_is_a_hint() -> None:
    code, shown, _ = run("plan", "--ttft", "4000", "--e2e", "9000")
    assert code == 0 and "Note: the end-to-end bound" in shown
    assert answer("plan", "--ttft", "4000", "--e2e", "9000")["hints"]


def test_an_empty_catalogue_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    before = nightly.inputs

    def without_prices(*given: Any, **more: Any) -> nightly.Inputs:
        at = before(*given, **more)
        return replace(at, state=replace(at.state, offers=[], gpu_offers=[]), as_of="2026-11-19")

    monkeypatch.setattr(nightly, "inputs", without_prices)
    assert "atlas sync" in refused("plan")


def test_a_model_that_nobody_sells_is_said_to_be_known() -> None:
    at = nightly.inputs(None, None, offline=True)  # type: ignore[arg-type]  # read before
    sold = {at.registry.model_of(o.provider, o.sku) for o in at.state.offers}
    unsold = next(m.id for m in at.registry.models if m.id not in sold and not at.registry.cards[m.id].capability)
    assert "nobody sells it" in refused("plan", "--model", unsold)


def test_a_plan_is_explained_by_number_and_by_id() -> None:
    plans = answer("plan", *CHAT)
    wanted = next(p for p in plans["plans"] if p["id"] == plans["recommended"])
    by_number = answer("explain", str(wanted["rank"]), *CHAT)
    assert by_number == answer("explain", wanted["id"], *CHAT)
    assert by_number["plan"] == {k: v for k, v in wanted.items() if k != "rank"}
    assert "recommended" in by_number["why"][0] and by_number["binds"] == wanted["binds"]


def test_an_explanation_has_figures_sources_risks_and_rivals() -> None:
    plans = answer("plan", *CHAT)
    found = answer("explain", plans["recommended"], *CHAT)
    first, gap, _ = found["figures"]
    assert (first["bound_ms"], gap["bound_ms"]) == (300, 30)
    assert first["band_ms"][0] <= first["estimate_ms"] <= first["band_ms"][1] and first["estimate_ms"] <= 300
    usd = float(found["plan"]["usd_per_month"])
    assert float(found["usd_with_risk"]) == pytest.approx(usd * (1 + sum(found["risks"].values())), rel=1e-4)
    assert any("per GPU-hour" in line for line in found["arithmetic"])
    assert found["prices"] and all(re.fullmatch(r"20\d\d-\d\d-\d\d", p["read"]) for p in found["prices"])
    assert found["assumptions"] and found["rivals"]
    assert all(r["id"] != found["plan"]["id"] for r in found["rivals"])
    _, shown, _ = run("explain", plans["recommended"], *CHAT)
    for title in ("Why it is here", "What binds it", "Times", "What it costs", "Risks", "Assumptions",
                  "Where the figures come from", "What would make it cheaper", "Its rivals"):  # fmt: skip
        assert title in shown
    assert max(map(len, shown.splitlines())) <= 100


def test_the_dearer_of_two_plans_has_more_that_are_cheaper() -> None:
    able = [p for p in answer("plan", *CHAT, "--kind", "rented")["plans"] if p["slo"] in ("met", "likely")]
    with_risk = {p["id"]: float(p["usd_per_month"]) * (1 + p["risk"]) for p in able}
    first, *rest = sorted(with_risk, key=lambda id_: with_risk[id_])
    dearer = [id_ for id_ in rest if with_risk[id_] > 1.01 * with_risk[first]]
    ids = (first, dearer[0], dearer[-1])
    found = [answer("explain", id_, *CHAT, "--kind", "rented")["why"][0] for id_ in ids]
    second, last = (int(why.rpartition(": ")[2].replace(",", "")) for why in found[1:])
    assert "recommended" in found[0] and 1 <= second < last


def test_a_change_that_is_named_makes_it_cheaper() -> None:
    words = ("--model", "gpt-oss-120b", "--kind", "rented", "--gpu", "h100-sxm", "--qps", "40", "--ttft", "150")
    found = answer("explain", "1", *words)
    looser = [c for c in found["cheaper"] if c["change"].startswith("the TTFT bound")]
    assert looser, found["cheaper"]
    percent = int(re.findall(r"(\d+)%", looser[0]["change"])[0])
    looser_words = (*words[:-1], str(150 * (1 + percent / 100)), "--e2e", str(found["figures"][2]["bound_ms"]))
    again = answer("plan", *looser_words, "--provider", found["plan"]["provider"])
    assert min(float(p["usd_per_month"]) for p in again["plans"]) == float(looser[0]["usd_per_month"])
    assert float(looser[0]["usd_per_month"]) < float(found["plan"]["usd_per_month"])


def test_an_api_plan_adds_up_and_says_what_nobody_knows() -> None:
    found = answer("explain", "1", "--kind", "api", "--qps", "2")
    sums = next(line for line in found["arithmetic"] if "a request ×" in line)
    parts = re.match(r"\$([\d.]+) a request × ([\d,]+) requests", sums)
    assert parts is not None
    each, requests = float(parts[1]), int(parts[2].replace(",", ""))
    assert each * requests == pytest.approx(float(found["plan"]["usd_per_month"]), rel=1e-3)
    assert requests == 2 * 730 * 3600
    if found["plan"]["slo"] == "unknown":
        assert all(f["estimate_ms"] is None for f in found["figures"])
        assert "nobody knows" in run("explain", "1", "--kind", "api", "--qps", "2")[1]


def test_surcharges_are_told_beside_the_cost_and_can_be_left_out() -> None:
    words = ("explain", "1", *CHAT, "--kind", "rented", "--provider", "aws-ec2")
    found = answer(*words)
    charges = found["plan"]["surcharges"]
    assert {c["name"] for c in charges} == {"egress", "storage"}
    for charge in charges:
        price = f"${float(charge['usd_per_month']):,.2f} a month" if charge["usd_per_month"] else "unknown"
        assert f"not included, {charge['name']}: {price}; {charge['words']}" in found["arithmetic"]
    assert any(c["usd_per_month"] for c in charges)
    assert "not included, egress: $" in run(*words)[1]
    without = answer(*words, "--no-surcharges")
    assert not without["plan"]["surcharges"] and "not included" not in str(without["arithmetic"])
    assert without["plan"]["usd_per_month"] == found["plan"]["usd_per_month"]


def test_the_way_to_the_machines_is_part_of_the_times() -> None:
    near, far = (
        answer("explain", answer("plan", *CHAT, "--kind", "rented")["recommended"], *CHAT, "--kind", "rented", *way)
        for way in ((), ("--from", "europe", "--to", "us-east"))
    )
    assert any("90 ms for the way" in line for line in far["assumptions"])
    assert not any("for the way" in line for line in near["assumptions"])
    assert answer("plan", *CHAT, "--from", "europe", "--to", "us-east")["question"]["network_ms"] == 90
    assert "--to: 'mars'" in refused("plan", *CHAT, "--from", "europe", "--to", "mars")
    assert "more than the target allows" in refused("plan", "--ttft", "50", "--from", "europe", "--to", "us-east")


def test_nothing_possible_is_nothing_to_explain() -> None:
    code, shown, said = run("explain", "1", "--budget", "1")
    assert code == 4 and not shown and "raise the budget" in said


def test_an_unknown_plan_is_refused() -> None:
    assert "these flags give 1 to" in refused("explain", "9999", *CHAT)
    assert "under these flags" in refused("explain", "api:nobody:nothing:global", *CHAT)


def test_what_if_tells_the_best_plan_after_each_change() -> None:
    found = answer("plan", *CHAT, "--what-if")
    by_id = {c["id"]: c for c in found["what_if"]}
    best = next(p for p in found["plans"] if p["id"] == found["recommended"])
    twice = by_id["traffic_2"]
    assert twice["change"] == "Twice the traffic, 20 requests/s"
    assert twice["usd_difference"] == pytest.approx(
        float(twice["plan"]["usd_per_month"]) - float(best["usd_per_month"]), abs=0.011
    )
    assert twice["plan"]["id"] == answer("plan", *CHAT, "--qps", "20")["recommended"]
    code, shown, _ = run("plan", *CHAT, "--what-if")
    assert code == 0
    assert "Twice the traffic" in shown.partition("What if")[2]
    assert "what_if" not in answer("plan", *CHAT)
    assert "--what-if" in refused("plan", *CHAT, "--what-if", "--csv")
