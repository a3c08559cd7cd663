"""Nothing that happens after `as_of` changes anything an analysis says: every question there is, and what questions rest on."""

from datetime import date

import pandas as pd
import pytest

from salesanalytics.base.result import Result
from salesanalytics.base.types import Tables
from salesanalytics.data.tables.as_of import Known
from salesanalytics.kpi import kpis
from tests.alike import same
from tests.conftest import DEMO_DAY
from tests.every_question import FOUND, QUARTER, QUESTIONS, ask

LATER = (pd.Timestamp(DEMO_DAY, tz="UTC") + pd.Timedelta(days=9)).as_unit("us")
# tables to which the future adds rows, and the column that dates them
HAPPENS = {"activity": "occurred_at", "feedback": "occurred_at", "lead": "created_at", "forecast_submission": "submitted_at"}
pytestmark = pytest.mark.slow


def the_future(tables: Tables) -> dict[str, pd.DataFrame]:
    """The same company nine days later: deals won, moved and opened, reps gone and hired, quotas raised, people heard."""
    later = {name: frame.drop(columns=_calendar_days(frame)) for name, frame in tables.items()}
    deals = later["opportunity"].copy()
    closing = deals.index[~deals["is_closed"] & deals["next_step"].notna()][:40]
    ids = deals.loc[closing, "opportunity_id"]
    moves = pd.DataFrame({"field": "stage", "old_value": deals.loc[closing, "stage"], "new_value": "Closed Won"})
    raises = pd.DataFrame({"field": "amount", "old_value": deals.loc[closing, "amount"].astype(str), "new_value": "999999"})
    history = pd.concat([moves.assign(opportunity_id=ids), raises.assign(opportunity_id=ids)]).assign(changed_at=LATER)
    deals.loc[closing, ["stage", "is_closed", "is_won"]] = ["Closed Won", True, True]
    deals.loc[closing, "closed_at"] = LATER
    deals.loc[closing, "amount"] = 999_999.0
    born = deals.head(30).assign(opportunity_id=[f"new-{at}" for at in range(30)], created_at=LATER)
    later["opportunity"] = pd.concat([deals, born], ignore_index=True)
    later["opportunity_history"] = pd.concat([later["opportunity_history"], history], ignore_index=True)
    for name, column in HAPPENS.items():
        extra = later[name].head(50).copy()
        extra[column] = LATER
        key = next(iter(extra.columns))
        extra[key] = [f"new-{at}" for at in range(len(extra))] if key.endswith("_id") else extra[key]
        later[name] = pd.concat([later[name], extra], ignore_index=True)
    quota, rep, spans, day = later["quota"], later["rep"], later["rep_assignment"], LATER.tz_localize(None)
    raised = quota.assign(version=quota["version"] + 1, amount=quota["amount"] * 3, set_on=day)
    later["quota"] = pd.concat([quota, raised], ignore_index=True)
    later["rep"] = rep.assign(leave_date=rep["leave_date"].fillna(day))
    later["rep_assignment"] = spans.assign(valid_to=spans["valid_to"].fillna(day))
    return {name: frame.astype(tables[name].dtypes[frame.columns].to_dict()) for name, frame in later.items()}


def _calendar_days(frame: pd.DataFrame) -> list[str]:
    """Columns worked out from a moment, such as closed_on from closed_at."""
    return [column for column in frame if column.endswith("_on") and f"{column[:-3]}_at" in frame]


@pytest.fixture(scope="module")
def future(demo: Tables) -> Known:
    """As known when all of it has happened; the day before is cut once, as for a chapter."""
    return Known(the_future(demo), LATER.date())


@pytest.fixture(scope="module")
def past(demo: Tables) -> Known:
    """The day as it is seen from a later one on which nothing happened: what no log keeps is unknown."""
    return Known(dict(demo), DEMO_DAY, earlier=True)


def test_every_question_is_among_them() -> None:
    assert set(QUESTIONS.values()) <= set(FOUND.values())
    assert len(QUESTIONS) > 15
    assert len(FOUND) > 25


@pytest.mark.parametrize("name", FOUND)
def test_what_comes_later_changes_nothing(name: str, past: Tables, future: Tables) -> None:
    now, then = ask(name, past), ask(name, future)
    same(now, then)
    assert getattr(now, "findings", ()) == getattr(then, "findings", ())
    if isinstance(now, Result):
        assert now.as_of == DEMO_DAY


def test_the_future_does_change_what_is_said_of_a_later_day(future: Tables) -> None:
    day = date(2026, 11, 30)
    later, now = (kpis(future, as_of=known, period=QUARTER)["bookings"].value or 0.0 for known in (day, DEMO_DAY))
    assert later > 1.5 * now > 0
