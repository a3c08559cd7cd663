"""A view has something to show, or says in words that it has not, whether or not its answer holds a finding."""

import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import Any, get_type_hints

import pytest

from salesanalytics.base.result import Result
from salesanalytics.base.types import Tables
from salesanalytics.show import Words
from tests.every_question import FOUND, VIEWS, ask


def takes(function: Callable[..., Any]) -> type:
    first = next(iter(inspect.signature(function).parameters))
    kind: type = get_type_hints(function)[first]
    return kind


QUESTIONS = {get_type_hints(question)["return"]: name for name, question in FOUND.items()}
SHOWN = {name: view for name, view in VIEWS.items() if takes(view) in QUESTIONS and issubclass(takes(view), Result)}


@pytest.fixture(scope="module")
def answers(demo: Tables) -> dict[type, Any]:
    return {takes(view): ask(QUESTIONS[takes(view)], demo) for view in SHOWN.values()}


def test_nearly_every_view_is_among_them() -> None:
    assert len(SHOWN) >= 0.8 * len(VIEWS)


@pytest.mark.parametrize("name", SHOWN)
def test_a_view_needs_no_finding(name: str, answers: dict[type, Any]) -> None:
    silent = replace(answers[takes(SHOWN[name])], headline=None, findings=())
    for locale in ("en", "ro"):
        assert SHOWN[name](silent, Words(locale, "EUR")) is not None
