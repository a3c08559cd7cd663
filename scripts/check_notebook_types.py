"""mypy over the notebooks: the place where analyses and views meet is held to the same types as the package.

In: notebooks/. Out: exit code 1 with a line per problem, each naming notebook, cell and line of the cell.
"""

import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat

TOP = Path(__file__).resolve().parent.parent
LINE = re.compile(r"nb_(\w+)\.py:(\d+): (.*)")


def as_module(notebook: Path) -> tuple[str, list[str]]:
    """The code of a notebook as one module, and for each of its lines the cell and line it comes from."""
    lines, places = [], []
    for cell in nbformat.read(notebook, as_version=4).cells:
        if cell.cell_type == "code":
            for number, line in enumerate(cell.source.splitlines(), 1):
                lines.append(line)
                places.append(f"cell {cell.id}, line {number}")
    return "\n".join(lines) + "\n", places


def main() -> None:
    """Check all notebooks; exit code 1 with a line per problem."""
    places: dict[str, list[str]] = {}
    with TemporaryDirectory() as folder:
        for notebook in sorted((TOP / "notebooks").glob("*.ipynb")):
            code, places[notebook.stem] = as_module(notebook)
            Path(folder, f"nb_{notebook.stem}.py").write_text(code, "utf-8")
        command = [sys.executable, "-m", "mypy", "--config-file", str(TOP / "pyproject.toml"), "--no-error-summary"]
        command.append("--explicit-package-bases")
        files = sorted(map(str, Path(folder).glob("*.py")))
        done = subprocess.run([*command, *files], cwd=TOP, capture_output=True, text=True, check=False)
    found = [match for line in done.stdout.splitlines() if (match := LINE.search(line))]
    told = [f"{name}.ipynb, {places[name][int(line) - 1]}: {said}" for name, line, said in (match.groups() for match in found)]
    if done.returncode:
        sys.exit("\n".join(told) or done.stdout + done.stderr)
    print(f"{len(files)} notebooks keep their types")


if __name__ == "__main__":
    main()
