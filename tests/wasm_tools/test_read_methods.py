"""What a reader pastes is reduced to a few fields, or refused in words."""

import json
from typing import Any

import pytest

from tests.wasm_tools.catalogues import catalogue
from tests.wasm_tools.test_form import known
from wasm_tools.methods import plan, read_config, read_nodes, read_trace
from wasm_tools.workload.trace import read_trace as trace
from wasm_tools.workload.traffic import InputError

CONFIG = {
    "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 4096, "intermediate_size": 14336,
    "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8, "vocab_size": 128256,
    "max_position_embeddings": 131072, "tie_word_embeddings": False,
}  # fmt: skip
PRODUCT = "NVIDIA-H100-80GB-HBM3"


def node(product: str, number: str, label: str = "nvidia.com/gpu.product", key: str = "allocatable") -> dict[str, Any]:
    return {"metadata": {"labels": {label: product}}, "status": {key: {"nvidia.com/gpu": number, "cpu": "96"}}}


def nodes(*items: Any) -> dict[str, Any]:
    return read_nodes.answer({"text": json.dumps({"items": list(items)})}, {"planner": catalogue()})


def test_a_config_becomes_a_model_that_can_be_planned() -> None:
    """Llama 3.1 8B by its published fields: 8.03 B parameters, 2 · 8 · 128 · 32 = 65,536 cache elements a token."""
    found = read_config.answer({"text": json.dumps(CONFIG)}, {})
    own = json.loads(found["fields"]["own_model"])
    assert own["parameters"] == pytest.approx(8.03e9)
    assert (own["kv_elements"], own["context"]) == (65536, 131072)
    assert (own["name"], own["precision"]) == ("LlamaForCausalLM", "bf16")
    assert found["said"].startswith("LlamaForCausalLM: 8.03 B parameters, 32 layers")
    question, extended = plan.asked({"form": {"own_model": own}}, {"planner": known()})
    assert question.limits.models == ("own-model",)
    assert extended.models["own-model"].context == 131072


@pytest.mark.parametrize("text", ["", "[]", "{}", "x" * 2_000_000, '{"hidden_size": "many"}', "[" * 100_000])
def test_what_is_no_config_is_refused_in_words(text: str) -> None:
    with pytest.raises(InputError) as caught:
        read_config.answer({"text": text}, {})
    assert len(caught.value.message) > 10


def test_allocatable_gpus_are_counted_by_their_product_label() -> None:
    found = nodes(node(PRODUCT, "8"), node(PRODUCT.lower(), "6"), node("T1000", "2"), node(PRODUCT, "0"), {}, "x", None)
    assert found["fields"] == {"inventory": "h100-sxm=14"}
    assert found["said"] == "found 14 × H100 SXM; not counted: 2 × T1000"


def test_one_node_and_the_label_of_another_cloud_are_read() -> None:
    one = read_nodes.answer({"text": json.dumps(node(PRODUCT, "4", "gpu.nvidia.com/model"))}, {"planner": catalogue()})
    assert one["fields"] == {"inventory": "h100-sxm=4"}
    assert nodes(node(PRODUCT, "4", key="capacity"))["fields"] == {"inventory": "h100-sxm=4"}


@pytest.mark.parametrize("text", ["", "no JSON", "[]", '{"items": 3}', '{"items": []}', "[" * 100_000])
def test_what_is_no_list_of_nodes_is_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        read_nodes.answer({"text": text}, {"planner": catalogue()})
    assert caught.value.field == "inventory"


def test_a_slice_of_a_gpu_is_not_a_gpu() -> None:
    with pytest.raises(InputError, match="H100-80GB-HBM3-MIG-1g"):
        nodes(node(f"{PRODUCT}-MIG-1g.10gb", "7"))


def rows(number: int = 1200) -> list[tuple[float, int, int]]:
    """Two requests a second for ten minutes; those of the last minute come thrice as often."""
    return [(n * 0.5, 100 + n % 11 * 10, 20) for n in range(number)] + [(540 + n * 0.25, 100, 20) for n in range(240)]


def test_a_trace_is_reduced_to_lengths_rate_and_peak() -> None:
    """1,440 requests in 599.75 s; the busiest minute has 120 + 240."""
    text = "TIMESTAMP,ContextTokens,GeneratedTokens\n" + "\n".join(f"{t},{p},{o}" for t, p, o in rows())
    found = trace(text)
    assert (found.requests, found.output.mean, found.output.cv) == (1440, 20, 0)
    assert found.qps == pytest.approx(1439 / 599.75)
    assert found.peak_factor is None, "the tenth minute is not whole"
    longer = trace(text + "\n" + "\n".join(f"{600 + n},100,20" for n in range(61)))
    assert longer.qps is not None
    assert longer.peak_factor == pytest.approx(360 / 60 / longer.qps)
    fields = read_trace.answer({"text": text}, {})["fields"]
    assert fields["output_spread"] == "20 0 20 20 20 20"
    assert fields["users"] == "", "a rate takes the place of users"
    question, _ = plan.asked(
        {"form": {"prompt_spread": [float(x) for x in fields["prompt_spread"].split()], "output_tokens": 20, **SLO}},
        {"planner": catalogue()},
    )
    assert question.workload.lengths is not None


SLO = {"qps": 1, "peak_factor": 2, "ttft_ms": 500, "itl_ms": 40, "e2e_ms": 30_000}


@pytest.mark.parametrize(
    "text",
    [
        "arrival_time;prompt_tokens;output_tokens\n" + "\n".join(f"{t};{p};{o}" for t, p, o in rows()),
        "\n".join(
            json.dumps({"timestamp": int(t * 1000), "input_length": p, "output_length": o}) for t, p, o in rows()
        ),
        json.dumps([{"ts": t, "Request tokens": p, "Response tokens": o} for t, p, o in rows()]),
        "\ufeffdate,isl,osl\n"
        + "\n".join(f"2026-01-01 00:{int(t // 60):02}:{t % 60:09.6f}0,{p},{o}" for t, p, o in rows()),
        "created_at,input tokens,output tokens\n"
        + "\n".join(f"2026-01-01T00:{int(t // 60):02}:{t % 60:05.2f}Z,{p},{o}" for t, p, o in rows()),
    ],
)
def test_usual_formats_say_the_same(text: str) -> None:
    found = trace(text)
    assert found.qps == pytest.approx(1439 / 599.75, rel=1e-3)
    assert (found.prompt.quantiles[3], found.output.quantiles[3]) == (200, 20)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "20"),
        ("a,b\n1,2\n", "prompt_tokens"),
        ("prompt_tokens,x\n1,2\n", "output_tokens"),
        ("prompt_tokens,output_tokens\n1,two\n", "request 1"),
        ("prompt_tokens,output_tokens\n1,2\n", "20"),
        ("prompt_tokens,output_tokens\n" + "0,0\n" * 30, "all lengths are 0"),
        ("time,prompt_tokens,output_tokens\nnoon,1,2\n", "no time"),
        ('{"prompt_tokens": 1', "line 1"),
        ("[1, 2]", "object"),
        ("prompt_tokens,output_tokens\n-5,2\n", "request 1"),
    ],
)
def test_what_is_no_trace_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_trace.answer({"text": text}, {})


def test_a_recorded_trace_gives_the_quantiles_of_the_registry(mirror: Any) -> None:
    file = mirror.parent / "traces" / "azure_2023" / "AzureLLMInferenceTrace_conv.csv"
    if not file.is_file():
        pytest.skip("the recorded traces are not here")
    found = trace(file.read_text(encoding="utf-8"))
    assert (found.requests, round(found.prompt.mean, 1), round(found.output.mean, 3)) == (19366, 1154.7, 211.126)
    assert found.prompt.quantiles == pytest.approx((1020, 2734.5, 4083, 4142), abs=1)
    assert found.qps == pytest.approx(5.53, rel=1e-3)
