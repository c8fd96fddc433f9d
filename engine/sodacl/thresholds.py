"""What a value is compared with: `> 5`, `between [1 and 5)`, `< 1d2h`, `warn: when …`."""

import re
from datetime import timedelta

from engine.sodacl.mistakes import one_of
from engine.sodacl.model import Comparator, Comparison, Condition, Range, Thresholds
from engine.sodacl.parts import Part
from engine.sodacl.reach import AGE, ANY, Domain, decided, hidden_warning
from engine.sodacl.settings import Settings
from engine.sodacl.words import Kind, Words

_SIGNS = {**{each.value: each for each in Comparator}, "<>": Comparator.UNEQUAL}
_KEYWORDS = ("between", "not between")
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_YOUNGER = (Comparator.LESS, Comparator.AT_MOST)
_OLDER = (Comparator.MORE, Comparator.AT_LEAST)


def thresholds(
    words: Words, settings: Settings, domain: Domain = ANY, amount: Kind = Kind.NUMBER
) -> Thresholds:
    """What the rest of the line says, or the settings `warn` and `fail`; never both."""
    beneath = conditions(settings, domain, amount)
    given = beneath != Thresholds() or settings.failed("warn", "fail")
    if words.next is None:
        words.end()
        if not given:
            example = "> 0" if amount is Kind.NUMBER else "< 1d"
            message = f"the check «{words.line}» has no threshold, such as {example}"
            raise words.part.lacking(message)
        return beneath
    if given:
        message = f"«{words.line}» has a threshold already: leave out warn and fail, or it"
        raise words.part.mistake(message)
    holds = _condition(words, amount)
    doubt = decided(holds, domain)
    if doubt is not None:
        settings.doubt_line(words.part, f"«{words.line}»: {doubt}")
    return Thresholds(holds)


def ages(words: Words, settings: Settings) -> Thresholds:
    """Thresholds of an age: less than so long holds, more than so long warns or fails."""
    found = thresholds(words, settings, AGE, Kind.SPAN)
    for condition, allowed in ((found.holds, _YOUNGER), (found.warn, _OLDER), (found.fail, _OLDER)):
        if condition is None:
            continue
        if not isinstance(condition, Comparison) or condition.comparator not in allowed:
            signs = " or ".join(allowed)
            raise words.part.mistake(f"«{words.line}»: an age is compared by {signs}", None)
    return found


def conditions(settings: Settings, domain: Domain = ANY, amount: Kind = Kind.NUMBER) -> Thresholds:
    """What the settings `warn` and `fail` say, if anything."""

    def when(part: Part) -> Condition:
        text = part.text()
        if not text.startswith("when "):
            message = f"{part.name}: it must begin with «when», such as «when > 5»"
            raise part.mistake(message, text.split()[0])
        return _condition(Words.of(part, text.removeprefix("when ")), amount)

    found = Thresholds(warn=settings.take("warn", when), fail=settings.take("fail", when))
    _doubt(found, settings, domain)
    return found


def _doubt(found: Thresholds, settings: Settings, domain: Domain) -> None:
    """Note a level that no value reaches, or each."""
    never = hidden_warning(found, domain)
    if never is not None:
        settings.doubt("warn", f"warn: {never}")
    for level, condition in (("warn", found.warn), ("fail", found.fail)):
        doubt = decided(condition, domain) if condition is not None else None
        if doubt is not None:
            settings.doubt(level, f"{level}: {doubt}")


def _condition(words: Words, amount: Kind) -> Condition:
    found = _range(words, amount) or _comparison(words, amount)
    words.end()
    return found


def _range(words: Words, amount: Kind) -> Range | None:
    negated = words.accept("not", "between")
    if not negated and not words.accept("between"):
        return None
    opened = words.accept_one("[", "(")
    low = _value(words, amount, "" if opened else " ")
    words.expect("and")
    high = _value(words, amount, " ")
    closed = words.accept_one("]", ")", space="")
    if bool(opened) != bool(closed):
        raise words.part.mistake(f"«{words.line}»: a bracket has no other", opened or closed)
    if low > high:
        raise words.part.mistake(f"«{words.line}»: the first number must be the smaller one")
    return Range(low, high, opened != "(", closed != ")", negated)


def _comparison(words: Words, amount: Kind) -> Comparison:
    sign = words.accept_one(*_SIGNS)
    if sign is None:
        said = words.next.text if words.next else ""
        hint = one_of(said, (*_SIGNS, *_KEYWORDS))
        raise words.part.mistake(f"«{words.line}»: {said!r} compares nothing{hint}", said)
    return Comparison(_SIGNS[sign], _value(words, amount, " "))


def _value(words: Words, amount: Kind, space: str) -> float:
    if amount is Kind.SPAN:
        return seconds(words.take(Kind.SPAN, "a time, such as 1d or 2h30m,", space))
    number = float(words.take(Kind.NUMBER, "a number", space))
    words.accept("%", space="")
    return number


def seconds(span: str) -> float:
    """`1d2h30m` in seconds."""
    parts = dict.fromkeys(_UNITS.values(), 0)
    for count, unit in re.findall(r"(\d+)([dhms])", span):
        parts[_UNITS[unit]] += int(count)
    return timedelta(**parts).total_seconds()
