"""A seeded discrete-event simulation of one replica: what the formulas of `open_loop` are held against.

Requests wait in one line. The first of it starts when the prefill is free and a slot is free. Its prefill runs alone;
the rest of the first token, and the decoding, run beside those of the others at the pace of the curve for as many
requests as are in service at that moment.
"""

import heapq
import math
import random
from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True)
class Curve:
    """A service curve made by hand."""

    concurrency: tuple[float, ...]
    first_token_ms: tuple[float, ...]
    tpot_ms: tuple[float, ...]
    prefill_ms: float

    def at(self, x):
        """TTFT and TPOT at x, log–log between knots."""
        if x >= self.concurrency[-1]:
            return self.first_token_ms[-1], self.tpot_ms[-1]
        i = max(k for k, c in enumerate(self.concurrency) if c <= max(x, 1))
        share = math.log(max(x, 1) / self.concurrency[i]) / math.log(self.concurrency[i + 1] / self.concurrency[i])
        return tuple(v[i] * (v[i + 1] / v[i]) ** share for v in (self.first_token_ms, self.tpot_ms))


@dataclass(frozen=True)
class Simulated:
    """Mean requests in service, and TTFT and E2E of every request in ms, sorted."""

    in_flight: float
    ttft_ms: list
    e2e_ms: list

    def quantile(self, values, level):
        return values[int(level * (len(values) - 1))]


def simulate(curve, rate, slots, requests=40_000, seed=1, prompt=None, output=None, gap_cv=1.0):
    """`prompt(rng)` gives a factor on the prefill, `output(rng)` the output tokens, `gap_cv` > 1 bursty arrivals.

    The first tenth of the requests is left out of the figures.
    """
    rng, prefill_ms = random.Random(seed), curve.prefill_ms
    pace = [curve.at(k) for k in range(int(slots) + 1)]
    now, tokens, prefill_free = 0.0, 0.0, True  # `tokens` is the number one request would have decoded since the start
    line, running, decoding, timers = deque(), 0, [], []
    arrived, ttft, e2e, area, measured_from = 0, [], [], 0.0, None
    heapq.heappush(timers, (0.0, 0, "arrival", None))
    order = 1

    def gap():
        if gap_cv <= 1:
            return rng.expovariate(1) * 1000 / rate
        p = (1 + math.sqrt((gap_cv**2 - 1) / (gap_cv**2 + 1))) / 2  # two phases with balanced means
        return rng.expovariate(2 * p if rng.random() < p else 2 * (1 - p)) * 1000 / rate

    while len(e2e) < requests:
        finish = now + (decoding[0][0] - tokens) * pace[running][1] if decoding else math.inf
        until = min(finish, timers[0][0])
        if running:
            tokens += (until - now) / pace[running][1]
        if measured_from is not None:
            area += running * (until - now)
        now = until
        if finish <= timers[0][0]:
            _, _, came = heapq.heappop(decoding)
            running -= 1
            e2e.append(now - came)
            if len(e2e) == requests // 10:
                measured_from, area = now, 0.0
        else:
            _, _, kind, request = heapq.heappop(timers)
            if kind == "arrival":
                line.append((now, prompt(rng) if prompt else 1.0, output(rng) if output else 1.0))
                arrived += 1
                heapq.heappush(timers, (now + gap(), order, "arrival", None))
            elif kind == "prefilled":
                prefill_free = True
                rest = max(0.0, pace[running][0] - prefill_ms)
                heapq.heappush(timers, (now + rest, order, "first token", request))
            else:
                came, _, length = request
                ttft.append(now - came)
                heapq.heappush(decoding, (tokens + max(length - 1, 0), order, came))
        if line and prefill_free and running < slots:
            request = line.popleft()
            running, prefill_free = running + 1, False
            heapq.heappush(timers, (now + prefill_ms * request[1], order + 1, "prefilled", request))
        order += 2
    skip = requests // 10
    return Simulated(area / (now - measured_from), sorted(ttft[skip:]), sorted(e2e[skip:]))
