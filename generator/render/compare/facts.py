"""What is put side by side: for each kind of thing the rows of the comparison, and where its record holds their values.

The page for a reader's own choice and the ready pages read the same records (`/api/v1/models/<id>.json` and so on) by
the same rows: in the browser `wasm_tools/web/compare_values.mjs`, here `values.py`.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from generator.render.texts import label

UNSTATED = "no source states it"
NO_PRICE = "no current price"
NOT_MEASURED = "nobody has published a measurement"
SAID = ("label", "unit", "missing")  # what a reader reads of a fact
GIB, TERA, BILLION = 2.0**30, 1e12, 1e9


@dataclass(frozen=True, slots=True)
class Fact:
    """One row. `table` of the record ('facts' is its object of facts), `name` of the field, `where` field and value of
    the rows that count; `pick` takes the first of several, the least, the greatest, or counts them.

    `form` says how it is written: money, tokens, number (divided by `scale`), text, list, yes, address. `better` says
    which value is marked as the best: low, high, or none where that is a matter of taste.
    """

    label: str
    name: str
    form: str = "text"
    unit: str = ""
    better: str = ""
    missing: str = UNSTATED
    table: str = "facts"
    where: tuple[str, str] = ("", "")
    pick: str = "first"
    scale: float = 1.0
    link: str = ""  # folder of the page about the value


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under one heading."""

    title: str
    facts: tuple[Fact, ...]


def rent(label: str, commitment: str, name: str = "lowest") -> Fact:
    """A price of a GPU-hour with a commitment."""
    return Fact(label, name, "money", "/GPU-hour", "low", NO_PRICE, "spreads", ("commitment", commitment))


def score(label: str, benchmark: str) -> Fact:
    """The best published score in a benchmark."""
    return Fact(label, "value", "number", "%", "high", "no published score", "quality", ("benchmark", benchmark), "max")


def token_spread(label: str, meter: str) -> Fact:
    """The median price of a meter over all providers."""
    return Fact(label, "median", "money", "/1M tokens", "low", NO_PRICE, "spreads", ("meter", meter))


def use_case(title: str) -> Fact:
    """The cheapest plan with a model for a use case."""
    why = "no plan with it is ranked there"
    return Fact(title, "usd_per_month", "money", "/month", "low", why, "use_cases", ("use_case", title), "min")


def workload(title: str, identifier: str) -> Fact:
    """How many model ids a provider sells for a workload."""
    return Fact(title, "skus", "number", "ids", "", "none", "workloads", ("workload", identifier))


EVIDENCE = (
    Fact("Sources", "id", "number", "sources", "", "none", "sources", pick="count"),
    Fact("Last read", "observed_at", table="sources", pick="max"),
)
MODELS = (
    Group(
        "Prices",
        (
            Fact("Input, verified", "verified_input", "money", "/1M tokens", "low", "no price with grade A or B"),
            Fact("Output, verified", "verified_output", "money", "/1M tokens", "low", "no price with grade A or B"),
            Fact("Verified at", "verified_provider", missing="no price with grade A or B", link="providers/"),
            Fact("Grade", "verified_grade", missing="no price with grade A or B"),
            Fact("Input, lowest of all", "lowest_input", "money", "/1M tokens", "low", NO_PRICE),
            Fact("Output, lowest of all", "lowest_output", "money", "/1M tokens", "low", NO_PRICE),
            token_spread("Input, median", "input.text.token"),
            token_spread("Output, median", "output.text.token"),
            Fact("Sold by", "providers", "number", "providers", "", NO_PRICE),
        ),
    ),
    Group(
        "What it is",
        (
            Fact("Developer", "developer", link="models/by/"),
            Fact("Open weights", "open_weights", "yes"),
            Fact("Licence", "licence"),
            Fact("Capability class", "capability_class", missing="nobody has reviewed it"),
            Fact("Made for", "domains", "list", missing="nobody says it"),
            Fact("Context", "context", "tokens", "tokens", "high"),
            Fact("Longest answer", "max_output", "tokens", "tokens", "high"),
            Fact("Reads", "input_modalities", "list"),
            Fact("Writes", "output_modalities", "list"),
            Fact("Parameters", "parameters", "number", "billion", "", "not published", scale=BILLION),
            Fact("Active parameters", "active_parameters", "number", "billion", "", "not published", scale=BILLION),
            Fact("Released", "released"),
            Fact("Knowledge until", "knowledge"),
            Fact("Deprecated", "deprecated", missing="no end is announced"),
        ),
    ),
    Group(
        "Quality, best published score",
        (
            score("GPQA", "gpqa"),
            score("MMLU-Pro", "mmlu-pro"),
            score("LiveCodeBench", "livecodebench"),
            score("SWE-bench Verified", "swe-bench-verified"),
            score("Aider polyglot", "aider-polyglot"),
            score("IFEval", "ifeval"),
        ),
    ),
    Group(
        "Cheapest plan that is ranked",
        (
            use_case("Chatbot"),
            use_case("Code completion"),
            use_case("Code generation"),
            use_case("Document Q&A"),
            use_case("Short summaries"),
            use_case("Long document summaries"),
        ),
    ),
    Group("How well it is known", EVIDENCE),
)
PROVIDERS = (
    Group(
        "What it sells",
        (
            Fact("Kind", "kind", missing="not reviewed"),
            Fact("API prices", "offers", "number", "prices"),
            Fact("GPU rental prices", "gpu_offers", "number", "prices"),
            workload("Language models", "llm"),
            workload("Embeddings", "embeddings"),
            workload("Images", "image"),
            workload("Video", "video"),
            workload("Speech to text", "speech-to-text"),
            workload("Text to speech", "text-to-speech"),
            workload("Realtime", "realtime"),
            workload("Rerank", "rerank"),
        ),
    ),
    Group(
        "How well it is known",
        (
            *EVIDENCE,
            Fact("Statements held back", "source", "number", "statements", "", "none", "held_back", pick="count"),
            Fact("Price page", "url", "address"),
        ),
    ),
)
GPUS = (
    Group(
        "Rent",
        (
            rent("On demand, lowest", "on_demand"),
            rent("On demand, median", "on_demand", "median"),
            rent("Spot, lowest", "spot"),
            rent("One year, lowest", "1y"),
            rent("Three years, lowest", "3y"),
            Fact("Memory, lowest", "usd_per_gib_hour", "money", "/GiB-hour", "low", NO_PRICE, "gpu_offers", pick="min"),
            Fact("Rented by", "providers", "number", "providers", "", NO_PRICE),
            Fact("Rental prices", "prices", "number", "prices", "", NO_PRICE),
        ),
    ),
    Group(
        "Data sheet",
        (
            Fact("Vendor", "vendor"),
            Fact("Memory", "memory_bytes", "number", "GiB", "high", scale=GIB),
            Fact("Bandwidth", "bandwidth_bytes_s", "number", "TB/s", "high", scale=TERA),
            Fact("BF16, dense", "bf16_flops", "number", "TFLOP/s", "high", scale=TERA),
            Fact("FP8, dense", "fp8_flops", "number", "TFLOP/s", "high", scale=TERA),
            Fact("FP4, dense", "fp4_flops", "number", "TFLOP/s", "high", scale=TERA),
            Fact("Power", "tdp_w", "number", "W", "low"),
            Fact("GPUs a machine", "gpus_per_node", "number", "GPUs"),
        ),
    ),
    Group(
        "Measured",
        (
            Fact("Models measured", "measured_models", "number", "models", "", NOT_MEASURED),
            Fact(
                "Fastest point", "tokens_per_second_per_gpu", "number", "output tokens/s a GPU", "", NOT_MEASURED,
                "speeds", pick="max",
            ),
        ),
    ),
    Group("How well it is known", EVIDENCE),
)  # fmt: skip
PLANS = (
    Group(
        "Cost",
        (
            Fact("Month", "usd_per_month", "money", "/month", "low"),
            Fact("Output", "usd_per_million_output", "money", "/1M output tokens", "low"),
            Fact("Risk", "risk", "number", "added to the cost in comparisons", "low"),
        ),
    ),
    Group(
        "Speed",
        (
            Fact("Target", "slo"),
            Fact("TTFT", "ttft_ms", "number", "ms", "low", "not measured"),
            Fact("ITL", "itl_ms", "number", "ms", "low", "not measured"),
            Fact("Whole request", "e2e_ms", "number", "ms", "low", "not measured"),
            Fact("Evidence", "evidence"),
        ),
    ),
    Group(
        "What runs",
        (
            Fact("Kind", "kind"),
            Fact("Model", "model", link="models/"),
            Fact("Provider", "provider", missing="your own hardware", link="providers/"),
            Fact("GPU", "gpu", missing="an API", link="gpus/"),
            Fact("GPUs", "gpus", "number", "GPUs", "low", "an API"),
            Fact("Precision", "precision", missing="an API"),
            Fact("Engine", "engine", missing="an API"),
            Fact("Utilisation", "utilisation", "number", "of the capacity at peak", "", "an API"),
            Fact("What binds", "binds"),
        ),
    ),
)
KINDS: Mapping[str, tuple[Group, ...]] = {"models": MODELS, "providers": PROVIDERS, "gpus": GPUS, "plans": PLANS}
TITLES: Mapping[str, str] = {"models": "Models", "providers": "Providers", "gpus": "GPUs", "plans": "Plans"}


def told() -> dict[str, list[dict[str, Any]]]:
    """The rows of every kind for the script; what has its usual value is left out."""
    return {
        kind: [{"title": label(g.title), "facts": [_told(f) for f in g.facts]} for g in groups]
        for kind, groups in KINDS.items()
    }


def _told(fact: Fact) -> dict[str, Any]:
    usual = {"form": "text", "table": "facts", "pick": "first", "scale": 1.0, "where": ("", "")}
    said = {name: label(words) for name in SAID if (words := getattr(fact, name))}
    return {k: v for k, v in (asdict(fact) | said).items() if v != usual.get(k, "")}
