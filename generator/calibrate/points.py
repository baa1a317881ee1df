"""The measured points that the model is calibrated and tested on, in one form, with ids of the registry."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from generator.calibrate.settings import Settings
from generator.registry import Registry
from generator.tables import TableError, read_rows
from wasm_tools.models.cards import ModelShape
from wasm_tools.performance.configuration import ServingConfiguration
from wasm_tools.performance.points import BenchmarkPoint

DRAWN = 0.9  # InferenceX and InferenceMAX draw lengths at 80-100 % of nominal; the mean is 0.90 (922 of 1,024)
DRAWN_ORIGINS = ("infx",)
ORIGINS = {"infx": "SemiAnalysis InferenceX", "nvint": "NVIDIA internal sweep"}
INFERENCEMAX = "SemiAnalysis InferenceMAX"
INFERENCEMAX_COLUMNS = (
    "gpu", "model", "checkpoint", "engine", "image", "precision", "isl", "osl", "tp", "ep", "dp_attention",
    "concurrency", "ttft_mean_ms", "ttft_median_ms", "ttft_p99_ms", "tpot_mean_ms", "tpot_median_ms", "tpot_p99_ms",
    "itl_mean_ms", "itl_median_ms", "itl_p99_ms", "e2e_mean_ms", "e2e_median_ms", "e2e_p99_ms",
    "output_tokens_per_s_per_gpu", "cfg_in_silicon_sample", "repeats", "source",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measured:
    """One measured point in closed loop. `prompt` and `answer` are true mean tokens, `isl` and `osl` nominal ones.

    `architecture` stands for all models of the same shape: DeepSeek-R1 and DeepSeek-V3, or a model and its quantised
    checkpoint, are one family, and some of their rows are the very same run under two names.
    """

    configuration: ServingConfiguration
    architecture: str
    isl: int
    osl: int
    prompt: float
    answer: float
    concurrency: float
    first_token_ms: float
    tpot_ms: float
    origin: str  # infx or nvint: how the load was made
    measured: str  # ISO date, empty when not stated
    source: str
    weight: float = 1.0

    @property
    def group(self) -> tuple[str, str, str, str]:
        """What relatives have in common."""
        c = self.configuration
        return (self.architecture, c.gpu, c.engine, c.precision)

    @property
    def curve(self) -> tuple[str, str, str, str, int, int, int, int]:
        """One configuration at one pair of lengths; the same in every file."""
        c = self.configuration
        return (*self.group, c.tensor_parallel, c.expert_parallel, self.isl, self.osl)

    @property
    def run(self) -> tuple[object, ...]:
        """The same for rows that are one run under two names of a model."""
        return (*self.curve, self.concurrency, self.first_token_ms, self.tpot_ms)

    @property
    def tokens_per_s(self) -> float:
        """Output tokens a second of the replica."""
        return throughput(self, self.first_token_ms, self.tpot_ms)


def throughput(of: Measured, first_token_ms: float, tpot_ms: float) -> float:
    """Output tokens a second of a closed loop: C · n / (TTFT + TPOT · (n − 1))."""
    return of.concurrency * of.answer / (first_token_ms + tpot_ms * (of.answer - 1.0)) * 1e3


def end_to_end_ms(of: Measured, first_token_ms: float, tpot_ms: float) -> float:
    """A whole request: TTFT + TPOT · (n − 1)."""
    return first_token_ms + tpot_ms * (of.answer - 1.0)


def architectures(shapes: Mapping[str, ModelShape]) -> dict[str, str]:
    """For each model the first model of identical shape."""
    first: dict[ModelShape, str] = {}
    for model in sorted(shapes):
        first.setdefault(shapes[model], model)
    return {model: first[shape] for model, shape in shapes.items()}


def known_shapes(registry: Registry) -> dict[str, ModelShape]:
    """The shapes of all models that have one."""
    return {m: card.shape for m, card in registry.cards.items() if card.shape is not None}


def silicon_points(registry: Registry, points: Iterable[BenchmarkPoint], settings: Settings) -> list[Measured]:
    """The points of the state; raises TableError naming a model or GPU that the registry does not know."""
    family, found = architectures(known_shapes(registry)), []
    for p in points:
        model = settings.checkpoints.get(p.model) or registry.model_of("", p.model)
        gpu = registry.gpu_of_system.get(p.gpu, "")
        if model not in family or not gpu:
            raise TableError(f"benchmarks/{p.gpu}.csv: no architecture or GPU for {p.model}; register it")
        weight = next((d.weight for d in settings.doubtful if d.path == p.model), 1.0)
        share = DRAWN if p.origin in DRAWN_ORIGINS else 1.0
        said = (f"{p.engine} {p.engine_version}".strip(), ORIGINS.get(p.origin, p.origin), p.measured, p.note)
        found.append(
            Measured(
                ServingConfiguration(model, gpu, p.precision, p.engine, p.tp, p.ep),
                family[model], p.isl, p.osl, p.isl * share, p.osl * share, float(p.concurrency),
                p.ttft_ms, p.tpot_ms, p.origin, p.measured, ", ".join(part for part in said if part),
                weight,
            )
        )  # fmt: skip
    return sorted(found, key=_order)


def inferencemax_points(registry: Registry, path: Path) -> list[Measured]:
    """The points of InferenceMAX without attention data parallelism, which no other point has."""
    family, found = architectures(known_shapes(registry)), []
    for r in read_rows(path, INFERENCEMAX_COLUMNS):
        if r["dp_attention"] == "yes":
            continue
        isl, osl = int(r["isl"]), int(r["osl"])
        found.append(
            Measured(
                ServingConfiguration(r["model"], r["gpu"], r["precision"], r["engine"], int(r["tp"]), int(r["ep"])),
                family[r["model"]], isl, osl, isl * DRAWN, osl * DRAWN, float(r["concurrency"]),
                float(r["ttft_mean_ms"]), float(r["tpot_mean_ms"]), "infx", "",
                f"{r['image'].rpartition('/')[2]}, {INFERENCEMAX}",
            )
        )  # fmt: skip
    return sorted(found, key=_order)


def _order(m: Measured) -> tuple[object, ...]:
    c = m.configuration
    return (*m.curve, m.concurrency, c.model, m.source, m.first_token_ms, m.tpot_ms)
