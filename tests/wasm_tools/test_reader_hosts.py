"""Bills of hosts of open models, GPUs and speech: amounts as texts, GPU time, files without money or quantities."""

import json
from decimal import Decimal

from tests.wasm_tools.invoices import fixture, reading


def test_together_adds_up_and_an_item_without_a_quantity_has_none() -> None:
    lines, excluded, statement = reading("together_billing_usage.json")
    assert statement.analysed == {"USD": Decimal("5.88")}
    assert not excluded
    assert [(x.key.line_class, x.key.unit, x.quantity, x.cost) for x in lines] == [
        ("input", "token", 1_000_000, Decimal("0.88")),
        ("gpu_time", "", None, 5),
    ]
    assert lines[0].key.join[1] == ("together_model", "meta-llama/Llama-3.3-70B-Instruct-Turbo")
    assert [x.row for x in lines] == [1, 2]


def test_together_counts_a_missing_cost_as_a_failure_and_takes_the_currency_of_the_page() -> None:
    data = fixture("together_billing_usage.json").replace(b'"cost": "5"', b'"quantity": "5"').replace(b"USD", b"EUR")
    _, excluded, statement = reading(data)
    assert [(e.row, e.reason, e.detail) for e in excluded] == [(2, "parse_error", "cost is missing")]
    assert statement.parsed == {"EUR": Decimal("0.88")}
    day = b'{"data": [{"date": "2026-09-01", "line_items": []}, {"date": "2026-09-02"}]}'
    assert [e.reason for e in reading(day)[1]] == ["empty_period", "parse_error"]


def test_together_names_its_batches_and_units_only_where_it_states_them() -> None:
    text = fixture("together_billing_usage.json").replace(b"Serverless Inference - Input", b"Batch Inference - Output")
    first = reading(text)[0][0].key
    assert (first.line_class, first.tier) == ("output", "batch")
    text = fixture("together_billing_usage.json").replace(b"GPU Clusters", b"Embedding Endpoints")
    assert (reading(text)[0][1].key.line_class, reading(text)[0][1].key.unit) == ("embedding", "")


def test_runpod_gives_gpu_seconds_whose_price_an_hour_is_the_posted_one() -> None:
    lines, _, statement = reading("runpod_billing.json")
    assert statement.analysed == {"USD": Decimal("2.2309989242022857")}
    assert [(x.key.model_raw, x.key.unit, x.quantity) for x in lines] == [
        ("NVIDIA A100 80GB PCIe", "gpu_second", Decimal("3404.045")),
        ("NVIDIA H100 80GB HBM3", "gpu_second", 3_600),
    ]
    prices = [round(x.cost / x.quantity * 3_600, 3) for x in lines if x.cost is not None and x.quantity]
    assert prices == [Decimal("0.604"), Decimal("1.660")]
    assert lines[0].key.join == (("runpod_gpu_type", "NVIDIA A100 80GB PCIe"), ("runpod_product", "endpoint"))


def test_runpod_volumes_are_storage_and_missing_amounts_failures() -> None:
    volume, pod = (
        '{"amount": 0.07, "diskSpaceBilledGB": 30, "networkVolumeId": "v"}',
        '{"timeBilledMs": 5, "podId": "p"}',
    )
    (line,), (excluded,), _ = reading(f"[{volume}, {pod}]".encode())
    assert (line.key.line_class, line.key.unit, line.quantity, line.cost) == ("storage", "", None, Decimal("0.07"))
    assert excluded.detail == "amount is missing"


def test_fireworks_counts_tokens_without_money_and_reads_no_address() -> None:
    lines, excluded, statement = reading("fireworks_billing_metrics_2026-09.csv")
    assert [(x.key.line_class, x.quantity, x.cost) for x in lines] == [
        ("input", 1_000_000, None),
        ("output", 100_000, None),
    ]
    assert (excluded, statement.parsed) == ([], {})
    assert "without money" in statement.notes[0]
    data = fixture("fireworks_billing_metrics_2026-09.csv").replace(b",,,accounts", b",NVIDIA_H100,7200,accounts")
    time = reading(data)[0][2]
    assert (time.key.line_class, time.key.unit, time.quantity) == ("gpu_time", "gpu_second", 7_200)
    assert ("accelerator", "NVIDIA_H100") in time.key.join
    other = data.replace(b"TEXT_COMPLETION_INFERENCE", b"EMBEDDING_BATCH")
    first = reading(other)[0][0].key
    assert (first.line_class, first.tier) == ("embedding", "batch")
    assert "example.com" not in repr(reading(data.replace(b"1000000,100000", b"x,1")))


def test_deepgram_has_dollars_without_minutes_and_missing_dollars_are_not_zero() -> None:
    (line,), _, statement = reading("deepgram_billing_breakdown.json")
    assert statement.analysed == {"USD": Decimal("0.42")}
    assert (line.key.model_raw, line.key.line_class, line.quantity) == ("nova-3", "seconds", None)
    assert (line.day, line.key.join, line.group) == (
        "2026-09-01",
        (("line_item", "streaming::nova-3"),),
        (("tag", "prod"),),
    )
    data = json.loads(fixture("deepgram_billing_breakdown.json"))
    data["results"].append({"grouping": {"start": "2026-09-02", "line_item": "speak::aura-2"}})
    _, (excluded,), found = reading(json.dumps(data).encode())
    assert (excluded.reason, excluded.detail, excluded.cost) == ("parse_error", "dollars is missing", None)
    assert found.parsed == {"USD": Decimal("0.42")}
    data["results"][1]["dollars"] = 1
    spoken = reading(json.dumps(data).encode())[0][1].key
    assert (spoken.line_class, spoken.workload, spoken.model_raw) == ("characters", "text-to-speech", "aura-2")


def test_elevenlabs_counts_credits_that_are_no_characters_of_a_price() -> None:
    lines, excluded, statement = reading("elevenlabs_character_stats.json")
    assert [(x.row, x.day, x.quantity, x.group) for x in lines] == [
        (1, "2026-09-01", 1_200, (("breakdown", "Rachel"),)),
        (1, "2026-09-01", 300, (("breakdown", "Adam"),)),
        (3, "2026-09-03", Decimal("30.5"), (("breakdown", "Rachel"),)),
    ]
    assert {(x.key.unit, x.key.unit_raw, x.cost) for x in lines} == {("", "credits", None)}
    assert [(e.row, e.reason) for e in excluded] == [(2, "empty_period")]
    assert statement.parsed == {}
    short = b'{"time": [1788220800000, 1788307200000], "usage": {"All": [5]}}'
    assert [e.reason for e in reading(short)[1]] == ["parse_error"]
    assert reading(short)[0][0].group == (), "all is no group"
