"""A page kind is a module in its folder: nothing else has to name it."""

from pathlib import Path
from pkgutil import iter_modules

import pytest

from generator.render import pages
from generator.render.page_maker import views
from generator.render.run import COSTLY, GROUPS, PAGE_KINDS, other_kinds


def test_every_module_of_the_folder_is_a_kind_once_with_a_view() -> None:
    assert sorted(PAGE_KINDS) == sorted(module.name for module in iter_modules(pages.__path__))
    assert all(callable(view) for kind in PAGE_KINDS for view in views(kind))


def test_a_new_module_is_written_without_an_entry(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "hello.py").write_text("")
    monkeypatch.setattr(pages, "__path__", [*pages.__path__, str(tmp_path)])
    assert set(other_kinds()) - set(GROUPS[len(COSTLY)]) == {"hello"}
