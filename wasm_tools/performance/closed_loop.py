"""Closed-loop benchmarks against steady service: the burst at their start and the queue before a full engine.

A benchmark keeps C requests in flight and sends 10 · C in all, so the first C arrive together and wait for each
other's prefill; later ones start one at a time. Both is no property of the service, so it is added to a prediction
that is compared with a measurement, and taken off a measurement that a service curve is built on.
"""

from wasm_tools.performance.physics import Pace, first_token_ms, tpot_ms

SHORTFALL_SHARE = 0.7  # of a TTFT that is shorter than predicted: ours, as nothing measured tells burst from service


def request_ms(of: Pace, concurrency: float) -> float:
    """A request from its prefill to its last token."""
    return of.answer * tpot_ms(of, concurrency) + of.prefill


def closed_first_token_ms(of: Pace, concurrency: float, room: float, waiting: float, burst: float) -> float:
    """Mean TTFT that a closed loop measures with `concurrency` requests in flight.

    To the steady value come the wait for prefills under way (`waiting` times the share of time that the engine spends
    on them), the burst (`burst` is the share of requests that start together, each waiting for half of the others)
    and, where memory has `room` for fewer requests, a queue that moves at the pace of the service. `room` is at least
    1 and at most `concurrency`.
    """
    request = request_ms(of, room)
    prefills = room * of.prefill / request
    waits = waiting * prefills / (1.0 + prefills) + burst * (concurrency - 1.0) / 2.0
    return first_token_ms(of, room) + of.prefill * waits + (concurrency - room) / room * request


def service_residual(residual: float) -> float:
    """The part of ln(measured / predicted TTFT in closed loop) that is one of the service.

    A shortfall is laid to service and burst alike, of which the burst is the less certain; an excess to the service.
    """
    return residual if residual > 0 else residual * SHORTFALL_SHARE


def closed_residual(residual: float) -> float:
    """The inverse of `service_residual`."""
    return residual if residual > 0 else residual / SHORTFALL_SHARE
