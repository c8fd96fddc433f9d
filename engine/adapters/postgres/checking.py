"""Measures SodaCL checks in PostgreSQL itself, with as few statements as it takes."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from engine.adapters.postgres import check_sql
from engine.adapters.postgres.accepted_columns import succession
from engine.adapters.postgres.carrying import Carrying, FindStaged, carry, nothing_staged
from engine.adapters.postgres.check_asking import Answer, Answers, Asking, batches
from engine.adapters.postgres.check_binding import bound
from engine.adapters.postgres.check_parts import recipe
from engine.adapters.postgres.check_sql import (
    ROWS,
    Aggregate,
    Question,
    Shape,
    Shapes,
    Statement,
    TableName,
)
from engine.adapters.postgres.check_values import Unanswerable
from engine.adapters.postgres.database import Database, driver
from engine.catalog.model import Check, Layer
from engine.clock import Clock
from engine.errors import EngineError
from engine.quality.history import Point, asks_changes, compares
from engine.quality.judge import (
    COLUMNS_CHANGED,
    Nothing,
    Number,
    Past,
    Succession,
    Taken,
    Unknown,
    as_declared,
    judged,
    judged_schema,
    metric_of,
)
from engine.quality.model import Measured, Outcome
from engine.quality.ports import QualityEngine
from engine.quality.wording import no_table
from engine.sodacl.mistakes import Mistake
from engine.sodacl.model import (
    AnomalyCheck,
    Form,
    FreshnessCheck,
    GroupByCheck,
    MetricCheck,
    ReferenceCheck,
    Rule,
    SchemaCheck,
)
from engine.sodacl.parse import parsed

_SHAPES = """
SELECT n.nspname, c.relname, a.attname,
  CASE WHEN t.typelem <> 0 AND t.typlen = -1 THEN 'ARRAY'
    WHEN tn.nspname = 'pg_catalog' THEN format_type(t.oid, NULL)
    ELSE 'USER-DEFINED' END
FROM unnest($1::text[], $2::text[]) AS wanted (nspname, relname)
JOIN pg_namespace n USING (nspname)
JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.relname
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type own ON own.oid = a.atttypid
JOIN pg_type t ON t.oid = CASE own.typtype WHEN 'd' THEN own.typbasetype ELSE own.oid END
JOIN pg_namespace tn ON tn.oid = t.typnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
ORDER BY c.oid, a.attnum
"""


class Recall(Protocol):
    """Finds the history of metrics."""

    async def __call__(
        self, layer: Layer, table: str, metrics: Collection[str]
    ) -> Mapping[str, Sequence[Point]]:
        """The points of each metric of a dataset; the table may be a run's staged one."""
        ...


async def _forgetful(
    layer: Layer,  # noqa: ARG001  # the port's form
    table: str,  # noqa: ARG001  # the port's form
    metrics: Collection[str],  # noqa: ARG001  # the port's form
) -> Mapping[str, Sequence[Point]]:
    return {}


@dataclass(frozen=True, slots=True)
class _Asked:
    """One check on its way: what it says, what to ask for it, or why that can't be asked."""

    index: int
    form: Form
    question: Question | Unknown | None


class PostgresChecks:
    """Evaluates what it can in PostgreSQL, and leaves the rest to another engine."""

    def __init__(
        self,
        database: Database,
        fallback: QualityEngine,
        clock: Clock,
        timeout: float = 600.0,
        recall: Recall = _forgetful,
        staged: FindStaged = nothing_staged,
    ) -> None:
        self._database = database
        self._fallback = fallback
        self._clock = clock
        self._timeout = timeout
        self._recall = recall
        self._staged = staged
        # a gate never takes the connections that runs need, however many gates there are
        self._free = asyncio.Semaphore(2)

    async def measure(
        self, layer: Layer, table: str, checks: Sequence[Check]
    ) -> tuple[Measured, ...]:
        """Measure each check; raises DatabaseError where that may pass or nothing can be asked."""
        read = {index: _read(check.text) for index, check in enumerate(checks)}
        forms = {index: each for index, each in read.items() if isinstance(each, Form)}
        native = {index: form for index, form in forms.items() if _is_native(form)}
        measured = await self._natively(layer, table, native) if native else ()
        # another engine may pass over in silence what this one does not understand
        unread = [_not_understood(i, each) for i, each in read.items() if isinstance(each, Mistake)]
        measured = (*measured, *unread)
        unbound = [
            Measured(index, Outcome.NOT_EVALUATED, reason=why.reason)
            for index, form in forms.items()
            if index not in native and isinstance(why := _bound(form, (str(layer), table)), Unknown)
        ]
        measured, away = (*measured, *unbound), {each.index for each in unbound}
        left = [index for index in forms if index not in native and index not in away]
        if not left:
            return measured
        others = await self._fallback.measure(layer, table, [checks[index] for index in left])
        return (*measured, *_placed(others, left, forms))

    async def _natively(
        self, layer: Layer, table: str, forms: Mapping[int, Form]
    ) -> tuple[Measured, ...]:
        name = (str(layer), table)
        read = {index: _bound(form, name) for index, form in forms.items()}
        shapes = await self._shapes(
            name, [each for each in read.values() if isinstance(each, Form)]
        )
        asked = [_asked(index, form, read[index], name, shapes) for index, form in forms.items()]
        now = self._clock.now()
        carrying = await self._carried(shapes[name], asked, now)
        answers = {**carrying.answers, **await self._answers(shapes[name], asked, carrying)}
        known = await self._recall(layer, table, _compared_metrics(forms.values()))
        succeeded = await self._succession(name, forms.values())

        def one(each: _Asked) -> Measured:
            if isinstance(each.form.rule, SchemaCheck) and shapes[name].columns:
                columns, before = shapes[name].columns, known.get(COLUMNS_CHANGED, ())
                return judged_schema(each.index, each.form, columns, succeeded, before)
            past = Past(now, known.get(metric_of(each.form) or "", ()))
            found = judged(each.index, each.form, _taken(each, answers, now.timestamp()), past)
            parts = carrying.kept(each.index, answers, now)
            return replace(found, parts=parts, is_carried=each.index in carrying.done)

        return tuple(one(each) for each in asked)

    async def _shapes(self, name: TableName, forms: Iterable[Form]) -> Shapes:
        """The columns of the table and of those that reference checks look into."""
        rules = [form.rule for form in forms]
        others = [
            check_sql.other_table(rule, name[0])
            for rule in rules
            if isinstance(rule, ReferenceCheck)
        ]
        wanted = list(dict.fromkeys([name, *others]))
        found: dict[TableName, dict[str, str]] = {each: {} for each in wanted}
        async with self._free, self._database.connect() as connection:
            schemas, tables = zip(*wanted, strict=True)
            raw = await driver(connection)
            for schema, table, column, type_ in await raw.fetch(_SHAPES, schemas, tables):
                found[schema, table][column] = type_
        return {each: Shape(each, columns) for each, columns in found.items()}

    async def _succession(self, name: TableName, forms: Iterable[Form]) -> Succession | None:
        """How the columns differ from those published last, where a check asks for that."""
        if not any(asks_changes(form) for form in forms):
            return None
        async with self._free, self._database.connect() as connection:
            return await succession(await driver(connection), name)

    async def _carried(self, shape: Shape, asked: Sequence[_Asked], now: datetime) -> Carrying:
        """What need not be asked of the whole table."""
        staged = await self._staged(Layer(shape.name[0]), shape.name[1])
        if staged is None or staged.increment.history or not shape.columns:
            return Carrying()
        recipes = {
            each.index: found
            for each in asked
            if isinstance(each.question, Aggregate | Statement)
            and (found := recipe(each.form, each.question, shape, staged.increment.key))
        }
        asking = Asking(self._database, self._free, shape, self._timeout)
        return await carry(staged, recipes, shape, asking, now)

    async def _answers(self, shape: Shape, asked: Sequence[_Asked], carrying: Carrying) -> Answers:
        """Ask everything that is left at once, on as many connections as are free."""
        left = [each.question for each in asked if each.index not in carrying.done]
        wanted = batches([*left, *carrying.left], are_rows_known=bool(carrying.done))
        asking = Asking(self._database, self._free, shape, self._timeout)
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(asking.ask(each)) for each in wanted]
        except* EngineError as errors:
            # all are of one kind: the first tells enough
            raise errors.exceptions[0] from None
        return {sql: answer for task in tasks for sql, answer in task.result().items()}


def _read(text: str) -> Form | Mistake:
    try:
        return parsed(text)
    except Mistake as mistake:
        return mistake


def _not_understood(index: int, mistake: Mistake) -> Measured:
    return Measured(index, Outcome.NOT_EVALUATED, reason=mistake.message)


def _is_native(form: Form) -> bool:
    return not isinstance(form.rule, GroupByCheck)


def _compared_metrics(forms: Iterable[Form]) -> Collection[str]:
    """Those whose history decides."""
    return {found for form in forms if compares(form) and (found := _compared_metric(form.rule))}


def _compared_metric(rule: Rule) -> str | None:
    if isinstance(rule, SchemaCheck):
        return COLUMNS_CHANGED
    return str(rule.measure) if isinstance(rule, AnomalyCheck | MetricCheck) else None


def _bound(form: Form, name: TableName) -> Form | Unknown:
    try:
        return bound(form, name)
    except Unanswerable as why:
        return Unknown(str(why))


def _asked(index: int, form: Form, read: Form | Unknown, name: TableName, shapes: Shapes) -> _Asked:
    """What a check asks of the table; its history goes by the name that people gave its SQL."""
    if isinstance(read, Unknown):
        return _Asked(index, form, read)
    if not shapes[name].columns:
        return _Asked(index, form, Unknown(no_table(".".join(name))))
    try:
        return _Asked(index, form, check_sql.question(read, shapes[name], shapes))
    except Unanswerable as why:
        return _Asked(index, form, Unknown(str(why)))


def _taken(asked: _Asked, answers: Answers, now: float) -> Taken:
    if isinstance(asked.question, Unknown):
        return asked.question
    answer = answers[asked.question.sql] if asked.question else Unknown("nothing measures it")
    if isinstance(answer, Unknown):
        return answer
    if answer is None:
        return Nothing(_why_nothing(answers.get(ROWS)))
    if isinstance(answer, Decimal):
        answer = float(answer)
    if isinstance(asked.form.rule, FreshnessCheck):
        return _age(answer, now)
    return answer


def _why_nothing(rows: Answer) -> str:
    return "the table is empty" if rows == 0 else "no row that counts has a value"


def _age(newest: Number, now: float) -> Taken:
    if newest in {float("inf"), float("-inf")}:
        return Unknown("the newest time is infinity")
    return now - newest


def _placed(
    measured: Iterable[Measured], places: Sequence[int], forms: Mapping[int, Form]
) -> Iterable[Measured]:
    """What another engine measured, by the places that the checks have here."""
    for each in measured:
        index = places[each.index]
        placed = Measured(index, each.outcome, each.value, each.reason, each.metrics)
        yield as_declared(forms[index], placed)
