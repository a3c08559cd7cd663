"""Whatever is wrong in an export, nothing is lost or counted otherwise without a word (more: `benchmarks/corruptions.py`)."""

import sys
from pathlib import Path

import pytest

from salesanalytics.data.intake.check import Dataset, check_source

sys.path.append(str(Path(__file__).parents[3] / "benchmarks"))

import corruptions


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return corruptions.small_source(tmp_path_factory.mktemp("corrupted") / "demo")


@pytest.fixture(scope="module")
def sound(source: Path) -> Dataset:
    return check_source(source, today=corruptions.TODAY)


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.planted) for seed in (1, 2, 3))])
def test_nothing_changes_in_silence(source: Path, sound: Dataset, seed: int) -> None:
    tried = [corruptions.try_one(source, sound, 1000 * seed + at) for at in range(8)]
    assert [f"{variant}: {said}" for variant, said in tried if said] == []


def test_a_total_that_changes_without_a_word_is_found(source: Path, sound: Dataset) -> None:
    spoiled = check_source(source, today=corruptions.TODAY)
    spoiled.tables["opportunity"]["amount"] *= 2
    variant = corruptions.Variant("opportunity", "amount", "doubled", some=False)
    assert corruptions.wrong(sound, spoiled, variant) == "other totals without a word: opportunity.amount"
