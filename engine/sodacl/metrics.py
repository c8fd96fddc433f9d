"""Checks of a number: a metric of SodaCL or of people's own, how it changed, what is unusual."""

from engine.sodacl import reach, vocabulary
from engine.sodacl.mistakes import meant
from engine.sodacl.model import Aggregation, AnomalyCheck, Change, Measure, MetricCheck
from engine.sodacl.settings import Settings, values
from engine.sodacl.thresholds import thresholds
from engine.sodacl.vocabulary import Takes
from engine.sodacl.words import Kind, Words, column, columns
from engine.sodacl.written_sql import expression, query


def metric_check(words: Words, settings: Settings, changed: Change | None = None) -> MetricCheck:
    """A metric, or its change, and its thresholds."""
    measured = measure(words, settings)
    domain = reach.domain_of(measured) if changed is None else reach.ANY
    return MetricCheck(measured, thresholds(words, settings, domain), changed)


def metric_of_a_group(words: Words, settings: Settings) -> MetricCheck:
    """A column that the query of a `group by` gives, and its thresholds."""
    measured = Measure(column(words))
    return MetricCheck(measured, thresholds(words, settings))


def anomaly_check(words: Words, settings: Settings) -> AnomalyCheck:
    """What `anomaly detection for` is followed by."""
    measured = measure(words, settings)
    words.accept("<", "default")
    words.end()
    return AnomalyCheck(measured)


def change(words: Words) -> Change:
    """What stands between `change` and the metric."""
    percent = words.accept("percent")
    last = 1
    of = words.accept_one(*Aggregation)
    _require_known(words, *_CHANGES)
    if of is not None:
        words.expect("last")
        last = _count(words)
    week = of is None and words.accept("same", "day", "last", "week")
    percent = words.accept("percent") or percent
    words.expect("for")
    return Change(percent, None if of is None else Aggregation(of), last, week)


_CHANGES = ("for", "percent", "same", "last")


def _require_known(words: Words, *known: str) -> None:
    """Tell of a misspelt word by the nearest."""
    word = words.next
    if word is not None and word.text not in known and meant(word.text, known):
        message = f"«{words.line}»: {word.text!r} is no word of a change{meant(word.text, known)}"
        raise words.part.mistake(message, word.text)


def _count(words: Words) -> int:
    number = words.take(Kind.NUMBER, "how many values, such as 7,")
    if not number.isdecimal() or int(number) < 1:
        raise words.part.mistake(f"«{words.line}»: {number} is no count of values", number)
    return int(number)


def measure(words: Words, settings: Settings) -> Measure:
    """A metric with what is in its brackets, and the settings that belong to it."""
    metric = words.take(Kind.NAME, "a metric")
    takes = vocabulary.METRICS.get(metric)
    if takes is None:
        return _own(metric, words, settings)
    if takes is Takes.NOTHING:
        return Measure(metric, filter=settings.take("filter", expression))
    names, share = _arguments(takes, metric, words)
    return Measure(metric, names, share, values(settings), settings.take("filter", expression))


def _arguments(takes: Takes, metric: str, words: Words) -> tuple[tuple[str, ...], float | None]:
    if words.next is None or words.next.text != "(":
        raise words.part.mistake(f"«{words.line}»: {metric} needs a column in brackets", metric)
    if takes is Takes.COLUMN_AND_SHARE:
        words.expect("(", space="")
        name = column(words)
        words.expect(",", space="")
        number = words.take(Kind.NUMBER, "a share, such as 0.95,")
        words.expect(")", space="")
        if not 0 <= float(number) <= 1:
            raise words.part.mistake(f"«{words.line}»: a share is between 0 and 1", number)
        return (name,), float(number)
    names = columns(words, "")
    if takes is Takes.COLUMN and len(names) > 1:
        raise words.part.mistake(f"«{words.line}»: {metric} takes one column", names[1])
    return names, None


def _own(metric: str, words: Words, settings: Settings) -> Measure:
    """A metric that people define themselves, in SQL."""
    own = settings.take(f"{metric} expression", expression)
    whole = settings.take(f"{metric} query", query)
    if own and whole:
        message = f"«{words.line}»: write «{metric} expression» or «{metric} query»"
        raise words.part.mistake(message, metric)
    if not own and not whole and not settings.blemished:
        raise words.part.lacking(_unknown(metric, words, settings), metric)
    where = settings.take("filter", expression) if own else None
    return Measure(metric, filter=where, expression=own, query=whole)


def _unknown(metric: str, words: Words, settings: Settings) -> str:
    for key in settings.written:
        if key.endswith((" expression", " query")) and not key.startswith("fail"):
            return f"«{key}» is for another metric than {metric!r}; both names must be the same"
    own = f"; define it with «{metric} expression» or «{metric} query» under it"
    near = meant(metric, vocabulary.METRICS) or _form_meant(words)
    return f"SodaCL has no metric {metric!r}{near or own}"


def _form_meant(words: Words) -> str:
    """The form that the line begins nearly with."""
    written = words.line.split()
    for form in vocabulary.FORMS:
        beginning = " ".join(written[: len(form.split())])
        if meant(beginning, (form,)) or meant(written[0], (form.split()[0],)):
            return f"; did you mean {form!r}?"
    return ""
