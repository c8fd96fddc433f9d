"""A run as programs read it."""

import json
from datetime import timedelta

from engine.quality.model import Outcome
from engine.runs.document import run_document
from engine.runs.model import Counts, RunStatus, StepKind, StepReport, StepStatus
from engine.testing.clock import EPOCH
from tests.builders import RUN_ID, a_run, a_step, a_verdict


def test_a_run_is_told_with_every_key_that_programs_rely_on() -> None:
    report = StepReport(Counts(rows_in=5), ("a note",), (a_verdict(Outcome.WARNED),))
    run = a_run(
        a_step(StepKind.CHECK, status=StepStatus.SUCCEEDED, report=report),
        status=RunStatus.SUCCEEDED,
        started_at=EPOCH,
        finished_at=EPOCH + timedelta(seconds=2),
    )

    told = json.loads(run_document(run).model_dump_json())

    assert (told["run_id"], told["status"], told["attempt"]) == (RUN_ID, "succeeded", 1)
    assert (told["pipeline_name"], told["table_name"]) == ("bronze_to_silver", "customers")
    assert (told["requested_by"], told["seconds"]) == ("web:maria", 2.0)
    assert told["counts"]["rows_in"] == 5
    assert told["counts"]["published"] is None
    assert told["steps"] == [
        {
            "name": "check silver.customers",
            "kind": "check",
            "dataset": "silver.customers",
            "status": "succeeded",
            "started_at": None,
            "finished_at": None,
            "counts": {**dict.fromkeys(told["counts"]), "rows_in": 5},
            "notes": ["a note"],
            "checks": [
                {
                    "check": "missing_percent(email) < 5",
                    "outcome": "warned",
                    "value": "61.2",
                    "reason": "",
                }
            ],
            "error": None,
            "hint": "",
        }
    ]


def test_a_run_that_waits_has_no_times() -> None:
    told = run_document(a_run())

    assert (told.started_at, told.finished_at, told.seconds, told.error) == (None,) * 4
