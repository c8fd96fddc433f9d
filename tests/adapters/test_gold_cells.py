"""What the rules for gold do not allow is taken out of a staged gold table, whatever holds it."""

from collections.abc import Mapping

from engine.catalog.model import DatasetName, Layer
from engine.privacy.gold import EVERYTHING, Unwanted
from engine.privacy.protect import REDACTED, SecretKey, Tokens
from engine.privacy.sealing import Seal
from tests.adapters.builders import KEY, Lab, a_model, building, execute

EMAIL = "EMAIL_ADDRESS"
REPORT = DatasetName(Layer.GOLD, "report")

TOKEN = Tokens(KEY, EMAIL).token("ada@example.org")
LATER = Tokens(SecretKey(bytes(32), 12), EMAIL).token("ada@example.org")
PHONE = Tokens(KEY, "PHONE_NUMBER").token("+1 555 010 9999")
SEALED = Seal(KEY, EMAIL).sealed("a")
SEALED_PHONE = Seal(KEY, "PHONE_NUMBER").sealed("+1 555 010 9999")
MASKED = "***********1111"

EMAILS = Unwanted(frozenset({"em"}), frozenset({"em"}))
ALL = Unwanted(EVERYTHING, EVERYTHING, masks=True)


async def built(lab: Lab, sql: str, unwanted: Unwanted = EMAILS) -> Mapping[str, int]:
    model = a_model(sql)
    run = building(model)
    async with lab.transactions.begin() as tx:
        await tx.warehouse.build(run, model)
        cells = await tx.warehouse.redact(run, model, unwanted)
        await tx.warehouse.publish(run, REPORT)
    return cells


async def the_row(lab: Lab) -> dict[str, object]:
    (row,) = await lab.rows("SELECT * FROM gold.report")
    return row


async def test_tokens_go_whole_and_within_texts_and_others_stay(lab: Lab) -> None:
    cells = await built(
        lab,
        f"SELECT 1 AS n, '{TOKEN}' AS token, 'a {TOKEN}, {LATER} and {PHONE}' AS note, "
        f"upper('{TOKEN}') AS loud, '{PHONE}' AS phone, 'em1_short' AS code, NULL::text AS none",
    )

    assert cells == {"token": 1, "note": 1, "loud": 1}
    assert await the_row(lab) == {
        "n": 1,
        "token": REDACTED,
        "note": f"a {REDACTED}, {REDACTED} and {PHONE}",
        "loud": REDACTED,
        "phone": PHONE,
        "code": "em1_short",
        "none": None,
    }


async def test_sealed_values_go_too(lab: Lab) -> None:
    cells = await built(lab, f"SELECT '{SEALED}' AS s, '<{SEALED}>' AS t, '{SEALED_PHONE}' AS u")

    assert cells == {"s": 1, "t": 1}
    assert await the_row(lab) == {"s": REDACTED, "t": f"<{REDACTED}>", "u": SEALED_PHONE}


async def test_what_only_begins_like_a_token_stays(lab: Lab) -> None:
    longer, other = f"em1_{'0' * 31}x", f"em1_{'another word '.ljust(32, '.')}"

    assert await built(lab, f"SELECT '{longer}' AS a, '{other}' AS b, 'em0{TOKEN[3:]}' AS c") == {}


async def test_masks_go_where_they_have_to_and_stars_stay(lab: Lab) -> None:
    sql = f"SELECT '{MASKED}' AS m, 'card {MASKED}.' AS t, '*****' AS stars, '*** new ***' AS s"
    kept = await built(lab, sql, EMAILS)
    assert kept == {}

    cells = await built(lab, sql, ALL)

    assert cells == {"m": 1, "t": 1}
    assert await the_row(lab) == {
        "m": REDACTED,
        "t": f"card {REDACTED}.",
        "stars": "*****",
        "s": "*** new ***",
    }


async def test_lists_documents_and_rows_hold_text_too(lab: Lab) -> None:
    await execute(lab.url, f"CREATE TABLE silver.people AS SELECT '{TOKEN}' AS email, 7 AS n")
    await built(
        lab,
        f"SELECT ARRAY['{TOKEN}', 'b, c'] AS list, ARRAY[1, 2] AS numbers, "
        f"jsonb_build_object('{TOKEN}', 1, 'card', '{MASKED}', 'stars', '*****', 'a', 1) AS doc, "
        f"json_build_array('{TOKEN}') AS js, '{TOKEN}'::varchar(36) AS short, "
        f"'{{\"{TOKEN}\"}}'::varchar(40)[] AS shorts, to_tsvector('simple', '{TOKEN}') AS words, "
        "gen_random_uuid() AS id, '\\x01'::bytea AS bytes",
        ALL,
    )

    text = await lab.text("SELECT r::text FROM gold.report r")
    (row,) = await lab.rows("SELECT list, numbers, doc->'card' AS card, doc->'a' AS a, short "
                            "FROM gold.report")  # fmt: skip
    assert "em1_" not in text
    assert row == {
        "list": [REDACTED, "b, c"],
        "numbers": [1, 2],
        "card": f'"{REDACTED}"',
        "a": "1",
        "short": REDACTED,
    }


async def test_a_column_keeps_its_type_its_collation_and_its_place(lab: Lab) -> None:
    shape = (
        "SELECT attname, format_type(atttypid, atttypmod), attcollation::regcollation::text "
        "FROM pg_attribute WHERE attrelid = 'gold.report'::regclass AND attnum > 0 ORDER BY attnum"
    )
    sql = f"SELECT 1 AS n, '{TOKEN}' COLLATE \"C\" AS a, '{TOKEN}'::varchar(50) AS b, 2 AS m"
    await built(lab, sql, Unwanted())
    before = await lab.rows(shape)

    assert await built(lab, sql) == {"a": 1, "b": 1}

    assert await lab.rows(shape) == before


async def test_a_table_without_anything_to_redact_is_not_rewritten(lab: Lab) -> None:
    model = a_model("SELECT 'a' AS told")
    run = building(model)
    relation = f"SELECT pg_relation_filenode('gold.\"report__{run.id.lower()}\"')"
    async with lab.transactions.begin() as tx:
        await tx.warehouse.build(run, model)
    before = await lab.value(relation)

    async with lab.transactions.begin() as tx:
        assert await tx.warehouse.redact(run, model, ALL) == {}

    assert await lab.value(relation) == before
