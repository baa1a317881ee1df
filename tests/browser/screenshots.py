"""Pictures of the built site: desktop and phone, light and dark, in build/screenshots. Run by `make screenshots`."""

import sys
import threading
from pathlib import Path

from generator.publish.server import site_server
from tests.browser.chromium import chromium

ROOT = Path(__file__).parents[2]
PAGES = {
    "home": "",
    "use-case": "use-cases/chatbot/",
    "plan": "plans/1024-1024/conversational/10/",
    "model": "models/gpt-oss-120b/",
    "provider": "providers/deepinfra/",
    "gpu": "gpus/h100-sxm/",
    "workload": "workloads/speech-to-text/",
    "explore": "explore/",
    "compare": "compare/?models=gpt-5.5,claude-opus-4-8,deepseek-v4-pro",
    "planner": "tools/planner/",
    "ask": "tools/ask/",
    "audit": "tools/audit/",
    "observe": "tools/observe/",
    "invoice": "tools/invoice/",
    "spend": "tools/spend/",
    "health": "health/",
    "accuracy": "accuracy/",
    "downloads": "downloads/",
    "methodology": "methodology/",
}
WIDTHS = {"desktop": (1440, 1000), "phone": (390, 844)}


def main() -> None:
    out = ROOT / "build" / "screenshots"
    out.mkdir(parents=True, exist_ok=True)
    server = site_server(ROOT / "site", "127.0.0.1", 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_address[1]}/"
    for scheme in ("light", "dark"):
        with chromium() as context:
            for name, path in PAGES.items():
                for device, (width, height) in WIDTHS.items():
                    page = context.new_page()
                    page.emulate_media(color_scheme=scheme)
                    page.set_viewport_size({"width": width, "height": height})
                    answer = page.goto(base + path)
                    if not answer or not answer.ok:
                        sys.exit(f"{path or 'the home page'} is not in {ROOT / 'site'}: run `make site` first")
                    page.wait_for_timeout(3000 if path.startswith("tools/") else 500)
                    page.screenshot(path=str(out / f"{name}-{device}-{scheme}.png"))
                    page.close()
    sys.stdout.write(f"{len(list(out.glob('*.png')))} pictures in {out}\n")


if __name__ == "__main__":
    main()
