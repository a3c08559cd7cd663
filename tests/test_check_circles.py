"""The check of circles finds each kind of them, wherever the import stands, and nothing else."""

import importlib.util
from collections.abc import Mapping
from pathlib import Path

import pytest

SPEC = importlib.util.spec_from_file_location("check_circles", Path("scripts/check_circles.py"))
assert SPEC is not None
assert SPEC.loader is not None
check_circles = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(check_circles)

LAZY = "def f():\n    from shop.b import x\n"
TYPED = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from shop import b\n"


def named(folder: Path, files: Mapping[str, str]) -> list[str]:
    """The first line of each circle found in a package `shop` of these files (text by path)."""
    for name, text in {"__init__.py": "", **files}.items():
        path = folder / "shop" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return [told.splitlines()[0] for told in check_circles.found(folder / "shop")]


@pytest.mark.parametrize("back", ["import shop.b", "from shop.b import x", "from . import b", "from .b import x", LAZY, TYPED])
def test_two_modules_that_import_each_other_are_named(tmp_path, back):
    assert named(tmp_path, {"a.py": back, "b.py": "from shop.a import y"}) == ["modules: shop.a -> shop.b -> shop.a"]


def test_a_circle_through_others_is_named_with_the_way(tmp_path):
    files = {"a.py": "import shop.b", "b.py": "import shop.c", "c.py": "import shop.a", "d.py": "import shop.a"}
    assert named(tmp_path, files) == ["modules: shop.a -> shop.b -> shop.c -> shop.a"]


def test_two_circles_are_both_named(tmp_path):
    files = {"a.py": "import shop.b\nimport shop.c", "b.py": "import shop.a", "c.py": "import shop.a"}
    assert named(tmp_path, files) == ["modules: shop.a -> shop.b -> shop.a", "modules: shop.c -> shop.a -> shop.c"]


def test_a_stub_counts_as_its_module(tmp_path):
    files = {"__init__.pyi": "from .a import x as x", "a.py": "from shop import x"}
    assert named(tmp_path, files) == ["modules: shop -> shop.a -> shop"]


@pytest.mark.parametrize("folder", ["shop", "shop.inner"])
def test_two_folders_that_look_at_each_other_are_named_although_no_modules_do(tmp_path, folder):
    files = {"x/a.py": f"import {folder}.y.a", "x/b.py": "", "y/a.py": "", "y/b.py": f"import {folder}.x.b"}
    below = "inner/" if folder == "shop.inner" else ""
    told = named(tmp_path, {f"{below}{name}": text for name, text in files.items()})
    assert told == [f"rooms of {folder}: {folder}.x -> {folder}.y -> {folder}.x"]


def test_a_front_door_used_by_who_stands_behind_it_is_named(tmp_path):
    files = {"__init__.py": "import shop.x.a", "x/a.py": "", "x/b.py": "from shop import version"}
    assert named(tmp_path, files) == ["rooms of shop: shop.__init__ -> shop.x -> shop.__init__"]


def test_looking_down_only_is_no_circle(tmp_path):
    files = {
        "x/__init__.py": "from shop.x.a import y",
        "x/a.py": "import shop.c\nimport os",
        "c.py": "",
        "b.py": "import shop.x",
    }
    assert named(tmp_path, files) == []
