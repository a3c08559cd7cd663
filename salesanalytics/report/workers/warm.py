"""Imported once by the process that worker processes are forked from: all that executing and rendering need."""

import sys

# jsonschema's check of international addresses parses a grammar for a second on import; notebooks hold no such addresses
_hidden = sys.modules.setdefault("rfc3987_syntax", None) is None  # type: ignore[arg-type]
try:
    import papermill  # noqa: F401 - before our engine, which it loads
finally:
    if _hidden:
        del sys.modules["rfc3987_syntax"]

from salesanalytics.report.page import page  # noqa: E402, F401
from salesanalytics.report.workers import work  # noqa: E402, F401
