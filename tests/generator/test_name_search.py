"""The palette finds names: by any id, in order of likeness, with typing errors, and never more than forty."""

import json
import subprocess
from pathlib import Path

import pytest

from generator.render.search_names import ids_file
from tests.generator.small_site import small_site

ASSETS = Path(__file__).parents[2] / "content" / "assets"
ROWS = [
    ("GPT-4o mini", "models/gpt-4o-mini/", "gpt-4o mini gpt-4o-mini openai gpt-4o-mini-2024-07-18"),
    ("GPT-4o", "models/gpt-4o/", "gpt-4o gpt-4o openai chatgpt-4o-latest"),
    ("Llama 3.1 8B Instruct", "models/llama-3.1-8b/", "llama 3.1 8b instruct llama-3.1-8b meta llama-v3p1-8b"),
    ("DeepSeek V3.2", "models/deepseek-v3.2/", "deepseek v3.2 deepseek-v3.2 deepseek"),
    ("Café Model", "models/cafe/", "café model cafe"),
    ("Hostly", "providers/hostly/", "hostly hostly"),
]
IDS = {
    "paths": ["models/llama-3.1-8b/", "providers/hostly/"],
    "ids": ["accounts/fireworks/models/llama-v3p1-8b-instruct-tee\nmeta.llama3-1-8b-v1:0", "hostly/never-heard-of"],
}


def found(query: str, rows: list[tuple[str, str, str]] | None = None) -> list[tuple[str, str]]:
    rows = ROWS if rows is None else rows
    names = {"titles": [r[0] for r in rows], "paths": [r[1] for r in rows], "words": [r[2] for r in rows]}
    script = f"""
    import {{ hits, preparedNames }} from {json.dumps((ASSETS / "name_search.mjs").as_uri())};
    const names = {json.dumps(names)};
    const found = hits(names, preparedNames(names), {json.dumps(query)}, {json.dumps(IDS)});
    console.log(JSON.stringify(found.map(({{ row, called }}) => [names.titles[row], called])));
    """
    run = subprocess.run(["node", "--input-type=module", "-e", script], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return [(title, called) for title, called in json.loads(run.stdout)]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("gpt-4o", "GPT-4o"),  # exact before the beginning of another
        ("GPT 4o", "GPT-4o"),
        ("gpt4o", "GPT-4o"),
        ("gpt", "GPT-4o mini"),  # equal fits keep the order of the list
        ("mini", "GPT-4o mini"),
        ("8b llama", "Llama 3.1 8B Instruct"),
        ("chatgpt-4o-latest", "GPT-4o"),
        ("gpt-4o-mini-2024-07-18", "GPT-4o mini"),
        ("lama", "Llama 3.1 8B Instruct"),
        ("deepsek", "DeepSeek V3.2"),
        ("depeseek v3", "DeepSeek V3.2"),
        ("cafe", "Café Model"),
        ("seek", "DeepSeek V3.2"),
        ("gtp-4o", "GPT-4o mini"),
    ],
)
def test_best_name_comes_first(query: str, first: str) -> None:
    assert [title for title, _ in found(query)][:1] == [first]


@pytest.mark.parametrize(
    ("query", "title", "called"),
    [
        ("meta.llama3-1-8b-v1:0", "Llama 3.1 8B Instruct", "meta.llama3-1-8b-v1:0"),
        ("fireworks/models/llama-v3p1", "Llama 3.1 8B Instruct", IDS["ids"][0].split("\n")[0]),
        ("never-heard-of", "Hostly", "hostly/never-heard-of"),
    ],
)
def test_ids_of_providers_lead_to_the_model_or_the_seller(query: str, title: str, called: str) -> None:
    assert found(query)[:1] == [(title, called)]


def test_nothing_fits_what_nobody_is_called() -> None:
    assert found("xyzzy-9000") == []
    assert found("   ") == []


def test_never_more_than_forty() -> None:
    rows = [(f"Model {n}", f"models/m{n}/", f"model {n} m{n}") for n in range(100)]
    assert len(found("model", rows)) == 40


def test_list_of_ids_holds_what_providers_say_and_no_name_twice() -> None:
    record = json.loads(ids_file(small_site()))
    by_path = dict(zip(record["paths"], record["ids"], strict=True))
    assert by_path["models/open-70b/"] == "openlab/open-70b"  # its own id is in the list of names
    assert by_path["providers/hostly/"] == "never-heard-of"
