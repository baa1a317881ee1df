"""From a plan's document to its deployment and its folder: figures, ids, refusals, hostile names, the same bytes."""

import hashlib
import json
import tomllib
from typing import Any

import pytest
import yaml

from generator.places import checkout
from tests.wasm_tools.plan_documents import API_PLAN, PLAN, QUESTION, book, document
from wasm_tools.manifests.deployment import deployment
from wasm_tools.manifests.manifest_pack import manifest_pack, read_manifest_pack
from wasm_tools.manifests.plan_document import document_text, planner_address, read_plan_document
from wasm_tools.manifests.plan_files import plan_files
from wasm_tools.manifests.runtimes import ManifestError

HOSTILE = [
    'say "no"',
    "a: b\n- c",
    "{{ .Values.x }}",
    "$(TOKEN) `id`",
    "x" * 200,
    "名前 😀",
    "\u2028\x00",
    "| a |",
    "'",
]


def test_a_plan_becomes_the_deployment_that_was_priced() -> None:
    spec = deployment(document(), book())
    assert (spec.model_repo, spec.quantization) == ("meta-llama/Llama-3.3-70B-Instruct", "fp8")
    assert (spec.gpus, spec.replicas, spec.max_num_seqs, spec.max_model_len) == (2, 3, 64, 1280 + 128)
    assert spec.node_label == "NVIDIA-H100-80GB-HBM3"
    assert spec.usd_per_replica_hour == "4.980000", "14.94 an hour for three replicas"
    assert (spec.price_source, spec.price_date) == ("skypilot, gpuhunt", "2026-11-26")
    assert spec.rental == "rented, cloud, 2xh100, eu"
    assert (spec.skypilot_gpu, spec.dstack_gpu, spec.gpu_memory_gb) == ("H100", "H100", 80)
    targets = spec.targets
    assert targets is not None
    assert (targets.ttft_ms, targets.peak_qps, targets.percentile) == (500.0, 9.0, 95)
    assert (targets.replica_qps, targets.predicted_ttft_ms, targets.prefill_tokens_per_s) == (3.612, 212.3, 18000.0)


def test_prefixes_are_cached_exactly_when_the_price_counts_on_them() -> None:
    assert not deployment(document(), book()).prefix_caching
    assert deployment(document(cacheable_share=0.5), book()).prefix_caching


def test_a_plan_without_a_known_prefill_rate_has_no_limit_on_waiting_tokens() -> None:
    old = {name: value for name, value in PLAN.items() if name != "prefill_tokens_per_second"}
    files = plan_files(document(old), book()).files
    assert "--max-num-queued-tokens" in plan_files(document(), book()).files["targets/vllm-args.txt"]
    assert "--max-num-queued-tokens" not in files["targets/vllm-args.txt"]
    assert "the prefill rate of a replica is unknown" in files["README.md"]


def test_the_longest_requests_fit_and_those_beyond_the_context_are_refused() -> None:
    assert deployment(document(longest_prompt_tokens=4000), book()).max_model_len == 4256 + 128
    with pytest.raises(ManifestError, match="max_model_len"):
        deployment(document(longest_prompt_tokens=10_000_000), book())


def test_bounds_at_several_percentiles_are_refused() -> None:
    assert deployment(document(slo={"itl_percentile": 95}), book())
    with pytest.raises(ManifestError, match="several percentiles"):
        deployment(document(slo={"itl_percentile": 99}), book())


def test_price_and_date_do_not_make_another_deployment_but_seller_and_target_do() -> None:
    same = deployment(document(), book()).plan_id
    later = {**document(usd_per_month="1.00", usd_per_hour="0.010000", price_evidence=""), "as_of": "2027-01-01"}
    assert deployment(later, book()).plan_id == same
    assert deployment(document(ttft_ms=212.3456), book()).plan_id == same, "a trifle beyond what is predicted"
    for change in ({"provider": "other"}, {"peak_qps": 10}, {"slo": {"ttft_ms": 600}}, {"replicas": 4}):
        assert deployment(document(**change), book()).plan_id != same, change


def test_replicas_that_come_and_go_have_no_price_an_hour() -> None:
    assert deployment(document(replicas_min=1), book()).usd_per_replica_hour == ""


def test_a_document_gives_itself_again_and_the_same_files() -> None:
    made = document()
    again = read_plan_document(document_text(made), "")
    assert again == made
    assert plan_files(again, book()) == plan_files(made, book())


def test_what_depends_on_the_list_is_not_part_of_a_plan() -> None:
    other = document(
        rank=1, score=None, reasons=["it is fast", "$9 are owed at once; never cheaper than the recommended plan"],
        minimum_class="small", use_case="chatbot", bundle="x.zip",
    )  # fmt: skip
    assert other == document()


@pytest.mark.parametrize(
    ("text", "which", "says"),
    [
        ("[]", "", "plan.json"),
        ("{", "", "plan.json"),
        ('{"as_of": "x", "question": {}, "plans": [{"id": "a"}, {"id": "b"}]}', "", "holds 2 plans"),
        ('{"as_of": "x", "question": {}, "plans": [{"id": "a"}]}', "c", "no plan 'c'"),
        ('{"as_of": "x", "question": {}, "plans": []}', "", "holds 0 plans"),
    ],
)
def test_a_file_that_holds_no_such_plan_is_refused(text: str, which: str, says: str) -> None:
    with pytest.raises(ManifestError, match=says):
        read_plan_document(text, which)


def test_a_plan_of_a_list_is_chosen_by_rank_or_id() -> None:
    listed = json.dumps({"as_of": "2026-11-26", "question": QUESTION, "plans": [{**PLAN, "rank": 1, "id": "x"}, PLAN]})
    for which in ("3", "#3", PLAN["id"]):
        assert read_plan_document(listed, which) == document()
    assert read_plan_document(listed, "1")["plan"]["id"] == "x"


def test_the_page_makes_files_from_the_same_book() -> None:
    runtimes = tomllib.loads((checkout().registry / "serving_runtimes.toml").read_text(encoding="utf-8"))
    pack = json.loads(json.dumps(manifest_pack(book(), runtimes)))
    read = read_manifest_pack(pack, book().models, book().gpus)
    assert read == book()
    for plan in (PLAN, API_PLAN):
        assert plan_files(document(plan), read).zip == plan_files(document(plan), book()).zip
    with pytest.raises(ManifestError, match="load the page again"):
        read_manifest_pack({**pack, "version": 0}, {}, {})


def test_the_plan_says_what_is_started() -> None:
    record = json.loads(plan_files(document(), book()).files["plan.json"])
    assert record["plan_id"] == deployment(document(), book()).plan_id
    started = record["deployment"]
    assert (started["gpus_per_replica"], started["replicas"], started["max_model_len"]) == (2, 3, 1280 + 128)
    assert started["image"] == "vllm/vllm-openai:v0.33.0"


def test_checksums_cover_every_other_file() -> None:
    files = plan_files(document(), book()).files
    lines = files["SHA256SUMS"].splitlines()
    assert [line[66:] for line in lines] == sorted(set(files) - {"SHA256SUMS"})
    for line in lines:
        assert line[:64] == hashlib.sha256(files[line[66:]].encode()).hexdigest()


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("plan", [PLAN, API_PLAN], ids=["gpus", "api"])
def test_hostile_names_stay_in_their_fields(plan: dict[str, Any], text: str) -> None:
    said = dict.fromkeys(("id", "provider", "sku", "region", "slo_reason"), text)
    hostile = plan_files(document(plan, **said, reasons=[text], basis=[text], assumptions=[text]), book())
    plain = plan_files(document(plan, provider="unheard-of"), book())
    assert set(hostile.files) == set(plain.files)
    for path, content in hostile.files.items():
        if path.endswith((".yaml", ".yml")):
            before = plain.files[path].replace(plain.folder, hostile.folder)
            assert _shape(list(yaml.safe_load_all(content))) == _shape(list(yaml.safe_load_all(before))), path
    lines = hostile.files["README.md"].splitlines()
    assert [x for x in lines if x.startswith("#")][1:] == [
        x for x in plain.files["README.md"].splitlines() if x.startswith("#")
    ][1:]
    assert json.loads(hostile.files["plan.json"])["plan"]["sku"] == text
    hostile.zip  # noqa: B018 - every name is a plain path


def _shape(value: Any) -> Any:
    """Keys and kinds of a document, without its texts."""
    if isinstance(value, dict):
        return {key: _shape(item) for key, item in value.items()}
    return [_shape(item) for item in value] if isinstance(value, list) else type(value)


def test_an_api_plan_gets_the_configuration_of_a_proxy_without_a_key() -> None:
    made = plan_files(document(API_PLAN), book())
    config = yaml.safe_load(made.files["litellm.yaml"])
    (model,) = config["model_list"]
    assert model["model_name"] == "llama-3.3-70b-instruct"
    assert model["litellm_params"]["model"] == "groq/llama-3.3-70b"
    assert model["litellm_params"]["api_key"] == "os.environ/GROQ_API_KEY"
    assert set(made.files) == {"README.md", "SHA256SUMS", "litellm.yaml", "plan.json"}
    unknown = yaml.safe_load(plan_files(document(API_PLAN, provider="new-one"), book()).files["litellm.yaml"])
    parameters = unknown["model_list"][0]["litellm_params"]
    assert parameters["model"] == "openai/llama-3.3-70b"
    assert parameters["api_key"] == "os.environ/NEW_ONE_API_KEY"
    assert parameters["api_base"].startswith("https://edit-")


def test_the_planner_is_linked_with_the_question() -> None:
    assert planner_address("", QUESTION, "medium") == ""
    address = planner_address("https://atlas.example/", QUESTION, "large")
    assert address.startswith("https://atlas.example/tools/planner/?prompt_tokens=1024&output_tokens=256&qps=4.5")
    assert "&peak_factor=2&" in address
    assert address.endswith("&class=large")
