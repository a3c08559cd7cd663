"""Every function that looks at tables as they were known on a day, and every view, found by themselves."""

import inspect
import pkgutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from importlib import import_module
from types import ModuleType
from typing import Any, get_type_hints

import numpy as np
import pandas as pd

from salesanalytics import analyses, facts, kpi, models, views
from salesanalytics.base.calendar import period_of, trailing_year
from salesanalytics.base.result import Result
from salesanalytics.base.types import Tables
from salesanalytics.facts.programmes import Programme
from salesanalytics.models.forecast.hazards import DealHazards
from tests.conftest import DEMO_DAY

QUARTER, YEAR = period_of(DEMO_DAY), trailing_year(DEMO_DAY)
# what a function is called with, by the name of its parameter; what has a default and is not named here keeps it
USUAL: dict[str, object] = {
    "as_of": DEMO_DAY,
    "period": QUARTER,
    "periods": (QUARTER.shift(-1), QUARTER),
    "start": QUARTER.start,
    "since": DEMO_DAY - timedelta(days=7),
    "programme": Programme(
        "P", "P", "bonus", date(2026, 1, 5), date(2026, 6, 30), frozenset(["R-0001", "R-0003", "R-0005"]), (), "lot", None, None
    ),
    "months": None,
    "year": None,
    "draws": 200,
    "tolerance": 0.3,
    "horizon": 3,
}
TEXTS = pd.DataFrame({"feedback_id": [f"F-{at:06d}" for at in range(1, 600)], "chance": np.linspace(0.1, 0.9, 599)})
RESTS = pd.DataFrame(
    [(pd.Timestamp(QUARTER.shift(-back).start), "north", left, 9e5, 1e6) for back in range(1, 9) for left in range(1, 14)],
    columns=["start", "team_id", "left", "actual", "expected"],
)
OTHERWISE: dict[str, dict[str, object]] = {
    "funnel": {"period": YEAR},
    "leads": {"period": YEAR},
    "campaign_leads": {"period": YEAR},
    "quota_plan": {"period": QUARTER.shift(1)},
    "capacity": {"months": 12},
    "monthly_bookings": {"months": 24},
    "calls_for_teams": {"fitted": DealHazards(pd.DataFrame(), (), 0, 8, has_stages=True, rests=RESTS)},
    "holding": {"scope": "rep"},
    "quotas_as_calls": {"team": "north"},
    "sentiment_adds": {"texts": TEXTS},
}


def five(tables: Tables) -> dict[str, Tables]:
    """As many teams as the rule of five asks for."""
    return {str(at): tables for at in range(5)}


def own(package: ModuleType, is_one: Callable[[Any], bool]) -> Iterator[Any]:
    """The public functions or classes that a package and the modules below it define."""
    names = [below.name for below in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    for module in (package, *map(import_module, names)):
        for name, one in inspect.getmembers(module, is_one):
            if one.__module__ == module.__name__ and not name.startswith("_"):
                yield one


def home(function: Callable[..., Any]) -> str:
    """Where a function stands, and its name: no two have the same."""
    return f"{function.__module__.removeprefix('salesanalytics.')}.{function.__name__}"


def looks_at_tables(function: Callable[..., Any]) -> bool:
    """Whether it is given tables, and the day on which they are to be known."""
    first, *others = [*inspect.signature(function).parameters, ""]
    return "as_of" in others and first in ("tables", "company", "by_team", "tables_by_team")


def answers(function: Callable[..., Any]) -> bool:
    """Whether it is a question: its answer is a `Result`."""
    kind = get_type_hints(function).get("return")
    return isinstance(kind, type) and issubclass(kind, Result)


PACKAGES = (facts, kpi, models, analyses)
FOUND = {home(one): one for package in PACKAGES for one in own(package, inspect.isfunction) if looks_at_tables(one)}
QUESTIONS = {f"{home(one).split('.')[1]}.{one.__name__}": one for one in own(analyses, inspect.isfunction) if answers(one)}
VIEWS = {view.__name__: view for view in own(views, inspect.isfunction)}
ALWAYS = ("draws", "horizon", "tolerance")  # given in spite of their default: the test would only take longer


def ask(name: str, tables: Tables) -> Any:
    function = FOUND[name]
    special = OTHERWISE.get(function.__name__, {})
    given = {**USUAL, "by_team": five(tables), **special}
    first, *others = inspect.signature(function).parameters.values()
    asked = [one for one in others if one.name in given and (one.default is one.empty or one.name in {*special, *ALWAYS})]
    in_order = [given[one.name] for one in asked if one.kind is one.POSITIONAL_OR_KEYWORD]
    by_name = {one.name: given[one.name] for one in asked if one.kind is one.KEYWORD_ONLY}
    return function({"all": tables} if first.name in ("by_team", "tables_by_team") else tables, *in_order, **by_name)
