"""Every error a user can meet, in one short tree.

    SalesAnalyticsError
    ├── DataError               what came in cannot be used
    │   ├── SourceError         a file, folder or database cannot be read
    │   ├── MappingError        the mapping file is wrong or does not fit the source
    │   ├── CheckError          tables break a rule that makes them unusable
    │   └── TextError           texts or their labels cannot be used; also a ValueError, as scikit-learn's tools expect
    ├── ParamsError             a params file is wrong; lists every problem of every file
    ├── PlanError               a pay plan is wrong, or does not fit what it is to be used on
    ├── SnapshotError           a snapshot is missing, damaged or lacks what was asked of it
    ├── RunError                a report run could not start or finish
    ├── ScheduleError           a schedule names an hour, a day, a zone or a holiday that is none
    └── MailError               a mail could not be planned or handed on

A message says what was found, what was expected and where to mend it. The command line prints it as it
is; a traceback appears only with ``--debug``.
"""


class SalesAnalyticsError(Exception):
    """Base of all errors meant for a user's eyes."""


class DataError(SalesAnalyticsError):
    """What came in cannot be used."""


class SourceError(DataError):
    """A file, folder or database cannot be read."""


class MappingError(DataError):
    """The mapping file is wrong, or does not fit the source."""


class CheckError(DataError):
    """Tables break a rule that makes them unusable."""


class TextError(DataError, ValueError):
    """Texts or their labels cannot be used. Also a ValueError, which scikit-learn's tools expect of an estimator."""


class ParamsError(SalesAnalyticsError):
    """A params file is wrong; the message lists every problem of every file."""


class PlanError(SalesAnalyticsError):
    """A pay plan is wrong, or does not fit the credits, quotas or payments it is used on."""


class SnapshotError(SalesAnalyticsError):
    """A snapshot is missing, damaged or lacks what was asked of it."""


class RunError(SalesAnalyticsError):
    """A report run could not start or finish."""


class ScheduleError(SalesAnalyticsError):
    """A schedule names an hour, a day of the week, a time zone or a holiday that is none."""


class MailError(SalesAnalyticsError):
    """A mail could not be planned or handed on."""
