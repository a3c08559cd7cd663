"""Which text is asked about next, how well people agree, and a file that loses no decision."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from salesanalytics.errors import TextError
from salesanalytics.labelling.queue import agreement, ask_next
from salesanalytics.labelling.store import LabelStore, decided, labels_in

TEXTS = pd.DataFrame({"feedback_id": [f"f{at}" for at in range(200)], "chance": np.linspace(0, 1, 200)})
TEXTS["text"] = "text of " + TEXTS["feedback_id"]
NOBODY = labels_in("")


def test_seven_of_ten_are_the_least_sure_and_the_others_are_drawn_by_chance() -> None:
    asked = ask_next(TEXTS, NOBODY, "ana", 100)
    assert len(set(asked)) == 100
    chance = TEXTS.set_index("feedback_id")["chance"]
    sure = (chance[asked] - 0.5).abs()
    least = set((chance - 0.5).abs().sort_values().index[:70])
    assert len(set(asked) & least) >= 68
    assert 4 <= (sure > 0.36).sum() <= 14  # only chance brings these


def test_every_tenth_is_one_that_another_person_has_decided(tmp_path: Path) -> None:
    store = LabelStore(tmp_path / "labels.csv", "ben")
    for at in range(20):
        store.add(f"f{at}", "positive")
    asked = ask_next(TEXTS, store.read(), "ana", 20)
    assert [one in {f"f{at}" for at in range(20)} for one in asked].count(True) == 2
    assert ask_next(TEXTS, store.read(), "ana", 20) == asked


def test_a_text_that_stands_there_twice_is_asked_once_and_one_without_a_score_never() -> None:
    twice = pd.DataFrame({"feedback_id": ["a", "b", "c"], "text": ["same", "same", "other"], "chance": [0.5, 0.5, np.nan]})
    assert ask_next(twice, NOBODY, "ana", 10) == ["a"]
    assert ask_next(twice.iloc[:0], NOBODY, "ana", 10) == []


def test_decisions_are_kept_and_taken_back_by_who_made_them(tmp_path: Path) -> None:
    ana, ben = (LabelStore(tmp_path / "labels.csv", who) for who in ("ana", "ben"))
    ana.add("f1", "positive")
    ben.add("f2", "negative")
    assert ana.undo() == "f1"
    assert (ana.undo(), ana.read()["feedback_id"].to_list()) == ("", ["f2"])
    assert [file.name for file in tmp_path.iterdir()] == ["labels.csv"]


def test_the_last_decision_counts_and_most_people_win() -> None:
    rows = [
        ("f1", "positive", "ana"), ("f1", "negative", "ana"), ("f2", "positive", "ana"), ("f2", "negative", "ben"),
        ("f3", "positive", "ana"), ("f3", "positive", "ben"), ("f3", "negative", "cy"), ("f4", "neither", "ana"),
    ]  # fmt: skip
    told = decided(pd.DataFrame(rows, columns=["feedback_id", "label", "by"])).set_index("feedback_id")["label"]
    assert told.fillna(-1).to_dict() == {"f1": 0, "f2": -1, "f3": 1, "f4": -1}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n", "the columns a, b; expected feedback_id"),
        ("feedback_id,label,by,at\nf1,good,ana,\n", "line 2: the label is 'good'; expected one of positive"),
        ("feedback_id,label,by,at\nf1,positive,ana,\n,negative,ana,\n", "line 3"),
    ],
)
def test_a_file_that_is_no_such_file_says_what_is_wrong_and_where(text: str, said: str) -> None:
    with pytest.raises(TextError, match=said):
        labels_in(text)


def test_an_unknown_label_is_refused_and_nothing_written(tmp_path: Path) -> None:
    store = LabelStore(tmp_path / "labels.csv", "ana")
    with pytest.raises(TextError, match="expected one of positive, negative, neither"):
        store.add("f1", "good")  # type: ignore[arg-type]
    assert not store.file.exists()


def decisions(alike: int, apart: int) -> pd.DataFrame:
    """Texts decided twice, half of them positive."""
    rows = []
    for at in range(alike + apart):
        first = "positive" if at % 2 else "negative"
        other = {"positive": "negative", "negative": "positive"}[first] if at >= alike else first
        rows += [(f"f{at}", first, "ana"), (f"f{at}", other, "ben")]
    return pd.DataFrame(rows, columns=["feedback_id", "label", "by"])


def test_agreement_is_cohens_kappa() -> None:
    found = agreement(decisions(40, 10))
    assert found is not None
    assert (found.n, found.kappa) == (50, pytest.approx(0.6))
    assert found.low < 0.6 < found.high
    assert agreement(decisions(9, 0)) is None
    everywhere = agreement(decisions(12, 0))
    assert everywhere is not None
    assert everywhere.kappa == 1
