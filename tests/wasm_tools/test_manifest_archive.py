"""Archives: what any unzip reads, and the same bytes wherever they are made."""

import io
import zipfile

import pytest

from wasm_tools.manifests.archive import stored_zip
from wasm_tools.manifests.runtimes import ManifestError

FILES = {"b/run.sh": "#!/bin/sh\n", "a.txt": "äö\n", "b/a.yaml": 'x: "1"\n'}


def test_the_bytes_are_those_of_a_plain_stored_zip() -> None:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as packed:
        for path, text in sorted(FILES.items()):
            entry = zipfile.ZipInfo(f"plan/{path}", (1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            entry.external_attr = (0o100755 if path.endswith(".sh") else 0o100644) << 16
            packed.writestr(entry, text.encode())
    assert stored_zip("plan", FILES) == sink.getvalue()


def test_the_order_in_which_files_were_made_does_not_matter() -> None:
    assert stored_zip("plan", dict(reversed(FILES.items()))) == stored_zip("plan", FILES)


def test_an_archive_unpacks_to_its_files() -> None:
    with zipfile.ZipFile(io.BytesIO(stored_zip("plan", FILES))) as packed:
        assert packed.testzip() is None
        assert {n: packed.read(n).decode() for n in packed.namelist()} == {f"plan/{p}": t for p, t in FILES.items()}
        assert [n for n in packed.namelist() if packed.getinfo(n).external_attr >> 16 & 0o111] == ["plan/b/run.sh"]


@pytest.mark.parametrize("path", ["../x", "/x", "a//b", "a/../b", "ä", "a b", "", "a\n", "c:x", "a/.hidden"])
def test_a_path_that_leads_elsewhere_is_refused(path: str) -> None:
    with pytest.raises(ManifestError, match="archive"):
        stored_zip("plan", {path: ""})
