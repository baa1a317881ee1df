"""Where things lie in a checkout."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of one checkout. `work` is where intermediate results go, `build/` unless a test says otherwise."""

    root: Path
    work: Path | None = None

    @property
    def bundled(self) -> bool:
        """Whether this is the catalogue of an installed wheel: it can be questioned, and nothing is built from it."""
        return self.root == BUNDLED

    @property
    def registry(self) -> Path:
        """Reviewed registries."""
        return self.root / "data" / "registry"

    @property
    def state(self) -> Path:
        """Generated state, committed."""
        return self.root / "data" / "state"

    @property
    def community(self) -> Path:
        """Contributed measurements, committed."""
        return self.root / "data" / "benchmarks" / "community"

    @property
    def build(self) -> Path:
        """Intermediate results, not committed."""
        return self.work or self.root / "build"

    @property
    def precomputed(self) -> Path:
        """Plans and pack."""
        return self.build / "precompute"

    @property
    def bundle(self) -> Path:
        """The browser bundle."""
        return self.build / "bundle"

    @property
    def built_site(self) -> Path:
        """The site before it is sealed and published."""
        return self.build / "site"

    @property
    def cache(self) -> Path:
        """Results that depend on their inputs only."""
        return self.root / ".cache"

    @property
    def runtime(self) -> Path:
        """The installed Pyodide package."""
        return self.root / "node_modules" / "pyodide"


BUNDLED = Path(__file__).resolve().parent / "bundled"  # the data that a wheel brings along (pyproject.toml)


def checkout() -> Places:
    """The checkout that this package is installed from; for an installed wheel, the catalogue inside it."""
    return Places(BUNDLED if BUNDLED.is_dir() else BUNDLED.parent.parent)
