"""Whether the published site already is what a build of the same inputs would give, so that nothing need be built."""

import hashlib
import json
import os
import sys
from pathlib import Path

from generator.digests import folder_digest
from generator.places import Places
from generator.publish.seal import BUILD, SUMS, site_sums

FOLDERS = ("content", "data", "generator", "site_templates", "wasm_tools")
FILES = ("mkdocs.yml", "package-lock.json", "requirements.lock")


def inputs_digest(places: Places, as_of: str, overlay: Path | None) -> str:
    """A digest of everything that a build reads: data, code, templates, prose, locks, the date, the site's address."""
    digest = hashlib.sha256(f"{sys.version}\0{as_of}\0{os.environ.get('ATLAS_SITE_URL', '')}".encode())
    for name in FOLDERS:
        digest.update(f"{name}\0{folder_digest([places.root / name], '*')}".encode())
    for file in (*(places.root / name for name in FILES), *([overlay] if overlay else [])):
        if file.is_file():  # a copy without its lock files can be built, too
            digest.update(f"{file.name}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def is_current(site: Path, inputs: str) -> bool:
    """Whether the site was built from these inputs and nobody has touched a file of it since."""
    try:
        record = json.loads((site / BUILD).read_text(encoding="utf-8"))
        sums = (site / SUMS).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return False
    if not isinstance(record, dict) or record.get("inputs") != inputs:
        return False
    return record.get("sha256") == hashlib.sha256(sums.encode()).hexdigest() and sums == site_sums(site)
