"""Pages of a demo company, judged: the properties that `benchmarks/brief.py` holds over many of them."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[3] / "benchmarks"))

import brief as bench

from salesanalytics.demo import build_demo


def test_no_page_orders_two_things_and_the_rules_are_why(monkeypatch: pytest.MonkeyPatch) -> None:
    tables, _ = build_demo(seed=3, teams=3, reps=24, months=30, as_of=bench.DAY)
    asked = [answers for _, answers in bench.pages(*bench.on(tables, bench.DAY), bench.DAY)]
    assert len(asked) == 3
    assert [sum(bench.faults(answers).values()) for answers in asked] == [0, 0, 0]
    as_found = bench.brief
    monkeypatch.setattr(bench, "brief", lambda placed, words: replace(as_found(placed, words), changed={}))
    assert sum(sum(bench.faults(answers).values()) for answers in asked) > 0
