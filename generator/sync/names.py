"""Names of one source turned into ours: provider, SKU in strict normal form, region."""

import hashlib
import re
from functools import cache

from generator.registry import Registry
from generator.sync.statements import Statement, renamed

_AWS_REGION = re.compile(r"^(us|eu|ap|ca|sa|me|af|il|mx)(-gov)?-[a-z]+-\d$")
_ODD = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")  # control characters, lone surrogates
_SLUG_LENGTH, _HASH_LENGTH = 80, 8
_SCOPES = ("global-standard", "global", "us-gov", "us", "eu", "apac", "jp", "au", "ca", "in", "regional")
_DEFAULT_SCOPE = "global-standard"  # Azure's name of the deployment that the list without a scope prices


def named(statement: Statement, registry: Registry) -> Statement:
    """The statement under our provider id, with the SKU in normal form and a region read from its prefix.

    A provider nobody has registered keeps the source's own name, so that its prices are shown and listed as
    unresolved instead of being lost.
    """
    s = statement
    key = (s.provider, s.sku, s.currency)
    found = registry.names_seen.get(key)
    if found is None:
        found = registry.names_seen[key] = _named(registry, s.provider, s.sku, s.currency)
    provider, sku, prefix, usual = found
    region = prefix or (usual if s.region == "global" else "") or s.region
    region = "global" if region == _DEFAULT_SCOPE else region
    if (provider, sku, region) == (s.provider, s.sku, s.region):
        return s
    return renamed(s, provider, sku, region)


def _named(registry: Registry, provider: str, sku: str, currency: str) -> tuple[str, str, str, str]:
    """Our provider id, the SKU, the region that stands before it, and the one that the provider's spelling means."""
    row = registry.provider_of(provider, currency)
    sku = sku.strip().lower()
    if row is None:
        return slug(provider), sku, "", ""
    usual, region = registry.region_by_alias.get(provider, ""), ""
    sku = without_prefixes(sku, row.sku_prefixes)
    for other in registry.naming.sellers.get(row.id, ()):
        if sku.startswith(other.prefix):
            return other.provider, sku if other.kept else sku.removeprefix(other.prefix), "", ""
    head, slash, tail = sku.partition("/")
    if slash and (head in _SCOPES or _AWS_REGION.match(head)):
        region, sku = head, without_prefixes(tail, row.sku_prefixes)
    if row.id == "aws-bedrock":
        scope, dot, rest = sku.partition(".")
        if dot and scope in _SCOPES:
            region, sku = scope, rest
    return row.id, sku, region, usual


def without_prefixes(sku: str, prefixes: tuple[str, ...]) -> str:
    """The SKU without the prefixes that sources put before the provider's own id, each at most once.

    `perplexity/perplexity/sonar` is another product than `perplexity/sonar`: the second prefix belongs to the id.
    """
    left = list(prefixes)
    while found := next((p for p in left if sku.startswith(p) and len(sku) > len(p)), None):
        sku = sku[len(found) :]
        left.remove(found)
    return sku


@cache
def slug(name: str) -> str:
    """A name as a file-safe id: lower case, letters, digits and hyphens.

    A name of which nothing or too much is left gets a short hash, so that different names stay different.
    """
    name = name.lower()
    short = re.sub(r"[^a-z0-9]+", "-", name).strip("-")
    if 0 < len(short) <= _SLUG_LENGTH:
        return short
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH_LENGTH]
    return f"{short[:_SLUG_LENGTH].strip('-') or 'unnamed'}-{digest}"


def text_problem(*texts: str) -> str:
    """Why texts of a payload cannot be stored in a table, or nothing."""
    text = "".join(texts)
    odd = not text.isprintable() and _ODD.search(text)  # the first test is fast
    return "text with control characters or broken ones" if odd else ""


def sku_problem(sku: str) -> str:
    """Why a SKU in normal form is none, or nothing."""
    return "SKU without a name" if not sku or sku.endswith("/") else ""


def tidy(text: str) -> str:
    """The text with a space for each run of control characters and lone surrogates, none at its ends."""
    return " ".join(_ODD.sub(" ", text).split())


def printable(text: str) -> str:
    """The text with control characters and lone surrogates written as escapes."""
    return _ODD.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
