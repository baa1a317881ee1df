"""`atlas simulate` on the committed data: programs and people get the same figures, and refusals name the flag."""

import pytest

from tests.generator.plan_runs import answer, read_once, refused, run

__all__ = ["read_once"]
CHAT = ("--prompt", "512", "--output", "256", "--qps", "5", "--slo", "interactive", "--class", "medium")
SHORT = ("--draws", "500", "--minutes", "2")


def test_programs_and_people_get_the_same_figures() -> None:
    found = answer("simulate", *CHAT, *SHORT, "--kind", "rented")
    code, shown, _ = run("simulate", *CHAT, *SHORT, "--kind", "rented", columns=120)
    assert code == 0
    months, ran = found["monte_carlo"], found["simulation"]
    assert months["plan"] == ran["plan"] == answer("plan", *CHAT, "--kind", "rented")["recommended"]
    assert f"{100 * months['confidence']['all']:.1f}" in shown
    assert "500 months that could come, seed 1" in shown
    assert f"{ran['counts']['arrived']:,} requests arrived" in shown
    assert "load_cv 0.2 (assumed)" in shown
    assert ran["assumptions"]["mean_rate"] == 10


def test_a_seed_gives_the_same_figures_again() -> None:
    words = ("simulate", *CHAT, *SHORT, "--kind", "rented")
    assert answer(*words, "--seed", "3") == answer(*words, "--seed", "3") != answer(*words, "--seed", "4")


def test_an_api_has_a_cost_and_no_run() -> None:
    found = answer("simulate", "1", *CHAT, *SHORT, "--kind", "api")
    assert found["simulation"] is None
    assert found["monte_carlo"]["confidence"]["all"] is None
    _, shown, _ = run("simulate", "1", *CHAT, *SHORT, "--kind", "api")
    assert "unknown" in shown and "nobody has measured this API" in " ".join(shown.split())


def test_a_day_of_a_pattern_starts_and_stops_replicas() -> None:
    words = ("--qps", "20", "--pattern", "diurnal", "--kind", "rented", "--arrivals", "day", "--minutes", "120")
    listed = answer("plan", *words[:6], "--top", "200")["plans"]
    following = next(p["id"] for p in listed if ":following:" in p["id"] and p["replicas_min"] < p["replicas_max"])
    ran = answer("simulate", following, *words, "--draws", "200")["simulation"]
    assert ran["assumptions"]["min_replicas"] < ran["assumptions"]["max_replicas"]
    assert ran["replicas"]["starts"] > 0


@pytest.mark.parametrize(
    ("words", "flag"),
    [
        (("--draws", "5"), "--draws"),
        (("--minutes", "0"), "--minutes"),
        (("--seed", "-1"), "--seed"),
        (("--load-cv", "9"), "--load-cv"),
        (("--replica-availability", "2"), "--replica-availability"),
        (("--rate", "0"), "--rate"),
        (("--arrivals", "day"), "--arrivals"),
        (("--min-replicas", "9", "--max-replicas", "2"), "--min-replicas"),
    ],
)
def test_a_refusal_names_the_flag(words: tuple[str, ...], flag: str) -> None:
    assert flag in refused("simulate", *CHAT, "--kind", "rented", *words)
