"""The part of the engine that the browser gets."""

import ast
import sys
from collections.abc import Mapping
from pathlib import Path

from wasm_tools.bundle.failure import BundleError
from wasm_tools.bundle.stdlib_sources import is_left_out

PACKAGE = "wasm_tools"
# `bundle` runs at build time, `web` is published as scripts, `recording` runs in the reader's own program.
NOT_SHIPPED = ("bundle", "compat", "web", "spend/recording")
# What only some pages need lies in an archive of its own, which comes with the data pack of its name.
PARTS = {"ask": ("ask", "audit"), "invoice": ("invoice", "spend"), "observe": ("observe",)}
DATA_ENDINGS = frozenset({".csv", ".j2", ".json", ".toml", ".txt"})


def engine_sources(engine_dir: Path) -> dict[str, bytes]:
    """Files of the package `wasm_tools` below `engine_dir`, by name, sorted: sources and the data beside them.

    Raises BundleError when there is no package, or for a file of a kind that nobody decided about.
    """
    package = engine_dir / PACKAGE
    if not (package / "__init__.py").is_file():
        raise BundleError(f"{engine_dir} holds no package {PACKAGE}: give the folder that contains {PACKAGE}/.")
    sources: dict[str, bytes] = {}
    for path in sorted(p for p in package.rglob("*") if p.is_file()):
        inside = path.relative_to(package).as_posix()
        if _is_not_shipped(inside) or "__pycache__" in path.parts or path.name.startswith("."):
            continue
        if path.suffix != ".py" and path.suffix not in DATA_ENDINGS:
            raise BundleError(
                f"{PACKAGE}/{inside} is neither a module nor a data file ({', '.join(sorted(DATA_ENDINGS))}): "
                "move it out of the engine."
            )
        sources[f"{PACKAGE}/{inside}"] = path.read_bytes()
    return sources


def by_part(sources: Mapping[str, bytes]) -> dict[str, dict[str, bytes]]:
    """The sources of each part that has any, by the name of its pack; those of every page first, under ''."""
    pack_of = {folder: pack for pack, folders in PARTS.items() for folder in folders}
    parts: dict[str, dict[str, bytes]] = {"": {}}
    for path, source in sources.items():
        _, _, inside = path.partition("/")
        folder = inside.partition("/")[0] if "/" in inside else ""
        parts.setdefault(pack_of.get(folder, ""), {})[path] = source
    return parts


def module_name(path: str) -> str:
    """The dotted name of a module, given its path in the archive."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def module_names(sources: Mapping[str, bytes]) -> list[str]:
    """Dotted names of the modules among the sources, sorted."""
    return sorted(module_name(path) for path in sources if path.endswith(".py"))


def absent_imports(sources: Mapping[str, bytes]) -> dict[str, list[str]]:
    """Module -> what it imports somewhere, perhaps only inside a function, and what the browser does not have.

    Such a function fails there. Raises BundleError for a file that is not Python.
    """
    found: dict[str, list[str]] = {}
    for path in sorted(path for path in sources if path.endswith(".py")):
        try:
            tree = ast.parse(sources[path])
        except SyntaxError as error:
            raise BundleError(f"{path}, line {error.lineno}, is not Python: {error.msg}.") from None
        absent = sorted({name for name in _imported(tree) if not _in_browser(name)})
        if absent:
            found[module_name(path)] = absent
    return found


def _imported(tree: ast.Module) -> list[str]:
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.append(node.module)
    return names


def _in_browser(name: str) -> bool:
    package = name.partition(".")[0]
    if package in (PACKAGE, "js", "pyodide", "pyodide_js"):
        return True
    return package in sys.stdlib_module_names and not is_left_out(name.replace(".", "/"))


def _is_not_shipped(inside: str) -> bool:
    return any(inside == part or inside.startswith(f"{part}/") for part in NOT_SHIPPED)
