"""The weights of the Gaussian process over residuals, one group of relatives at a time.

What the engine sums (`wasm_tools.performance.siblings`) is solved here: weights = (K + noise)⁻¹ · residuals, where the
noise of a point grows with its distance from what is expected of it, as under a Student t distribution: some
measurements contain a fault of their run (a server that had to warm up, a queue before the engine). First physics says
what is expected, then the relatives do. Points that were all measured in one faulty run would otherwise vouch for each
other, and be believed at loads that none of them has.
"""

from collections.abc import Sequence

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from generator.calibrate.parameters import Floats
from generator.calibrate.points import Measured
from generator.calibrate.settings import Settings
from wasm_tools.performance.siblings import Kernel

LEAST, MOST = 0.8, 400.0  # factors on the variance of the noise


def covariance(kernel: Kernel, points: Sequence[Measured]) -> Floats:
    """The covariance of the residuals of relatives, without noise."""
    load = _apart(np.log([p.concurrency for p in points])) / kernel.concurrency
    away = _apart(np.log([float(p.configuration.tensor_parallel) for p in points])) / kernel.tensor
    away = away + _apart(np.log([p.prompt for p in points])) / kernel.prompt
    away = away + _apart(np.log([p.answer for p in points])) / kernel.answer
    spread = np.array([p.configuration.expert_parallel > 1 for p in points])
    away = away + (spread[:, None] != spread[None, :]) / kernel.expert
    names = sorted({p.curve for p in points})
    number = np.array([names.index(p.curve) for p in points])
    same = number[:, None] == number[None, :]
    near = np.exp(-load)
    return np.asarray(
        kernel.group**2 + kernel.local**2 * near * np.exp(-away) + kernel.same**2 * near * same, dtype=np.float64
    )


def weights(
    kernel: Kernel, points: Sequence[Measured], residuals: Floats, settings: Settings, *, lasting: bool = False
) -> Floats:
    """The weight of each point in the mean of the process.

    Where doubt is `lasting`, relatives that agree with a point do not lift the doubt that physics has of it.
    """
    base = covariance(kernel, points)
    doubt = 1.0 / np.array([p.weight for p in points])

    def doubted(apart: Floats) -> Floats:
        freedom = settings.robust_freedom
        return np.clip((freedom + apart**2) / (freedom + 1.0), LEAST, MOST)

    by_physics = noise = doubted(residuals / kernel.noise)
    solved = np.zeros(len(points))
    for _ in range(settings.robust_rounds):
        variance = kernel.noise**2 * noise * doubt
        solved = cho_solve(cho_factor(base + np.diag(variance)), residuals)
        left = variance * solved / kernel.noise  # residual of the fit in units of the noise
        noise = np.maximum(doubted(left), by_physics) if lasting else doubted(left)
    return solved


def _apart(values: Floats) -> Floats:
    return np.asarray(np.abs(values[:, None] - values[None, :]))
