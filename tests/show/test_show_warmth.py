"""What is slow the first time is done once, and leaves nothing behind that a fork would stumble over."""

import json
import os
import subprocess
import sys

import pytest

WARM = """
import json, os, sys
import matplotlib
from salesanalytics import show
from salesanalytics.show.warmth import warm_up
before = dict(matplotlib.rcParams)
warm_up()
known = set(sys.modules)
words = show.Words("ro", "RON")
import pandas as pd
frame = pd.DataFrame({"name": ["a", "b"], "value": [1.0, 2.0]})
show.bars(frame, "name", "value", words=words, title="t", alt="a")._repr_mimebundle_()
words.money(1e6)
print(json.dumps({
    "threads": len(os.listdir("/proc/self/task")),
    "changed": [name for name, value in before.items() if matplotlib.rcParams[name] != value],
    "late": sorted(set(sys.modules) - known),
}))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_after_warming_up_a_chart_loads_nothing_more_and_there_is_one_thread():
    quiet = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "JE_ARROW_MALLOC_CONF": "background_thread:false"}
    said = subprocess.run(
        [sys.executable, "-c", WARM], env={**os.environ, **quiet}, capture_output=True, text=True, check=True
    ).stdout
    assert json.loads(said) == {"threads": 1, "changed": [], "late": []}
