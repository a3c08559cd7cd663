import pandas as pd
import pytest

from salesanalytics.show import SUPPRESSED, Col, Nothing, Words, table
from salesanalytics.show.blocks import Cell
from salesanalytics.show.render import render_block
from salesanalytics.show.tables import adding_up

EN = Words("en", "EUR")
REPS = pd.DataFrame(
    {
        "rep": ["Ana <b>", None, "Zoë"],
        "won": [277_479.0, float("nan"), 449_106.0],
        "attainment": [0.66, float("inf"), 1.15],
        "win": pd.Series([0.3, SUPPRESSED, 0.9996], dtype=object),
        "change": [-0.014, 0.0, 0.05],
        "age": [39.1, 28.0, None],
        "day": [pd.Timestamp("2026-07-03"), pd.NaT, pd.Timestamp("2026-09-12")],
        "trend": [[1, 2, 3], [], [None, 2]],
    }
)


def shown(column, **more):
    block = table(REPS, [Col("rep", "Rep"), column], words=EN, title="Reps", **more)
    return block.columns[1].label, block.columns[1].align, [row.cells[1].text for row in block.rows]


@pytest.mark.parametrize(
    ("column", "head", "cells"),
    [
        (Col("won", "Won", "money"), "Won, €K", ["277", "–", "449"]),
        (Col("won", "Won", "money_exact"), "Won", ["€277,479", "–", "€449,106"]),
        (Col("attainment", "Attainment", "percent"), "Attainment", ["66%", "–", "115%"]),
        (Col("win", "Win rate", "percent"), "Win rate", ["30%", "n < 5", ">99.9%"]),
        (Col("change", "Change", "points_signed"), "Change, points", ["−1.4", "0.0", "+5.0"]),
        (Col("age", "Age", "days"), "Age, days", ["39", "28", "–"]),
        (Col("day", "Close", "date"), "Close", ["3 Jul 2026", "–", "12 Sep 2026"]),
    ],
)
def test_figures_have_one_unit_per_column_and_dashes_for_holes(column, head, cells):
    assert shown(column) == (head, "right", cells)


def test_text_is_left_aligned_and_a_missing_name_is_a_dash():
    block = table(REPS, [Col("rep", "Rep")], words=EN, title="Reps")
    assert block.columns[0].align == "left"
    assert [row.cells[0].text for row in block.rows] == ["Ana <b>", "–", "Zoë"]


def test_text_already_written_as_a_number_is_right_aligned():
    assert shown(Col("rep", "Range", "figure"))[:2] == ("Range", "right")


@pytest.mark.parametrize(
    ("most", "head", "cell"), [(900, "Won, €", "900"), (3e7, "Won, €M", "30.0"), (4e10, "Won, €B", "40.0")]
)
def test_the_unit_of_money_follows_the_largest_sum(most, head, cell):
    block = table(pd.DataFrame({"won": [most]}), [Col("won", "Won", "money")], words=EN, title="T")
    assert (block.columns[0].label, block.rows[0].cells[0].text) == (head, cell)


def test_units_in_romanian():
    block = table(REPS, [Col("won", "Câștigat", "money"), Col("age", "Vechime", "days")], words=Words("ro", "EUR"), title="T")
    assert [column.label for column in block.columns] == ["Câștigat, mii\u00a0EUR", "Vechime, zile"]


def test_good_and_bad_are_told_from_the_raw_number():
    column = Col("attainment", "Attainment", "percent", tone=lambda share: "good" if share >= 1 else "bad")
    block = table(REPS, [column], words=EN, title="T")
    assert [row.cells[0].tone for row in block.rows] == ["bad", "neutral", "good"]


def test_the_total_is_set_apart_and_named():
    block = table(REPS, [Col("rep", "Rep"), Col("won", "Won", "money")], words=EN, title="T", total_row={"won": 726_585})
    assert block.rows[-1].role == "total"
    assert [cell.text for cell in block.rows[-1].cells] == ["Total", "727"]


def test_a_column_may_say_which_rows_are_groups():
    frame = pd.DataFrame({"name": ["North", "Ana"], "role": ["group", "body"]})
    block = table(frame, [Col("name", "Team")], words=EN, title="T", role="role")
    assert [row.role for row in block.rows] == ["group", "body"]


def test_a_sparkline_stands_in_its_cell():
    block = table(REPS, [Col("trend", "8 weeks", "spark")], words=EN, title="T")
    assert [bool(row.cells[0].spark) for row in block.rows] == [True, False, True]


def test_no_rows_show_nothing_and_wrong_columns_are_named():
    assert table(REPS.iloc[:0], [Col("rep", "Rep")], words=EN, title="T") == Nothing()
    with pytest.raises(KeyError, match=r"no column 'wun'; it has rep, won"):
        table(REPS, [Col("wun", "Won")], words=EN, title="T")
    with pytest.raises(KeyError, match="total_row has lost, which the table does not show"):
        table(REPS, [Col("rep", "Rep")], words=EN, title="T", total_row={"lost": 1})
    with pytest.raises(ValueError, match="kind 'gold'; expected one of text, money"):
        Col("won", "Won", "gold")


@pytest.mark.parametrize(
    "amounts", [[870.4, 758.4, 11.4, 1640.2], [1.25e6, 2.35e6, 3.6e6], [0.0, 0.0, 0.0], [-3.4, 10.4, 7.0], [5.0]]
)
def test_parts_are_rounded_so_that_what_is_shown_adds_up(amounts):
    *parts, whole = adding_up(amounts)
    assert sum(parts) == pytest.approx(whole if parts else 0.0)
    assert all(abs(one - other) <= max(amounts) * 0.06 + 1 for one, other in zip(parts, amounts, strict=False))


def test_no_parts_add_up_to_nothing():
    assert adding_up([]) == []


def test_a_deal_leads_to_its_record_where_somebody_said_where_it_stands():
    deals = pd.DataFrame({"id": ["O 1/<b>", None], "deal": ["Big", "Small"]})
    columns = [Col("deal", "Deal", record="id")]
    linked = table(
        deals, columns, words=Words("en", "EUR", record_url="https://crm.example.com/d/{opportunity_id}?x"), title="T"
    )
    assert [row.cells[0].link for row in linked.rows] == ["https://crm.example.com/d/O%201%2F%3Cb%3E?x", ""]
    assert '<a href="https://crm.example.com/d/O%201%2F%3Cb%3E?x" rel="noreferrer">Big</a>' in str(render_block(linked))
    plain = table(deals, columns, words=Words("en", "EUR"), title="T")
    assert "<a" not in str(render_block(plain))
    with pytest.raises(ValueError, match="web address"):
        Cell("x", link="javascript:alert(1)")


def test_parts_under_a_total_row_keep_the_columns_step() -> None:
    assert adding_up([15_200.0, 12_900.0, 28_100.0], step=1.0) == [15_200.0, 12_900.0, 28_100.0]
    assert adding_up([15_200.0, 12_900.0, 28_100.0]) != [15_200.0, 12_900.0, 28_100.0]
