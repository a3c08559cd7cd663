"""Data that several tests look at; made once per session."""

from datetime import date
from pathlib import Path

import pytest

from salesanalytics.data.intake.check import check_source, usable
from salesanalytics.data.snapshot import Snapshot, write
from salesanalytics.data.tables.as_of import Known

DEMO_DAY = date(2026, 11, 8)
pytest.register_assert_rewrite("tests.alike")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests first, so that no worker is left alone with one of them at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def demo_snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """A small demo company, written, read, checked and frozen as any source is."""
    from salesanalytics.demo import write_demo

    folder: Path = tmp_path_factory.mktemp("demo")
    write_demo(folder / "source", seed=3, teams=2, reps=14, months=26, as_of=DEMO_DAY)
    return write(usable(check_source(folder / "source", today=DEMO_DAY)), folder / "snapshot", DEMO_DAY)


@pytest.fixture(scope="session")
def demo(demo_snapshot: Snapshot) -> Known:
    """Its tables, whole company: what is worked out of them is kept, as it is for a chapter."""
    return demo_snapshot.company().tables
