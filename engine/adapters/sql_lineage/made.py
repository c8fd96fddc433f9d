"""What a value is made of, and what each act does to that."""

from collections.abc import Iterable
from dataclasses import replace

from engine.lineage.columns import ColumnSource, Influence

Made = frozenset[ColumnSource]

NOTHING: Made = frozenset()


def together(parts: Iterable[Made]) -> Made:
    """All that several values are made of."""
    return NOTHING.union(*parts)


def changed(made: Made) -> Made:
    """What a value computed from these is made of."""
    return frozenset(
        replace(each, influence=Influence.TRANSFORMATION)
        if each.influence is Influence.IDENTITY
        else each
        for each in made
    )


def gathered(made: Made, *, masking: bool = False) -> Made:
    """What one value over many rows is made of."""
    return frozenset(
        replace(each, influence=Influence.AGGREGATION, masking=masking or each.masking)
        if each.influence.direct
        else each
        for each in made
    )


def hidden(made: Made) -> Made:
    """What a value is made of that can't be led back to these."""
    return frozenset(
        replace(each, masking=True) if each.influence.direct else each for each in changed(made)
    )


def deciding(made: Made, influence: Influence) -> Made:
    """The same columns where they only decide; what decided before keeps its own word."""
    return frozenset(
        replace(each, influence=influence, masking=False) if each.influence.direct else each
        for each in made
    )
