"""The part of a built site that its tool pages need, under a sub-path, and a later build of it."""

import json
import os
import re
import shutil
from pathlib import Path

from generator.publish.offline import ENGINE, write_offline_workers

BASE = "atlas"
LATER = "feedfacefeedface"
PARTS = ("tools", "de/tools", "assets", "api/v1/plans", "api/v1/use_cases")


def tool_site_copy(site: Path, folder: Path) -> Path:
    """Hard links of the tool pages and of what they load in `folder`/atlas."""
    copy = folder / BASE
    for part in PARTS:
        if (site / part).is_dir():
            shutil.copytree(site / part, copy / part, copy_function=os.link)
    return copy


def later_build(site: Path) -> None:
    """Put the next night's build in the place of this one: other names, lists and pages; the old ones are gone."""
    engine = site / ENGINE
    manifest = json.loads((engine / "bundle.json").read_text(encoding="utf-8"))
    (scripts,) = engine.glob("web-*")
    replaced = {manifest["build_id"]: LATER, scripts.name: "web-feedfacefeed"}
    old, new = f"bundle-{manifest['build_id']}.json", f"bundle-{LATER}.json"
    (engine / old).unlink()
    scripts.rename(engine / replaced[scripts.name])
    for file in (engine / "bundle.json", *site.glob("**/tools/*/index.html")):
        text = file.read_text(encoding="utf-8")
        file.unlink()  # it is a hard link
        file.write_text(re.sub("|".join(replaced), lambda found: replaced[found[0]], text), encoding="utf-8")
    shutil.copy(engine / "bundle.json", engine / new)
    for worker in site.glob("**/tools/sw*.js"):
        worker.unlink()
    write_offline_workers(site)
