"""What pip installs is enough to make pages: the chapters and the lexicons come with the package."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest


@pytest.mark.slow
def test_the_wheel_holds_every_chapter_and_lexicon(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, capture_output=True, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    held = {name for name in names if name.endswith(".ipynb")}
    assert held == {f"salesanalytics/notebooks/{path.name}" for path in Path("notebooks").glob("[0-9]_*.ipynb")}
    assert {f"salesanalytics/models/sentiment/{name}.yaml" for name in ("en", "ro", "emoji")} <= set(names)
