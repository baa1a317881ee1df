"""InferenceAtlas publishes hand-made tables of GPU rental, one a provider, USD per **GPU-hour**, one row a workload.

A GPU costs the same for every workload, so rows are merged on provider, GPU, mode and region, with the best confidence
of the group (PE-39). Traps: rows of developers that rent out no GPUs are guesses; Voyage's row is the price of a model
with the machine under it; RunPod's prices are those of its community cloud, and get the ids of its API where the name
is one of RunPod's; Together's come from a third-party page, whatever their confidence says, and carry that remark;
`aws` means EC2 and `google_cloud` Compute Engine; `H100_80GB` says nothing of the board unless the cloud has one form.
"""

from collections.abc import Mapping

from generator.sync.instances import instances
from generator.sync.plain_values import host_of
from generator.sync.price_fields import csv_payload, folder_payload, number
from generator.sync.rental_prices import Rentals
from generator.sync.sources.runpod_types import runpod_type
from generator.sync.statements import Parsed
from wasm_tools.pricing.meters import UnitRegistry

SOURCE = "inference-atlas-gpu"
COLUMNS = (
    "provider", "gpu_type", "billing_mode", "price_per_gpu_hour_usd", "region", "workload_type", "throughput_value",
    "throughput_unit", "min_gpus", "max_gpus", "startup_latency_sec", "source_url", "confidence", "last_verified_at",
)  # fmt: skip
_MODES = {"dedicated_hourly": "on_demand", "autoscale_hourly": "serverless"}
_CONFIDENCE = ("official", "high", "medium", "low", "estimated")  # from the best down
_GUESSES = frozenset({"low", "estimated"})
_PROVIDERS = {"aws": "aws-ec2", "google_cloud": "google-compute", "together_ai": "together"}
_CLOUDS = {"aws": "aws", "google_cloud": "gcp"}  # where the table of instances knows the only form of a GPU
_THIRD_PARTIES = frozenset({"aiagentslist.com"})  # pages that are not the provider's own
_WITH_MODEL = frozenset({"voyage"})


def parse(body: bytes, units: UnitRegistry) -> Parsed:
    """The rental prices of all tables; raises PayloadError when one is another table."""
    parsed = Parsed()
    groups: dict[tuple[str, ...], list[Mapping[str, str]]] = {}
    for _, text in sorted(folder_payload(SOURCE, body).items()):
        for row in csv_payload(SOURCE, text, COLUMNS):
            parsed.entries += 1
            if not row:
                parsed.reject("row with shifted columns", "?")
                continue
            parsed.expect(row, COLUMNS)
            key = (row["provider"], row["gpu_type"], row["billing_mode"], row["region"], row["price_per_gpu_hour_usd"])
            groups.setdefault(key, []).append(row)
    rentals = Rentals(parsed, units)
    for rows in groups.values():
        best = min(rows, key=_rank)
        for _ in rows[1:]:
            parsed.reject("repeats the price for another workload", f"{best['provider']} {best['gpu_type']}")
        _state(rentals, best)
    return parsed


def _rank(row: Mapping[str, str]) -> int:
    confidence = row["confidence"]
    return _CONFIDENCE.index(confidence) if confidence in _CONFIDENCE else len(_CONFIDENCE)


def _state(rentals: Rentals, row: Mapping[str, str]) -> None:
    parsed, provider, gpu = rentals.parsed, row["provider"], row["gpu_type"]
    commitment = _MODES.get(row["billing_mode"])
    problem = ""
    if row["confidence"] in _GUESSES or row["confidence"] not in _CONFIDENCE:
        problem = f"guess: confidence {row['confidence']}"
    elif provider in _WITH_MODEL:
        problem = "price of a model with its machine, not of a GPU"
    elif commitment is None:
        problem = f"mode {row['billing_mode']} is not a commitment"
    if problem or commitment is None:
        parsed.reject(problem, f"{provider} {gpu}")
        return
    parsed.as_of = max(parsed.as_of, row["last_verified_at"])
    known = instances(_CLOUDS[provider]).get(gpu) if provider in _CLOUDS else None
    rentals.add(
        "price_per_gpu_hour_usd", number(row["price_per_gpu_hour_usd"]), provider=_PROVIDERS.get(provider, provider),
        instance=(runpod_type(gpu) if provider == "runpod" else "") or gpu,
        gpu_name=known.gpu if known else gpu, region=row["region"] or "global",
        commitment="community" if provider == "runpod" else commitment, source_url=row["source_url"],
        scale_to_zero="yes" if commitment == "serverless" else "",
        note=_note(row),
    )  # fmt: skip


def _note(row: Mapping[str, str]) -> str:
    """What weakens the price: a page that is not the provider's, and a confidence below the best."""
    page = "price from a third-party page" if host_of(row["source_url"]) in _THIRD_PARTIES else ""
    confidence = "" if row["confidence"] == "official" else f"confidence {row['confidence']}"
    return ", ".join(part for part in (page, confidence) if part)
