"""One chapter executed with nothing but Python: what any way to make the report has to pay for.

In: a job. Out: an executed notebook, as Jupyter would leave it. The code cells run in this process, the value of a cell's last
line goes through IPython's display formatter; there is no kernel, no message and no file. For notebooks that print nothing.
"""

import ast
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import nbformat
from IPython.core.formatters import DisplayFormatter

from salesanalytics.report.plan import Job, Notebook

Cell = dict[str, Any]


def execute(job: Job) -> Notebook:
    """The notebook of `job` with its outputs, and with the cell of parameters that papermill would inject."""
    notebook = json.loads(job.notebook.read_text("utf-8"))
    notebook["cells"] = [cell for written in notebook["cells"] for cell in (written, *_injected(written, job.parameters))]
    names: dict[str, Any] = {"__name__": "__main__"}
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
        if cell["cell_type"] == "code":
            cell["outputs"] = _outputs(cell["source"], names)
    make: Any = nbformat.from_dict
    return make(notebook)


def _injected(cell: Cell, parameters: Mapping[str, Any]) -> tuple[Cell, ...]:
    if "parameters" not in cell["metadata"].get("tags", ()):
        return ()
    source = "\n".join(f"{name} = {value!r}" for name, value in parameters.items())
    shape = {"cell_type": "code", "execution_count": None, "outputs": [], "source": source}
    return ({**shape, "id": "injected", "metadata": {"tags": ["injected-parameters"]}},)


def _outputs(source: str, names: dict[str, Any]) -> list[dict[str, Any]]:
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<cell>", "exec"), names)
    value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), names) if isinstance(last, ast.Expr) else None
    if value is None:
        return []
    data, metadata = _formatter().format(value)
    return [{"output_type": "execute_result", "execution_count": None, "data": data, "metadata": metadata}]


@cache
def _formatter() -> Any:
    return DisplayFormatter()
