"""The simulator behind Compass' rows: its formula by hand, its limits, and its distance from the stored rows."""

import json
import math
from dataclasses import replace
from pathlib import Path
from statistics import mean, median

import pytest

from generator.compat_compass_tables import blis_coefficients
from generator.places import checkout
from wasm_tools.compat.compass_simulated import Coefficients, simulated_times
from wasm_tools.workload.traffic import InputError

KEYS = blis_coefficients(checkout().registry)
PLAIN = Coefficients("m", "H100", 1, (1000.0, 2.0, 500.0), (9000.0, 100.0, 1000.0), 0, 1.0)
SMALL = "mistralai/mistral-small-24b-instruct-2501"


def test_formula_by_hand() -> None:
    times = simulated_times(PLAIN, isl=1000, osl=10, rate=1.0)
    # ρ = 0.1; n = 10 · step / 10⁶, step = (9000 + 1000 n) / 0.9 → n = 0.1 / (1 − 1/90) = 9/89, step = 900000/89
    assert math.isclose(times.prefill_share, 0.1)
    assert math.isclose(times.in_flight, 9 / 89)
    assert math.isclose(times.itl_ms, 900_000 / 89 / 1e3 + 0.5)
    ttft = 1000 + 2000 + 9000 + 100_000 * (1 + 0.1 / 1.8) + 1000 * 9 / 89 + 900_000 / 89 * (9 / 89) / 2 + 500
    assert math.isclose(times.ttft_ms, ttft / 1e3)
    assert math.isclose(times.e2e_ms, times.ttft_ms + 9 * times.itl_ms)
    assert times.tier == "simulated"


def test_more_load_is_never_faster() -> None:
    times = [simulated_times(PLAIN, 500, 100, rate / 10).e2e_ms for rate in range(1, 65)]
    assert times == sorted(times)


@pytest.mark.parametrize(
    ("isl", "osl", "rate"), [(0, 1, 1.0), (1, 0, 1.0), (1, 1, 0.0), (1, 1, math.nan), (1000, 10, 10.0), (1, 500, 3.0)]
)
def test_bad_lengths_and_saturation_are_refused(isl: int, osl: int, rate: float) -> None:
    with pytest.raises(InputError):
        simulated_times(PLAIN, isl, osl, rate)


def test_key_that_outruns_its_memory_is_refused() -> None:
    assert len(KEYS) == 85
    assert [(k.model, k.gpu, k.tensor_parallel) for k in KEYS.values() if k.impossible] == [(SMALL, "H100", 2)]
    with pytest.raises(InputError, match="memory"):
        simulated_times(KEYS[SMALL, "H100", 2], 512, 256, 0.1)
    assert simulated_times(KEYS[SMALL, "H100", 4], 512, 256, 0.1).itl_ms > 3.4


@pytest.mark.mirror
def test_stored_rows_are_met_within_the_stated_errors(upstream: Path) -> None:
    stored = json.loads((upstream / "benchmarks/compass_simulated/benchmarks_BLIS.json").read_bytes())["benchmarks"]
    unique = list({json.dumps(r, sort_keys=True): r for r in stored}.values())
    errors: dict[str, list[float]] = {"itl": [], "ttft": [], "e2e": []}
    for row in unique:
        key = replace(KEYS[row["model_hf_repo"], row["hardware"], row["hardware_count"]], weight_read_ms=None)
        try:
            times = simulated_times(key, row["prompt_tokens"], row["output_tokens"], row["requests_per_second"])
        except InputError:
            continue
        for name, found in errors.items():
            found.append(abs(getattr(times, f"{name}_ms") / row[f"{name}_mean"] - 1))
    assert len(unique) == 1282
    assert len(errors["itl"]) >= 1260
    assert median(errors["itl"]) < 0.0055
    assert median(errors["e2e"]) < 0.021
    assert median(errors["ttft"]) < 0.027
    assert mean(e < 0.05 for e in errors["itl"]) > 0.95
    assert mean(e < 0.10 for e in errors["ttft"]) > 0.83
