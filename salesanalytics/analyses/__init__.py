"""Questions of sales management, a folder per stage and a module per question: tables and a day in, a frozen `Result` out.

Nothing in here plots, reads a file or looks at the clock. What happened after ``as_of`` is not known to any of it.
"""

import inspect
import pkgutil
from collections.abc import Callable
from importlib import import_module
from typing import Any, get_type_hints

from salesanalytics.base.result import Result


def questions() -> dict[str, Callable[..., Result]]:
    """Every question by `<stage>.<question>`: each public function of this package whose answer is a `Result`."""
    modules = [import_module(found.name) for found in pkgutil.walk_packages(__path__, f"{__name__}.") if not found.ispkg]
    return {
        f"{module.__name__.split('.')[-2]}.{name}": function
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_") and _answers(function)
    }


def _answers(function: Callable[..., Any]) -> bool:
    kind = get_type_hints(function).get("return")
    return isinstance(kind, type) and issubclass(kind, Result)
