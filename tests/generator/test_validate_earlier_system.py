"""The earlier system's own output is a negative test: each of its known mistakes is found."""

import re

import pytest

from generator.validate.checking import checked_files
from tests.generator.earlier_manifests import MODEL, PLAN, files
from wasm_tools.manifests.checks.parts import Finding

FOUND = checked_files(files(), PLAN).findings
# Its mistakes by what a finding has to say of them.
MISTAKES = {
    "the scaler targets a kind that cannot be scaled": ("MF-08", "InferenceService has no scale subresource"),
    "it scales on a metric that nothing exposes": ("MF-12", "nothing exposes inference_requests_concurrency"),
    "it scales on processor load": ("MF-12", "processor and memory load"),
    "no startup probe": ("MF-20", "without a startup probe"),
    "metrics under names of its own": ("MF-12", "nothing exposes vllm_time_to_first_token_seconds_bucket"),
    "a failure metric that never existed": ("MF-12", "nothing exposes vllm_request_failure_total"),
    "a batch size metric that never existed": ("MF-12", "nothing exposes vllm_avg_batch_size"),
    "the dashboard is wrapped": ("MF-29", "envelope"),
    "panels that Grafana has no more": ("MF-29", "panel of type 'graph'"),
    "p90 shown for a p95 goal": ("MF-29", "quantile 0.9"),
    "a node label that no node has": ("MF-25", "'H100'"),
    "a context below the longest request": ("MF-18", "4096 \\+ 512"),
    "batch settings computed and not written": ("MF-28", "--max-num-seqs is left to the engine"),
    "batched tokens computed and not written": ("MF-28", "--max-num-batched-tokens is left to the engine"),
    "prefix caching computed and not written": ("MF-28", "--enable-prefix-caching is missing"),
    "a model label above 63 characters": ("MF-03", rf"\({len(MODEL)} characters\)"),
    "remote code always": ("MF-26", "--trust-remote-code"),
    "an image older than its options": ("MF-23", "v0.6.2 is older"),
    "half of the replicas that were priced": ("MF-10", "2 replicas at least"),
    "two GPUs without shared memory": ("MF-22", "/dev/shm"),
    "no time to end": ("MF-21", "preStop"),
    "no drain": ("MF-21", "--shutdown-timeout"),
    "no security context": ("MF-24", "allowPrivilegeEscalation"),
    "root": ("MF-24", "runs as root"),
    "a name with a time": ("MF-32", "20260105142530"),
    "a mode that has another name today": ("MF-09", "RawDeployment"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_known_mistake_is_found(mistake: str) -> None:
    rule, message = MISTAKES[mistake]
    assert any(f.rule == rule and re.search(message, f.message) for f in FOUND)


def test_nothing_else_is_blamed() -> None:
    assert {f.rule for f in FOUND} == {rule for rule, _ in MISTAKES.values()}
    assert not [f for f in FOUND if "DCGM" in f.message]  # metrics of an exporter that these checks do not know


def test_schemas_alone_see_nothing_in_it() -> None:
    assert [f for f in FOUND if f.rule in ("MF-01", "MF-02")] == []


def test_quoted_word_in_the_description_breaks_the_file() -> None:
    """It put free text between quotes as it was."""
    broken = 'metadata:\n  annotations:\n    description: "chat for the "gold" customers"\n'
    (finding,) = checked_files({"inferenceservice.yaml": broken}).findings
    assert (finding.rule, finding.where) == ("MF-01", "line 3")


def test_model_storage_in_the_wrong_place_is_an_unknown_field() -> None:
    """Its successor writes spec.predictor.storageUri, which the definition does not have."""
    changed = {
        path: text.replace("  predictor:\n", "  predictor:\n    storageUri: s3://models/one\n")
        for path, text in files().items()
    }
    new = [f for f in checked_files(changed, PLAN).findings if f not in FOUND]
    assert [(f.rule, f.message) for f in new] == [("MF-02", "unknown fields: storageUri")]


def test_latest_image_is_no_fixed_tag() -> None:
    """Its successor pins nothing."""
    changed = {path: text.replace(":v0.6.2", ":latest") for path, text in files().items()}
    messages = [f.message for f in checked_files(changed, PLAN).findings if f.rule == "MF-23"]
    assert messages == ["vllm/vllm-openai:latest has no fixed tag"]


def test_a_finding_says_where() -> None:
    assert all(isinstance(f, Finding) and f.path and f.message for f in FOUND)
