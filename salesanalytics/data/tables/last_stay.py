"""A person's row in `rep` as their last stay with the company has it, where stays (`employment`) are kept.

In: `rep`, and the stays known on a day. Out: `rep` with the first and last day of each person's last stay, and why it ended.
Who came back is new again since the day they did.
"""

import pandas as pd

from salesanalytics.data.tables.schema.people import OF_LEAVING

DAYS = {"hire_date": "hired_on", "leave_date": "left_on"}
WORDS = (*OF_LEAVING, "contract")


def with_last_stay(rep: pd.DataFrame, employment: pd.DataFrame) -> pd.DataFrame:
    """`rep` with what `employment` says of each person's last stay; people without a stay as they are.

    The days are the stay's, known or not; of the reasons the person's own stand where the stay has none.
    """
    last = employment.sort_values("hired_on", kind="stable").drop_duplicates("rep_id", keep="last").set_index("rep_id")
    has = rep["rep_id"].isin(last.index)
    if not has.any():
        return rep
    told = {name: rep["rep_id"].map(last[of]).astype(rep[name].dtype) for name, of in DAYS.items()}
    words = {name: rep["rep_id"].map(last[name]).astype(rep[name].dtype) for name in WORDS}
    same = has & (told["hire_date"] == rep["hire_date"])  # else the row's own reasons are those of another stay
    return rep.assign(
        **{name: rep[name].where(~has, day) for name, day in told.items()},
        **{name: word.where(word.notna(), rep[name].where(same)).where(has, rep[name]) for name, word in words.items()},
    )
