"""What becomes an entry of the trail, and what never gets into one."""

from datetime import UTC, datetime

import pytest

from engine.audit import entries
from engine.audit.model import AuditEntry
from engine.catalog.model import Operator
from engine.commands import (
    AcceptFinding,
    Audit,
    CancelRun,
    CheckAnonymity,
    Command,
    ConfirmErasure,
    DescribePipeline,
    ErasePerson,
    FindPerson,
    Help,
    ListQuarantine,
    PrivacyReport,
    QualityReport,
    RevealValue,
    RunPipeline,
    RunStatus,
    ScanPrivacy,
    WhoAmI,
)
from engine.errors import NotAllowed, UnknownDataset, UnknownPipeline
from engine.privacy.model import Protection
from engine.testing.clock import EPOCH
from tests.builders import RUN_ID, an_asker, dataset

MARIA, OLGA = an_asker(), an_asker("olga")
WORK = entries.Work(RUN_ID, dataset("silver.customers"), MARIA, EPOCH)

KNOWN = frozenset({"ingest", "orders", "silver.orders"})

PERSONAL = ("maria@example.com", "123-45-6789", "+49 170 1234567", "4111 1111 1111 1111")


def test_a_command_is_recorded_with_its_slots_and_where_it_was_given() -> None:
    entry = entries.asked(RunPipeline("ingest", "orders"), MARIA, EPOCH, KNOWN)

    assert entry == AuditEntry(
        EPOCH,
        "web:maria",
        "asked",
        "run_pipeline",
        {
            "where": "web:#general",
            "pipeline": "ingest",
            "table": "orders",
            "full_refresh": False,
            "dry_run": False,
        },
    )


@pytest.mark.parametrize("value", PERSONAL)
def test_who_is_looked_for_is_never_recorded(value: str) -> None:
    error = NotAllowed(f"{value} is not for you")
    for command in (FindPerson(value), ErasePerson(value), RevealValue(value)):
        told = (
            entries.asked(command, MARIA, EPOCH, KNOWN),
            entries.refused(command, MARIA, error, EPOCH, KNOWN),
        )
        assert all(value not in repr(entry) for entry in told)


@pytest.mark.parametrize("value", PERSONAL)
def test_what_was_typed_in_the_place_of_a_name_is_not_kept_when_it_looks_personal(
    value: str,
) -> None:
    entry = entries.asked(ListQuarantine("silver.orders", value), MARIA, EPOCH, KNOWN)

    assert value not in repr(entry)
    assert entry.detail["dataset"] == "silver.orders"


def test_a_name_that_nothing_has_is_not_kept() -> None:
    command = DescribePipeline("Maria Lopez")
    entry = entries.refused(command, MARIA, UnknownPipeline("Maria Lopez"), EPOCH, KNOWN)

    assert "Maria Lopez" not in repr(entry)
    assert entry.detail["why"] == "UnknownPipeline"


@pytest.mark.parametrize(
    "command",
    [RunPipeline("Maria Lopez"), RunPipeline("ingest", "maria"), CancelRun("Maria Lo")],
)
def test_a_name_is_not_kept_before_anybody_knows_whether_something_has_it(command: Command) -> None:
    early = entries.asked(command, OLGA, EPOCH, KNOWN)
    refused = entries.refused(command, OLGA, NotAllowed("Not you."), EPOCH, KNOWN)

    assert "maria" not in repr((early, refused)).casefold()


def test_a_refusal_tells_its_kind_and_not_its_words() -> None:
    command = ConfirmErasure("E12")
    entry = entries.refused(command, MARIA, NotAllowed("Your role here is viewer."), EPOCH, KNOWN)

    assert entry.action == "refused"
    assert entry.detail == {"where": "web:#general", "why": "NotAllowed", "erasure": "E12"}


def test_days_and_run_ids_are_no_numbers_of_persons() -> None:
    since = datetime(2026, 3, 1, 9, 30, 15, 123456, tzinfo=UTC)
    told = entries.asked(QualityReport("silver.orders", since), MARIA, EPOCH, KNOWN).detail
    status = entries.asked(RunStatus(RUN_ID), MARIA, EPOCH, KNOWN).detail

    assert told["since"] == str(since)
    assert status["run_id"] == RUN_ID


@pytest.mark.parametrize(
    ("command", "worth"),
    [
        (RunPipeline("ingest"), True),
        (ScanPrivacy("bronze.orders"), True),
        (AcceptFinding("silver.orders", "note"), True),
        (ListQuarantine("silver.orders"), True),
        (PrivacyReport(), True),
        (CheckAnonymity("gold.revenue", ("segment",)), True),
        (Audit(), True),
        (RunStatus(), False),
        (Help(), False),
        (WhoAmI(), False),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_what_needs_a_right_or_tells_of_personal_data_is_recorded(
    command: Command, worth: bool
) -> None:
    assert entries.worth_recording(command) is worth


def test_a_run_tells_what_it_protected_and_by_which_policy() -> None:
    birth = Protection("born", Operator.GENERALISE, "DATE_OF_BIRTH", to="year", rule="x.yaml:4")
    email = Protection("email", Operator.HASH, "EMAIL_ADDRESS")
    terms = entries.Terms(entries.fingerprint("default: redact"), 2)

    entry = entries.protected(WORK, (birth, email), terms, {"cells": 310})

    assert (entry.actor, entry.action, entry.subject) == (
        "web:maria",
        "protected",
        "silver.customers",
    )
    assert entry.detail == {
        "run": RUN_ID,
        "columns": (
            "born: generalise to year as DATE_OF_BIRTH (x.yaml:4)",
            "email: hash as EMAIL_ADDRESS",
        ),
        "policy": terms.policy,
        "key": 2,
        "cells": 310,
    }
    assert entries.fingerprint("default: redact") != entries.fingerprint("default: mask")


def test_a_run_tells_what_it_read() -> None:
    entry = entries.read(WORK, ["note"], 200)

    assert entry.detail == {"run": RUN_ID, "columns": ("note",), "rows": 200}


def test_who_had_a_value_shown_is_told_and_not_which_one() -> None:
    told = entries.revealed(MARIA, "EMAIL_ADDRESS", EPOCH)

    assert (told.actor, told.action, told.subject) == ("web:maria", "revealed", "EMAIL_ADDRESS")


def test_an_unknown_dataset_is_an_unknown_name() -> None:
    command = ScanPrivacy("maria lopez")
    entry = entries.refused(command, MARIA, UnknownDataset("maria lopez"), EPOCH, KNOWN)

    assert "maria" not in repr(entry.detail)
