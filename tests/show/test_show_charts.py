import datetime as dt
import itertools
import math
import re
import threading
import warnings
from xml.etree import ElementTree

import matplotlib as mpl
import pandas as pd
import pytest

from salesanalytics import show
from salesanalytics.show import Nothing, Words, theme
from salesanalytics.show.charts._canvas import Label
from salesanalytics.show.charts._scale import day_ticks, scale

EN = Words("en", "EUR")
SAID = {"words": EN, "title": "T", "alt": "What can be seen"}
NASTY = ["Ana $x_1$ <b>&", "שרה לוי", "🚀" * 40, "x" * 300, "{rep:text} %s\n\x00"]
DAYS = pd.date_range("2026-07-05", "2026-09-27", freq="W")

TIME = pd.DataFrame({"day": [*DAYS, *DAYS], "who": ["Won"] * 13 + ["Last year"] * 13, "sum": [*range(13), *range(1, 14)]})
SOURCES = pd.DataFrame({"source": ["Partner", "Web", "Fair"], "sum": [400.0, 200.0, 100.0]})
QUOTAS = pd.DataFrame(
    {"rep": ["Ana", "Dan"], "won": [50.0, 30.0], "quota": [100.0, math.nan], "low": [60.0, None], "high": [90.0, 40.0]}
)
RATES = pd.DataFrame(
    {"rep": ["Ana", "Dan", "Zoë"], "rate": [0.2, 0.5, 0.1], "low": [0.1, 0.4, 0.0], "high": [0.3, 0.6, 0.2], "n": [9, 40, 7]}
)
STAGES = pd.DataFrame({"stage": ["Lead", "Qualified"], "in": [200, 100], "on": [100, 40], "open": [40, 30], "lost": [60, 30]})
STEPS = pd.DataFrame(
    {
        "step": ["Start", "Created", "Lost", "Today"],
        "sum": [100.0, 60.0, -30.0, 130.0],
        "role": ["total", "change", "change", "total"],
    }
)

FORMS = {
    "lines": lambda frame, **more: show.lines(frame, "day", "sum", series="who", **SAID | more),
    "bars": lambda frame, **more: show.bars(frame, "source", "sum", **SAID | more),
    "bullets": lambda frame, **more: show.bullets(frame, "rep", "won", "quota", "low", "high", **SAID | more),
    "dots": lambda frame, **more: show.dots(frame, "rep", "rate", "low", "high", n="n", **SAID | more),
    "funnel": lambda frame, **more: show.funnel(frame, "stage", "in", "on", "open", "lost", **SAID | more),
    "waterfall": lambda frame, **more: show.waterfall(frame, "step", "sum", "role", **SAID | more),
}
FRAMES = {"lines": TIME, "bars": SOURCES, "bullets": QUOTAS, "dots": RATES, "funnel": STAGES, "waterfall": STEPS}
LABELS = {"lines": "who", "bars": "source", "bullets": "rep", "dots": "rep", "funnel": "stage", "waterfall": "step"}
EACH = pytest.mark.parametrize("form", FORMS)


def elements(figure, tag):
    return list(ElementTree.fromstring(figure.svg).iter("{http://www.w3.org/2000/svg}" + tag))


def texts(figure):
    return [element.text for element in elements(figure, "text")]


def place(figure, text):
    found = next(element for element in elements(figure, "text") if element.text == text)
    return float(found.get("x")), float(found.get("y"))


def widths(figure, colour):
    """Widths of the filled shapes of one colour, in order."""
    shapes = [
        path.get("d") for path in elements(figure, "path") if f"fill:var({theme.TOKENS[colour]}," in path.get("style", "")
    ]
    xs = [[float(x) for x in re.findall(r"[ML] ([\d.-]+) ", shape)] for shape in shapes]
    return [round(max(row) - min(row), 1) for row in xs]


@EACH
def test_an_empty_frame_shows_nothing(form):
    assert FORMS[form](FRAMES[form].iloc[:0], audience="analyst") == Nothing(audience="analyst")


@EACH
@pytest.mark.parametrize("said", [{"words": EN, "title": "T"}, {"words": EN, "title": "T", "alt": "  "}])
def test_alt_text_is_demanded(form, said, monkeypatch):
    monkeypatch.setitem(SAID, "alt", "")
    with pytest.raises(ValueError, match="'T' has no alt text"):
        FORMS[form](FRAMES[form], **said)


@EACH
def test_the_words_around_the_picture_are_in_the_block_not_in_the_picture(form):
    figure = FORMS[form](FRAMES[form], title="The finding", subtitle="Unit", note="n = 3", audience="analyst")
    assert (figure.title, figure.subtitle, figure.note, figure.alt) == ("The finding", "Unit", "n = 3", "What can be seen")
    assert figure.audience == "analyst"
    assert "The finding" not in figure.svg


@EACH
def test_the_picture_scales_to_its_column_with_text_that_stays_legible(form):
    svg = FORMS[form](FRAMES[form]).svg
    root = ElementTree.fromstring(svg)
    assert root.get("viewBox").startswith("0 0 400 ")
    assert root.get("width") is None
    assert root.get("height") is None
    sizes = set(re.findall(r"font-size:([^;\"]*)", svg))
    assert sizes == {"calc(12.5px * var(--chart-text, 1))"}
    assert "DejaVu" not in svg


@EACH
def test_the_same_frame_gives_the_same_picture_in_every_thread(form):
    once = FORMS[form](FRAMES[form]).svg
    found = []
    threads = [threading.Thread(target=lambda: found.append(FORMS[form](FRAMES[form]).svg)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [once] * 4


@EACH
@pytest.mark.parametrize("name", NASTY)
def test_names_from_data_never_break_the_picture(form, name):
    frame = FRAMES[form].assign(**{LABELS[form]: FRAMES[form][LABELS[form]].where(FRAMES[form].index > 0, name)})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = FORMS[form](frame)
    for element in elements(figure, "text"):
        assert len(element.text) < 60
    first = name.split("\n")[0][:1]
    assert any(first in text for text in texts(figure))


@EACH
def test_a_single_row_is_drawn(form):
    assert texts(FORMS[form](FRAMES[form].iloc[:1]))


def drawn_or_refused(form, frame):
    try:
        return FORMS[form](frame), ""
    except ValueError as error:
        return None, str(error)


@EACH
@pytest.mark.parametrize("number", [math.nan, math.inf, None, 0.0, 1e-12, 1e18, 1e300, -1e18])
def test_odd_numbers_leave_a_gap_or_are_refused_but_never_draw_nonsense(form, number):
    frame = FRAMES[form].copy()
    for column in frame.select_dtypes("number"):
        frame[column] = frame[column].astype(object)
        frame.loc[frame.index[0], column] = number
    figure, refusal = drawn_or_refused(form, frame)
    if figure is None:
        assert form in ("funnel", "waterfall")  # counts must add up, and so must the steps of a waterfall
        assert re.search("negative|no finite number|is 130.0, but|who entered", refusal)
        return
    assert not re.search(r"\b(nan|inf)\b", figure.svg, re.IGNORECASE)
    drawn = [float(x) for path in elements(figure, "path") for x in re.findall(r"[ML] ([\d.-]+) ", path.get("d"))]
    assert all(-60 <= x <= 460 for x in drawn)


def test_a_users_own_matplotlib_settings_do_not_leak_in():
    once = FORMS["lines"](TIME).svg
    with mpl.rc_context({"axes.grid": True, "font.size": 30, "lines.linewidth": 9, "axes.facecolor": "red"}):
        assert FORMS["lines"](TIME).svg == once


def test_dollar_signs_are_text_on_every_canvas():
    assert Label(0, 0, "$x_1$", level="base").get_parse_math() is False


def test_an_unknown_column_is_named():
    with pytest.raises(KeyError, match="no column 'sums'; it has source, sum"):
        show.bars(SOURCES, "source", "sums", **SAID)


def test_bars_start_at_zero_and_keep_their_proportions():
    figure = FORMS["bars"](SOURCES)
    whole, half, quarter = widths(figure, theme.US)
    assert (half / whole, quarter / whole) == (pytest.approx(0.5, abs=0.01), pytest.approx(0.25, abs=0.01))
    assert texts(figure) == ["Partner", "Web", "Fair", "€400", "€200", "€100"]


def test_bars_draw_us_in_the_accent_and_others_grey():
    figure = FORMS["bars"](SOURCES, us="Web")
    assert (len(widths(figure, theme.US)), len(widths(figure, theme.GREY))) == (1, 2)


def test_bars_below_zero_go_left_and_say_so():
    figure = FORMS["bars"](pd.DataFrame({"source": ["A", "B"], "sum": [100.0, -50.0]}))
    assert widths(figure, theme.US)[0] == pytest.approx(2 * widths(figure, theme.US)[1], abs=0.2)
    assert place(figure, "−€50")[0] < place(figure, "€100")[0]


def test_stacked_bars_sum_to_their_total_and_name_their_parts():
    rows = [("Web", "New", 30.0), ("Web", "Renewal", 10.0), ("Fair", "New", 20.0)]
    figure = FORMS["bars"](pd.DataFrame(rows, columns=["source", "kind", "sum"]), parts="kind")
    assert {"New", "Renewal", "€40", "€20"} <= set(texts(figure))
    new, renewal = max(widths(figure, theme.US)), max(widths(figure, theme.US_TINT))
    assert new / renewal == pytest.approx(3, abs=0.1)


def test_lines_are_named_at_their_ends_and_ours_is_the_accent():
    figure = FORMS["lines"](TIME, us="Last year")
    (x, y), (other_x, other_y) = place(figure, "Last year"), place(figure, "Won")
    assert x == other_x
    assert y < other_y
    ours = next(element for element in elements(figure, "text") if element.text == "Last year")
    assert "--sa-us" in ours.get("style")


def test_names_of_lines_that_end_together_are_moved_apart():
    frame = pd.DataFrame({"day": [1, 2] * 5, "who": [f"Team {n}" for n in range(5) for _ in "ab"], "sum": [1.0, 2.0] * 5})
    figure = FORMS["lines"](frame)
    ys = sorted(place(figure, f"Team {n}")[1] for n in range(5))
    assert min(b - a for a, b in itertools.pairwise(ys)) >= 15
    assert ys[0] > 0


def test_a_goal_and_today_are_marked_and_named():
    figure = FORMS["lines"](TIME, goal=20.0, today=dt.date(2026, 8, 1))
    assert {"Goal €20", "today"} <= set(texts(figure))
    assert "today" not in texts(FORMS["lines"](TIME, today=dt.date(2027, 1, 1)))


def test_a_missing_value_leaves_a_gap_in_the_line():
    frame = TIME.iloc[:13].astype({"sum": float})
    frame.loc[5, "sum"] = math.nan
    starts = [path.get("d").count("M") for path in elements(FORMS["lines"](frame), "path")]
    assert max(starts) == 2


def test_a_range_is_a_tint_under_the_line():
    frame = TIME.iloc[:13].assign(low=lambda rows: rows["sum"] - 1.0, high=lambda rows: rows["sum"] + 1.0)
    assert len(widths(FORMS["lines"](frame, low="low", high="high"), theme.US_TINT)) == 1


def test_lines_over_something_that_is_no_date_are_refused():
    with pytest.raises(ValueError, match=r"'day' holds neither dates nor numbers, such as 'July'"):
        FORMS["lines"](TIME.assign(day="July"))


def test_bullets_show_the_bar_the_goal_and_the_likely_landing():
    figure = FORMS["bullets"](QUOTAS)
    assert {"Ana", "50% · €50 of €100", "Dan", "€30, no goal set", "so far", "goal", "likely range"} <= set(texts(figure))
    ana, dan, _ = widths(figure, theme.US)
    assert ana / dan == pytest.approx(5 / 3, abs=0.02)
    assert len([width for width in widths(figure, theme.INK) if width == 2.5]) == 2  # Ana's goal and the key


def test_relative_bullets_line_up_their_goals():
    frame = pd.DataFrame({"rep": ["Ana", "Dan"], "won": [50.0, 500.0], "quota": [100.0, 1000.0]})
    figure = show.bullets(frame, "rep", "won", "quota", relative=True, **SAID)
    ana, dan, _ = widths(figure, theme.US)
    assert ana == dan


def test_dots_are_sorted_with_their_n_and_coloured_only_where_it_is_sure():
    figure = FORMS["dots"](RATES, reference=0.25, reference_text="Company median 25%", better="high")
    ys = [place(figure, name)[1] for name in ("Dan", "Ana", "Zoë")]
    assert ys == sorted(ys)
    assert {"Company median 25%", "n", "40"} <= set(texts(figure))
    assert [len(widths(figure, colour)) for colour in (theme.GOOD, theme.BAD, theme.INK_2)] == [1, 1, 1]


def test_dots_marked_by_a_test_are_coloured_and_no_others():
    tested = RATES.assign(differs=pd.Series([True, False, pd.NA], dtype="boolean"))
    figure = FORMS["dots"](tested, reference=0.25, better="high", marked="differs")
    assert [len(widths(figure, colour)) for colour in (theme.GOOD, theme.BAD, theme.INK_2)] == [0, 1, 2]


def test_dots_without_a_better_side_are_not_coloured():
    figure = FORMS["dots"](RATES, reference=0.25)
    assert [len(widths(figure, colour)) for colour in (theme.GOOD, theme.BAD, theme.INK_2)] == [0, 0, 3]


def test_the_funnel_says_how_many_went_on_are_open_and_were_lost():
    figure = FORMS["funnel"](STAGES)
    assert {"went on", "still open", "lost", "200 entered", "100", "40", "60"} <= set(texts(figure))
    bars = [width for width in widths(figure, theme.US) if width > 10]
    assert bars[0] / bars[1] == pytest.approx(100 / 40)


def test_the_funnel_says_the_rate_of_what_is_decided_where_it_is_known():
    figure = FORMS["funnel"](STAGES.assign(rate=[0.625, None]), rate="rate")
    assert {"200 entered · 62% go on", "100 entered"} <= set(texts(figure))


def test_a_funnel_whose_parts_exceed_the_whole_is_refused():
    with pytest.raises(ValueError, match="of 10 who entered the stage 'Lead', 11 went on, are open or were lost"):
        FORMS["funnel"](pd.DataFrame({"stage": ["Lead"], "in": [10], "on": [5], "open": [5], "lost": [1]}))


def test_the_waterfall_sums_exactly_or_is_refused():
    assert texts(FORMS["waterfall"](STEPS)) == ["Start", "€100", "Created", "+€60", "Lost", "−€30", "Today", "€130"]
    with pytest.raises(ValueError, match=r"'Today' is 131.0, but the steps above it sum to 130.0: \+1 unexplained"):
        FORMS["waterfall"](STEPS.assign(sum=[100.0, 60.0, -30.0, 131.0]))
    with pytest.raises(ValueError, match="role 'sum'; expected one of total, change, neutral"):
        FORMS["waterfall"](STEPS.assign(role="sum"))


def test_many_small_steps_still_sum():
    frame = pd.DataFrame({"step": [str(n) for n in range(11)], "sum": [0.1] * 10 + [1.0], "role": ["change"] * 10 + ["total"]})
    assert FORMS["waterfall"](frame).svg


def test_a_sparkline_has_a_gap_where_a_value_is_missing():
    svg = show.spark([1, 2, None, 3, math.nan, math.inf])
    assert svg.count("M") == 2
    assert 'aria-hidden="true"' in svg
    assert (show.spark([]), show.spark([None])) == ("", "")
    assert "nan" not in show.spark([1e308, -1e308, 0]).lower()
    assert show.clean_svg(svg).count("<path") == 1


def test_axes_end_on_round_numbers_and_count_in_whole_ones():
    along, marks = scale([53.0, 97.0], 0, 100, zero=True)
    assert (along.low, along.high) == (0, 100)
    assert marks == [0, 20, 40, 60, 80, 100]
    assert all(mark.is_integer() for mark in scale([0.0, 2.0], 0, 1, whole=True)[1])


def test_the_year_stands_where_it_begins():
    low, high = dt.date(2025, 11, 20).toordinal(), dt.date(2026, 3, 10).toordinal()
    assert [text for _, text in day_ticks(low, high, EN)] == ["Dec 2025", "2026", "Feb", "Mar"]


def test_any_seaborn_picture_becomes_a_house_figure():
    from matplotlib.figure import Figure

    with theme.house_style():
        sheet = Figure()
        sheet.add_subplot().plot([1, 2, 3], [1, 3, 2], marker="o")
    figure = show.picture(sheet, title="T", alt="A line")
    assert "calc(12.5px * var(--chart-text, 1))" in figure.svg
    assert "var(--sa-us, #00707a)" in figure.svg
    with pytest.raises(ValueError, match="no alt text"):
        show.picture(sheet, title="T", alt="")


def test_what_dots_tell_by_colour_they_tell_without_it():
    frame = pd.DataFrame({"rep": ["Ana", "Bo"], "rate": [0.5, 0.3], "low": [0.4, 0.2], "high": [0.6, 0.4]})
    svg = show.dots(frame, "rep", "rate", "low", "high", reference=0.3, better="high", **SAID).svg
    bars = [re.findall(rf"{colour}\);stroke-width:(\d)", svg) for colour in (theme.GOOD_FILL, theme.GREY)]
    assert bars == [["5"], ["3"]]
