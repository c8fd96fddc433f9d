"""The words, rows and buttons of cards about personal data; none of them can hold a value."""

from collections.abc import Iterator, Sequence

from engine.cards import Button, ButtonStyle, CardTable
from engine.catalog.model import DatasetName, Layer, Operator
from engine.privacy.model import Protection

_OFFERED = 2
"""Columns for which a card has buttons: more of them would be a wall."""

_DONE = {
    Operator.HASH: "replaced by tokens",
    Operator.MASK: "masked",
    Operator.REDACT: "redacted",
    Operator.GENERALISE: "made coarser",
    Operator.ENCRYPT: "encrypted",
    Operator.KEEP: "kept",
}


UNDECIDED = "nobody decided"
"""The mark of a column of which nobody said whether it is personal."""

_SCANNED = ("Column", "Holds", "Looks like", "Why", "On the way to silver", "Rule")


def done(operator: Operator, to: str | None = None) -> str:
    """What becomes of values, in words."""
    return f"generalised to {to}" if to else _DONE[operator]


def ruled(rule: str, *, decided: bool) -> str:
    """The rule that holds, marked where it holds only because nobody decided about the column."""
    return rule if decided else f"{rule}; {UNDECIDED}"


def scan_table(protections: Sequence[Protection]) -> CardTable | None:
    """Each column with what it holds, how that looks, why one thinks so, and what becomes of it."""
    if not protections:
        return None
    rows = tuple(
        (
            each.column,
            each.entity or "something personal",
            " or ".join(each.looks),
            "; ".join(each.reasons) or ("declared" if each.declared else ""),
            done(each.operator, each.to),
            ruled(each.rule, decided=each.declared),
        )
        for each in protections
    )
    return CardTable(_SCANNED, rows)


def scan_buttons(dataset: DatasetName, protections: Sequence[Protection]) -> Iterator[Button]:
    """What can be said about what a scan found and nobody declared."""
    new = [each for each in protections if not each.declared and each.entity]
    for each in new[:_OFFERED]:
        yield from finding_buttons(dataset, each)
    if new and dataset.layer is not Layer.GOLD:
        each = new[0]
        if each.operator is not Operator.MASK:
            yield Button(f"Mask {each.column}", f"mask {each.column} in {dataset.table}")


def finding_buttons(dataset: DatasetName, protection: Protection) -> Iterator[Button]:
    """The two answers to something personal that was found: yes it is, no it is not.

    In gold neither helps: what stands there comes from a table that has rules of its own.
    """
    if dataset.layer is Layer.GOLD or protection.entity is None:
        return
    column = f"{dataset.table}.{protection.column}"
    yield Button(
        f"Accept {protection.entity} in {protection.column}",
        accepting(dataset.table, protection.column, protection.entity),
        ButtonStyle.PRIMARY,
    )
    yield Button(
        f"{column} is no {protection.entity}",
        rejecting(dataset.table, protection.column, protection.entity),
    )


def accepting(table: str, column: str, entity: str) -> str:
    """The sentence that a finding is right."""
    return f"accept {entity} in {column} of {table}"


def rejecting(table: str, column: str, entity: str) -> str:
    """The sentence that a column does not hold what was found in it."""
    return f"{column} in {table} is not {entity}"
