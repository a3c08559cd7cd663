"""Writes environment.yml for conda users from pyproject.toml; with --check, says whether it is up to date.

In: `project.dependencies` and the `dev` group. Out: environment.yml at the top of the project.
"""

import re
import sys
import tomllib
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
CONDA_NAMES = {"duckdb": "python-duckdb"}  # where conda-forge calls it otherwise
HEAD = "# Written from pyproject.toml by scripts/write_environment.py; change it there.\n"


def environment() -> str:
    """The text environment.yml should have."""
    project = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    lines = [f"  - {_conda(requirement)}" for requirement in sorted(wanted, key=str.lower)]
    python = project["project"]["requires-python"]
    top = ["name: salesanalytics", "channels:", "  - conda-forge", "dependencies:", f"  - python{python}"]
    end = ["  - pip", "  - pip:", "      - --no-deps -e .", ""]
    return HEAD + "\n".join([*top, *lines, *end])


def _conda(requirement: str) -> str:
    name, rest = re.match(r"([A-Za-z0-9_-]+)(?:\[[^\]]*\])?(.*)", requirement).groups()
    return CONDA_NAMES.get(name, name) + rest.strip()


def main() -> None:
    """Write the file, or compare it."""
    file, text = TOP / "environment.yml", environment()
    if "--check" not in sys.argv:
        file.write_text(text, "utf-8")
    elif not file.is_file() or file.read_text("utf-8") != text:
        sys.exit("environment.yml does not match pyproject.toml; run: python scripts/write_environment.py")


if __name__ == "__main__":
    main()
