"""Ask about the catalogue: prices are cited by offer, what it does not have is said, its packs are read."""

import json

import pytest

from tests.wasm_tools.ask_books import book, pack, planned, record, talk
from wasm_tools import browser
from wasm_tools.ask.book import read_ask_book
from wasm_tools.ask.record import relevant_rows
from wasm_tools.methods import ask, assistant
from wasm_tools.pricing.figures import unit_price
from wasm_tools.workload.traffic import InputError


def test_what_the_catalogue_does_not_have_is_said() -> None:
    assert record("chatbot with acme/zorp-7b for 100 users")["unknown"][0]["words"]["text"] == "acme/zorp-7b"
    made = record("chatbot with gpt-9-turbo on an H300 for 100 users")
    assert [(u["kind"], u["words"]["text"]) for u in made["unknown"]] == [("model", "gpt-9-turbo"), ("gpu", "H300")]
    assert not {"models", "gpus"} & made["form"].keys()
    assert "not in the catalogue" in record("How much is gpt-9-turbo?")["answer"]
    assert "not in the catalogue" in record("price of Foo-9000")["answer"]


def test_the_cheapest_offer_of_the_catalogue_is_cited_by_id() -> None:
    made = record("Who sells Llama 3.3 70B cheapest?")
    sold = [r for r in planned().rates if r.model == "llama-3.3-70b-instruct" and not r.suspect]
    best = min(sold, key=lambda r: 2 * r.bands[0].input + r.bands[0].output)
    assert made["rows"][0]["provider"] == best.provider
    ids = {f"offer|{r.provider}|{r.sku}|{r.region}" for r in sold}
    assert {row["offer"] for row in made["rows"]} <= ids
    assert made["possible"] == len(sold)


def test_prices_are_written_as_on_the_pages() -> None:
    made = record("who sells llama 3.3 70b cheapest?")
    assert all(len(r["price"].replace(".", "").lstrip("0")) <= 9 for r in made["rows"])
    assert f"cheapest: ${made['rows'][0]['shown']} per 1M tokens" in made["answer"]
    assert all(abs(float(r["shown"].replace(",", "")) / float(r["price"]) - 1) < 0.005 for r in made["rows"])


def test_prices_of_a_meter_a_provider_and_a_gpu() -> None:
    cached = record("price of gpt-5 cached input")["rows"]
    assert [float(r["price"]) for r in cached] == sorted(float(r["price"]) for r in cached)
    of_openai = [r for r in planned().rates if (r.provider, r.model) == ("openai", "gpt-5")]
    outputs = record("what does OpenAI charge for gpt-5 output tokens?")["rows"]
    assert {float(r["price"]) for r in outputs} == {float(r.bands[0].output) for r in of_openai if not r.suspect}
    assert {r["provider"] for r in outputs} == {"openai"}
    gpus = record("cheapest H100 per hour")["rows"]
    assert all(r["gpu"].startswith("h100") and r["offer"].startswith("rental|") for r in gpus)
    assert all(r["kind"] == "spot" for r in record("spot price of an H100")["rows"])
    firm = min(r.price for r in planned().rentals if r.gpu.startswith("h100") and r.kind == "rented")
    assert f"on demand from ${unit_price(firm)}," in record("cheapest H100 per hour")["answer"]


def test_a_question_to_the_catalogue_keeps_what_it_leaves_out() -> None:
    sellers = {r["provider"] for r in record("Who sells Llama 3.3 70B cheapest, except AWS and Azure?")["rows"]}
    assert sellers
    assert not sellers & {"aws-bedrock", "azure"}
    assert {r["model"] for r in record("price of gpt-4o, not deepseek v3")["rows"]} == {"gpt-4o"}
    assert {r["kind"] for r in record("cheapest H100 rental, no spot")["rows"]} <= {"rented", "serverless", "community"}
    asked = record("price of an H100 in Germany or in Switzerland, but not in the UK")["query"]
    assert (asked["areas"], asked["without_areas"]) == (["germany", "switzerland"], ["uk"])
    assert record("cheapest speech to text, not OpenAI")["usage"]["without_providers"] == ["openai"]


def test_a_question_to_the_catalogue_leaves_the_plan_as_it_is() -> None:
    made = talk("Chatbot for 300 users", "who sells gpt-5 cheapest?", "only EU")
    assert made.intent == "plan"
    assert made.form["users"] == 300
    assert "models" not in made.form


def test_the_method_answers_from_its_packs() -> None:
    packs = {"planner": planned(), "ask": pack()}
    made = ask.answer({"turns": [{"text": "Chatbot for 300 users"}], "relevant": True}, packs)
    assert made["form"] == {"use_case": "chatbot", "users": 300}
    assert 0 < len(made["relevant"]) <= 40
    assert len(ask.answer({"examples": True}, packs)["examples"]) == 9
    with pytest.raises(InputError):
        assistant.answer({"turns": [{"text": "Chatbot for 300 users"}], "reply": 7}, packs)
    asked = {"turns": [{"text": "who sells gpt-5 cheapest?"}]}
    told = assistant.answer({**asked, "question": "Which is cheapest?"}, packs)
    assert told["user"].endswith("Which is cheapest?")
    assert 0 < told["rows"] <= 40
    row = record("who sells gpt-5 cheapest?")["rows"][0]
    reply = f"It costs ${row['input']} per 1M input tokens and $77 per 1M output tokens [{row['offer']}]."
    checked = assistant.answer({**asked, "reply": reply}, packs)
    assert [f["state"] for f in checked["findings"]] == ["matches", "wrong", "matches"]
    for params, given, field in (({}, packs, "turns"), ({"turns": []}, {"planner": planned()}, "pack")):
        with pytest.raises(InputError) as caught:
            ask.answer(params, given)
        assert caught.value.field == field


def test_relevant_offers_are_those_of_the_models_and_gpus_that_were_named() -> None:
    made = talk("Chatbot for 300 users with gpt-5 or on H100, not on Azure")
    found = relevant_rows(made, book(), planned())
    assert len(found) <= 40
    assert {r["model"] for r in found if r["model"]} == {"gpt-5"}
    assert any(r.get("gpu") == "h100-sxm" for r in found)
    assert all(r["provider"] != "azure" for r in found)


def test_relevant_offers_keep_to_the_places_sellers_and_models_that_were_asked_for() -> None:
    made = talk("Chatbot for 300 users in the EU, not on AWS, no Llama")
    rows = relevant_rows(made, book(), planned())
    assert rows
    assert {r["region"] for r in rows} <= set(made.form["regions"])
    assert not {r["provider"] for r in rows} & set(made.form["without_providers"])
    assert not {r["model"] for r in rows} & set(made.form["without_models"])
    rented = relevant_rows(talk("Chatbot for 300 users on H100 from RunPod"), book(), planned())
    assert {r["provider"] for r in rented if r["offer"].startswith("rental|")} == {"runpod"}


def test_a_pack_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="version"):
        read_ask_book({**pack(), "version": 0})


def test_the_browser_entry_answers_from_loaded_packs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "_packs", {"planner": planned()})
    browser.load_pack(json.dumps(pack()))
    made = json.loads(browser.handle("ask", json.dumps({"turns": [{"text": "Chatbot for 300 users"}]})))
    assert made["ok"]
    assert made["result"]["form"] == {"use_case": "chatbot", "users": 300}
    refused = json.loads(browser.handle("ask", json.dumps({"turns": [{"text": 5}]})))
    assert refused["error"]["field"] == "turns[0]"
