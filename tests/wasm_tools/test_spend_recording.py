"""Recording inside a program: what is written, what never is, and that the program does not notice."""

import asyncio
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as settings_of_a_test
from hypothesis import strategies as st

from tests.wasm_tools.recorded import REPLIES, as_object, calls_of, ledger, text_of
from wasm_tools.spend import log_reply, record, summary, tags, track, track_cost
from wasm_tools.spend.ledger import START
from wasm_tools.spend.ledger_lines import record_of
from wasm_tools.spend.recording import clock, settings
from wasm_tools.spend.recording.ledger_file import LedgerFile
from wasm_tools.spend.recording.recorder import _recorder
from wasm_tools.spend.recording.settings import SettingsError

__all__ = ["ledger"]
ROOT = Path(__file__).parents[2]
REPLY = REPLIES["openai chat"]["reply"]
FIELDS = (
    "object", "type", "usage", "usage_metadata", "model", "id", "prompt_tokens", "input_tokens", "completion_tokens",
    "prompt_tokens_details", "cached_tokens", "service_tier", "response", "body", "data", "stream", "message", "result",
)  # fmt: skip
posix = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def test_a_line_says_when_and_what(ledger: Path) -> None:
    assert record(
        provider="acme", model="m-1", input_uncached=900, cache_read=0, output=50, latency_ms=812, tier="flex"
    )
    (file,) = ledger.iterdir()
    (call,) = calls_of(ledger)
    assert file.name == f"calls-{call['ts'][:7]}.jsonl"
    assert call.pop("ts").endswith("Z")
    assert call == {
        "v": 1, "provider": "acme", "model": "m-1", "tier": "flex",
        "tokens": {"input_uncached": 900, "cache_read": 0, "output": 50},
        "requests": 1, "latency_ms": 812, "status": "ok",
    }  # fmt: skip


def test_nothing_is_recorded_unless_a_ledger_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for named in (None, ""):
        monkeypatch.delenv(settings.VARIABLE, raising=False)
        if named is not None:
            monkeypatch.setenv(settings.VARIABLE, named)
        settings._folder.cache_clear()
        assert not record(model="m", output=1)
        assert not log_reply(REPLY)
        assert track_cost(lambda: REPLY)() is REPLY
        stream = iter([REPLY])
        assert track_cost(lambda stream=stream: stream)() is stream
        with track() as call:
            call.reply(REPLY)
    assert list(tmp_path.iterdir()) == []


def test_the_nearest_atlas_toml_says_where_and_the_variable_holds_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "atlas.toml").write_text(
        '[spend]\nledger = "spend"\n[[spend.budgets]]\nname = "all"\namount = "5"\n[spend.plan]\ndays = 30\n'
    )
    inside = tmp_path / "src" / "app"
    inside.mkdir(parents=True)
    monkeypatch.chdir(inside)
    monkeypatch.delenv(settings.VARIABLE, raising=False)
    found = settings.settings()
    assert (found.ledger, found.file) == (tmp_path / "spend", tmp_path / "atlas.toml")
    assert (found.budgets, found.plan) == (({"name": "all", "amount": "5"},), {"days": 30})
    monkeypatch.setenv(settings.VARIABLE, "elsewhere")
    assert settings.settings().ledger == inside / "elsewhere"
    monkeypatch.setenv(settings.VARIABLE, "")
    assert settings.settings().ledger is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[spend\n", "is not TOML"),
        ("spend = 5\n", "write [spend]"),
        ('[spend]\nlegder = "x"\n', "no entry 'legder'"),
        ("[spend]\nledger = 5\n", "ledger in [spend] is not a path"),
        ("[spend]\nbudgets = 5\n", "written as [[spend.budgets]]"),
        ("[spend]\nplan = 5\n", "written as [spend.plan]"),
    ],
)
def test_settings_that_are_wrong_name_the_entry_and_switch_recording_off(
    text: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "atlas.toml").write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(settings.VARIABLE, raising=False)
    settings._folder.cache_clear()
    with pytest.raises(SettingsError, match=r"atlas\.toml") as caught:
        settings.settings()
    assert said in str(caught.value)
    assert not record(model="m", output=1)
    assert track_cost(lambda: REPLY)() is REPLY
    assert said in summary()["last_failure"]


def test_neither_prompts_nor_keys_get_into_a_ledger(ledger: Path) -> None:
    looked_at: set[str] = set()

    class Reply:
        def __init__(self, known: dict[str, Any]) -> None:
            self._known = known

        def __getattr__(self, name: str) -> Any:
            looked_at.add(name)
            value = self._known.get(name)
            return Reply(value) if isinstance(value, dict) else value

    with tags(user="sk-proj-abcdefghijklmnop", token="Bearer abc", aws="AKIAABCDEFGHIJKLMNOP", long="x" * 5000, n=7):
        assert log_reply(Reply(REPLY))
        assert log_reply({**REPLY, "id": "chatcmpl-2", "api_key": "sk-live-1", "prompt": "SECRET"})
    text = text_of(ledger)
    assert summary()["dropped"] == 0
    assert not looked_at & {"choices", "content", "messages", "input", "instructions", "headers", "api_key", "prompt"}
    assert "SECRET" not in text and "sk-" not in text and "Bearer" not in text and "AKIA" not in text
    assert max(len(line) for line in text.splitlines()) < 1000
    assert {name: value for name, value in calls_of(ledger)[0]["tags"].items() if name != "long"} == {
        "user": "[masked]", "token": "[masked]", "aws": "[masked]", "n": "7",
    }  # fmt: skip


@pytest.mark.native("starts a thread")
def test_tags_hold_inside_their_block_in_every_task_and_thread(ledger: Path) -> None:
    async def ask(name: str) -> None:
        with tags(task=name):
            await asyncio.sleep(0)
            record(model=name, output=1)

    async def both() -> None:
        with tags(team="a"):
            await asyncio.gather(ask("one"), ask("two"))
        record(model="three", output=1)

    asyncio.run(both())
    with tags(team="b", project="p"), tags(team="c"):
        record(model="four", output=1, tags={"project": "q", "nothing": None})
        thread = threading.Thread(target=record, kwargs={"model": "five", "output": 1})
        thread.start()
        thread.join()
    found = {call["model"]: call.get("tags") for call in calls_of(ledger)}
    assert found["one"] == {"team": "a", "task": "one"} and found["two"] == {"team": "a", "task": "two"}
    assert (found["three"], found["four"]) == (None, {"team": "c", "project": "q"})


def test_a_stream_keeps_the_tags_of_its_beginning(ledger: Path) -> None:
    @track_cost(tags={"step": "draft"})
    def streamed() -> Iterator[Any]:
        yield from REPLIES["openai chat"]["events"]

    with tags(team="a"):
        stream = streamed()
    with tags(team="b"):
        list(stream)
    assert calls_of(ledger)[0]["tags"] == {"team": "a", "step": "draft"}


def test_what_a_function_does_stays_as_it_is(ledger: Path) -> None:
    class Stream:
        response = "headers"

        def __init__(self) -> None:
            self.events, self.left = iter(REPLIES["openai chat"]["events"]), False

        def __iter__(self) -> "Stream":
            return self

        def __next__(self) -> Any:
            return next(self.events)

        def __enter__(self) -> "Stream":
            return self

        def __exit__(self, *error: object) -> None:
            self.left = True

    @track_cost
    def echo() -> Iterator[Any]:
        """Documented."""
        got = yield 1
        try:
            got = yield got
        except KeyError:
            got = yield "caught"
        return got

    stream = echo()
    assert (next(stream), stream.send("two"), stream.throw(KeyError())) == (1, "two", "caught")
    with pytest.raises(StopIteration) as ended:
        stream.send("end")
    assert ended.value.value == "end" and echo.__doc__ == "Documented." and echo.__name__ == "echo"

    inner = Stream()
    with track_cost(lambda: inner)() as client:
        assert isinstance(client, Stream) and client.response == "headers"
        assert len(list(client)) == 2
    assert inner.left
    assert [call["status"] for call in calls_of(ledger)] == ["ok", "ok"]


def test_a_call_that_fails_is_recorded_as_failed_and_the_error_is_the_programs(ledger: Path) -> None:
    @track_cost(provider="openai", model="gpt-x")
    def ask(error: BaseException) -> None:
        raise error

    @track_cost
    async def ask_later() -> None:
        raise TimeoutError

    @track_cost
    def streamed() -> Iterator[Any]:
        yield REPLIES["anthropic messages"]["events"][0]
        raise ConnectionError

    with pytest.raises(ValueError, match="wrong"):
        ask(ValueError("wrong"))
    with pytest.raises(KeyboardInterrupt):
        ask(KeyboardInterrupt())
    with pytest.raises(TimeoutError):
        asyncio.run(ask_later())
    with pytest.raises(ConnectionError):
        list(streamed())
    with pytest.raises(ZeroDivisionError), track(model="m") as call:
        call.reply(REPLY)
        raise ZeroDivisionError
    calls = calls_of(ledger)
    assert [call["status"] for call in calls] == ["error", "stopped", "error", "error", "error"]
    assert calls[3]["tokens"]["input_uncached"] == 2679  # what the beginning of the stream told
    assert calls[4]["tokens"] == REPLIES["openai chat"]["read"]["tokens"]


def test_a_cancelled_task_and_a_closed_async_stream_are_stopped(ledger: Path) -> None:
    @track_cost(model="slow")
    async def wait() -> None:
        await asyncio.sleep(60)

    @track_cost
    async def streamed() -> AsyncIterator[Any]:
        for event in REPLIES["openai responses"]["events"]:
            yield event

    async def run() -> None:
        task = asyncio.create_task(wait())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        stream = streamed()
        await anext(stream)
        await stream.aclose()

    asyncio.run(run())
    assert [(call.get("model"), call["status"]) for call in calls_of(ledger)] == [
        ("slow", "stopped"),
        ("gpt-4.1-2025-04-14", "stopped"),
    ]


def test_a_lambda_that_gives_a_coroutine_is_awaited(ledger: Path) -> None:
    async def ask() -> Any:
        return REPLY

    assert asyncio.run(track_cost(lambda: ask())()) is REPLY
    assert calls_of(ledger)[0]["tokens"]["output"] == 90


def test_a_block_without_a_reply_takes_the_tokens_that_it_is_told(ledger: Path) -> None:
    async def run() -> None:
        async with track(provider="local", model="whisper") as call:
            call.tokens(audio_in=700, output=30)

    asyncio.run(run())
    assert calls_of(ledger)[0]["tokens"] == {"audio_in": 700, "output": 30}


def test_failures_are_told_once_counted_and_never_reach_the_program(
    ledger: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        @property
        def usage(self) -> Any:
            raise RuntimeError("no usage")

    ledger.write_text("a file where the folder should be")
    with caplog.at_level(logging.WARNING, logger="wasm_tools.spend"):
        assert not record(model="m", output=1)
        assert track_cost(lambda: REPLY)() is REPLY
        assert list(track_cost(lambda: iter([1, 2]))()) == [1, 2]
        assert not record(model="m", outptu=1)
        assert not record(model="m", output=-1)
        assert not record(model="m", output=1, status="great")
        assert not log_reply(Broken())
    assert [r.levelname for r in caplog.records] == ["WARNING"] and "FileExistsError" in caplog.text
    assert summary()["dropped"] == 7 and summary()["calls"] == 0
    assert summary()["last_failure"] == "RuntimeError: no usage"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
    max_leaves=12,
)


@settings_of_a_test(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(reply=VALUES, as_it_is=st.booleans())
def test_no_reply_whatever_it_is_disturbs_the_program(reply: Any, as_it_is: bool, ledger: Path) -> None:
    reply = reply if as_it_is else as_object(reply)
    before = len(calls_of(ledger))
    assert log_reply(reply)
    assert track_cost(lambda: reply)() is reply or "stream" in reply
    calls = calls_of(ledger)[before:]
    assert len(calls) == 2 and all(count >= 0 for call in calls for count in call["tokens"].values())


def test_a_full_disk_loses_the_call_and_leaves_the_next_one_whole(
    ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    assert record(model="first", output=1)
    monkeypatch.setattr(os, "write", lambda file, line: write(file, line[:40]))
    assert not record(model="second", output=1)
    monkeypatch.undo()
    monkeypatch.setenv(settings.VARIABLE, str(ledger))
    assert record(model="third", output=1)
    lines = text_of(ledger).splitlines()
    assert [json.loads(lines[n])["model"] for n in (0, 2)] == ["first", "third"] and len(lines[1]) == 40
    assert summary()["dropped"] == 1 and "disk" in summary()["last_failure"]


def test_a_torn_line_of_another_process_is_not_continued(ledger: Path) -> None:
    ledger.mkdir()
    torn = b'{"v":1,"ts":"2026-09-01T10:0'
    file = ledger / f"calls-{clock.utc_now()[:7]}.jsonl"
    file.write_bytes(torn)
    assert record(model="first", output=1)
    with file.open("ab") as other:  # killed within a write while this process has the file open
        other.write(torn)
    assert record(model="second", output=1)
    lines = file.read_bytes().splitlines()
    assert lines[0] == lines[2] == torn
    assert [json.loads(lines[n])["model"] for n in (1, 3)] == ["first", "second"]


@pytest.mark.native("removes a file that is open")
def test_a_month_has_its_own_file_and_a_removed_file_is_made_again(tmp_path: Path) -> None:
    file = LedgerFile(tmp_path)
    for month in ("2026-09", "2026-09", "2026-10"):
        file.append(b"x\n", month)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {
        "calls-2026-09.jsonl": b"x\nx\n",
        "calls-2026-10.jsonl": b"x\n",
    }
    (tmp_path / "calls-2026-10.jsonl").unlink()
    file.append(b"y\n", "2026-10")
    assert (tmp_path / "calls-2026-10.jsonl").read_bytes() == b"y\n"


@posix
@pytest.mark.native("starts another process")
def test_a_forked_process_opens_the_file_anew_and_counts_from_zero(ledger: Path) -> None:
    assert record(model="parent", output=1)
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        inherited = _recorder.file
        done = record(model="child", output=2)
        os.write(writing, json.dumps([inherited is None, done, summary()["calls"]]).encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert json.loads(os.read(reading, 1000)) == [True, True, 1]
    os.close(reading), os.close(writing)
    assert record(model="parent", output=3)
    assert [call["model"] for call in calls_of(ledger)] == ["parent", "child", "parent"]
    assert summary()["calls"] == 2


def test_the_summary_adds_up_what_this_process_recorded(ledger: Path) -> None:
    log_reply(REPLY)
    log_reply(REPLIES["openai chat"]["reply"])
    record(provider="acme", model="m", output=5, requests=3)
    assert summary() == {
        "ledger": str(ledger),
        "calls": 5,
        "dropped": 0,
        "last_failure": "",
        "by_model": [
            {"provider": "acme", "model": "m", "calls": 3, "output": 5},
            {
                "provider": "openai", "model": "gpt-4o-audio-preview-2025-06-03", "calls": 2, "input_uncached": 92,
                "cache_read": 3840, "audio_in": 80, "output": 180, "reasoning": 40, "audio_out": 420,
            },
        ],
    }  # fmt: skip


WRITER = """
import os, sys, threading
from wasm_tools.spend import record
number, calls, threads = int(sys.argv[1]), int(sys.argv[2]), 2

def write(thread):
    for n in range(calls // threads):
        name = f"{number}.{thread}.{n}"
        if record(provider="p", model="m" * 300, request_id=name, output=n, tags={"a": "x" * 150, "b": "y" * 150}):
            os.write(1, f"{name}\\n".encode())

running = [threading.Thread(target=write, args=(t,)) for t in range(threads)]
[t.start() for t in running], [t.join() for t in running]
os.write(1, b"done\\n")
"""


@posix
@pytest.mark.native("starts another process")
def test_no_call_that_was_recorded_is_lost_or_damaged_when_writers_are_killed(ledger: Path, tmp_path: Path) -> None:
    """50 processes of two threads write 1,000 calls each; half of them are killed somewhere on the way."""
    writers, calls = 50, 1000
    paths = [tmp_path / f"told-{n}" for n in range(writers)]
    files = [path.open("wb") for path in paths]
    running = [
        subprocess.Popen([sys.executable, "-S", "-c", WRITER, str(n), str(calls)], cwd=ROOT, stdout=file)
        for n, file in enumerate(files)
    ]
    killed = running[::2]
    for number, process in enumerate(killed):
        while paths[2 * number].stat().st_size < 90 * (number + 1) and process.poll() is None:
            sleep(0.001)
        process.kill()
    ended = [process.wait(timeout=60) for process in running]
    [file.close() for file in files]
    told = [line for path in paths for line in path.read_text().splitlines(keepends=True) if line.endswith("\n")]
    told = [name.strip() for name in told if name.strip() != "done"]
    whole, torn = {}, 0
    for line in (ledger / next(ledger.iterdir()).name).read_bytes().splitlines():
        call = record_of(line)  # as the reader does it: a whole line may stand behind what a killed writer tore
        torn += bool(line) and (call is None or line.rfind(START) > 0)
        if call:
            whole[call["request_id"]] = call
    assert set(told) <= set(whole)
    assert all(whole[name]["tokens"]["output"] == int(name.split(".")[2]) for name in told)
    assert torn <= len(killed) * 2 and sum(code != 0 for code in ended) > writers // 4
    assert len(told) >= calls * writers // 2
