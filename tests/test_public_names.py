"""Names an analyst's own notebook may lean on: they stay, with the parameters they have; new ones may join them."""

import inspect
import re
from dataclasses import fields, is_dataclass

import pytest

from salesanalytics import analyses, show, workspace
from salesanalytics.base.result import Result
from salesanalytics.kpi import REGISTRY
from tests import every_question

QUESTIONS = {
    "company.side_by_side": "by_team as_of period",
    "dashboard.attention": "tables as_of period",
    "dashboard.deciding_deals": "tables as_of period ends",
    "dashboard.calls": "tables as_of period",
    "dashboard.headline": "tables as_of period measures course ends",
    "dashboard.landing": "tables as_of period hazards called held beside seed draws",
    "dashboard.last_week": "tables as_of period since now before",
    "dashboard.landing_backtest": "tables as_of period weeks periods seed draws",
    "dashboard.pace": "tables as_of period",
    "dashboard.pipeline": "tables as_of period",
    "dashboard.pipeline_change": "tables as_of start period team before",
    "dashboard.position": "tables as_of period ends changed",
    "dashboard.rep_landings": "tables as_of period ends called draws",
    "dashboard.scoreboard": "tables as_of period",
    "dashboard.signals": "tables as_of period company measures",
    "evaluating.funnel": "tables as_of period benchmark",
    "evaluating.loss_reasons": "tables as_of period seed",
    "managing.contribution": "tables as_of period",
    "managing.goal_ladder": "tables as_of period fiscal_year_start",
    "managing.one_to_ones": "tables as_of period cards needs",
    "managing.scorecards": "tables as_of period company",
    "planning.bookings_forecast": "tables_by_team as_of horizon fiscal_year_start landings seed",
    "planning.capacity": "tables as_of months hires ramp leavers fiscal_year_start landings seed",
    "planning.leads": "tables as_of period window team company without_team sold_elsewhere exported_on seed",
    "planning.outlook": "tables as_of months year team_id fiscal_year_start",
    "planning.quota_plan": "tables as_of period target over_assignment ramp leavers seed",
    "planning.replan": "tables as_of per_year",
    "planning.territories": "tables as_of tolerance seed",
}
VIEWS = {
    "attention_table", "bookings_figure", "calls_table", "capacity_figure", "capacity_table", "contribution_figure",
    "contribution_table", "funnel_figure", "funnel_table", "goal_ladder_figure", "goal_ladder_table", "headline_strip",
    "deciding_deals_table", "kpi_table", "landing_figure", "landing_parts", "last_week_tables", "lead_sources",
    "loss_reasons_figure", "rep_landings_table", "standing",
    "one_to_one_sheet", "one_to_ones_table", "pace_figure", "past_landings", "pipeline_change_figure",
    "pipeline_figure", "quota_plan_figure", "quota_plan_table", "replan_table", "scoreboard_figure", "scoreboard_table",
    "scorecards_summary", "side_by_side_blocks", "territories_figure", "territories_table",
}  # fmt: skip
SHOWN = {
    "Col", "Figure", "Words", "bars", "bullets", "dots", "findings", "funnel", "house_style", "lines", "picture",
    "spark", "table", "waterfall",
}  # fmt: skip
ANSWERS = [kind for kind in every_question.own(analyses, inspect.isclass) if is_dataclass(kind)]
MEASURED = {
    "attainment", "average_deal", "bookings", "coverage", "cycle", "enps", "gap", "nps", "pipeline", "slippage",
    "velocity", "win_rate",
}  # fmt: skip


@pytest.mark.parametrize(("name", "parameters"), QUESTIONS.items())
def test_a_question_keeps_its_name_and_its_parameters(name: str, parameters: str) -> None:
    there = list(inspect.signature(every_question.QUESTIONS[name]).parameters)
    assert there[: len(parameters.split())] == parameters.split()


def test_every_question_takes_tables_and_a_day() -> None:
    for name, question in every_question.QUESTIONS.items():
        first, *others = inspect.signature(question).parameters.values()
        assert first.name in ("tables", "by_team", "tables_by_team"), name
        assert {one.name for one in others if one.kind is one.KEYWORD_ONLY} >= {"as_of"}, name


@pytest.mark.parametrize("kind", ANSWERS, ids=lambda kind: kind.__name__)
def test_every_field_of_an_answer_is_explained(kind: type) -> None:
    known = {field.name for field in fields(Result)} if issubclass(kind, Result) else set()
    doc = kind.__doc__ or ""
    assert [field.name for field in fields(kind) if field.name not in known and not re.search(rf"\b{field.name}\b", doc)] == []
    assert not issubclass(kind, Result) or "row" in doc or "rows" in doc, "says what one row of its table is"


def test_every_answer_has_what_pages_rely_on() -> None:
    assert [field.name for field in fields(Result)] == ["as_of", "period", "table", "headline", "findings"]


def test_views_keep_their_names_and_take_an_answer_and_words() -> None:
    there = {name: list(inspect.signature(view).parameters) for name, view in every_question.VIEWS.items()}
    assert there.keys() >= VIEWS
    assert {name: given for name, given in there.items() if len(given) != 2 or given[1] != "words"} == {}


def test_the_design_system_the_data_and_the_kpis_keep_their_names() -> None:
    assert set(dir(show)) >= SHOWN
    assert list(inspect.signature(workspace.open_team).parameters) == ["snapshot", "team", "as_of"]
    assert list(inspect.signature(workspace.open_company).parameters) == ["snapshot", "as_of"]
    assert REGISTRY.keys() >= MEASURED
