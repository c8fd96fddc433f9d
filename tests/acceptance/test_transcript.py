"""Conversations: each sentence of the issue and the contract, and what comes back."""

from engine.cards import Card, CardKind, Severity
from engine.commands import RetryRun
from engine.outcome import Accepted
from engine.runs.model import Run, RunStatus
from skills.language.readings import Understood
from tests.world import World


def value(card: Card, name: str) -> str:
    """The value of a card's fact."""
    return next(fact.value for fact in card.facts if fact.name == name)


def offers(card: Card) -> list[str]:
    """The sentences behind a card's buttons."""
    return [button.command for button in card.buttons]


async def test_a_newcomer_asks_what_there_is(world: World) -> None:
    pipelines = await world.hear("what pipelines are there?")
    assert pipelines.title == "4 pipelines in Harbour & Pine"
    assert value(pipelines, "Tables") == "customers, orders, products, support_tickets"
    assert "describe medallion" in offers(pipelines)
    assert await world.hear("show tables") == pipelines

    medallion = await world.hear("describe medallion")
    assert medallion.table is not None
    datasets = {row[0]: row for row in medallion.table.rows}
    assert datasets["silver.customers"][1:3] == ("refine → check → publish", "bronze.customers")
    assert datasets["gold.customer_value"][2] == "silver.customers, silver.orders"
    assert offers(medallion) == ["run pipeline medallion"]
    assert (await world.hear("what does bronze_to_silver do?")).title == "bronze_to_silver"

    helped = await world.hear("help")
    assert helped.table is not None
    assert ("Runs a pipeline, for one table or for all of its tables.") in helped.table.rows[0]
    about_runs = await world.hear("help quarantine")
    assert about_runs.table is not None
    assert about_runs.table.rows[0][1] == "show quarantined rows of orders"
    assert (await world.hear("what can you do?")) == helped

    me = await world.hear("who am I?")
    assert (value(me, "Id"), value(me, "Role")) == ("terminal:you", "admin")
    assert value(me, "You may").startswith("do everything")


async def test_before_the_first_run_there_is_nothing_to_tell(world: World) -> None:
    assert (await world.hear("what failed last night?")).title.startswith("No runs that failed")
    assert (await world.hear("what's running?")).title == "No runs running"
    for sentence in (
        "status 7K3M9QXA",
        "how is the customers run going?",
        "is bronze_to_silver done?",
        "why did the customers run fail?",
    ):
        answer = await world.hear(sentence)
        assert answer.severity is Severity.WARNING
        assert answer.title.startswith("There is no "), answer
        assert "list runs" in answer.text

    empty = await world.hear("show quarantined rows of orders")
    assert (empty.title, empty.severity) == (
        "0 rows of orders in quarantine",
        Severity.SUCCESS,
    )
    assert await world.rows("SELECT id FROM atlas.runs") == []


async def test_nothing_runs_on_a_guess(world: World) -> None:
    wrong_pipeline = await world.hear("run bronze_to_silve for customers")
    assert "no pipeline bronze_to_silve" in wrong_pipeline.text
    assert offers(wrong_pipeline) == ["run pipeline bronze_to_silver for customers"]

    wrong_table = await world.hear("run bronze_to_silver for custmers")
    assert "no table custmers" in wrong_table.text
    assert offers(wrong_table) == ["run pipeline bronze_to_silver for customers"]

    strange = await world.hear("run pipeline nothing_like_it")
    assert "nothing_like_it" in strange.text
    assert "run pipeline medallion" in offers(strange)

    model = await world.hear("describe customer_values_all")
    assert "no pipeline 'customer_values_all'" in model.title
    assert offers(model) == ["what pipelines are there?"]
    model = await world.hear("run medallion for customer_values_all")
    assert "no table 'customer_values_all'" in model.title
    assert "run pipeline medallion for customer_value" in offers(model)

    for sentence in (
        "don't run medallion",
        "run medallion unless it is Friday",
        "medallion customers",
        "run medallion and ingest orders",
        "please delete the orders table",
        "drop silver.customers",
        "stop medallion",
        "rerun everything tomorrow",
        "scan bronze.custmers for personal data",
        "SELECT * FROM silver.customers; --",
    ):
        answer = await world.hear(sentence)
        assert answer.kind is CardKind.REPLY
        assert answer.buttons, sentence
        assert answer.text, sentence

    for nonsense in ("asdf qwer", "x" * 3_000):
        answer = await world.hear(nonsense)
        assert "help" in offers(answer), nonsense

    assert (await world.hear("🦀🦀🦀")).title == "What you can say"
    assert await world.rows("SELECT id FROM atlas.runs") == []


async def test_names_that_do_not_fit_are_refused_with_what_would(world: World) -> None:
    refused = await world.hear("show quarantined rows of revenue")
    assert "gold model" in refused.title
    assert refused.text == "Ask for one of the tables that it is made from."

    refused = await world.hear("run silver_to_gold for support_tickets and nothing else")
    assert refused.buttons

    refused = await world.hear("how good is gold.nothing?")
    assert refused.buttons
    assert await world.rows("SELECT id FROM atlas.runs") == []


async def test_a_viewer_may_look_and_not_touch(world: World) -> None:
    for sentence, command in (
        ("run pipeline bronze_to_silver for customers", "run_pipeline"),
        ("check quality of silver.customers", "check_quality"),
        ("scan bronze.customers for personal data", "scan_privacy"),
        ("cancel", "cancel_run"),
        ("retry the customers run", "retry_run"),
        ("backfill orders from 1 March to 3 March", "backfill"),
    ):
        refused = await world.hear(sentence, person="lea")
        assert refused.title == f"Your role here is viewer; {command} needs operator."
        assert refused.text.startswith("An admin can grant it (")
        assert refused.severity is Severity.WARNING

    assert (await world.hear("what pipelines are there?", person="lea")).table is not None
    me = await world.hear("who am I?", person="lea")
    assert value(me, "Role") == "viewer"
    assert value(me, "You may").startswith("ask, and see results")
    helped = await world.hear("help", person="lea")
    assert helped.table is not None
    assert not any("run pipeline" in row[1] for row in helped.table.rows)
    assert await world.rows("SELECT id FROM atlas.runs") == []


async def test_a_table_on_its_way_from_delivery_to_alert(world: World) -> None:
    ingest = await world.run("ingest customers")
    assert ingest.counts.loaded == 4_000
    silver = await world.run("run pipeline bronze_to_silver for customers")
    assert silver.status is RunStatus.SUCCEEDED
    await _hears_of_success(world, silver)

    await world.run("ingest customers")
    broken = await world.run("run pipeline bronze_to_silver for customers")
    assert broken.status is RunStatus.FAILED
    await _hears_of_failure(world, broken)

    (row,) = await world.rows("SELECT count(*) FROM silver.customers")
    assert row[0] == silver.counts.published
    await _every_button_can_be_typed(world)


RESULT = (
    "Rows in",
    "Published",
    "Quarantined",
    "Deduplicated",
    "Columns protected",
    "Checks passed",
    "Checks failed",
    "Seconds",
)


async def _hears_of_success(world: World, run: Run) -> None:
    counts = run.counts
    assert None not in (counts.published, counts.quarantined, counts.deduplicated)
    accounted = (counts.published or 0, counts.quarantined or 0, counts.deduplicated or 0)
    assert counts.rows_in == sum(accounted)
    result = await world.hear(f"status {run.id.lower()}")
    assert result.title == "bronze_to_silver for customers — succeeded"
    assert all(value(result, name) for name in RESULT)
    assert (await world.hear("is bronze_to_silver done?")) == result
    assert (await world.hear("how is the customers run going?")) == result
    assert (await world.hear(f"explain {run.id}")) == result

    quarantine = await world.hear("what is in quarantine for customers?")
    assert quarantine.title == f"{counts.quarantined} rows of customers in quarantine"
    assert "birth_date: not a date" in value(quarantine, "Reasons")
    assert value(quarantine, "Owner") == "Customer relations team (#crm)"


async def _hears_of_failure(world: World, run: Run) -> None:
    (alert,) = await world.posts("#data-alerts")
    assert alert.severity is Severity.CRITICAL
    assert "silver.customers was held back" in alert.title
    assert "gold.customer_value" in value(alert, "Feeds")

    why = await world.hear("why did the customers run fail?")
    assert why.title == "Why bronze_to_silver for customers failed"
    assert "missing_percent(email) < 5: failed" in why.text
    assert await world.hear(offers(alert)[0]) == why

    failed = await world.hear("show failed runs since Monday")
    assert failed.table is not None
    assert [row[0] for row in failed.table.rows] == [run.id]


async def test_a_scan_and_a_check_tell_what_they_found_and_show_no_value(world: World) -> None:
    await world.run("ingest customers")
    values = await world.rows("SELECT email, ssn, phone, name FROM bronze.customers LIMIT 500")
    words = {str(cell) for row in values for cell in row if cell and len(str(cell)) > 5}

    scan = await world.run("scan bronze.customers for personal data")

    card = await world.hear(f"status {scan.id}")
    assert card.table is not None
    holds = {row[0]: row[1] for row in card.table.rows}
    assert (holds["email"], holds["ssn"]) == ("EMAIL_ADDRESS", "US_SSN")
    shown = {row[0]: row[2] for row in card.table.rows}
    assert "•••-••-••••" in shown["ssn"]
    assert "•@•" in shown["email"]

    await world.run("run pipeline bronze_to_silver for customers")
    await world.rows("UPDATE silver.customers SET email = NULL")

    checked = await world.run("check quality of silver.customers")

    assert checked.status is RunStatus.FAILED
    why = await world.hear(f"why did {checked.id} fail")
    assert "missing_percent(email)" in why.text
    again = (await world.say(offers(why)[0], person="lea")).raw_parses["atlas"]
    assert again == Understood(RetryRun(checked.id))
    await _every_button_can_be_typed(world)
    said = " ".join(str(card) for card in world.terminal.heard.values())
    assert not {word for word in words if word in said}


async def _every_button_can_be_typed(world: World) -> None:
    """Whatever can be clicked is understood when it is said, without a guess."""
    cards = (*world.terminal.heard.values(), *await world.posts("#data-alerts"))
    for sentence in {button.command for card in cards for button in card.buttons}:
        message = await world.say(sentence, person="lea")
        said = message.raw_parses["atlas"]
        assert isinstance(said, Understood), sentence
        assert not isinstance(message.raw_parses.get("outcome"), Accepted), sentence


async def test_a_question_about_what_nobody_knows_is_no_good_news(world: World) -> None:
    for question in ("what failed for unicorns?", "what failed on 31 february?"):
        card = await world.hear(question)

        assert card.severity is not Severity.SUCCESS, question
        assert "There is no" in f"{card.title}\n{card.text}", question


async def test_a_name_that_was_nearly_right_is_offered_as_a_button(world: World) -> None:
    card = await world.hear("run silver2gold")

    assert "run pipeline silver_to_gold" in [button.command for button in card.buttons]


async def test_quarantine_tells_each_row_once_however_often_a_table_was_held_back(
    world: World,
) -> None:
    await world.run("run ingest")
    await world.run("run ingest")
    for _ in range(2):
        held = await world.run("run bronze_to_silver for customers")
        assert held.status is RunStatus.FAILED

    card = await world.hear("show quarantined rows of customers")

    assert card.title == "38 rows of customers in quarantine"
