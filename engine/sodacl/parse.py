"""Reads the text of a SodaCL check into a Form, or tells every mistake in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial

from engine.sodacl import vocabulary, written_sql
from engine.sodacl.metrics import anomaly_check, change, metric_check, metric_of_a_group
from engine.sodacl.mistakes import Lacking, Mistake, Notes, Path
from engine.sodacl.model import (
    AnomalyCheck,
    FailedRowsCheck,
    Form,
    FreshnessCheck,
    GroupByCheck,
    MetricCheck,
    ReferenceCheck,
    Rule,
    Severity,
)
from engine.sodacl.parts import Part, part_of
from engine.sodacl.reach import COUNT
from engine.sodacl.schema import schema_check
from engine.sodacl.settings import ON_UNKNOWN, SEVERITY, Settings, attributes
from engine.sodacl.thresholds import ages, conditions
from engine.sodacl.words import Words, column, columns, table


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says, where it says it without a mistake, and what was noted on the way."""

    form: Form | None
    mistakes: tuple[Mistake, ...]
    warnings: tuple[Mistake, ...]
    places: Mapping[str, tuple[int, Path]]
    """The line of each setting, and the way to it."""


def parsed(text: str) -> Form:
    """The check that the text says; raises the first Mistake in it."""
    reading = read(text)
    if reading.form is None:
        raise reading.mistakes[0].with_traceback(None)
    return reading.form


@lru_cache(maxsize=4096)
def read(text: str) -> Reading:
    """The check that the text says, with every mistake and every warning."""
    notes = Notes()
    form = notes.attempt(lambda: _form(text, notes))
    mistakes = tuple(sorted(notes.mistakes, key=lambda mistake: mistake.line))
    return Reading(None if mistakes else form, mistakes, tuple(notes.warnings), notes.places)


def _form(text: str, notes: Notes) -> Form | None:
    check = _Check.of(part_of(text), notes)
    return check.form(check.rule)


@dataclass(frozen=True, slots=True)
class _Check:
    """A check taken apart: its first line, and what stands under it."""

    header: Part
    line: str
    settings: Settings
    notes: Notes

    @classmethod
    def of(cls, part: Part, notes: Notes) -> "_Check":
        if isinstance(part.node, str):
            nothing = Settings(Part(None, part.line, part.path), notes)
            return cls(part, _line(part), nothing, notes)
        entries = list(part.entries().items()) if isinstance(part.node, dict) else []
        if not entries:
            raise part.mistake("a check is one line, perhaps with settings under it")
        (line, beneath), *others = entries
        if others:
            word, beside = others[0]
            raise beside.mistake(f"{word!r} stands beside the check: indent it more", word)
        header = Part(line, beneath.line, beneath.path)
        return cls(header, _line(header), Settings(beneath, notes), notes)

    def form(self, read_rule: Callable[[], Rule]) -> Form | None:
        """The rule with what is written beside it, which is read even where the rule is wrong."""
        rule, why = _attempt(read_rule)
        name = self.settings.text("name")
        own = self.settings.take("attributes", attributes) or {}
        if why is not None:
            misspelt = self.settings.misspelt()
            explained = isinstance(why, Lacking) and misspelt
            self.notes.mistakes += misspelt if explained else (why, *misspelt)
        if rule is None:
            return None
        gentle = (
            self.settings.take("warn_only", Part.truth) if isinstance(rule, AnomalyCheck) else None
        )
        severity = Severity(own.pop(SEVERITY, Severity.WARN if gentle else Severity.BLOCK))
        unknown = own.pop(ON_UNKNOWN, None)
        self.settings.end()
        if not self.settings.blemished:
            self._make_sense(rule, severity)
        return Form(rule, name, own, severity, open_when_unknown=unknown is not None)

    def _make_sense(self, rule: Rule, severity: Severity) -> None:
        if _says_nothing(rule):
            message = (
                f"«{self.line}» needs to know what is valid: add valid values, valid format, …"
            )
            self.notes.mistakes.append(self.header.mistake(message))
        if severity is Severity.QUARANTINE and not _about_rows(rule):
            message = f"«{self.line}» is not about single rows: none of them can be quarantined"
            self.notes.mistakes.append(self.header.mistake(message, severity))

    def rule(self) -> Rule:
        """What must hold; raises Mistake."""
        match self.line:
            case "schema":
                return schema_check(self.header, self.settings, self.notes)
            case "failed rows":
                return self._failed_rows()
            case "group by":
                return self._group_by()
            case _:
                return self._of_words()

    def _of_words(self) -> Rule:
        words = Words.of(self.header, self.line)
        if words.accept("freshness"):
            return self._freshness(words)
        if words.accept("values", "in"):
            return self._reference(words)
        if words.accept("change"):
            changed = change(words)
            return metric_check(words, self.settings, changed)
        if words.accept("anomaly", "score", "for"):
            message = "«anomaly score» is deprecated: write «anomaly detection for …»"
            self.notes.warnings.append(self.header.mistake(message, "anomaly score"))
            return anomaly_check(words, self.settings)
        if words.accept("anomaly", "detection"):
            words.expect("for")
            return anomaly_check(words, self.settings)
        return metric_check(words, self.settings)

    def _freshness(self, words: Words) -> FreshnessCheck:
        if words.accept("using"):
            message = "«freshness using» is deprecated: write «freshness(…) < …»"
            self.notes.warnings.append(self.header.mistake(message, "freshness using"))
            name = column(words, " ")
            variable = words.accept("with")
        else:
            words.expect("(", space="")
            name = column(words)
            variable = words.accept(",", space="")
            if not variable:
                words.expect(")", space="")
        if variable:
            message = f"«{self.line}»: variables are not known here, leave it out"
            raise self.header.mistake(message, words.next.text if words.next else None)
        where = self.settings.take("filter", written_sql.expression)
        return FreshnessCheck(name, ages(words, self.settings), where)

    def _reference(self, words: Words) -> ReferenceCheck:
        bracketed = words.next is not None and words.next.text == "("
        own = columns(words, " ") if bracketed else (column(words, " "),)
        words.expect("must")
        negated = words.accept("not")
        words.expect("exist", "in")
        other = table(words)
        others = columns(words, " ") if bracketed else (column(words, " "),)
        words.end()
        if len(own) != len(others):
            message = f"«{self.line}»: {len(own)} columns are compared with {len(others)}"
            raise self.header.mistake(message)
        return ReferenceCheck(
            own, other, others, negated, self.settings.take("filter", written_sql.expression)
        )

    def _failed_rows(self) -> FailedRowsCheck:
        condition = self.settings.take(vocabulary.FAIL_CONDITION, written_sql.expression)
        query = self.settings.take(vocabulary.FAIL_QUERY, written_sql.query)
        limits = conditions(self.settings, COUNT)
        if not self.settings.failed(*vocabulary.FAILS):
            if condition and query:
                raise self.header.mistake("«failed rows»: write a fail condition or a fail query")
            if not condition and not query:
                message = "«failed rows» needs a fail condition or a fail query under it"
                raise self.header.lacking(message)
        return FailedRowsCheck(condition, query, limits)

    def _group_by(self) -> GroupByCheck:
        query = self.settings.take("query", written_sql.query)
        fields = self.settings.take("fields", Part.texts)
        limit = self.settings.take("group_limit", Part.whole)
        checks = self.settings.take("checks", self._of_each_group)
        for key, value in (("query", query), ("fields", fields), ("checks", checks)):
            if value is None and not self.settings.failed(key):
                raise self.header.lacking(f"«group by» needs «{key}» under it", key)
        return GroupByCheck(query or "", fields or (), checks or (), limit)

    def _of_each_group(self, part: Part) -> tuple[Form, ...]:
        forms: list[Form] = []
        for item in part.items():
            check = _Check.of(item, self.notes)
            words = Words.of(check.header, check.line)
            form = check.form(partial(metric_of_a_group, words, check.settings))
            forms += () if form is None else (form,)
        return tuple(forms)


def _line(header: Part) -> str:
    """The first line; raises Mistake where it is of a form that is not read here."""
    line = header.text()
    left_out = vocabulary.left_out(line)
    if left_out is not None:
        form, message = left_out
        raise header.mistake(message, form)
    return line


def _attempt(read_rule: Callable[[], Rule]) -> tuple[Rule | None, Mistake | None]:
    try:
        return read_rule(), None
    except Mistake as mistake:
        return None, mistake


def _says_nothing(rule: Rule) -> bool:
    """Whether it counts what is invalid, and nothing is: it would always pass."""
    match rule:
        case MetricCheck(measure) | AnomalyCheck(measure):
            return measure.metric in vocabulary.ABOUT_VALIDITY and not measure.values.validate
        case _:
            return False


def _about_rows(rule: Rule) -> bool:
    """Whether it tells of each row if it is good."""
    match rule:
        case MetricCheck(measure, _, None):
            return measure.metric in vocabulary.ABOUT_ROWS
        case FailedRowsCheck(condition):
            return condition is not None
        case ReferenceCheck():
            return True
        case _:
            return False
