"""Names that Kubernetes accepts: plan ids derived from content, label values, resource names."""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping

PLAN_ID = re.compile(r"[a-z][a-z0-9-]{0,38}[a-z0-9]")
LABEL_VALUE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
LABEL_KEY = re.compile(r"(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
NAMESPACE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
HOST_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+")
OBJECT_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
_LONGEST = 40
_HASH_LENGTH = 10  # base32 digits, 50 bits: among 100,000 plans a collision has odds of 1 to 200,000


def plan_id(parts: Iterable[str], content: Mapping[str, object]) -> str:
    """A readable prefix made of `parts`, then a hash of `content` and of the parts as given.

    2 to 40 characters, `^[a-z][a-z0-9-]{1,39}$`, not ending in a hyphen: room for suffixes such as `-predictor` under
    the limit of 63. `content` must be JSON-safe; the order of its keys does not matter.
    """
    given = list(parts)
    canonical = json.dumps([given, content], sort_keys=True, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    digest = base64.b32encode(hashlib.sha256(canonical.encode("ascii")).digest()).decode("ascii").lower()
    prefix = "-".join(filter(None, (re.sub(r"[^a-z0-9]+", "-", p.lower()).strip("-") for p in given)))
    if not prefix[:1].isalpha():
        prefix = f"plan-{prefix}"
    return f"{prefix[: _LONGEST - _HASH_LENGTH - 1].strip('-')}-{digest[:_HASH_LENGTH]}"


def label_value(text: str) -> str:
    """`text` as a label value: other characters become hyphens, 63 characters at most, `unnamed` when none is left.

    For display only. Two texts may give the same value, so a selector must not rest on it.
    """
    value = re.sub(r"[^A-Za-z0-9._-]+", "-", text)[:63].strip("._-")
    return value or "unnamed"
