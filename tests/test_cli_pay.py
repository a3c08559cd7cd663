"""`pay` as a person meets it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from salesanalytics.cli.app import app
from salesanalytics.cli.errors import end_of
from salesanalytics.data.intake.check import check_source, usable
from salesanalytics.data.snapshot import Snapshot, write
from salesanalytics.errors import DataError, PlanError
from tests.data.test_export import read_csv, read_xlsx
from tests.tables import AS_OF
from tests.tiny import OPPORTUNITY, Rows, write_source

PLAN = """\
name: Commission
version: 1
valid_from: 2026-01-01
paid_as: [COM-2026]
currency: EUR
base: booked
period: quarter
overlays: false
tiers:
  steps:
    - {from: 0, rate: 4.5%}
    - {from: 100%, rate: 7%}
    - {from: 125%, rate: 9%}
"""


def pay(*words: object) -> str:
    result = CliRunner().invoke(app, ["pay", *(str(word) for word in words)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.yaml"
    path.write_text(PLAN, encoding="utf-8")
    return path


def sellers(snapshot: Snapshot) -> list[str]:
    """Everybody who was paid commission in 2026."""
    paid = snapshot.company().tables["payout"]
    return sorted(set(paid.loc[paid["plan_id"] == "COM-2026", "rep_id"]))


def test_the_rows_of_a_statement_add_up_to_what_is_due(demo_snapshot: Snapshot, plan: Path, tmp_path: Path) -> None:
    for rep in sellers(demo_snapshot)[:3]:
        pay("statement", rep, "--plan", plan, "--snapshot", demo_snapshot.path, "--out", tmp_path / "s.csv")
        head, *rows = read_csv(tmp_path / "s.csv")
        cents: dict[tuple[str, bool], int] = {}
        for row in rows:
            key = (row[head.index("period_start")], row[head.index("line")] == "due")
            cents[key] = cents.get(key, 0) + round(float(row[head.index("amount")]) * 100)
        assert {start: total for (start, due), total in cents.items() if due} == {
            start: total for (start, due), total in cents.items() if not due
        }
        assert len({row[head.index("line")] for row in rows}) >= 3


def test_a_statement_is_a_sheet_whose_amounts_are_numbers_and_texts_are_text(
    demo_snapshot: Snapshot, plan: Path, tmp_path: Path
) -> None:
    rep = sellers(demo_snapshot)[0]
    told = pay("statement", rep, "--plan", plan, "--snapshot", demo_snapshot.path, "--out", tmp_path / "s.xlsx")
    head, first, *_ = read_xlsx(tmp_path / "s.xlsx")
    kinds = dict(zip([name for _, name in head], [kind for kind, _ in first], strict=False))
    assert kinds["opportunity_id"] == kinds["component"] == "s"
    assert kinds["amount"] != "s"
    assert "year to date earned" in told


def test_a_formula_in_a_plan_is_text_in_the_file(demo_snapshot: Snapshot, plan: Path, tmp_path: Path) -> None:
    plan.write_text(PLAN.replace("name: Commission", 'name: "=HYPERLINK(1)"'), encoding="utf-8")
    rep = sellers(demo_snapshot)[0]
    pay("statement", rep, "--plan", plan, "--snapshot", demo_snapshot.path, "--out", tmp_path / "s.csv")
    assert '"\'=HYPERLINK(1)"' in (tmp_path / "s.csv").read_text("utf-8-sig")


def test_who_is_not_there_is_named_with_the_nearest(demo_snapshot: Snapshot, plan: Path, tmp_path: Path) -> None:
    rep = sellers(demo_snapshot)[0]
    with pytest.raises(PlanError, match="did you mean 'R-"):
        pay("statement", rep[:-1], "--plan", plan, "--snapshot", demo_snapshot.path, "--out", tmp_path / "s.csv")


def test_a_plan_in_another_currency_or_a_file_of_another_kind_is_one_line(
    demo_snapshot: Snapshot, plan: Path, tmp_path: Path
) -> None:
    rep, of_demo = sellers(demo_snapshot)[0], ("--snapshot", demo_snapshot.path)
    with pytest.raises(DataError, match=r"expected \.csv or \.xlsx"):
        pay("statement", rep, "--plan", plan, *of_demo, "--out", tmp_path / "s.pdf")
    plan.write_text(PLAN.replace("EUR", "RON"), encoding="utf-8")
    with pytest.raises(PlanError, match="pays in RON and the snapshot is in EUR"):
        pay("statement", rep, "--plan", plan, *of_demo, "--out", tmp_path / "s.csv")


def test_a_plan_that_is_wrong_ends_in_lines_and_no_traceback(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "plan.yaml").write_text(PLAN.replace("4.5%", "-4.5%"), encoding="utf-8")
    code = end_of(lambda: app(["pay", "lock", "--plan", str(tmp_path / "plan.yaml")]), debug=False)
    said = capsys.readouterr().err
    assert code == 1
    assert "line 11: tiers.steps.1.rate" in said
    assert "Traceback" not in said


def test_a_locked_plan_that_was_changed_pays_nobody(demo_snapshot: Snapshot, plan: Path, tmp_path: Path) -> None:
    rep = sellers(demo_snapshot)[0]
    words = ("statement", rep, "--plan", plan, "--snapshot", demo_snapshot.path, "--out", tmp_path / "s.csv")
    assert "was paid by and is not locked" in pay(*words)
    assert "is locked" in pay("lock", "--plan", plan)
    assert "not locked" not in pay(*words)
    plan.write_text(PLAN.replace("9%", "10%"), encoding="utf-8")
    with pytest.raises(PlanError, match=r"tiers\.steps\.3\.rate was 0\.09, is 0\.1"):
        pay("statement", rep, "--plan", plan, "--snapshot", demo_snapshot.path, "--out", tmp_path / "s.csv")


def test_results_of_objectives_are_read_and_odd_ones_named(demo_snapshot: Snapshot, plan: Path, tmp_path: Path) -> None:
    plan.write_text(PLAN + "mbo: {target: 500, parts: [{name: Forecast, weight: 100%}]}\n", encoding="utf-8")
    rep, file = sellers(demo_snapshot)[0], tmp_path / "results.csv"
    words = ("statement", rep, "--plan", plan, "--snapshot", demo_snapshot.path, "--out", tmp_path / "s.csv", "--results", file)
    file.write_text(f"rep_id,period_start,objective,result\n{rep},2026-07-01,Forecast,0.5\n", encoding="utf-8")
    pay(*words)
    assert [row for row in read_csv(tmp_path / "s.csv") if "mbo" in row and "250.0" in row]
    file.write_text(f"rep_id,period_start,objective,result\n{rep},2026-07-01,Forecast,1.5\n", encoding="utf-8")
    with pytest.raises(PlanError, match=r"line 2: 'Forecast' with result 1\.5; expected one of Forecast once, from 0 to 1"):
        pay(*words)


def test_plans_are_compared_and_written_with_their_reps(demo_snapshot: Snapshot, plan: Path, tmp_path: Path) -> None:
    steep = tmp_path / "steep.yaml"
    steep.write_text(PLAN.replace("7%", "14%").replace("name: Commission", "name: Steep"), encoding="utf-8")
    words = ("--snapshot", demo_snapshot.path, "--out", tmp_path / "sim.csv", "--margin", 0.6)
    told = pay("simulate", "--plan", plan, "--plan", steep, *words)
    head, today, other = read_csv(tmp_path / "sim.csv")
    cost = [float(row[head.index("cost")]) for row in (today, other)]
    assert 0 < cost[0] < cost[1]
    assert float(other[head.index("uplift")]) > 0
    assert "have to grow by" in told
    assert len(read_csv(tmp_path / "sim-reps.csv")) == 1 + 2 * int(told.split(" reps,")[0].split(": ")[-1])


def test_a_retroactive_plan_shows_its_cliffs_and_a_whole_year_costs_more(
    demo_snapshot: Snapshot, plan: Path, tmp_path: Path
) -> None:
    plan.write_text(PLAN.replace("tiers:", "tiers:\n  how: retroactive"), encoding="utf-8")
    words = ("simulate", "--plan", plan, "--snapshot", demo_snapshot.path, "--out", tmp_path / "sim.csv")
    assert "pay jumps by" in pay(*words)
    head, quarter = read_csv(tmp_path / "sim.csv")
    pay(*words, "--year")
    year = read_csv(tmp_path / "sim.csv")[1]
    assert float(year[head.index("cost")]) > 2 * float(quarter[head.index("cost")])


def test_what_cannot_be_drawn_says_what_it_takes(demo_snapshot: Snapshot, plan: Path, tmp_path: Path) -> None:
    words = ("simulate", "--plan", plan, "--snapshot", demo_snapshot.path, "--out", tmp_path / "sim.csv")
    with pytest.raises(PlanError, match="at least two past periods"):
        pay(*words, "--as-of", "2024-10-15")


def test_open_deals_are_estimated_with_their_chances(demo_snapshot: Snapshot, plan: Path, tmp_path: Path) -> None:
    rep = sellers(demo_snapshot)[0]
    told = pay("estimate", rep, "--plan", plan, "--snapshot", demo_snapshot.path, "--out", tmp_path / "e.csv")
    head, *rows = read_csv(tmp_path / "e.csv")
    assert "8 of 10 times between" in told
    for row in rows:
        chance, if_won, expected = (float(row[head.index(name)]) for name in ("chance", "if_won", "expected"))
        assert expected == pytest.approx(chance * if_won, abs=0.006)
    with pytest.raises(PlanError, match="none is in force on 2025-06-30"):
        pay(
            "estimate",
            rep,
            "--plan",
            plan,
            "--snapshot",
            demo_snapshot.path,
            "--out",
            tmp_path / "e.csv",
            "--as-of",
            "2025-06-30",
        )


SECOND = PLAN.replace("version: 1", "version: 2").replace("valid_from: 2026-01-01", "valid_from: 2026-07-01")


def test_versions_that_overlap_are_refused_by_every_command_that_takes_several(
    demo_snapshot: Snapshot, plan: Path, tmp_path: Path
) -> None:
    (tmp_path / "second.yaml").write_text(SECOND, encoding="utf-8")
    both = ("--plan", plan, "--plan", tmp_path / "second.yaml", "--snapshot", demo_snapshot.path, "--out", tmp_path / "o.csv")
    for command in ("statement", "estimate"):
        with pytest.raises(PlanError, match="are both in force on 2026-07-01"):
            pay(command, sellers(demo_snapshot)[0], *both)


def test_a_locked_plan_does_not_get_away_under_another_name_or_a_higher_number(plan: Path, tmp_path: Path) -> None:
    pay("lock", "--plan", plan)
    for change in (("name: Commission", "name: Other"), ("name: Commission", "name: Other\nbase_rate: 4%")):
        plan.write_text(PLAN.replace(*change), encoding="utf-8")
        with pytest.raises(PlanError, match=r"another name and is locked as Commission \(version 1\).*name: Commission"):
            pay("lock", "--plan", plan)
    elsewhere = tmp_path / "copy.yaml"
    elsewhere.write_text(PLAN.replace("name: Commission", "name: Other"), encoding="utf-8")
    with pytest.raises(PlanError, match="used for payments under another name"):
        pay("lock", "--plan", elsewhere)
    elsewhere.write_text(PLAN.replace("version: 1", "version: 2").replace("9%", "10%"), encoding="utf-8")
    with pytest.raises(PlanError, match=r"would be reckoned anew. Let the new version begin with a later period"):
        pay("lock", "--plan", elsewhere)
    elsewhere.write_text(SECOND, encoding="utf-8")
    assert "version 2) is locked" in pay("lock", "--plan", elsewhere)


def test_what_stands_in_a_locks_place_and_is_none_is_named(plan: Path, tmp_path: Path) -> None:
    file = tmp_path / "pay-plans.lock.json"
    file.symlink_to(tmp_path / "gone")
    with pytest.raises(PlanError, match=r"pay-plans\.lock\.json is a link that leads nowhere; expected the list"):
        pay("lock", "--plan", plan)
    file.unlink()
    file.mkdir()
    with pytest.raises(PlanError, match=r"pay-plans\.lock\.json is a folder; expected the list of locked plans"):
        pay("lock", "--plan", plan)
    file.rmdir()
    for odd in (b"", b"\xff\xfe", b"[]", b'{"A (version 1)": {"sha256": "x", "says": {"name": "A", "version": "1"}}}', b"null"):
        file.write_bytes(odd)
        with pytest.raises(PlanError, match=r"pay-plans\.lock\.json is no list of locked plans, or was changed by hand"):
            pay("lock", "--plan", plan)


def test_a_lock_that_is_a_link_stays_one(plan: Path, tmp_path: Path) -> None:
    (tmp_path / "shared.json").write_text("{}", encoding="utf-8")
    (tmp_path / "pay-plans.lock.json").symlink_to(tmp_path / "shared.json")
    pay("lock", "--plan", plan)
    assert (tmp_path / "pay-plans.lock.json").is_symlink()
    assert "Commission" in (tmp_path / "shared.json").read_text("utf-8")


def test_a_result_no_one_could_reckon_with_is_refused_at_once(demo_snapshot: Snapshot, plan: Path, tmp_path: Path) -> None:
    plan.write_text(PLAN + "mbo: {target: 500, parts: [{name: Forecast, weight: 100%}]}\n", encoding="utf-8")
    rep, file = sellers(demo_snapshot)[0], tmp_path / "results.csv"
    file.write_text(f"rep_id,period_start,objective,result\n{rep},2026-07-01,Forecast,1e-99999999\n", encoding="utf-8")
    words = ("--plan", plan, "--snapshot", demo_snapshot.path, "--out", tmp_path / "s.csv", "--results", file)
    with pytest.raises(PlanError, match="line 2: '2026-07-01', '1e-99999999'; expected a day and a number from 0 to 1"):
        pay("statement", rep, *words)


# ── what a statement names that it does not count


OF_TINY = PLAN.replace("  steps:", "  over: money\n  steps:").split("    - {from: 100%")[0].replace("4.5%", "10%")
PAID = {"plan_id": "COM-2026", "rep_id": "r1", "period_start": "2026-07-01", "paid_on": "2026-08-20", "amount": 10}


def statement_of(tmp_path: Path, plan: str = OF_TINY, **more: Rows) -> tuple[str, list[dict[str, str]]]:
    """What is printed for r1 of the tiny company with these tables, and the rows of the file."""
    (tmp_path / "plan.yaml").write_text(plan, encoding="utf-8")
    dataset = usable(check_source(write_source(tmp_path / "source", more), today=AS_OF))
    write(dataset, tmp_path / "snap", AS_OF)
    words = ("--plan", tmp_path / "plan.yaml", "--snapshot", tmp_path / "snap", "--out", tmp_path / "s.csv")
    told = pay("statement", "r1", *words)
    head, *rows = read_csv(tmp_path / "s.csv")
    return told, [dict(zip(head, row, strict=True)) for row in rows]


def test_a_deal_whose_split_was_set_aside_is_withheld_and_named(tmp_path: Path) -> None:
    """1,400 of a deal of 1,000 was credited; all its rows were set aside, and its owner was then paid whole in silence."""
    split = [{"opportunity_id": "o1", "rep_id": rep, "share": share} for rep, share in (("r1", 0.7), ("r2", 0.7))]
    told, rows = statement_of(tmp_path, opportunity_split=split)
    assert [row["component"] for row in rows if row["opportunity_id"] == "o1"] == ["withheld"]
    assert "revenue shares are not 100%" in next(row["detail"] for row in rows if row["component"] == "withheld")
    assert "Withheld: deals of 1,000.00, because rows on which their pay rests were set aside" in told
    assert "o1, opportunity_split o1 / r1 / revenue" in told


def test_a_copy_of_a_split_withholds_nothing(tmp_path: Path) -> None:
    split = [{"opportunity_id": "o1", "rep_id": "r1", "share": 1}] * 2
    told, rows = statement_of(tmp_path, opportunity_split=split)
    assert "Withheld" not in told
    assert [row["amount"] for row in rows if row["component"] == "commission"] == ["100.0"]


def test_an_invoice_that_was_set_aside_is_named_beside_those_that_are_paid(tmp_path: Path) -> None:
    good = {"invoice_id": "i1", "opportunity_id": "o1", "invoiced_on": "2026-07-12", "amount": 400, "paid_on": ""}
    early = {**good, "invoice_id": "i2", "paid_on": "2026-07-01"}
    told, rows = statement_of(tmp_path, OF_TINY.replace("base: booked", "base: invoiced"), invoice=[good, early])
    assert [row["amount"] for row in rows if row["component"] == "commission"] == ["40.0"]
    assert "invoice i2: paid before it was written" in told


def test_deals_and_payments_that_were_set_aside_are_named_to_the_rep_they_are_of(tmp_path: Path) -> None:
    deals = [*OPPORTUNITY, {**OPPORTUNITY[0], "opportunity_id": "o9", "amount": ""}]
    payout = [{**PAID, "payout_id": "y1"}, {**PAID, "payout_id": "y2", "plan_id": "COM-2062"}]
    plans = [{"plan_id": "COM-2026", "name": "C", "valid_from": "2026-01-01"}]
    told, rows = statement_of(tmp_path, opportunity=deals, payout=payout, incentive_plan=plans)
    assert "o9, opportunity o9: won without amount" in told
    assert "payout y2: plan_id is not among the usable rows of incentive_plan" in told
    assert [row["amount"] for row in rows if row["line"] == "due"] == ["90.0"]


def test_payments_under_other_plans_are_named_and_not_taken_off(tmp_path: Path) -> None:
    other = {**PAID, "payout_id": "y2", "plan_id": "COM-2027", "amount": 25.5}
    told, rows = statement_of(tmp_path, payout=[{**PAID, "payout_id": "y1"}, other])
    assert "Not taken off: 25.50 paid under other plans (1: COM-2027, y2, paid on 2026-08-20)" in told
    assert [row["amount"] for row in rows if row["line"] == "due"] == ["90.0"]


def test_payments_for_days_before_the_plan_are_named_and_not_to_be_given_back(tmp_path: Path) -> None:
    old = {**PAID, "payout_id": "y0", "period_start": "2025-10-01", "paid_on": "2026-01-15", "amount": 333}
    told, rows = statement_of(tmp_path, payout=[old, {**PAID, "payout_id": "y1"}])
    assert "Not taken off: 333.00 paid under this plan for periods in which no version given here is in force" in told
    assert {row["amount"] for row in rows if row["line"] == "due"} == {"0.0", "90.0"}


def test_a_split_for_somebody_unknown_withholds_the_deal_from_its_owner(tmp_path: Path) -> None:
    told, rows = statement_of(tmp_path, opportunity_split=[{"opportunity_id": "o1", "rep_id": "r9", "share": 1}])
    assert "opportunity_split o1 / r9 / revenue: rep_id is not among the usable rows of rep" in told
    assert not [row for row in rows if row["component"] == "commission"]


@pytest.mark.parametrize(
    ("eligible", "said"),
    [
        (
            "{reps: [r1, r22]}",
            r"\(2 teams, 3 reps\): eligible\.reps: r22 \(did you mean r2\?\)\. Correct eligible:",
        ),
        ("{teams: [north, soutth]}", r"eligible\.teams: soutth \(did you mean south\?\)"),
    ],
)
def test_a_plan_that_names_who_is_nowhere_in_the_company_is_refused(tmp_path: Path, eligible: str, said: str) -> None:
    with pytest.raises(PlanError, match=said):
        statement_of(tmp_path, f"{OF_TINY}eligible: {eligible}\n")


def test_a_locked_plan_that_names_who_has_gone_still_pays_and_says_so(tmp_path: Path) -> None:
    text = f"{OF_TINY}eligible: {{reps: [r1, r22]}}\n"
    (tmp_path / "plan.yaml").write_text(text, encoding="utf-8")
    pay("lock", "--plan", tmp_path / "plan.yaml")
    told, rows = statement_of(tmp_path, text)
    assert "names what the company's data do not have: eligible.reps: r22 (did you mean r2?)" in told
    assert [row["amount"] for row in rows if row["line"] == "due"] == ["100.0"]
