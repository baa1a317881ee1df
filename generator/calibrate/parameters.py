"""The free parameters of a fit: which there are for a set of points, their priors, and which apply to which point."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from generator.calibrate.points import Measured
from generator.calibrate.settings import Prior, Settings
from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.performance.calibration import ENGINE_FIELDS, SHARED_FIELDS, arithmetic_class

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
STEEPNESS = 20.0  # of the approach to a limit


@dataclass(frozen=True, slots=True)
class Parameters:
    """Names in order with their priors; vectors of a fit are logarithms in this order."""

    names: tuple[str, ...]
    priors: tuple[Prior, ...]

    @property
    def start(self) -> Floats:
        """Prior medians."""
        return np.log([p.start for p in self.priors])

    @property
    def spread(self) -> Floats:
        """Prior standard deviations."""
        return np.array([p.spread for p in self.priors])

    @property
    def bounds(self) -> tuple[Floats, Floats]:
        """Hard bounds."""
        return np.log([p.low for p in self.priors]), np.log([p.high for p in self.priors])

    def index(self, names: Sequence[str]) -> Indices:
        """The place of each name."""
        place = {name: i for i, name in enumerate(self.names)}
        return np.array([place[n] for n in names], dtype=np.int64)


def parameters(points: Sequence[Measured], gpus: dict[str, GpuCard], settings: Settings) -> Parameters:
    """The parameters that these points speak of."""
    priors = settings.priors
    named: dict[str, Prior] = {"bandwidth": priors["bandwidth"]}
    named |= {f"compute.{c}": priors[f"compute.{c}"] for c in sorted({class_of(p, gpus) for p in points})}
    vendors = Counter(gpus[p.configuration.gpu].vendor for p in points)
    for gpu in sorted({p.configuration.gpu for p in points}):
        other = gpus[gpu].vendor != vendors.most_common(1)[0][0]
        named[f"gpu_bandwidth.{gpu}"] = priors["other_vendor" if other else "gpu_bandwidth"]
        named[f"gpu_compute.{gpu}"] = priors["other_vendor" if other else "gpu_compute"]
    named |= {f"shared.{field}": priors[f"shared.{field}"] for field in SHARED_FIELDS}
    for engine in sorted({p.configuration.engine for p in points}):
        named |= {f"{engine}.{field}": priors[f"engine.{field}"] for field in (*ENGINE_FIELDS, "waiting")}
    for engine, origin in sorted({(p.configuration.engine, p.origin) for p in points}):
        named[f"{engine}.burst.{origin}"] = priors[f"burst.{origin}"]
    return Parameters(tuple(named), tuple(named.values()))


def class_of(p: Measured, gpus: dict[str, GpuCard]) -> str:
    """How the GPU of a point multiplies at its precision."""
    return arithmetic_class(gpus[p.configuration.gpu], p.configuration.precision)


def limited(value: Floats, limit: float) -> Floats:
    """A share of a peak that never reaches its limit, smoothly: a kink would give the fit several minima."""
    return np.asarray(value * (1.0 + (value / limit) ** STEEPNESS) ** (-1.0 / STEEPNESS))
