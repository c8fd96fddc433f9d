"""Measures what a delta changes in place of the whole table, where that gives the same numbers."""

import asyncio
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from engine.adapters.postgres import check_parts, merge_sql
from engine.adapters.postgres.check_asking import Answer, Answers, Asking
from engine.adapters.postgres.check_parts import ALL_ROWS, PartQuestion, Recipe
from engine.adapters.postgres.check_sql import ROWS, Question, Shape
from engine.adapters.postgres.increments import StagedIncrement
from engine.adapters.postgres.staging import Staging
from engine.catalog.model import Layer
from engine.errors import DatabaseRefused, EngineError, StatementFailed
from engine.quality.merging import Kind, Part, Way, carried


class FindStaged(Protocol):
    """Finds what a run staged of a table that is loaded incrementally."""

    async def __call__(self, layer: Layer, table: str) -> StagedIncrement | None:
        """None of any other table."""
        ...


async def nothing_staged(
    layer: Layer,  # noqa: ARG001  # the port's form
    table: str,  # noqa: ARG001  # the port's form
) -> StagedIncrement | None:
    """Of tables that no run staged."""
    return None


@dataclass(frozen=True, slots=True)
class Carrying:
    """What of a table's checks was carried on, and what is to be kept for the next version."""

    recipes: Mapping[int, Recipe] = field(default_factory=dict)
    parts: Mapping[str, Part] = field(default_factory=dict)
    done: frozenset[int] = frozenset()
    """The checks whose numbers are known: the table need not be read for them."""

    @property
    def answers(self) -> Answers:
        """What need not be asked of the table, by the SQL that would ask it."""
        if not self.done:
            return {}
        rows = self.parts[ALL_ROWS.name].value or 0
        numbers = {
            each.sql: self._number(each) for i, each in self.recipes.items() if i in self.done
        }
        return {ROWS: int(rows), **numbers}

    @property
    def left(self) -> tuple[Question, ...]:
        """What to ask of the whole table, beside the checks themselves, for the next version."""
        return tuple(
            each.question
            for index, recipe in self.recipes.items()
            if index not in self.done
            for each in recipe.parts
        )

    def kept(self, index: int, answers: Answers, now: datetime) -> tuple[tuple[str, Part], ...]:
        """The parts of a check, of which some were read by now; none where one is no number."""
        if index not in self.recipes:
            return ()
        read = {
            each.name: Part(value, now)
            for each in (*self.recipes[index].parts, ALL_ROWS)
            if each.name not in self.parts and each.question.sql in answers
            for value in _exact(answers[each.question.sql])
        }
        known = {**self.parts, **read}
        named = [each.name for each in (*self.recipes[index].parts, ALL_ROWS)]
        return tuple((name, known[name]) for name in named if name in known)

    def _number(self, recipe: Recipe) -> Answer:
        return recipe.number([self.parts[each.name].value for each in recipe.parts])


def _exact(answer: object) -> Iterable[Fraction | None]:
    """The number, once; not at all where it can't be reckoned with."""
    if answer is None:
        yield None
    elif isinstance(answer, int | float | Decimal) and math.isfinite(answer):
        yield Fraction(answer)


async def carry(
    staged: StagedIncrement,
    asked: Mapping[int, Recipe],
    shape: Shape,
    asking: Asking,
    now: datetime,
) -> Carrying:
    """Carry on what can be; of a table that is staged whole, and of a history, nothing is."""
    known = {name: part for name, part in staged.parts.items() if part.is_trusted(now)}
    able = {i: each for i, each in asked.items() if _names(each) <= known.keys()}
    if staged.increment.whole or staged.increment.history or not able:
        return Carrying(asked)
    changes = _Changes(staged, shape, asking)
    try:
        found = await changes.found(tuple(able.values()))
    except (StatementFailed, DatabaseRefused):
        # the whole table tells which check it is
        return Carrying(asked)
    parts = {
        each.name: part
        for each in _distinct(able.values())
        if each.name in found
        and (part := carried(each.kind, known[each.name], *found[each.name])) is not None
    }
    if ALL_ROWS.name not in parts:
        return Carrying(asked)
    done = frozenset(i for i, each in able.items() if _names(each) <= parts.keys())
    return Carrying(asked, parts, done)


def _names(recipe: Recipe) -> frozenset[str]:
    return frozenset(each.name for each in (*recipe.parts, ALL_ROWS))


def _distinct(recipes: Iterable[Recipe]) -> tuple[PartQuestion, ...]:
    """The parts of all, once each."""
    parts = (ALL_ROWS, *(part for each in recipes for part in each.parts))
    return tuple({each.name: each for each in parts}.values())


_Found = Mapping[str, tuple[Fraction | None, Fraction | None]]
"""By the part's name: that of the rows that go and that of those that come."""


class _Changes:
    """The rows that go and those that come."""

    def __init__(self, staged: StagedIncrement, shape: Shape, asking: Asking) -> None:
        place = Staging.named(*shape.name)
        self._delta = Shape((place.delta.schema, place.delta.name), shape.columns)
        self._asking = asking
        self._going = merge_sql.going(place.published.quoted, place.delta.quoted, staged.increment)
        self._coming = merge_sql.coming(place.delta.quoted, staged.increment)

    async def found(self, recipes: Sequence[Recipe]) -> _Found:
        """What the parts are of both; one that is no number of either is left out."""
        parts = [each for each in _distinct(recipes) if each.kind is not Kind.NONE_TWICE]
        repeated = [each for each in recipes if each.way is Way.REPEATS]
        try:
            async with asyncio.TaskGroup() as group:
                gone = group.create_task(self._sums(parts, self._going), name="rows that go")
                come = group.create_task(self._sums(parts, self._coming), name="rows that come")
                twice = group.create_task(self._repeats(repeated), name="rows that repeat")
        except* EngineError as errors:
            # all are of one kind: the first tells enough
            raise errors.exceptions[0] from None
        there = {**come.result(), **twice.result()}
        return {
            name: (before, there[name])
            for name, before in (gone.result() | dict.fromkeys(twice.result())).items()
            if name in there
        }

    async def _sums(self, parts: Sequence[PartQuestion], rows: str) -> dict[str, Fraction | None]:
        asked = tuple(dict.fromkeys(each.question.sql for each in parts))
        answers = await self._asking.changed(f"SELECT {', '.join(asked)} FROM ({rows}) AS changed")
        found = dict(zip(asked, answers, strict=True))
        return {each.name: value for each in parts for value in _exact(found[each.question.sql])}

    async def _repeats(self, recipes: Sequence[Recipe]) -> dict[str, Fraction | None]:
        found: dict[str, Fraction | None] = {}
        for each in recipes:
            (answer,) = await self._asking.changed(check_parts.repeats(each.measure, self._delta))
            found.update((each.parts[0].name, value) for value in _exact(answer))
        return found
