"""Chapters: notebooks of a folder whose names begin with a digit, and the parameters each declares.

In: a folder of notebooks. Out: chapters in order, or RunErrors that name a notebook and what is wrong with it. A parameter is a
line `name: type = default` of the cell tagged `parameters`; what a notebook does not declare, it is told in vain. Nothing is
executed.
"""

import ast
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from salesanalytics.base.plain_file import other_than_plain
from salesanalytics.errors import RunError

COMPANY = "0_company"
ALWAYS = ("snapshot", "team", "as_of")
"""What a run says to every chapter: which data, whose, known on which day."""
USUAL = (*ALWAYS, "locale", "period", "fiscal_year_start", "title")


@dataclass(frozen=True, slots=True)
class Chapter:
    """A notebook of the report: its `name` is the file's, without the ending; `declares` are its parameters and their types."""

    name: str
    notebook: Path
    declares: Mapping[str, str] = field(default_factory=dict)


def find_chapters(notebooks: Path) -> tuple[list[Chapter], list[str]]:
    """The chapters in a folder, in order, and what is wrong with those that are none."""
    chapters, broken = [], []
    for path in sorted(notebooks.glob("[0-9]_*.ipynb")):
        try:
            chapters.append(Chapter(path.stem, path.resolve(), declared_parameters(path)))
        except RunError as error:
            broken.append(str(error))
    return chapters, broken


def own_parameters(notebooks: Path) -> dict[str, str]:
    """Parameters that chapters declare beside the usual ones, with their types; a params file may set them."""
    found: dict[str, str] = {}
    for chapter in find_chapters(notebooks)[0]:
        for name, kind in chapter.declares.items():
            if name not in USUAL:
                found[name] = " | ".join(dict.fromkeys(one for one in (found.get(name, kind), kind) if one))
    return found


def declared_parameters(notebook: Path) -> dict[str, str]:
    """Names and types of what is assigned in the cell tagged `parameters`; a type is the annotation, else the default's.

    Raises RunError where the file is not a notebook, or has no such cell, or the cell is not Python.
    """
    try:
        cells = read_cells(notebook)
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        said = str(error).strip() or type(error).__name__
        raise RunError(
            f"{notebook} is not a readable notebook ({said.splitlines()[0][:120]}). Open and save it in JupyterLab."
        ) from None
    source = next((source for tags, source in cells if "parameters" in tags), None)
    if source is None:
        raise RunError(
            f"{notebook} has no cell tagged `parameters`, so it would run with its own defaults instead of the team's. "
            "Give the cell with snapshot, team, … that tag, in JupyterLab under Property Inspector, Cell Tags."
        )
    try:
        return dict(_assigned(ast.parse(source)))
    except SyntaxError as error:
        raise RunError(f"{notebook}: the parameters cell is not Python (its line {error.lineno}: {error.msg}).") from None


def read_cells(notebook: Path) -> list[tuple[frozenset[str], str]]:
    """Tags and source of every cell. Raises OSError, ValueError, KeyError or TypeError for what is no notebook of format 4."""
    if what := other_than_plain(notebook):
        raise ValueError(f"it is no plain file, but {what}")
    content = json.loads(notebook.read_text("utf-8"))
    if content.get("nbformat") != 4:
        raise ValueError(f"its format is {content.get('nbformat')}, expected 4")
    return [(frozenset(cell["metadata"].get("tags", ())), "".join(cell["source"])) for cell in content["cells"]]


def _assigned(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id, ast.unparse(node.annotation)
        elif isinstance(node, ast.Assign):
            yield from ((target.id, _kind(node.value)) for target in node.targets if isinstance(target, ast.Name))


def _kind(default: ast.expr) -> str:
    """The type of a default that is written out; empty where it says nothing of the values it stands for."""
    try:
        value = ast.literal_eval(default)
    except ValueError:
        return ""
    return "" if value is None else type(value).__name__
