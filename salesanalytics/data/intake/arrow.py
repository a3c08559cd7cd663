"""Arrow tables, from Parquet files and databases, as frames.

In: a table, one row per row of the source. Out: a frame with the same rows and columns. It changes no value: text that is not
UTF-8, and a column named twice, are refused.
"""

from typing import Any

import pandas as pd

from salesanalytics.data.tables.schema.columns import TEXT
from salesanalytics.errors import SourceError


def frame_from_arrow(table: Any, name: str) -> pd.DataFrame:  # noqa: ANN401 - pyarrow has no types
    """Columns as pandas has them, bytes as the text they are; an index pandas noted in the file is not looked at.

    `name` is the source's, for errors. Raises SourceError.
    """
    import pyarrow as pa

    try:
        for place, column in enumerate(table.schema):
            if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
                table = table.set_column(place, column.name, table.column(place).cast(pa.large_string()))
        table.validate(full=True)
    except pa.ArrowException as error:
        said = str(error).splitlines()[0][:120]
        raise SourceError(f"{name} holds text that is not UTF-8 ({said}). Write it again as UTF-8.") from error
    twice = sorted({column for column in table.column_names if table.column_names.count(column) > 1})
    if twice:
        raise SourceError(f"{name} names a column twice: {', '.join(twice[:5])}. Give every column its own name.")
    plain = {pa.string(): TEXT, pa.large_string(): TEXT, pa.string_view(): TEXT}
    frame: pd.DataFrame = table.to_pandas(types_mapper=plain.get, date_as_object=False, ignore_metadata=True)
    return frame
