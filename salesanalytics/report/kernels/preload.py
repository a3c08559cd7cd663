"""Which modules a fork server should have imported before its kernels need them: those the notebooks name themselves."""

import ast
import json
from collections.abc import Iterable, Iterator
from pathlib import Path


def imported(notebooks: Iterable[Path]) -> list[str]:
    """Names of modules that code cells import, submodules among them; other files and other languages are skipped.

    A name that turns out to be no module (`from x import y` does not tell) does no harm. Modules that lie beside a notebook are
    left out: they are the analyst's and may change while a server lives.
    """
    names = {name for notebook in notebooks for name in _of(notebook)}
    return sorted(names)


def _of(notebook: Path) -> Iterator[str]:
    try:
        cells = json.loads(notebook.read_text("utf-8"))["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (OSError, ValueError, KeyError, TypeError):
        return
    for source in sources:
        try:
            tree = ast.parse(source)
        except SyntaxError:  # a cell with a magic, say
            continue
        for name in _names(tree):
            if not any((notebook.parent / f"{name.split('.')[0]}{end}").exists() for end in ("", ".py")):
                yield name


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names if alias.name != "*")
