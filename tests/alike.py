"""Two answers alike, whatever they are made of."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest

from salesanalytics.facts.risk import REASONS

RESAMPLED = ("low", "high")  # resampled intervals depend on the order of the rows drawn


def same(now: Any, then: Any, *, loosely: bool = False) -> None:
    """Two answers alike, with all they are made of. `loosely`: whatever the order of rows."""
    assert type(now) is type(then)
    if isinstance(now, pd.DataFrame):
        _same_frames(now, then, loosely)
    elif isinstance(now, pd.Series):
        pd.testing.assert_series_equal(now.sort_index(), then.sort_index(), rtol=1e-9)
    elif isinstance(now, np.ndarray):
        np.testing.assert_array_equal(now, then)
    elif is_dataclass(now):
        for field in fields(now):
            if loosely and field.name in RESAMPLED:
                continue
            same(getattr(now, field.name), getattr(then, field.name), loosely=loosely)
    elif isinstance(now, Mapping):
        assert now.keys() == then.keys()
        for key in now:
            same(now[key], then[key], loosely=loosely)
    elif isinstance(now, list | tuple):
        assert len(now) == len(then)
        for one, other in zip(now, then, strict=True):
            same(one, other, loosely=loosely)
    elif isinstance(now, float):
        assert now == pytest.approx(then, nan_ok=True)
    else:
        assert now == then


def _same_frames(now: pd.DataFrame, then: pd.DataFrame, loosely: bool) -> None:
    if not loosely:
        pd.testing.assert_frame_equal(_stable(now), _stable(then))
        return
    if "opportunity_id" in now:
        now, then = (frame.sort_values("opportunity_id", ignore_index=True) for frame in (now, then))
    loose = [name for name in now if name in RESAMPLED]
    pd.testing.assert_frame_equal(now.drop(columns=loose), then.drop(columns=loose), check_exact=False, rtol=1e-9)


def _stable(frame: pd.DataFrame) -> pd.DataFrame:
    """Without what a deal holds beside its state, where the frame lists whole deals."""
    if {"opportunity_id", *REASONS} <= set(frame) and "created_at" in frame:
        return frame[["opportunity_id", "amount", *REASONS, "at_risk"]].sort_values("opportunity_id", ignore_index=True)
    return frame
