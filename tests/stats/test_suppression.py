"""No published number, total or difference of two reveals a group under five."""

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from salesanalytics.stats.suppression import FEW, told


def test_a_small_group_is_hidden_and_another_beside_it() -> None:
    assert told([12, 3, 9, 20]).cells.tolist() == [True, False, False, True]  # 3 alone were the total less the others


def test_two_small_groups_that_make_five_hide_each_other() -> None:
    assert told([12, 3, 4]).cells.tolist() == [True, False, False]
    assert told([12, 2, 2, 30]).cells.tolist() == [False, False, False, True]  # 2 + 2 are four people still


def test_nobody_is_no_group() -> None:
    found = told([0, 7, 0])
    assert found.cells.tolist() == [True, True, True]
    assert found.sums.tolist() == [True]


def test_where_all_are_few_the_total_goes_too() -> None:
    found = told([2, 1])
    assert (found.cells.tolist(), found.sums.tolist()) == ([False, False], [False])


def test_a_total_of_some_may_not_be_taken_out_of_the_total_of_all() -> None:
    found = told([10, 12, 3], [[0, 1, 2], [0, 1]])  # 25 − 22 would be the three
    assert not (found.sums[0] and found.sums[1])


def test_rows_and_columns_together_do_not_solve_for_a_cell() -> None:
    counts = [3, 9, 8, 9, 9, 9, 8, 9, 9]
    lines = [[0, 1, 2], [3, 4, 5], [6, 7, 8], [0, 3, 6], [1, 4, 7], [2, 5, 8]]
    found = told(counts, lines)
    assert not found.cells[0]
    assert (~found.cells).sum() >= 4  # one beside it in its row, one in its column, and one where these cross


@st.composite
def companies(draw: st.DrawFn) -> tuple[list[int], list[list[int]]]:
    """People by team and kind of leaving, with the totals of every team, of every kind, and of all."""
    teams, kinds = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    counts = draw(st.lists(st.integers(0, 14), min_size=teams * kinds, max_size=teams * kinds))
    rows = [[team * kinds + kind for kind in range(kinds)] for team in range(teams)]
    columns = [[team * kinds + kind for team in range(teams)] for kind in range(kinds)]
    return counts, [*rows, *columns, list(range(teams * kinds))]


def attacks(counts: np.ndarray, published: list[frozenset[int]]) -> list[int]:
    """How many people every published group holds, and every group that is one of them less another or two others."""
    groups = {one for one in published if one}
    for one, other in combinations(published, 2):
        for large, small in ((one, other), (other, one)):
            if small < large:
                groups.add(large - small)
    return [int(counts[list(group)].sum()) for group in groups]


@given(companies())
@settings(max_examples=60, deadline=None)
def test_no_number_total_or_difference_reveals_a_group_under_five(company: tuple[list[int], list[list[int]]]) -> None:
    counts, sums = np.array(company[0]), company[1]
    found = told(counts, sums)
    cells = [frozenset([place]) for place in np.flatnonzero(found.cells)]
    open_cells = frozenset(np.flatnonzero(found.cells).tolist())
    totals = [frozenset(places) for places, shown in zip(sums, found.sums, strict=True) if shown]
    # a reader takes every shown cell out of every shown total, and one total out of another
    published = [*cells, *totals, *(total - open_cells for total in totals)]
    assert not [people for people in attacks(counts, published) if 0 < people < FEW]
    assert not _solvable(counts, totals, open_cells)


def _solvable(counts: np.ndarray, totals: list[frozenset[int]], open_cells: frozenset[int]) -> list[int]:
    """Hidden cells of one to four people that the totals together determine (by the rank of the equations)."""
    hidden = [place for place in range(len(counts)) if place not in open_cells]
    if not hidden or not totals:
        return []
    equations = np.array([[float(place in total) for place in hidden] for total in totals])
    rank = np.linalg.matrix_rank(equations)
    solved = []
    for at, place in enumerate(hidden):
        row = np.zeros((1, len(hidden)))
        row[0, at] = 1
        if np.linalg.matrix_rank(np.vstack([equations, row])) == rank and 0 < counts[place] < FEW:
            solved.append(place)
    return solved
