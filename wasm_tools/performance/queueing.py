"""Waiting in a queue: chance, mean and quantiles, for one server or for many. Times in any one unit."""

import math

ROOT_TWO_PI = math.sqrt(2 * math.pi)


def chance_of_waiting(servers: float, utilisation: float) -> float:
    """The chance that all of `servers` are busy at a `utilisation` below 1: Erlang C without its sum.

    With α = √(−2c(1 − ρ + ln ρ)): 1/C = ρ + (1 − ρ)·(√c·Φ(α)/φ(α) + 2/3), the leading terms of an expansion by Janssen,
    van Leeuwaarden and Zwart (Refining square-root safety staffing by expanding Erlang C, 2011). Within 0.014 of the
    sum for one server, 0.004 from four servers on. The sum has as many terms as servers, too slow for a replica that
    runs hundreds of requests at a time.
    """
    if utilisation <= 0:
        return 0.0
    exponent = servers * (1 - utilisation + math.log(utilisation))
    if exponent < -40:  # less than one request in 10^17
        return 0.0
    density = math.exp(exponent)
    below = ROOT_TWO_PI * (1 + math.erf(math.sqrt(max(0.0, -exponent)))) / 2
    return density / (density * (2 + utilisation) / 3 + (1 - utilisation) * math.sqrt(servers) * below)


def wait_if_any(service: float, servers: float, utilisation: float, arrival_scv: float, service_scv: float) -> float:
    """Mean wait of those who wait: S/(c·(1 − ρ)) · (ca² + cs²)/2, after Allen and Cunneen.

    The mean over all is this times `chance_of_waiting`. With one server and Poisson arrivals (ca² = 1) it is the
    formula of Pollaczek and Khinchine. The last two are squared coefficients of variation.
    """
    return service / (servers * (1 - utilisation)) * (arrival_scv + service_scv) / 2


def wait_quantile(chance: float, mean_if_any: float, level: float) -> float:
    """The wait that a share `level` below 1 does not exceed: none for 1 − chance of all, exponential for the rest."""
    return mean_if_any * math.log(chance / (1 - level)) if chance > 1 - level else 0.0
