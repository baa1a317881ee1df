"""Memory of the last sync: the same payloads, code, registry, date and state give the same state, so nothing is parsed.

It only saves time. A lost or wrong memory means a full sync with the same result.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from generator.digests import folder_digest
from generator.sync.payloads import Failure, Payload


@dataclass(frozen=True, slots=True)
class Memo:
    """What the last sync read. `inputs` stands for everything but the payloads: code, registry, date."""

    path: Path
    inputs: str
    state: Path

    def holds(self, fetched: Mapping[str, Payload | Failure]) -> bool:
        """Whether the last sync read exactly this and left the state that is here now."""
        try:
            return bool(json.loads(self.path.read_text(encoding="utf-8")) == self._record(fetched))
        except (OSError, ValueError):
            return False

    def remember(self, fetched: Mapping[str, Payload | Failure]) -> None:
        """Note what was read, after its state was saved."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(self._record(fetched)), encoding="utf-8")

    def _record(self, fetched: Mapping[str, Payload | Failure]) -> dict[str, object]:
        read = {
            source: [p.sha256, p.observed_at, p.version, p.transport] if isinstance(p, Payload) else []
            for source, p in fetched.items()
        }
        return {"inputs": self.inputs, "payloads": read, "state": folder_digest([self.state], "*")}
