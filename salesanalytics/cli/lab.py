"""`salesanalytics lab`: JupyterLab at the notebooks of the project."""

import sys

import typer


def lab(context: typer.Context) -> None:
    """Open JupyterLab at the notebooks. Anything more is handed to it, such as --no-browser."""
    import subprocess

    from salesanalytics import workspace

    folder = workspace.home() / "notebooks"
    raise typer.Exit(subprocess.call([sys.executable, "-m", "jupyterlab", str(folder), *context.args]))  # noqa: S603
