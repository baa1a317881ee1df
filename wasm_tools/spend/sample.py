"""A made-up ledger to try the report with: forty days of three projects, as a small company might record them.

Everything in it is invented but the names of the models. Its numbers come from a fixed sequence, so the same day and
models give the same bytes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from wasm_tools.spend.ledger import ERROR, OK, STOPPED, Call, line_of

DAYS = 40
UNUSUAL, TIMES = 9, 5  # so many days before the last day, or on the weekday before, are so many times the calls
UNKNOWN_MODEL = ("in-house", "our-7b-chat")  # a model that no catalogue has: its calls stay unpriced
_WEEKEND = 5
_LAST_HOUR = 15  # the last day is not over yet
_MODULUS, _FACTOR = 2_147_483_647, 48_271  # the minimal standard generator of Park and Miller, 1988


@dataclass(frozen=True, slots=True)
class Project:
    """Calls of one kind: how many on a weekday and at the weekend, from when to when (UTC), tokens of one call."""

    name: str
    team: str
    weekday: int
    weekend: int
    hours: tuple[int, int]
    prompt: int
    cached: int  # percent of the prompt
    answer: int
    milliseconds: int


PROJECTS = (
    Project("reports", "finance", 6, 0, (1, 5), 160_000, 0, 9_500, 42_000),
    Project("search", "product", 14, 9, (5, 23), 41_000, 45, 1_350, 4_100),
    Project("support", "care", 21, 5, (7, 19), 66_000, 70, 1_900, 7_200),
)


ENDPOINTS = {"anthropic": "messages", "google": "generateContent", "openai": "responses"}


class _Sequence:
    """Whole numbers that look like chance and are always the same."""

    def __init__(self) -> None:
        self._state = 20_261

    def below(self, end: int) -> int:
        self._state = self._state * _FACTOR % _MODULUS
        return self._state % end

    def near(self, value: int) -> int:
        """From half of a value to one and a half of it, mostly near to it."""
        return value * (50 + self.below(51) + self.below(51)) // 100


def sample_ledger(last: str, models: Sequence[tuple[str, str]]) -> bytes:
    """The ledger of DAYS days up to `last` (ISO). `models` are provider and model, one a project in turn."""
    end = date.fromisoformat(last)
    chance = _Sequence()
    days = [end - timedelta(days=DAYS - 1 - n) for n in range(DAYS)]
    calls = [call for day in days for call in _day(day, models, chance, day == unusual_day(end))]
    return b"".join(line_of(call) for call in calls if call.ts[:13] < f"{last}T{_LAST_HOUR}")


def unusual_day(end: date) -> date:
    """The day with far more calls than usual."""
    day = end - timedelta(days=UNUSUAL)
    return day - timedelta(days=max(0, day.weekday() - _WEEKEND + 1))


def sample_budgets() -> list[dict[str, str]]:
    """Budgets that go with it."""
    return [
        {"name": "All projects", "amount": "40", "per": "month"},
        {"name": "Support", "amount": "18", "per": "month", "group": "project=support"},
        {"name": "Reports", "amount": "5", "per": "month", "group": "project=reports"},
    ]


def _day(day: date, models: Sequence[tuple[str, str]], chance: _Sequence, is_unusual: bool) -> list[Call]:
    calls = []
    for at, project in enumerate(PROJECTS):
        count = chance.near(project.weekend if day.weekday() >= _WEEKEND else project.weekday)
        if is_unusual and project is PROJECTS[-1]:
            count *= TIMES
        model = models[at % len(models)]
        calls += [_call(day, project, model, chance) for _ in range(count)]
    calls += [_call(day, PROJECTS[1], UNKNOWN_MODEL, chance) for _ in range(chance.below(3))]
    return sorted(calls, key=lambda c: c.ts)


def _call(day: date, project: Project, model: tuple[str, str], chance: _Sequence) -> Call:
    first, end = project.hours
    hour = first + (chance.below(end - first) + chance.below(end - first)) // 2
    time = f"{hour:02}:{chance.below(60):02}:{chance.below(60):02}.{chance.below(1000):03}"
    luck = chance.below(250)
    status = ERROR if luck < 4 else STOPPED if luck < 8 else OK
    tokens = {} if status == ERROR else _tokens(project, chance, 25 if luck == 249 else 1)
    latency = project.milliseconds * (60 + chance.below(60) + chance.below(60) ** 2 // 30) // 100
    request = f"sample-{chance.below(_MODULUS):08x}"
    tags: Mapping[str, str] = {"project": project.name, "team": project.team}
    endpoint = ENDPOINTS.get(model[0], "chat/completions")
    return Call(f"{day}T{time}Z", *model, endpoint, "standard", tokens, 1, latency, tags, request, status)


def _tokens(project: Project, chance: _Sequence, times: int) -> dict[str, int]:
    """`times` over for the few calls that stand out."""
    prompt = chance.near(project.prompt)
    cached = prompt * project.cached // 100 if chance.below(10) else 0
    told: Iterator[tuple[str, int]] = iter(
        (("input_uncached", prompt - cached), ("cache_read", cached), ("output", chance.near(project.answer) * times))
    )
    return {name: count for name, count in told if count}
