"""Parts put together keep their order and their columns, and no part leaves the columns behind."""

import pandas as pd

from salesanalytics.base.rows import together


def test_parts_are_numbered_anew_and_have_the_columns_asked_for() -> None:
    parts = [pd.DataFrame({"a": [1], "b": [2], "c": [3]}), pd.DataFrame({"b": [5], "a": [4]})]
    found = together(parts, ["b", "a"])
    assert found.to_dict("list") == {"b": [2, 5], "a": [1, 4]}
    assert list(found.index) == [0, 1]


def test_no_part_is_an_empty_table_with_these_columns() -> None:
    assert list(together([], ["b", "a"]).columns) == ["b", "a"]
