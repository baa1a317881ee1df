"""Lighthouse over eight page kinds of the built site, as it comes: phone, slow network, 4× CPU slow-down. Medians.

    python -m tests.bench.bench_lighthouse [--site site] [--rounds 5] [--only model]

`make bench` installs Lighthouse into tests/bench/lighthouse. Exit code 1: a score is below 95.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import threading
from pathlib import Path

from generator.publish.server import site_server
from tests.bench.figures import figure
from tests.browser.chromium import chromium_path

ROOT = Path(__file__).parents[2]
PROGRAM = Path(__file__).parent / "lighthouse" / "node_modules" / "lighthouse" / "cli" / "index.js"
LEAST = 95
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
PAGES = {
    "home": "",
    "use case": "use-cases/chatbot/",
    "plan": "plans/1024-1024/conversational/10/",
    "model": "models/gpt-oss-120b/",
    "provider": "providers/openai/",
    "GPU": "gpus/h100-sxm/",
    "explore": "explore/",
    "prose": "methodology/",
}


def scores(address: str) -> tuple[dict[str, float], list[str]]:
    """The scores of one run from 0 to 100, and the audits that cost points."""
    command = ["node", str(PROGRAM), address, "--output=json", "--quiet", f"--only-categories={','.join(CATEGORIES)}"]
    command.append("--chrome-flags=--headless --no-sandbox --disable-gpu --disable-quic")
    environment = {**os.environ, "CHROME_PATH": str(chromium_path())}
    run = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=180)
    if run.returncode:
        sys.exit(f"Lighthouse failed on {address}:\n{run.stderr.strip()[-800:]}")
    report = json.loads(run.stdout)
    found = {name: 100 * (report["categories"][name]["score"] or 0) for name in CATEGORIES}
    weighty = {ref["id"] for name in CATEGORIES for ref in report["categories"][name]["auditRefs"] if ref["weight"]}
    lost = [
        f"{name} {audit.get('displayValue', '')}".strip()
        for name, audit in report["audits"].items()
        if name in weighty and audit["score"] is not None and audit["score"] < 0.9
    ]
    return found, lost


def main() -> None:
    """Measure each page and print a row."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--site", type=Path, default=ROOT / "site")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="page kinds whose name holds this")
    options = parser.parse_args()
    if not PROGRAM.is_file():
        sys.exit(f"no Lighthouse in {PROGRAM.parents[3]}: run `make bench`, or `npm ci` there")
    server = site_server(options.site, "127.0.0.1", 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    low = 0
    sys.stdout.write(f"{'page':<12}" + "".join(f"{name:>16}" for name in CATEGORIES) + "\n")
    for kind, path in PAGES.items():
        if options.only not in kind:
            continue
        runs = [scores(f"http://127.0.0.1:{server.server_address[1]}/{path}") for _ in range(options.rounds)]
        medians = [statistics.median(found[name] for found, _ in runs) for name in CATEGORIES]
        low += min(medians) < LEAST
        lost = sorted({audit for _, audits in runs for audit in audits})
        for category, score in zip(CATEGORIES, medians, strict=True):
            figure(f"Lighthouse, {kind}, {category}", score, "points", at_least=LEAST)
        sys.stdout.write(f"{kind:<12}" + "".join(f"{m:>16.0f}" for m in medians) + f"  {', '.join(lost)}\n")
        sys.stdout.flush()
    server.shutdown()
    sys.stdout.write(f"{low} of the pages score below {LEAST}\n")
    sys.exit(1 if low else 0)


if __name__ == "__main__":
    main()
