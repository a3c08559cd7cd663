"""Where things lie around the project: snapshots to read, and which of them a notebook means.

In: what a notebook's parameters say (a path or nothing, a team or nothing). Out: an open snapshot. With nothing given it is the
one under `snapshots/` with the newest data; where there is none, that is an error: whoever wants the demo company asks for it.
"""

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from salesanalytics.base.strict_yaml import texts_in
from salesanalytics.base.team import find_team
from salesanalytics.data import snapshot as snapshots
from salesanalytics.data.snapshot import Snapshot, View
from salesanalytics.errors import SnapshotError

if TYPE_CHECKING:
    import pandas as pd

    from salesanalytics.labelling.widget import LabelQueue

DEMO = "demo"


def home() -> Path:
    """The project folder: SALESANALYTICS_HOME, else the nearest folder upwards that holds notebooks/ and params/, else here."""
    named = os.environ.get("SALESANALYTICS_HOME")
    if named:
        return Path(named)
    here = Path.cwd()
    upwards = (here, *here.parents)
    return next((folder for folder in upwards if (folder / "notebooks").is_dir() and (folder / "params").is_dir()), here)


def chapters_folder() -> Path:
    """Where the chapters are: notebooks/ of the project, else those that were installed with the package."""
    own = home() / "notebooks"
    installed = Path(__file__).parent / "notebooks"
    return installed if installed.is_dir() and not own.is_dir() else own


def plans_given(given: str = "") -> Mapping[str, str]:
    """Plan files by name, with their texts: those a run gives its notebooks (JSON), else those in the project's params/pay."""
    return dict(json.loads(given)) if given else texts_in(home() / "params" / "pay")


def labels_given(given: str = "") -> "pd.DataFrame":
    """Labels that people set (feedback_id, label 1 or 0): the text a run gives its notebooks, else the file of labels."""
    from salesanalytics.labelling.store import decided, labels_in

    return decided(labels_in(given or labels_text()))


def label(snapshot: str = "", locale: str = "en", by: str = "") -> "LabelQueue":
    """A queue of texts to label in JupyterLab. `snapshot` as for `snapshot_for`; `by`: who labels, else this machine's user."""
    from salesanalytics.labelling.widget import LabelQueue
    from salesanalytics.show import Words

    view = open_company(snapshot)
    return LabelQueue(view.tables, labels_file(), Words(locale, view.currency), by)


def labels_text() -> str:
    """The file of labels, empty where nobody has set any."""
    file = labels_file()
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def labels_file() -> Path:
    """Where labels of texts are kept: beside the snapshots, so that every one to come knows them."""
    return snapshots_folder() / "labels.csv"


def snapshots_folder() -> Path:
    """Where snapshots are kept unless a command or notebook names another folder."""
    return home() / "snapshots"


def snapshot_for(snapshot: Path | str = "", team: str = "") -> Snapshot:
    """The snapshot that is meant: at a path or URL; `demo` for the demo company; nothing for the newest that has `team`.

    Raises SnapshotError where there is none, or several could be meant.
    """
    if str(snapshot) == DEMO:
        return demo()
    return snapshots.open(snapshot) if snapshot else newest(team)


def newest(team: str = "") -> Snapshot:
    """The snapshot with the newest data that has `team`. The demo company is taken only where there is nothing else.

    Raises SnapshotError where there is none, none has the team, or they are of several sources, of which any could be meant.
    """
    every = _all()
    of_sources = _newest_of_each([one for one in every if one.source != DEMO] or every)
    with_team = [one for one in of_sources if not team or find_team(one.teams, team)]
    if len(with_team) == 1:
        return with_team[0]
    if with_team:
        named = ", ".join(f"{one.path.name} ({one.source}, data to {one.as_of})" for one in with_team)
        raise SnapshotError(f"{snapshots_folder()} has snapshots of several sources: {named}. Name the one you mean.")
    if every:
        raise SnapshotError(
            f"no newest snapshot under {snapshots_folder()} has a team {team!r}. "
            "Correct team:, or take a snapshot of the source that has it."
        )
    raise SnapshotError(
        f"{snapshots_folder()} holds no snapshot. Take one of your data: salesanalytics snapshot SOURCE --out snapshots/crm; "
        f"or try things on a made-up company: make report, or {DEMO!r} as the snapshot's name. A notebook that is executed "
        "elsewhere (by cron, say) has to name its snapshot, or SALESANALYTICS_HOME the project's folder."
    )


def demo() -> Snapshot:
    """The newest snapshot of the demo company; made now where there is none."""
    found = [one for one in _all() if one.source == DEMO]
    return _newest_of_each(found)[0] if found else make_demo()


def beside(snapshot: Snapshot) -> list[Snapshot]:
    """Snapshots of the same source in the same folder, of one day the one taken last; one that cannot be opened is none."""
    found = []
    for file in _manifests(snapshot.path.parent):
        with suppress(SnapshotError):
            found.append(snapshots.open(file.parent))
    return [one for one in found if one.source == snapshot.source]


def _manifests(folder: Path) -> list[Path]:
    """Of snapshots in `folder`, by when they were taken; what an interrupted command has left under a hidden name is none."""
    manifests = sorted(folder.glob(f"*/{snapshots.MANIFEST}"), key=lambda file: file.stat().st_mtime)
    return [file for file in manifests if not file.parent.name.startswith(".")]


def _all() -> list[Snapshot]:
    """Every snapshot that is kept."""
    return [snapshots.open(file.parent) for file in _manifests(snapshots_folder())]


def _newest_of_each(found: Sequence[Snapshot]) -> list[Snapshot]:
    """Of each source the snapshot with the latest day; of one day the one taken last."""
    ordered = sorted(found, key=lambda one: one.as_of)
    return list({one.source: one for one in ordered}.values())


def make_demo() -> Snapshot:
    """A snapshot of the demo company, made now."""
    from tempfile import TemporaryDirectory

    from salesanalytics.data.intake.check import check_source, usable
    from salesanalytics.demo import DEFAULT_AS_OF, write_demo

    with TemporaryDirectory() as folder:
        write_demo(Path(folder))
        dataset = usable(check_source(Path(folder), today=DEFAULT_AS_OF))
        dataset = dataset.named(DEMO)
        return snapshots.write(dataset, snapshots_folder() / f"{DEMO}-{DEFAULT_AS_OF}", DEFAULT_AS_OF)


def open_team(snapshot: str = "", team: str = "", as_of: str | date | None = None) -> View:
    """What a team's notebook works on.

    `snapshot` as for `snapshot_for`; empty `team`: its first; empty `as_of`: the snapshot's own day.
    """
    opened = snapshot_for(snapshot, team)
    return opened.team(team or opened.teams[0].team_id, _day(as_of))


def open_company(snapshot: str = "", as_of: str | date | None = None) -> View:
    """What the company's notebook works on."""
    opened = snapshot_for(snapshot)
    return opened.company(_day(as_of))


def _day(as_of: str | date | None) -> date | None:
    if not as_of or isinstance(as_of, date):
        return as_of or None
    try:
        return date.fromisoformat(as_of)
    except ValueError:
        raise SnapshotError(
            f"as_of is {as_of!r}; expected a date such as 2026-03-31, or nothing for the snapshot's own day."
        ) from None
