"""Small things that tests of the report engine are made of: a snapshot that is none, notebooks of two cells, blocks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import nbformat
from nbformat import v4

from salesanalytics.base.slug import slug
from salesanalytics.base.team import TeamInfo
from salesanalytics.show.blocks import MIME, Block, Figure, FindingBlock, Strip, Tile

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><path d="M0 20 L40 0"/><text x="2" y="9">12</text></svg>'


@dataclass(frozen=True)
class FakeSnapshot:
    """What the report engine reads of a snapshot."""

    teams: tuple[TeamInfo, ...]
    path: Path = Path("/data/snapshot")
    as_of: date = date(2026, 9, 30)
    source: str = "crm"
    currency: str = "EUR"
    quality: Mapping[str, Any] = field(
        default_factory=lambda: {
            "rows_in": 1000,
            "rows_used": 988,
            "rows_quarantined": 12,
            "problems": [
                {
                    "table": "opportunity",
                    "rule": "closed before created",
                    "rows": 12,
                    "sample": ["O-1", "O-2"],
                    "remedy": "Correct the dates.",
                    "severity": "warning",
                },
            ],
        }
    )

    manifest: Mapping[str, Any] = field(default_factory=lambda: {"hash": "0"})

    @property
    def place(self) -> str:
        return str(self.path)

    def fingerprint(self, team_id: str = "", as_of: date | None = None) -> str:
        return f"{team_id} on {as_of}"

    def unchanged(self) -> bool:
        return True

    def stamp(self, team_id: str = "") -> str:
        return ""

    def handed_over(self, place: Path, as_of: date, team_id: str | None = None) -> dict[str, str]:
        return {}


def snapshot(*teams: str, **more: Any) -> FakeSnapshot:
    return FakeSnapshot(tuple(TeamInfo(team, team.title(), slug(team)) for team in teams), **more)


def figure(title: str = "Bookings are 8% behind pace", **more: Any) -> Figure:
    return Figure(**{"title": title, "svg": SVG, "alt": "A line that rises to 12", **more})


def finding(sentence: str, severity: str = "act", weight: float = 0.0, **more: Any) -> FindingBlock:
    return FindingBlock(
        key=str(more.pop("key", "k")),
        severity=severity,
        sentence=sentence,
        evidence="45 deals",
        next_step="Call them",
        owner="Rep",
        weight=weight,
        **more,
    )  # type: ignore[arg-type]


def strip(value: str = "€2.3M") -> Strip:
    return Strip((Tile("Won", value, "8% behind pace", "bad"), Tile("Coverage", "2.1×")))


def md(text: str, *tags: str) -> Any:
    return v4.new_markdown_cell(text, metadata={"tags": list(tags)})


def code(source: str = "", *tags: str) -> Any:
    """A code cell that has not run."""
    return v4.new_code_cell(source, metadata={"tags": list(tags)})


def shown(*blocks: Block | Mapping[str, Any], tags: tuple[str, ...] = ()) -> Any:
    """A code cell that has run and displayed blocks of ours, or mime bundles of any kind."""
    bundles = [dict(one) if isinstance(one, Mapping) else {MIME: one.to_json(), "text/plain": "a block"} for one in blocks]
    outputs = [v4.new_output("display_data", data=bundle) for bundle in bundles]
    return v4.new_code_cell("secret_source()", outputs=outputs, metadata={"tags": list(tags)})


def notebook(*cells: Any) -> Any:
    return v4.new_notebook(cells=list(cells))


def write(path: Path, *cells: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook(*cells), path)
    return path


def display(*blocks: Block) -> str:
    """Source of a cell that displays blocks without importing the package."""
    calls = [f"display({{{MIME!r}: {block.to_json()!r}}}, raw=True)" for block in blocks]
    return "\n".join(["from IPython.display import display", *calls])
