"""A small site in values: a handful of models, providers and GPUs whose prices are easy to check by hand."""

import json
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

from generator.places import checkout
from generator.precompute.catalogue import published_offers
from generator.precompute.run import precomputed
from generator.registry import CapabilityRow, GpuRow, ModelRow, ProviderRow, Registry, ShapeRow, load_registry
from generator.render.page import SiteData
from generator.sync.state import Snapshot, State
from wasm_tools.performance.points import BenchmarkPoint
from wasm_tools.pricing.meters import parse_meter
from wasm_tools.pricing.offers import GpuOffer, Offer, parse_evidence

REGISTRY = Path(__file__).parents[2] / "data" / "registry"
AS_OF = "2026-11-20"
READ_ON = {
    "litellm": "2026-11-20",
    "genai-prices": "2026-11-12",
    "models-dev": "2026-08-20",
    "openrouter": "2026-11-19",
    "tardellirs": "2026-08-19",
    "aiconfigurator": "2026-08-21",
}


def model(identifier: str, name: str, developer: str, open_weights: str, context: str = "131072") -> ModelRow:
    return ModelRow(
        id=identifier,
        name=name,
        developer=developer,
        open_weights=open_weights,
        licence="Apache-2.0" if open_weights == "yes" else "",
        released="2025-12-06" if open_weights == "yes" else "",
        knowledge="",
        deprecated="",
        context=context,
        max_output="",
        input_modalities="text",
        output_modalities="text",
        aliases="",
        source="a test",
    )


def provider(identifier: str, name: str, kind: str) -> ProviderRow:
    return ProviderRow(id=identifier, name=name, kind=kind, url="", sku_prefixes="", aliases="")


def capability(of: str, letter: str) -> CapabilityRow:
    return CapabilityRow(model=of, class_=letter, basis="size", reason="for a test", source="a test", reviewed=AS_OF)


def gpu(identifier: str, name: str, gigabytes: int) -> GpuRow:
    return GpuRow(
        id=identifier,
        name=name,
        vendor="NVIDIA",
        memory_bytes=gigabytes * 2**30,
        memory_gb_label=f"{gigabytes} GB",
        bandwidth_bytes_s="3.35e12",
        bf16_flops="989e12",
        fp8_flops="1979e12",
        fp4_flops="",
        link_bytes_s="450e9",
        tdp_w="700",
        gpus_per_node="8",
        node_label=f"NVIDIA-{identifier.upper()}",
        k8s_resource="nvidia.com/gpu",
        aliases=name.lower(),
        aic_system=identifier.replace("-", "_"),
        source="a test",
    )


def offer(
    at: str, sku: str, meter: str, price: str, evidence: str = "", workload: str = "llm", region: str = "global"
) -> Offer:
    said = parse_evidence(evidence or f"litellm={price}")
    return Offer(at, sku, "", workload, parse_meter(meter), region, Decimal(price), said, "2026-01-01", "", "")


def tokens(at: str, sku: str, inp: str, out: str, evidence: str = "{}", of_output: str = "{}") -> list[Offer]:
    return [
        offer(at, sku, "input.text.token", inp, evidence.replace("{}", f"litellm={inp}")),
        offer(at, sku, "output.text.token", out, of_output.replace("{}", f"litellm={out}")),
    ]


def rental(at: str, instance: str, gpu_name: str, price: str, commitment: str = "on_demand") -> GpuOffer:
    said = parse_evidence(f"tardellirs={price}")
    return GpuOffer(at, instance, "", gpu_name, 1, "global", commitment, Decimal(price), "unknown", said, "", "")


def points(of: str, at: str, prompt: int, output: int) -> list[BenchmarkPoint]:
    return [
        BenchmarkPoint(
            of, "fp8", at, "vllm", "0.19.0", 2, 1, prompt, output, c, ttft, tpot, "mean", "infx", "2026-03-01", ""
        )
        for c, ttft, tpot in ((1, 40.0, 8.0), (16, 90.0, 12.0), (64, 140.0, 18.0), (128, 420.0, 40.0))
    ]


def registry() -> Registry:
    """The real registry of sources, units and the grid, with a handful of things of our own."""
    return replace(
        load_registry(REGISTRY),
        providers=(
            provider("openlab", "Open Lab", "first_party"),
            provider("acme", "Acme AI", "first_party"),
            provider("hostly", "Hostly & Sons", "host"),
            provider("neocloud", "Neocloud", "rental"),
        ),
        models=(
            model("open-70b", "Open 70B", "openlab", "yes"),
            model("closed-xl", "Closed XL", "acme", "no", "200000"),
            model("tiny-1b", "Tiny 1B", "", "", "8192"),
            model("whisper-x", "Whisper X", "acme", "no", ""),
        ),
        shapes=(
            ShapeRow(
                model="open-70b", hf_repo="openlab/open-70b", parameters_b=70, active_b=70, layers=80, full_layers="80",
                hidden="8192", vocabulary="128256", heads="64", kv_heads="8", attention_width="8192",
                kv_elements_per_token=163_840, kv_note="", context="131072", source="a test",
            ),
        ),
        capabilities=(
            capability("open-70b", "medium"), capability("closed-xl", "frontier"), capability("tiny-1b", "small"),
        ),
        gpus=(gpu("h100-sxm", "H100 SXM", 80), gpu("b200", "B200", 180)),
    )  # fmt: skip


def calibration() -> str:
    """The committed constants without the measured curves: nothing of the small site was measured there."""
    record = json.loads((checkout().state / "calibration.json").read_text(encoding="utf-8"))
    return json.dumps(record | {"groups": []})


def model_texts() -> dict[str, str]:
    """The constants of the performance model, and what its evaluation measured."""
    accuracy = (checkout().state / "accuracy.json").read_text(encoding="utf-8")
    return {"calibration.json": calibration(), "accuracy.json": accuracy}


def state() -> State:
    snapshots = {
        name: Snapshot("mirror", "0" * 64, 1000, "", day, 100, 90, {"no price": 7}, {"no price": "some-model"})
        for name, day in READ_ON.items()
    }
    offers = [
        *tokens("openlab", "open-70b", "0.50", "0.80"),
        *tokens("hostly", "openlab/open-70b", "0.4375", "0.142857", "{} genai-prices=0.60", "{} genai-prices=0.20"),
        *tokens("acme", "closed-xl", "2", "10"),
        offer("acme", "closed-xl", "input.text.token;cache=read", "0.20"),
        offer("acme", "closed-xl", "input.text.token;tier=batch", "1"),
        offer("acme", "closed-xl", "output.text.token;tier=batch", "5"),
        offer("acme", "closed-xl", "input.text.token;above_tokens=128000", "4"),
        *tokens("hostly", "tiny-1b", "0.01", "0.02"),
        *tokens("hostly", "never-heard-of", "0.03", "0.06"),
        *tokens("unlisted-host", "open-70b", "0.45", "0.85"),
        offer("acme", "whisper-x", "input.audio.audio_second", "0.36", workload="speech-to-text"),
    ]
    rentals = [
        rental("neocloud", "h100-od", "H100 SXM", "2.50"),
        rental("neocloud", "h100-spot", "H100 SXM", "1.25", "spot"),
        rental("neocloud", "h100-1y", "H100 SXM", "2.00", "1y"),
        rental("neocloud", "b200-od", "B200", "5.00"),
        rental("neocloud", "mystery-od", "Mystery 9000", "0.10"),
    ]
    measured = [
        *points("openlab/open-70b", "h100_sxm", 1024, 1024),
        *points("openlab/open-70b", "h100_sxm", 1024, 512),
        *points("openlab/open-70b", "h100_sxm", 8192, 1024),
    ]
    return State(snapshots, offers, rentals, [], measured, model_texts=model_texts())


@cache
def small_site() -> SiteData:
    """The values that every view reads, planned by the real planner."""
    return site_of(state())


def site_of(st: State) -> SiteData:
    """The site of a state with the small registry."""
    reg = registry()
    results = precomputed(reg, st, REGISTRY, AS_OF, lambda _: None)
    offers = (replace(o, model=reg.model_of(o.provider, o.sku)) for o in published_offers(reg, st.offers, AS_OF))
    rentals = (replace(g, gpu=reg.gpu_of(g.gpu_name)) for g in st.gpu_offers)
    return SiteData(
        reg,
        st,
        results,
        tuple(sorted(offers, key=lambda o: o.key)),
        tuple(sorted(rentals, key=lambda g: g.key)),
        AS_OF,
        {},
    )
