"""What holds for every answer: it is the same in whatever order rows come, and its view needs no finding to show something.

A view has something to show, or says in words that it has not. Both look at the same answers, each of which is worked out once.
"""

import inspect
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any, get_type_hints

import pytest

from salesanalytics.base.result import Result
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import Known
from salesanalytics.show import Words
from tests.alike import same
from tests.conftest import DEMO_DAY
from tests.every_question import FOUND, VIEWS, ask

pytestmark = pytest.mark.slow


def takes(function: Callable[..., Any]) -> type:
    first = next(iter(inspect.signature(function).parameters))
    kind: type = get_type_hints(function)[first]
    return kind


QUESTIONS = {get_type_hints(question)["return"]: name for name, question in FOUND.items()}
SHOWN = {name: view for name, view in VIEWS.items() if takes(view) in QUESTIONS and issubclass(takes(view), Result)}


@pytest.fixture(scope="module")
def answer(demo: Tables) -> Callable[[str], Any]:
    """The answer to a question, by its name."""
    return cache(lambda name: ask(name, demo))


@pytest.fixture(scope="module")
def shuffled(demo: Tables) -> Known:
    """The same rows in another order, but for the teams', which is theirs."""
    mixed = {table: frame.sample(frac=1, random_state=5).reset_index(drop=True) for table, frame in demo.items()}
    return Known({**mixed, "team": demo["team"]}, DEMO_DAY)


def test_nearly_every_view_is_among_them() -> None:
    assert len(SHOWN) >= 0.8 * len(VIEWS)


@pytest.mark.parametrize("name", SHOWN)
def test_a_view_needs_no_finding(name: str, answer: Callable[[str], Any]) -> None:
    silent = replace(answer(QUESTIONS[takes(SHOWN[name])]), headline=None, findings=())
    for locale in ("en", "ro"):
        assert SHOWN[name](silent, Words(locale, "EUR")) is not None


@pytest.mark.parametrize("name", FOUND)
def test_the_order_of_rows_does_not_matter(name: str, answer: Callable[[str], Any], shuffled: Tables) -> None:
    same(answer(name), ask(name, shuffled), loosely=True)
