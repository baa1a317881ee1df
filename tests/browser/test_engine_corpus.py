"""The engine that the site ships answers in Chromium as it does in CPython: a thousand inputs, byte for byte."""

import base64
import gzip
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from generator.publish.offline import ENGINE
from tests.browser.engine_corpus import Input, corpus
from wasm_tools import browser as engine

pytestmark = [pytest.mark.browser, pytest.mark.site]

FULL = bool(os.environ.get("ATLAS_FULL"))
STEP = 1 if FULL else 19
LOOKS_BACK = ("invoice_", "spend_")  # methods that look at what the call before them has read
PACKS = ("planner", "ask", "invoice", "observe")
# The worker gives the page the text of each reply in place of its content: nothing may be lost on the way.
UNREAD = """const parse = JSON.parse;
JSON.parse = (text, ...more) => {
  const reply = parse(text, ...more);
  return typeof reply?.ok === 'boolean' ? { ok: true, result: text } : reply;
};
"""
OPEN = """async ([script, packs, unread]) => {
  const { Blob } = window;
  window.Blob = class extends Blob {
    constructor(parts, how) {
      super(String(parts[0]).startsWith("import { load }") ? [unread, ...parts] : parts, how);
    }
  };
  const { startEngine } = await import(script);
  window.engine = startEngine({ packs, watchdogSeconds: 300 });
  await engine.ready;
}"""
ASK = """async (inputs) => {
  const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  const answers = [];
  for (const [method, params, files] of inputs) {
    try {
      const given = files.map(([name, content]) => ({ name, content: new Blob([bytes(content)]) }));
      let text = await engine.call(method, params, { files: given });
      while (method === "invoice" && text.startsWith('{"ok": true, "result": {"progress"')) {
        text = await engine.call("invoice_step", {});
      }
      window.last = text;
      const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
      answers.push([...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
    } catch (error) {
      answers.push(`${error.message} ${error.technical ?? ""}`);
    }
  }
  return answers;
}"""


class Part:
    """Bytes as they come from a script."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def to_bytes(self) -> bytes:
        return self._content


@pytest.fixture(scope="module")
def asked() -> list[Input]:
    """The inputs of this run: all, or some of every kind, each with all that looks at what it has read."""
    groups: list[list[Input]] = []
    for one in corpus():
        if one.method.startswith(LOOKS_BACK):
            groups[-1].append(one)
        elif FULL or not one.about.startswith("long"):
            groups.append([one])
    return [one for group in groups[::STEP] for one in group]


@pytest.fixture(scope="module")
def opened(browser: BrowserContext, site: Path, site_address: str) -> Iterator[Page]:
    page = browser.new_page()
    page.goto(f"{site_address}tools/ask/")
    build = json.loads((site / ENGINE / "bundle.json").read_text(encoding="utf-8"))
    page.evaluate(OPEN, [f"{site_address}{ENGINE}{build['files']['engine.mjs']['file']}", list(PACKS), UNREAD])
    yield page
    page.close()


def in_cpython(site: Path, inputs: Sequence[Input]) -> list[str]:
    """The text of each reply."""
    build = json.loads((site / ENGINE / "bundle.json").read_text(encoding="utf-8"))
    for name in PACKS:
        pack = site / ENGINE / build["files"][f"{name}.json"]["file"]
        engine.load_pack(gzip.decompress(pack.read_bytes()).decode("utf-8"))
    replies = []
    for one in inputs:
        for name, content in one.files:
            engine.take_file(name, len(content))
            engine.take_part(Part(content))
        reply = engine.handle(one.method, json.dumps(one.params))
        while one.method == "invoice" and reply.startswith('{"ok": true, "result": {"progress"'):
            reply = engine.handle("invoice_step", "{}")
        replies.append(reply)
    return replies


def test_every_answer_is_the_same_byte_for_byte(opened: Page, site: Path, asked: list[Input]) -> None:
    replies = in_cpython(site, asked)
    sent = [[one.method, one.params, [[n, base64.b64encode(c).decode()] for n, c in one.files]] for one in asked]
    found = [digest for start in range(0, len(sent), 50) for digest in opened.evaluate(ASK, sent[start : start + 50])]
    apart = [
        f"{place}: {one.about} {one.method}: {digest if ' ' in digest else reply[:200]}"
        for place, (one, reply, digest) in enumerate(zip(asked, replies, found, strict=True))
        if hashlib.sha256(reply.encode()).hexdigest() != digest
    ]
    assert apart == []
    right = sum(reply.startswith('{"ok": true') for reply in replies)
    assert len(asked) >= (500 if FULL else 40)
    assert 0.7 * len(asked) < right < len(asked)  # answers above all, and refusals among them
