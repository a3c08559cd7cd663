"""Every function that looks at tables as they were known on a day, and every view, found by themselves."""

import inspect
import pkgutil
from collections.abc import Callable, Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

from salesanalytics import analyses, facts, kpi, models, views
from salesanalytics.base.calendar import period_of, trailing_year
from salesanalytics.base.types import Tables
from tests.conftest import DEMO_DAY

QUARTER, YEAR = period_of(DEMO_DAY), trailing_year(DEMO_DAY)
# what a function is called with, by the name of its parameter; what has a default and is not named here keeps it
USUAL: dict[str, object] = {
    "as_of": DEMO_DAY,
    "period": QUARTER,
    "start": QUARTER.start,
    "months": None,
    "year": None,
    "draws": 200,
    "tolerance": 0.3,
    "horizon": 3,
}
OTHERWISE: dict[str, dict[str, object]] = {
    "funnel": {"period": YEAR},
    "leads": {"period": YEAR},
    "campaign_leads": {"period": YEAR},
    "quota_plan": {"period": QUARTER.shift(1)},
    "capacity": {"months": 12},
    "monthly_bookings": {"months": 24},
}


def six(tables: Tables) -> dict[str, Tables]:
    return {str(at): tables for at in range(6)}


def functions(package: ModuleType) -> Iterator[Callable[..., Any]]:
    """Public functions of a package that look at tables as they were known on a day."""
    names = [found.name for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    for module in (package, *map(import_module, names)):
        for name, function in inspect.getmembers(module, inspect.isfunction):
            first, *others = [*inspect.signature(function).parameters, ""]
            ours = function.__module__ == module.__name__ and not name.startswith("_")
            if ours and "as_of" in others and first in ("tables", "company", "by_team", "tables_by_team"):
                yield function


def view_functions() -> Iterator[Callable[..., Any]]:
    for found in pkgutil.walk_packages(views.__path__, "salesanalytics.views."):
        module = import_module(found.name)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                yield function


FOUND = {one.__name__: one for package in (facts, kpi, models, analyses) for one in functions(package)}
VIEWS = {view.__name__: view for view in view_functions()}
ALWAYS = ("draws", "horizon", "tolerance")  # given in spite of their default: the test would only take longer


def ask(name: str, tables: Tables) -> Any:
    function, special = FOUND[name], OTHERWISE.get(name, {})
    given = {**USUAL, "by_team": six(tables), **special}
    first, *others = inspect.signature(function).parameters.values()
    asked = [one for one in others if one.name in given and (one.default is one.empty or one.name in {*special, *ALWAYS})]
    in_order = [given[one.name] for one in asked if one.kind is one.POSITIONAL_OR_KEYWORD]
    by_name = {one.name: given[one.name] for one in asked if one.kind is one.KEYWORD_ONLY}
    return function({"all": tables} if first.name in ("by_team", "tables_by_team") else tables, *in_order, **by_name)
