"""What a statement of pay did not count, in a line for each reason.

In: notes of a reckoning, or a snapshot's company. Out: lines of text. Which rows and payments these are, the file says one by
one.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from salesanalytics.data.snapshot import View
    from salesanalytics.models.payplan.credit import Note

_TAX = "do invoices hold a tax that deals do not? Then write invoices_include_tax: in the plan; else correct deal or invoice"
WHY = {
    "no_plan": ("Not counted: {amount} on a day without a plan in force", ""),
    "no_quota": ("Not counted: {amount} without a quota for the period, so that attainment is unknown", ""),
    "nothing_to_reverse": (
        "Not counted: {amount} taken back beyond what was credited; it waits for credit of the same deal", ""
    ),
    "over_invoiced": ("Not counted: {amount} that was invoiced above what the deals are worth", _TAX),
    "withheld": (
        "Withheld: deals of {amount}, because rows on which their pay rests were set aside at the snapshot",
        "correct these in the source and take the snapshot again",
    ),
    "invoice_set_aside": (
        "Not sure: deals of which invoices or credit notes were set aside at the snapshot; they are paid on the others",
        "correct these in the source and take the snapshot again",
    ),
    "deal_set_aside": ("Not counted: deals that were set aside at the snapshot themselves", "correct them in the source"),
    "payment_set_aside": (
        "Not taken off: payments that were set aside at the snapshot, as those under a plan id nobody knows",
        "correct them in the source",
    ),
    "paid_elsewhere": (
        "Not taken off: {amount} paid under other plans", "where it was paid under this one, name its id in paid_as:"
    ),
    "paid_outside": (
        "Not taken off: {amount} paid under this plan for periods in which no version given here is in force",
        "give the version of those periods, too, with --plan",
    ),
}  # fmt: skip


def not_counted(notes: "Sequence[Note]") -> list[str]:
    """What could not be paid, taken back or taken off, in a line for each reason, with a few of the deals or rows."""
    lines = []
    for what, (told, remedy) in WHY.items():
        mine = [note for note in notes if note.what == what]
        if mine:
            named = list(dict.fromkeys(_named(note) for note in mine))
            few = "; ".join(named[:3]) + ("; …" if len(named) > 3 else "")
            said = told.format(amount=f"{sum(note.amount for note in mine):,.2f}")
            lines.append(f"{said} ({len(named)}: {few})" + (f"; {remedy}." if remedy else "."))
    return lines


def _named(note: "Note") -> str:
    return f"{note.deal}, {note.detail}" if note.deal and note.detail else note.deal or note.detail


def set_aside_unnamed(view: "View") -> list[str]:
    """Rows set aside of which nobody can say whose they were, as they could not be read, or were not kept by name."""
    from salesanalytics.models.payplan.aside import unnamed

    counts = {name: int(count["quarantined"]) for name, count in view.quality["tables"].items()}
    left = unnamed(view.tables, counts)
    if not left:
        return []
    rows = ", ".join(f"{n:,} of {name}" for name, n in left.items())
    return [f"Set aside at the snapshot and named by no deal: {rows} rows; see: salesanalytics check SOURCE."]
