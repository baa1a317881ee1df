"""Files of request mixes: what they state, and refusals that name the class, the field and the remedy."""

from pathlib import Path
from typing import Any

import pytest

from generator.mix_file import class_words, read_mix
from generator.plan_flags import PlanFlags
from generator.plan_question import hints, question_of
from tests.generator.plan_runs import answer, names, read_once, run
from wasm_tools.planner.question import Question
from wasm_tools.workload.traffic import InputError, Slo, class_slo

__all__ = ["read_once"]
ONE = """
[[class]]
id = "chat"
share = 1.0
prompt_tokens = 512
output_tokens = 256
"""
TWO = """
[[class]]
id = "chat"
share = 0.75
prompt_tokens = 512
output_tokens = 256
slo = "conversational"
cached = 0.5

[[class]]
id = "report"
share = 0.25
lengths = "azure-2023-conv"
streaming = false
e2e_ms = 60000
percentile = 90
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mix.toml"


def ask(file: Path, text: str | bytes, **flags: Any) -> Question:
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return question_of(PlanFlags(mix=file, **flags), names(), read_mix(file))


def refusal(file: Path, text: str | bytes, **flags: Any) -> str:
    with pytest.raises(InputError) as caught:
        ask(file, text, **flags)
    assert str(caught.value).isprintable()
    return str(caught.value)


def test_a_mix_asks_about_each_class_and_about_the_mean(file: Path) -> None:
    question = ask(file, TWO, qps=2.0, peak=5.0)
    chat, report = question.classes
    assert (chat.id, chat.share, chat.streaming, chat.cacheable_share) == ("chat", 0.75, True, 0.5)
    assert chat.slo == class_slo(300, 30, 1.1, 256)
    assert (report.streaming, report.slo.e2e_ms, report.slo.percentile) == (False, 60_000, 90)
    assert report.lengths == names().lengths["azure-2023-conv"]
    w = question.workload
    assert (w.qps, w.peak_qps, w.prompt_tokens) == (2, 5, round(0.75 * 512 + 0.25 * report.lengths.prompt.mean))
    assert "not streamed" in class_words(report) and "50% of the prompt cached" in class_words(chat)
    assert "2 classes" in hints(question)[0]


def test_a_mix_of_one_class_asks_what_the_flags_ask(file: Path) -> None:
    mix = ask(file, ONE + "ttft_ms = 700\nitl_ms = 40", qps=3.0, availability=0.99)
    plain = question_of(PlanFlags(prompt=512, output=256, ttft=700.0, itl=40.0, qps=3.0, availability=0.99), names())
    assert mix.slo == plain.slo == mix.classes[0].slo
    assert (mix.workload.prompt_tokens, mix.workload.peak_qps, mix.workload.minimum_class) == (512, 6.0, "medium")


def test_load_class_and_limits_come_from_the_flags(file: Path) -> None:
    question = ask(file, TWO, use_case="chatbot", users=3000.0, kind=["rented"], pattern="bursty", no_surcharges=True)
    plain = question_of(PlanFlags(use_case="chatbot", users=3000.0, kind=["rented"], pattern="bursty"), names())
    assert (question.workload.qps, question.workload.peak_qps) == (plain.workload.qps, plain.workload.peak_qps)
    assert (question.wishes, question.pattern) == (plain.wishes, plain.pattern)
    assert question.workload.arrival_cv == plain.workload.arrival_cv > 1
    assert plain.surcharges and not question.surcharges


def test_the_default_target_is_that_of_a_plan_without_a_mix(file: Path) -> None:
    assert ask(file, ONE).slo == question_of(PlanFlags(prompt=512, output=256), names()).slo
    whole = class_slo(500, 35, 1.1, 256).e2e_ms
    assert ask(file, ONE + "streaming = false").slo == Slo(whole, whole, whole)


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ("ttft_ms = 0", "class 1 (chat), ttft_ms"), ("itl_ms = nan", "class 1 (chat), itl_ms"),
        ("e2e_ms = inf", "class 1 (chat), e2e_ms"), ("e2e_ms = true", "class 1 (chat), e2e_ms"),
        ("cached = 1.0", "class 1 (chat), cached"), ("cached = -0.1", "class 1 (chat), cached"),
        ("percentile = 99.9", "class 1 (chat), percentile"), ("streaming = 1", "class 1 (chat), streaming"),
        ("colour = 1", "class 1 (chat), colour"), ("slo = 'telepathic'", "'telepathic' is not one of instant"),
        ("slo = 'batch'\nttft_ms = 5", "class chat, slo: it and ttft_ms both set the target; leave out"),
        ("streaming = false\nttft_ms = 5", "class chat, ttft_ms: what is not streamed has an end-to-end bound only"),
        ("e2e_ms = 100", "class chat, e2e_ms: the whole answer would end before its first token; raise e2e_ms"),
        ("ttft_ms = 1e308\nitl_ms = 1e308", "class chat, e2e_ms"),
        ("lengths = 'azure-2023-conv'", "leave out prompt_tokens and output_tokens"),
        (ONE, "two classes have the same id"),
        (ONE.replace("chat", "more"), "add up to 2, not 1"),
    ],
)  # fmt: skip
def test_wrong_fields_and_combinations_are_named(file: Path, more: str, named: str) -> None:
    said = refusal(file, ONE + more)
    assert said.startswith("--mix: ") and named in said


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("1.0", "0", "share"), ("1.0", "-1", "share"), ("1.0", "nan", "share"), ("1.0", "0.5", "add up to 0.5, not 1"),
        ("1.0", "true", "share"), ("share = 1.0", "", "share"), ("512", "0", "prompt_tokens"),
        ("512", "1.5", "prompt_tokens"), ("512", "9" * 400, "prompt_tokens"), ("512", "9" * 5000, "no TOML"),
        ("prompt_tokens = 512", "", "prompt_tokens: is missing; give prompt_tokens and output_tokens, or lengths"),
        ("output_tokens = 256", "", "output_tokens: is missing"), ('"chat"', '"a\\u001b[31m"', "id"),
        ('"chat"', "7", "class 1, id"), (ONE.strip(), "", "class"), (ONE.strip(), "class = 3", "class"),
        (ONE.strip(), "class = [1]", "class 1"), (ONE.strip(), "class = []", "class"),
        (ONE, "a = " + "[" * 9999, "TOML"),
        (ONE, ONE + "#" * 200_001, "larger than"), (ONE, ONE * 21, "class"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_mix_is_refused(file: Path, old: str, new: str, named: str) -> None:
    assert old in ONE
    said = refusal(file, ONE.replace(old, new, 1))
    assert said.startswith("--mix: ") and named in said


def test_a_file_of_an_editor_that_marks_its_encoding_is_read(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + TWO.encode())
    assert [c.id for c in read_mix(file).class_] == ["chat", "report"]


def test_bytes_that_are_no_text_and_files_that_are_none_are_refused(file: Path) -> None:
    assert "UTF-8" in refusal(file, b"\xff\xfe")
    for path in (file.parent, file.parent / "no\x1b.toml"):
        with pytest.raises(InputError, match="cannot be read") as caught:
            read_mix(path)
        assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("flags", "flag"),
    [
        ({"prompt": 5}, "--prompt"), ({"output": 5}, "--output"), ({"lengths": "azure-2023-conv"}, "--lengths"),
        ({"cached": 0.5}, "--cached"), ({"slo": "batch"}, "--slo"), ({"ttft": 5.0}, "--ttft"), ({"itl": 5.0}, "--itl"),
        ({"e2e": 5.0}, "--e2e"), ({"percentile": 90}, "--percentile"), ({"ttft_percentile": 90}, "--ttft-percentile"),
        ({"itl_percentile": 90}, "--itl-percentile"), ({"e2e_percentile": 90}, "--e2e-percentile"),
        ({"tokens_per_second": 5.0}, "--tokens-per-second"), ({"batch": 0.5}, "--batch"),
        ({"preset": ["compass-ui"], "use_case": "chatbot"}, "--preset"),
    ],
)  # fmt: skip
def test_flags_that_the_classes_state_themselves_are_refused(file: Path, flags: dict[str, Any], flag: str) -> None:
    said = refusal(file, TWO, **flags)
    assert said.startswith(f"{flag}: ") and "--mix" in said


def test_a_mix_is_planned_and_explained_by_its_classes(file: Path) -> None:
    file.write_text(
        '[[class]]\nid = "chat"\nshare = 0.8\nprompt_tokens = 512\noutput_tokens = 256\nslo = "conversational"\n'
        '[[class]]\nid = "report"\nshare = 0.2\nprompt_tokens = 4000\noutput_tokens = 1000\nstreaming = false\n'
        "e2e_ms = 90000\n"
    )
    words = ("--mix", str(file), "--qps", "5", "--model", "gpt-oss-120b")
    found = answer("plan", *words)
    assert [c["id"] for c in found["question"]["classes"]] == ["chat", "report"]
    assert found["question"]["classes"][1]["slo"]["ttft_ms"] is None
    assert found["question"]["prompt_tokens"] == round(0.8 * 512 + 0.2 * 4000)
    apis = {p["id"]: float(p["usd_per_month"]) for p in found["plans"] if p["kind"] == "api"}
    parts = [
        answer("plan", "--prompt", p, "--output", o, "--qps", q, "--model", "gpt-oss-120b", "--kind", "api")["plans"]
        for p, o, q in (("512", "256", "4"), ("4000", "1000", "1"))
    ]
    sums = [{p["id"]: float(p["usd_per_month"]) for p in plans} for plans in parts]
    both = [id_ for id_ in apis if all(id_ in s for s in sums)]
    assert both and all(apis[id_] == pytest.approx(sum(s[id_] for s in sums), abs=0.02) for id_ in both)
    told = answer("explain", "1", *words)
    assert any(line.startswith("class report, 0.2 of the requests") for line in told["assumptions"])
    assert "a mix of 2 classes" in run("plan", *words)[1]
