"""Data: from a source to a snapshot, and from a snapshot to the tables a notebook works on.

    sources → mapping, reshape → parse → rules (check) → snapshot → View

Notebooks need two names of it: `open_team` and `open_company`.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from salesanalytics.data.workspace import open_company, open_team

__all__ = ["open_company", "open_team"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - pandas is loaded when a notebook opens its data, not by `import`
    if name in __all__:
        from salesanalytics.data import workspace

        return getattr(workspace, name)
    raise AttributeError(name)
