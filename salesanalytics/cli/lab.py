"""`salesanalytics lab`: JupyterLab at the notebooks of the project."""

import sys

import typer

from salesanalytics.errors import RunError


def lab(context: typer.Context) -> None:
    """Open JupyterLab at the notebooks. Anything more is handed to it, such as --no-browser."""
    import subprocess

    from salesanalytics import workspace

    folder = workspace.home() / "notebooks"
    if not folder.is_dir():
        raise RunError(
            f"{folder} does not exist. Go to the project's folder, or set SALESANALYTICS_HOME to it. Where only the package is "
            f"installed, copy its notebooks to work with them: {workspace.chapters_folder()}"
        )
    raise typer.Exit(subprocess.call([sys.executable, "-m", "jupyterlab", str(folder), *context.args]))  # noqa: S603
