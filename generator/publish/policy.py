"""Content-Security-Policy: one strict policy a page kind, with the hash of the shell's inline script."""

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping

from generator.render.embed.pictures import STYLE
from generator.render.texts import OTHERS

# The inline scripts, told by how they start: the colours, before anything is painted, and the start of Python on tool
# pages. Any other stops the build.
KNOWN_SCRIPTS = ('document.documentElement.className="js";', "{\n  const { engine, files, needed")

WORKER = "sw.js"  # keeps the pages of its folder for visits without a network; browsers must see a newer one at once
TOOL_FOLDERS = ("tools/", *(f"{spoken}/tools/" for spoken in OTHERS))  # pages that run the engine

# The one page whose reader may name a server of their own, a language model: over TLS, or on their own machine.
OWN_SERVER_PAGES = tuple(f"{folder}ask/" for folder in TOOL_FOLDERS)
OWN_SERVERS = " https: http://localhost:* http://127.0.0.1:*"

# Folders of assets whose files or folders carry their content hash in the name: a browser may keep them.
HASHED = ("engine", "stylesheets")
FOR_EVER = "public, max-age=31536000, immutable"

CHART_MARK = ' data-chart="'  # a page that holds a chart
# What Plotly 4.1 sets while it draws: an empty <style> that it fills by rules, and one style attribute.
CHART_STYLES = (
    "'unsafe-hashes' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    " 'sha256-qPUoxZeZHFmfYBUrCow1YgotvHlM5BvG6AXTrkDdKK8='"
)

_SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.DOTALL | re.IGNORECASE)
_STYLE = re.compile(r"<style\b|\sstyle=\"|\son[a-z]+=\"", re.IGNORECASE)


class PolicyError(Exception):
    """A page that the policy would break; the message names the page and the script."""


def inline_scripts(html: str) -> list[str]:
    """The text of each executable inline script of a page. Data blocks (`type` JSON) do not run."""
    found = []
    for attributes, text in _SCRIPT.findall(html):
        kind = re.search(r'type="?([^"\s>]+)', attributes)
        executable = kind is None or kind.group(1) in ("module", "text/javascript", "application/javascript")
        if "src=" not in attributes and executable and text.strip():
            found.append(text)
    return found


def script_hashes(pages: Iterable[tuple[str, str]]) -> list[str]:
    """The CSP hashes of all inline scripts of (name, html) pages; PolicyError for one that is not the shell's."""
    hashes = set()
    for name, html in pages:
        for text in inline_scripts(html):
            if not text.strip().startswith(KNOWN_SCRIPTS):
                raise PolicyError(f"{name}: unknown inline script {text.strip()[:60]!r}; move it into a file")
            digest = hashlib.sha256(text.encode()).digest()
            hashes.add(f"'sha256-{base64.b64encode(digest).decode()}'")
    return sorted(hashes)


def inline_styles(html: str) -> bool:
    """Whether a page has style or event-handler attributes, which the policy blocks."""
    without_data = _SCRIPT.sub("", html)
    return bool(_STYLE.search(without_data))


def policy(hashes: Iterable[str], tool: bool = False, charts: bool = False, own_servers: bool = False) -> str:
    """The policy text. Tool pages may also compile WebAssembly and start the worker from its blob wrapper.

    Pages with charts allow the two styles that Plotly sets, by their hashes, and no other inline style. With
    `own_servers` the page may connect to a server that its reader names; no other page reaches another host.
    """
    style = f"'self' {CHART_STYLES}" if charts else "'self'"
    script = " ".join(["'self'", *hashes, *(["'wasm-unsafe-eval'"] if tool else [])])
    worker = "'self' blob:" if tool else "'self'"
    connect = f"'self'{OWN_SERVERS}" if own_servers else "'self'"
    return (
        f"default-src 'none'; script-src {script}; style-src {style}; img-src 'self' data:; font-src 'self'; "
        f"connect-src {connect}; worker-src {worker}; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
        "object-src 'none'; frame-src 'none'"
    )


def with_policy(html: str, text: str) -> str:
    """The page with the policy as the first element of its head: a policy counts from where it stands."""
    head = re.search(r"<head[^>]*>", html)
    if head is None:
        raise PolicyError("the page has no <head>")
    meta = f'<meta http-equiv="Content-Security-Policy" content="{text}">'
    return html[: head.end()] + meta + html[head.end() :]


def picture_policy() -> str:
    """The policy of badges and cards: pictures with one known style sheet, which any page may show, in a frame too.

    Where `frame-ancestors` stands, browsers leave X-Frame-Options aside, which forbids it for all other pages.
    """
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors *"


def headers_file(tool: str, pages: Mapping[str, str] | None = None) -> str:
    """The `_headers` file of static hosts that read one; `atlas serve` sends the same headers.

    Browse pages carry their policy in a <meta>. A header on `/*` would be joined with that of the tool pages, and
    two policies intersect, so only the tool pages and their worker scripts get theirs as a header too: `pages` are
    the policies of the tool pages by path, `tool` is that of the worker scripts.
    """

    def directive(text: str) -> str:
        return f"  Content-Security-Policy: {text}; frame-ancestors 'none'"

    return "\n".join(
        [
            "/*",
            "  X-Content-Type-Options: nosniff",
            "  Referrer-Policy: no-referrer",
            "  X-Frame-Options: DENY",
            "  Permissions-Policy: camera=(), geolocation=(), microphone=(), payment=(), usb=()",
            *(line for path, text in sorted((pages or {}).items()) for line in (f"/{path}*", directive(text))),
            *(
                line
                for folder in TOOL_FOLDERS
                for line in (f"/{folder}{WORKER}", "  Cache-Control: no-cache", directive(tool))
            ),
            "/assets/engine/*",
            directive(tool),
            "/embed/*",
            f"  Content-Security-Policy: {picture_policy()}",
            *(line for folder in HASHED for line in (f"/assets/{folder}/*", f"  Cache-Control: {FOR_EVER}")),
            "",
        ]
    )
