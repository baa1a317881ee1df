"""Percentiles of Prometheus histograms: interpolated inside a bucket, whose edges are the error that is possible."""

import itertools
import math
from collections.abc import Mapping

from wasm_tools.observe.observed import SHOWN, Times

METHOD = "interpolated inside histogram buckets; the true value lies between the bucket's edges"


def bucket_times(buckets: Mapping[float, float], total_s: float | None) -> Times | None:
    """Times in ms of cumulative counts by upper edge in seconds (`inf` last) and the sum of all values in seconds.

    A percentile that falls into the open last bucket has no value, only its lower edge. None without any count.
    """
    edges = sorted(buckets)
    if not edges or edges[-1] != math.inf:
        return None
    counts = [buckets[e] for e in edges]
    if counts[-1] <= 0 or any(b < a for a, b in itertools.pairwise(counts)):
        return None
    percentiles, between = {}, {}
    for p in SHOWN:
        rank = counts[-1] * p / 100
        place = next(i for i, count in enumerate(counts) if count >= rank)
        low, below = (edges[place - 1], counts[place - 1]) if place else (0.0, 0.0)
        high = edges[place]
        between[p] = (low * 1000, None if math.isinf(high) else high * 1000)
        if not math.isinf(high):
            percentiles[p] = 1000 * (low + (high - low) * (rank - below) / (counts[place] - below))
    mean = None if total_s is None else 1000 * total_s / counts[-1]
    return Times(mean, percentiles, METHOD, between)
