"""What an executed notebook holds for a page, and what keeps it off."""

import pytest
from nbformat import v4

from salesanalytics.report.page.content import Placed, placed_blocks, problems
from salesanalytics.show.blocks import MIME, Blocks, Missing, Nothing
from tests.report.report_parts import code, figure, finding, md, notebook, shown, strip

PNG = {"image/png": "eA==", "text/plain": "<Figure>"}


def sentences(placed: list[Placed]) -> list[str]:
    return [one.block.sentence for one in placed]  # type: ignore[union-attr]


def test_blocks_are_found_in_order_inside_groups_too():
    book = notebook(md("# x"), shown(strip(), Blocks((finding("a"), Nothing(), finding("b")))), shown(figure()))
    found = list(placed_blocks("c", book, "leader"))
    assert [(one.cell, one.output, one.leaf, one.block.kind) for one in found] == [
        (1, 0, 0, "strip"), (1, 1, 0, "finding"), (1, 1, 1, "finding"), (2, 0, 0, "figure"),
    ]  # fmt: skip


def test_a_leader_is_not_shown_what_is_for_analysts():
    private = finding("named", audience="analyst")
    book = notebook(
        shown(private, finding("open")),
        shown(Blocks((private, finding("too"))), tags=()),
        shown(finding("x"), tags=("analyst",)),
    )
    assert sentences(list(placed_blocks("c", book, "leader"))) == ["open", "too"]
    assert sentences(list(placed_blocks("c", book, "analyst"))) == ["named", "open", "named", "too", "x"]


def test_a_chapter_with_a_block_is_sound():
    assert problems("c", notebook(md("# x"), code(), shown(Missing("no table")))) == []


def test_a_chapter_that_shows_nothing_of_ours_is_a_failure():
    (problem,) = problems("5_evaluating", notebook(md("# x"), shown({"text/plain": "1"})))
    assert str(problem).startswith("5_evaluating: nothing to show")


def test_an_error_output_is_a_failure_even_if_the_notebook_went_on():
    broken = shown(figure())
    broken.outputs.append(v4.new_output("error", ename="SystemExit", evalue="0", traceback=[]))
    (problem,) = problems("c", notebook(md("# x"), broken))
    assert (problem.cell, problem.kind) == (2, "SystemExit")


@pytest.mark.parametrize("svg", ["", "   ", "<svg></svg>", "<p>no picture</p>"])
def test_a_missing_picture_is_a_failure(svg):
    (problem,) = problems("c", notebook(shown(figure("Pace", svg=svg))))
    assert (problem.kind, problem.text) == ("empty picture", "Pace")


def test_a_picture_in_a_group_is_looked_at_too():
    assert problems("c", notebook(shown(Blocks((figure(svg=""),)))))[0].kind == "empty picture"


def test_a_picture_without_words_is_a_failure():
    block = {MIME: {**figure().to_json(), "alt": " "}}
    assert "has no alt text" in str(problems("c", notebook(shown(block)))[0])
    assert problems("c", notebook(shown(figure(), PNG)))[0].kind == "picture without alt text"


def test_a_plain_picture_with_words_is_fine():
    cell = shown(figure(), PNG)
    cell.outputs[1].metadata = {"image/png": {"alt": "A line"}}
    assert problems("c", notebook(cell)) == []


def test_a_block_that_is_none_of_ours_is_named():
    (problem,) = problems("c", notebook(shown({MIME: {"kind": "figger"}})))
    assert "figger" in str(problem)


def test_the_injected_cell_does_not_shift_the_numbers():
    book = notebook(md("# x"), code("", "parameters"), code("", "injected-parameters"), shown({MIME: {"kind": "?"}}))
    assert problems("c", book)[0].cell == 3


def test_a_figure_that_left_only_its_name_is_a_failure():
    (problem,) = problems("c", notebook(shown(figure(), {"text/plain": "<Figure size 640x480 with 1 Axes>"})))
    assert problem.kind == "picture missing"
