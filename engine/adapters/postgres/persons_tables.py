"""Surveys one source table for a person: bronze, silver, quarantine, in one transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pydantic import TypeAdapter

from engine.adapters.postgres import persons_sql
from engine.adapters.postgres.cell_sql import SilverColumn
from engine.adapters.postgres.database import Driver
from engine.adapters.postgres.names import dataset, ident, qualified, text_literal
from engine.adapters.postgres.persons_reading import (
    UNTELLING,
    Person,
    Shape,
    Sighting,
    shapes_of,
    sightings,
)
from engine.adapters.postgres.persons_sql import Cell, Searched
from engine.catalog.model import Column, Operator, Project, Table
from engine.persons.erasing import Sibling, same_person
from engine.persons.model import Found, Trust
from engine.privacy.model import Protection
from engine.privacy.operators import KEYED, way
from engine.privacy.policy import TableRules
from engine.privacy.protect import Keyring, normalise

_PROTECTIONS = TypeAdapter(tuple[Protection, ...])

IDENTIFYING = frozenset(
    {"EMAIL_ADDRESS", "PHONE_NUMBER", "US_SSN", "CREDIT_CARD", "IBAN_CODE", "PERSON"}
)
"""Entities that rows of one key have in common only where they are about one person."""

_IN_SENTENCES = frozenset({"PERSON", "LOCATION"})
"""Entities that are found within free text only: nothing but the sentence tells them."""

_CONCEALING = KEYED | {Operator.REDACT}

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Protected:
    """A table with what was done to its personal columns when it was written last."""

    table: Table
    protections: Mapping[str, Protection]
    kept: frozenset[str]
    """Columns of which people said that they hold nothing personal."""
    done: frozenset[str]
    """Columns that hold no raw values in silver: the last run protected them as a whole."""
    texts: frozenset[str]
    """Columns of free text, in which people write whatever they like about themselves."""
    keys: Keyring = field(repr=False)
    stays: tuple[str, ...] = ()
    """Columns of bronze that are not personal."""
    within: tuple[Protection, ...] = ()
    """What leaves no token within texts that stay else."""

    @property
    def personal(self) -> frozenset[str]:
        """The columns that go where a row is the person's."""
        return self.texts | self.protections.keys()

    def trust(self, column: str) -> Trust:
        """What is known of a column's values."""
        if column in self.kept:
            return Trust.KEPT
        return Trust.PERSONAL if column in self.protections else Trust.OPEN

    @property
    def untelling(self) -> tuple[str, ...]:
        """Columns of silver by which nobody can be found."""
        return tuple(
            f"{name} ({each.operator})"
            for name, each in self.protections.items()
            if each.operator in UNTELLING
        ) + tuple(
            f"{each.column} ({each.entity} within its texts: {each.operator})"
            for each in self.within
        )

    @property
    def personal_keys(self) -> tuple[str, ...]:
        """The key columns that are personal themselves."""
        return tuple(name for name in self.table.key if name in self.protections)

    @property
    def is_linkable(self) -> bool:
        """Whether a key of bronze tells its row of silver."""
        return all(self.protections[name].operator in KEYED for name in self.personal_keys)

    def in_silver(self, column: str, text: str) -> str:
        """How a key of bronze reads in silver."""
        protection = self.protections.get(column)
        return text if protection is None else way(protection, self.keys)(text) or ""


async def protected(connection: Driver, project: Project, table: Table, keys: Keyring) -> Protected:
    """What is personal in a table: what people decided, and what the last run found."""
    rules = TableRules.of(project, table)
    shapes = await shapes_of(connection, dataset(table.bronze))
    names = [*dict.fromkeys([c.name for c in table.columns] + [s.name for s in shapes])]
    kept = frozenset(name for name in names if rules.decided(name).operator is Operator.KEEP)
    decided = {each.column: each for each in rules.protections(names)}
    report = await connection.fetchval(persons_sql.PROTECTIONS, str(table.silver))
    done = _PROTECTIONS.validate_json(report) if report else ()
    found = {each.column: each for each in done if each.column not in kept and not each.within}
    texts = {name for name in names if rules.decided(name).free_text}
    texts |= {each.column for each in done if each.within and each.entity in _IN_SENTENCES}
    in_silver = frozenset(name for name, each in found.items() if each.operator in _CONCEALING)
    known = Protected(table, decided | found, kept, in_silver, frozenset(texts - kept), keys)
    stays = tuple(each.name for each in shapes if each.name not in known.personal)
    return replace(known, stays=stays, within=_untelling_within(done, kept))


def _untelling_within(done: Sequence[Protection], kept: Collection[str]) -> tuple[Protection, ...]:
    """What the last run left no token of within texts that are kept else."""
    return tuple(
        each
        for each in done
        if each.within and each.operator in UNTELLING and each.column not in kept
    )


@dataclass(frozen=True, slots=True)
class BronzeRow:
    """A row of bronze that holds the person, or is theirs."""

    sighting: Sighting
    owned: bool
    key: Key | None = None
    """As text, where it is complete."""


@dataclass(frozen=True, slots=True)
class Survey:
    """All rows of a table in which a person occurs, layer by layer."""

    protected: Protected
    bronze: tuple[BronzeRow, ...] = ()
    silver: tuple[Sighting, ...] = ()
    linked: frozenset[str] = frozenset()
    """Rows of silver that are the person's, by where they are."""
    quarantine: tuple[str, ...] = ()

    def found(self) -> tuple[Found, ...]:
        """In how many rows of each layer."""
        name = self.protected.table.name
        sources = sorted({each.sighting.source for each in self.bronze if each.sighting.source})
        in_silver = {each.at for each in self.silver} | self.linked
        mentions = len(in_silver - self.linked)
        places = (
            Found(f"bronze.{name}", len(self.bronze),
                  sum(not each.owned for each in self.bronze), stays=self.protected.stays,
                  sources=tuple(sources)),
            Found(f"silver.{name}", len(in_silver), mentions, self.protected.untelling),
            Found(f"quarantine.{name}", len(self.quarantine)),
        )  # fmt: skip
        return tuple(each for each in places if each.rows or each.hidden)


@dataclass(frozen=True, slots=True)
class _Alike:
    """A row of bronze with a key of the person's."""

    sibling: Sibling
    at: str
    source: str | None
    moment: str | None
    newest: bool


class Surveyor:
    """Looks through one table on one connection."""

    def __init__(self, connection: Driver, known: Protected, person: Person) -> None:
        self._connection = connection
        self._known = known
        self._table = known.table
        self._person = person

    async def survey(self) -> Survey:
        """Bronze first: its rows tell which of silver and quarantine are made from them."""
        shapes = await shapes_of(self._connection, dataset(self._table.bronze))
        aside = bool(await shapes_of(self._connection, qualified("quarantine", self._table.name)))
        bronze, siblings = await self._bronze(shapes, aside=aside) if shapes else ((), ())
        silver, linked = await self._silver(siblings)
        numbers = {each.sighting.number for each in bronze if each.owned}
        quarantine = await self._quarantine(shapes, numbers) if aside else ()
        return Survey(self._known, bronze, silver, linked, quarantine)

    async def _bronze(
        self, shapes: Sequence[Shape], *, aside: bool
    ) -> tuple[tuple[BronzeRow, ...], tuple[_Alike, ...]]:
        others = {"number": "t._row", "source": "t._source"}
        searched = Searched(dataset(self._table.bronze), self._cells(shapes), others)
        found = await sightings(self._connection, searched, self._person)
        theirs = [each.number for each in found if each.owned and each.number is not None]
        alike = await self._alike(theirs, shapes, aside=aside)
        owned = same_person(theirs, [each.sibling for each in alike])
        keys = {each.sibling.number: each.sibling.key for each in alike}
        rows = {each.number: each for each in found}
        for each in alike:
            number = each.sibling.number
            if number in owned and number not in rows:
                rows[number] = Sighting(each.at, {}, number, each.source)
        listed = (BronzeRow(row, number in owned, keys.get(number or 0))
                  for number, row in rows.items())  # fmt: skip
        return tuple(listed), tuple(each for each in alike if each.sibling.number in owned)

    def _cells(self, shapes: Sequence[Shape]) -> tuple[Cell, ...]:
        """The columns that can hold the person."""
        return tuple(
            Cell(each.name, _text(each), self._known.trust(each.name), each.sql_type)
            for each in shapes
            if each.is_text
        )

    async def _alike(
        self, numbers: Sequence[int], shapes: Sequence[Shape], *, aside: bool
    ) -> tuple[_Alike, ...]:
        """All rows of bronze with the keys of some."""
        present = {each.name for each in shapes}
        if not numbers or not present.issuperset(self._table.key):
            return ()
        columns = [
            SilverColumn(each, in_bronze=each.name in present, number=number)
            for number, each in enumerate(self._declared(present))
        ]
        entities = {name: each.entity for name, each in self._known.protections.items()}
        telling = [name for name in sorted(present) if entities.get(name) in IDENTIFYING]
        query = persons_sql.siblings(
            self._table, columns, self._known.personal_keys, telling, aside=aside
        )
        records = await self._connection.fetch(query, list(numbers))
        return tuple(
            _Alike(
                Sibling(
                    record["_row"],
                    tuple(record[f"k{n}"] for n in range(len(self._table.key))),
                    frozenset(
                        (name, normalise(entities[name], record[f"i{n}"]))
                        for n, name in enumerate(telling)
                        if (record[f"i{n}"] or "").strip()
                    ),
                ),
                record["at"],
                record["source"],
                record["moment"],
                record["newest"],
            )
            for record in records
        )

    def _declared(self, present: Collection[str]) -> list[Column]:
        """The columns that tell keys and order, in the order of the key."""
        names = dict.fromkeys([*self._table.key, *filter(None, [self._table.watermark])])
        return [self._table.column(name) or Column(name) for name in names if name in present]

    async def _silver(
        self, theirs: Sequence[_Alike]
    ) -> tuple[tuple[Sighting, ...], frozenset[str]]:
        """The rows that hold tokens of the person, and those made from rows that are theirs."""
        relation = dataset(self._table.silver)
        shapes = await shapes_of(self._connection, relation)
        cells = (
            replace(each, in_clear=each.name not in self._known.done)
            for each in self._cells(shapes)
        )
        searched = Searched(relation, tuple(cells))
        found = await sightings(self._connection, searched, self._person)
        owned = {each.at for each in found if each.owned}
        names = [*self._table.key, *(["valid_from"] if self._table.load.history else [])]
        keys = list(self._silver_keys(theirs))
        if keys and {each.name for each in shapes}.issuperset(names):
            given = [list(column) for column in zip(*keys, strict=True)]
            query = persons_sql.linked(relation, names)
            owned |= {record["at"] for record in await self._connection.fetch(query, *given)}
        return found, frozenset(owned)

    def _silver_keys(self, theirs: Sequence[_Alike]) -> Sequence[Key]:
        """The keys in silver of the rows that it was made from; of a history all versions."""
        if not self._known.is_linkable:
            return ()
        history = self._table.load.history
        return [
            tuple(self._known.in_silver(name, text)
                  for name, text in zip(self._table.key, each.sibling.key, strict=True))
            + ((each.moment or "",) if history else ())
            for each in theirs
            if history or each.newest
        ]  # fmt: skip

    async def _quarantine(
        self, shapes: Sequence[Shape], numbers: Collection[int | None]
    ) -> tuple[str, ...]:
        """The rows that hold the person, and those that came from rows that are theirs."""
        names = dict.fromkeys([c.name for c in self._table.columns] + [s.name for s in shapes])
        cells = tuple(
            Cell(name, f'(t."row" ->> {text_literal(name)})', self._known.trust(name))
            for name in names
        )
        relation = qualified("quarantine", self._table.name)
        found = await sightings(self._connection, Searched(relation, cells), self._person)
        records = await self._connection.fetch(
            f"SELECT ctid::text AS at FROM {relation} WHERE bronze_row = ANY ($1::bigint[])",
            [number for number in numbers if number is not None],
        )
        return tuple({each.at for each in found} | {record["at"] for record in records})


def _text(shape: Shape) -> str:
    name = f"t.{ident(shape.name)}"
    return name if shape.sql_type == "text" else f"{name}::text"
