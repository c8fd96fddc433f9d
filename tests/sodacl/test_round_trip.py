"""Whatever a check can say can be written, and what was written is read as it was meant."""

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.sodacl.model import Form
from engine.sodacl.parse import read
from tests.sodacl.written import forms, text_of

WORDS = (
    *("row_count", "missing_count", "change", "for", "avg", "last", "between", "and", "not"),
    *("(", ")", "[", ",", " ", ":", "\n  ", "name", "filter", "warn", "when", ">", "=", "7", "1d"),
    *("schema", "failed rows", "fail condition", "group by", "checks", "- ", "freshness", "values"),
    *(
        "in",
        "must exist in",
        '"',
        "%",
        "${x}",
        "percentile",
        "valid values",
        "[1, 2]",
        "{",
        "}",
        "#",
    ),
)


@settings(max_examples=150, deadline=None)
@given(forms)
def test_a_written_check_is_read_as_it_was_meant(form: Form) -> None:
    text = text_of(form)

    reading = read(text)

    assert (reading.form, [str(each) for each in reading.mistakes]) == (form, []), text


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=12).map("".join) | st.text(max_size=40))
def test_no_text_breaks_the_parser(text: str) -> None:
    reading = read(text)

    assert (reading.form is None) == bool(reading.mistakes)
    assert all(1 <= each.line <= text.count("\n") + 2 for each in reading.mistakes)
