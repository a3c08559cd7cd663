"""The virtual environment belongs to its place: a project that was moved or copied gets one of its own."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# takes the place of Python, pip and uv, which would take minutes; writes down what it is told
PYTHON = """#!/bin/sh
echo "$@" >> told
if [ "$2" = venv ]; then mkdir -p .venv/bin; cp python .venv/bin/python; cp python .venv/bin/uv; fi
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "a project"
    folder.mkdir()
    shutil.copy(ROOT / "Makefile", folder)
    for name in ("requirements.lock", "pyproject.toml"):
        (folder / name).touch()
    (folder / "python").write_text(PYTHON)
    (folder / "python").chmod(0o755)
    return folder


def told(folder: Path) -> list[str]:
    """What Python was told by `make setup`, first the venv, where one was made."""
    (folder / "told").write_text("")
    subprocess.run(["make", "PYTHON=./python", "setup"], cwd=folder, check=True, capture_output=True)
    return [line for line in (folder / "told").read_text().splitlines() if not line.startswith("-c")]


@pytest.mark.skipif(not shutil.which("make"), reason="needs make")
def test_a_project_that_was_moved_or_copied_gets_a_venv_of_its_own_and_any_other_keeps_its(project: Path) -> None:
    made = told(project)
    assert made[0] == "-m venv --clear .venv"
    assert told(project) == []
    copied = shutil.copytree(project, project.with_name("copied"))
    assert told(copied)[0] == "-m venv --clear .venv"
    assert told(project) == []
    assert told(project.rename(project.with_name("moved"))) == made
    (copied / "requirements.lock").write_text("newer")
    assert told(copied) == made[1:]
