"""Which columns of bronze the columns of silver come from."""

from dataclasses import replace

from engine.catalog.model import Cleaning, Column, ColumnType, Load, LoadMode, Operator
from engine.lineage.columns import ColumnSource, Influence
from engine.privacy.model import Protection
from engine.runs.lineage_columns import refined_columns
from tests.builders import a_table

TABLE = replace(
    a_table(
        columns=(
            Column("id", required=True),
            Column("name"),
            Column("city", clean=(Cleaning.LOWER,)),
            Column("paid", ColumnType.NUMBER),
            Column("email"),
            Column("at", ColumnType.TIMESTAMP),
        )
    ),
    watermark="at",
)
NAMES = ("id", "name", "city", "paid", "email", "at")


def test_a_column_comes_from_the_one_of_its_name_and_is_told_to_be_masked() -> None:
    done = (Protection("email", Operator.HASH, "EMAIL_ADDRESS"), Protection("name", Operator.KEEP))

    found = refined_columns(TABLE, (*NAMES, "more"), (*NAMES, "more"), done)

    ways = {each.column: each.sources for each in found.columns}
    from_ = "bronze.customers"
    identical, changed = Influence.IDENTITY, Influence.TRANSFORMATION
    assert ways == {
        "id": (ColumnSource(from_, "id", identical),),
        "name": (ColumnSource(from_, "name", identical),),
        "city": (ColumnSource(from_, "city", changed),),
        "paid": (ColumnSource(from_, "paid", changed),),
        "email": (ColumnSource(from_, "email", changed, masking=True),),
        "at": (ColumnSource(from_, "at", changed),),
        "more": (ColumnSource(from_, "more", identical),),
    }
    assert found.unresolved == ()


def test_key_and_watermark_choose_among_doubles_and_judged_columns_put_rows_aside() -> None:
    found = refined_columns(TABLE, NAMES, NAMES, ())

    told = {(each.column, each.influence) for each in found.influences}
    windows = {("id", Influence.WINDOW), ("at", Influence.WINDOW)}
    filters = {(name, Influence.FILTER) for name in ("id", "paid", "at")}
    assert told == windows | filters


def test_what_a_delivery_lacked_is_said_and_not_guessed() -> None:
    found = refined_columns(TABLE, ("id",), ("id", "paid"), ())

    assert [each.column for each in found.columns] == ["id"]
    assert found.unresolved == ("paid is not in bronze.customers",)
    assert {each.column for each in found.influences} == {"id"}


def test_the_validity_of_a_version_comes_from_the_watermark() -> None:
    kept = replace(TABLE, load=Load(LoadMode.INCREMENTAL, history=True))
    silver = ("id", "valid_from", "valid_to", "is_current")

    found = refined_columns(kept, NAMES, silver, ())

    assert {source.column for each in found.columns[1:] for source in each.sources} == {"at"}
    assert found.unresolved == ()
