"""What is read from OpenLineage events of any producer, and what is kept of it."""

from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from engine.lineage.columns import Influence
from engine.lineage.graph import ColumnFrom, ColumnId
from engine.lineage.keeping import Facts, Flows
from engine.lineage.told import Told, columns_told, told_by
from engine.testing.clock import EPOCH
from tests.lineage.events import a_dataset, a_field, an_event, direct, lake, schema

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
keys = ("eventTime", "eventType", "producer", "run", "job", "inputs", "outputs", "dataset")


def told(event: dict[str, object]) -> Told:
    found = told_by(event)
    assert found is not None
    return found


def a_source(column: str, influence: Influence, *, masking: bool = False) -> ColumnFrom:
    return ColumnFrom(ColumnId(lake("raw"), column), influence, masking)


@given(st.dictionaries(st.sampled_from(keys), anything))
def test_an_event_of_any_form_is_read_without_complaint(event: dict[str, object]) -> None:
    found = told_by({**an_event(), **event})

    assert found is None or all(columns_told(each.facets) for each in found.datasets)


def test_what_an_event_says_of_one_dataset_is_united() -> None:
    raw = lake("raw")
    event = told(
        an_event(
            inputs=[a_dataset(raw, schema=schema("a"), version={"datasetVersion": "1"})],
            outputs=[a_dataset(raw, ownership={"owners": []})],
        )
    )

    (dataset,) = event.datasets
    assert set(dataset.facets) == {"schema", "ownership"}


def test_an_event_without_a_time_or_anything_to_tell_of_is_none() -> None:
    assert told_by({**an_event(), "eventTime": "yesterday"}) is None
    assert told_by({**an_event(), "job": {}}) is None
    assert told_by({}) is None


def test_a_dataset_alone_and_a_job_alone_can_be_told_of() -> None:
    moment = EPOCH.isoformat()
    alone = told({"eventTime": moment, "dataset": a_dataset(lake("raw"), schema=schema("a"))})
    job = told({"eventTime": moment, "job": {"namespace": "n", "name": "j"}, "inputs": [
        a_dataset(lake("raw"))]})  # fmt: skip

    assert (alone.job, alone.type, [each.id for each in alone.datasets]) == (
        None,
        "DATASET",
        [lake("raw")],
    )
    assert (job.type, job.run, job.completes) == ("JOB", "", True)


def test_both_forms_of_column_lineage_are_read() -> None:
    raw = lake("raw")
    facets: dict[str, object] = {
        "columnLineage": {
            "fields": {
                "new": {
                    "inputFields": [
                        a_field(raw, "a", transformations=[direct("AGGREGATION", masking=True)]),
                        a_field(
                            raw, "b", transformations=[{"type": "INDIRECT", "subtype": "JOIN"}]
                        ),
                        a_field(raw, "c", transformations=[{"type": "INDIRECT"}]),
                        a_field(raw, "d", transformations=[{"type": "DIRECT", "subtype": "ODD"}]),
                        a_field(raw, "e"),
                    ]
                },
                "old": {"inputFields": [a_field(raw, "a")], "transformationType": "IDENTITY"},
                "hidden": {"inputFields": [a_field(raw, "a")], "transformationType": "MASKED"},
            },
            "dataset": [
                a_field(raw, "z", transformations=[{"type": "INDIRECT", "subtype": "FILTER"}])
            ],
        }
    }

    known = columns_told(facets)

    assert known.origins == {
        "new": (
            a_source("a", Influence.AGGREGATION, masking=True),
            a_source("b", Influence.JOIN),
            a_source("c", Influence.CONDITIONAL),
            a_source("d", Influence.TRANSFORMATION),
            a_source("e", Influence.TRANSFORMATION),
        ),
        "old": (a_source("a", Influence.IDENTITY),),
        "hidden": (a_source("a", Influence.TRANSFORMATION, masking=True),),
    }
    assert known.influences == (a_source("z", Influence.FILTER),)


facet_events = st.lists(
    st.tuples(st.sampled_from(["schema", "ownership"]), st.integers(0, 9), st.booleans()),
    max_size=8,
    unique_by=lambda each: each[:2],
)


@given(facet_events, st.randoms(use_true_random=False))
def test_the_newest_word_on_each_facet_holds_in_whatever_order_it_comes(
    told_of: list[tuple[str, int, bool]], random: Random
) -> None:
    def heard(events: list[tuple[str, int, bool]]) -> Facts:
        facts = Facts()
        for name, minute, gone in events:
            facet = {"_deleted": True} if gone else {"said": minute}
            facts = facts.heard({name: facet}, EPOCH + timedelta(minutes=minute))
        return facts

    shuffled = list(told_of)
    random.shuffle(shuffled)

    facts = heard(shuffled)

    assert facts == heard(told_of) or facts.facets == heard(told_of).facets
    for name in {each[0] for each in told_of}:
        newest = max((each for each in told_of if each[0] == name), key=lambda each: each[1])
        assert facts.facets.get(name) == (None if newest[2] else {"said": newest[1]})


run_events = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.sampled_from(["START", "COMPLETE", "FAIL"]),
        st.integers(0, 30),
        st.sets(st.sampled_from("xyz"), max_size=2),
    ),
    max_size=8,
    unique_by=lambda each: each[2],
)


@given(run_events, st.permutations(range(8)))
def test_what_a_job_does_now_does_not_depend_on_the_order_of_its_events(
    events: list[tuple[str, str, int, set[str]]], order: list[int]
) -> None:
    def heard(given: list[tuple[str, str, int, set[str]]]) -> Flows:
        flows = Flows()
        for run, kind, minutes, inputs in given:
            names = [lake(each) for each in inputs]
            flows = flows.heard(told(an_event(run=run, kind=kind, minutes=minutes, inputs=names)))
        return flows

    shuffled = [events[index] for index in order if index < len(events)]

    assert heard(shuffled) == heard(events)
    assert heard([*events, *events]) == heard(events)


def test_start_and_end_of_a_run_are_united_and_a_newer_run_takes_their_place() -> None:
    flows = Flows()
    seen = []
    for event in (
        an_event(run="1", kind="START", inputs=[lake("a")]),
        an_event(run="1", minutes=1, outputs=[lake("z")]),
        an_event(run="2", kind="START", minutes=2, inputs=[lake("b")]),
        an_event(run="2", kind="FAIL", minutes=3),
        an_event(run="3", minutes=4, inputs=[lake("c")]),
    ):
        flows = flows.heard(told(event))
        now = flows.current
        seen.append([each.name for each in (*sorted(now.inputs), *sorted(now.outputs))])

    assert seen == [["a"], ["a", "z"], ["a", "z"], ["a", "z"], ["c"]]
