"""`snapshot.…` offers what callers need and loads nothing before it is used."""

import subprocess
import sys
from pathlib import Path

from salesanalytics.data import snapshot


def test_every_name_is_there_and_none_is_a_modules_name() -> None:
    modules = {file.stem for file in Path(snapshot.__path__[0]).glob("*.py")}
    assert {"open", "write", "Snapshot", "View", "ONLY_TEAM"} <= set(snapshot.__all__)
    assert all(hasattr(snapshot, name) for name in snapshot.__all__)
    # a module that is imported becomes an attribute of its package and would hide the name
    assert modules & set(snapshot.__all__) == set()


def test_nobody_outside_reaches_past_it() -> None:
    outside = [file for file in Path("salesanalytics").rglob("*.py") if "data/snapshot/" not in file.as_posix()]
    assert [str(file) for file in outside if "data.snapshot." in file.read_text("utf-8")] == []


def test_whose_rows_may_be_read_is_known_without_pandas() -> None:
    program = "import sys; from salesanalytics.data.snapshot import ONLY_TEAM; print('pandas' in sys.modules, ONLY_TEAM)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", snapshot.ONLY_TEAM]
