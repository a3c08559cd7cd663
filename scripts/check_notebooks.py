"""The rules of our notebooks, checked on every file in notebooks/.

A title that is a question; one typed `parameters` cell with a comment per line; no outputs, no execution counts, an id per
cell; no `def`, no class, no path; cells of a few lines; every heading and paragraph stands in `words` as well, which
has it in every language.
"""

import ast
import re
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat

from salesanalytics.show.words import prose

TOP = Path(__file__).resolve().parent.parent
MEDIAN_LINES = 4
KNOWN = ("snapshot", "team", "as_of", "locale", "period", "fiscal_year_start", "since", "pay_plans", "gross_margin", "labels")


def problems(path: Path) -> Iterator[str]:
    """Every rule the notebook at `path` breaks."""
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    first = notebook.cells[0]
    if first.cell_type != "markdown" or not re.match(r"# .+\?$", first.source.splitlines()[0]):
        yield "does not begin with a title that is a question"
    if any(cell.outputs or cell.execution_count is not None for cell in code):
        yield "holds outputs or execution counts; run make format"
    yield from _parameters([cell for cell in code if "parameters" in cell.metadata.get("tags", [])])
    for cell in code:
        tree = ast.parse(cell.source)
        if any(isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda) for node in ast.walk(tree)):
            yield f"cell {cell.id} defines a function or class; put it into the package"
        if re.search(r"['\"](?:[A-Za-z]:\\|/|\.\./|~/)", cell.source):
            yield f"cell {cell.id} holds a path"
    lines = statistics.median(len(cell.source.splitlines()) for cell in code)
    if lines > MEDIAN_LINES:
        yield f"has cells of {lines:g} lines at the median; at most {MEDIAN_LINES}"
    known = {" ".join(text.split()) for text in prose("en").values()}
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            parts = [" ".join(re.sub(r"^#+ +", "", part).split()) for part in re.split(r"\n\s*\n", cell.source)]
            for part in parts:
                if part not in known:
                    yield f"cell {cell.id}: no `heading` or `prose` under salesanalytics/words/en says: {part[:60]}"


def _parameters(cells: list[nbformat.NotebookNode]) -> Iterator[str]:
    if len(cells) != 1:
        yield f"has {len(cells)} cells tagged parameters, expected one"
        return
    for line in cells[0].source.splitlines():
        found = re.match(r"(\w+): \w+ = .+  # .+", line)
        if not found:
            yield f"parameter line is not `name: type = default  # what it is`: {line}"
        elif found[1] not in KNOWN:
            yield f"parameter {found[1]} is not one of {', '.join(KNOWN)}"


def main() -> None:
    """Check all notebooks; exit code 1 with a line per problem."""
    files = sorted((TOP / "notebooks").glob("*.ipynb"))
    found = [f"{file.name}: {problem}" for file in files for problem in problems(file)]
    if found or not files:
        sys.exit("\n".join(found) or "notebooks/ holds no notebook")
    print(f"{len(files)} notebooks keep the rules")


if __name__ == "__main__":
    main()
