"""Understand what somebody typed: a command, a guess to confirm, or what would be understood."""

from dataclasses import replace
from datetime import datetime, tzinfo

from engine.commands import (
    Backfill,
    Command,
    Help,
    ListRuns,
    ListSchedules,
    Mute,
    RunPipeline,
    RunStatus,
    Snooze,
    SuggestChecks,
)
from engine.identifiers import without_numbers_and_addresses
from engine.people import Role
from skills.language import past_noon
from skills.language.alerting import read_alerting
from skills.language.anonymity import read_anonymity
from skills.language.below_zero import below_zero, why_not, without_sign
from skills.language.caution import misspellings, offers_without, reasons_against
from skills.language.closeness import close_sentences
from skills.language.dates import Calendar
from skills.language.filling import commands_of, days_of, is_missing, unknown_name
from skills.language.impossible import (
    does_otherwise,
    dry_run_of,
    fault_in_time,
    past_in,
    runs_something,
    works_the_latest,
)
from skills.language.items import Item, Kind
from skills.language.lexicon import CONDITIONAL, EXCLUDING, JOINING, REFUSALS, STOPPING
from skills.language.makers import with_maker
from skills.language.matching import Match, best_match
from skills.language.names import names_of
from skills.language.offering import bare_names, look_instead, which_name
from skills.language.people import read_people
from skills.language.persons import read_person, without_persons
from skills.language.phrases import ORDER_VERBS
from skills.language.privacy_rules import read_privacy_rule
from skills.language.putting_aside import is_about_quarantine
from skills.language.readings import Guess, NotUnderstood, Reading, Understood
from skills.language.said import Said
from skills.language.scheduling import Plan, plan_in, scheduled
from skills.language.sentences import read_sentence
from skills.language.slots import items_of
from skills.language.unreadable import (
    not_yet,
    runs_at_any_time,
    unchangeable,
    unknown_column,
    unread_age,
    unread_check_id,
    unread_time,
)
from skills.language.vocabulary import Vocabulary
from skills.language.words import UNSAID, Word, tidy, words_of

LONGEST_TEXT = 2_000
MOST_WORDS = 80


def understand(text: str, vocabulary: Vocabulary, now: datetime, zone: tzinfo) -> Reading:
    """What a text says, for any text at all."""
    if len(text) > LONGEST_TEXT:
        return NotUnderstood(close_sentences("", vocabulary))
    slip = _slip_in(text)
    if slip and not read_person(text, vocabulary):
        meant, reason = slip
        return _offered(understand(meant, vocabulary, now, zone), reason)
    return _understood(text, vocabulary, now, zone)


def _slip_in(text: str) -> tuple[str, str] | None:
    """The text as it may have been meant, and the number or hour in it that can't be."""
    if number := below_zero(text):
        return without_sign(text, number), why_not(number)
    if hour := past_noon.past_noon(text):
        return text.replace(*hour, 1), past_noon.why_not(*hour)
    return None


def _understood(text: str, vocabulary: Vocabulary, now: datetime, zone: tzinfo) -> Reading:
    """What a text says that has no number or hour that can't be."""
    exact = read_sentence(text, vocabulary, zone)
    if exact and not _has_passed(exact, text, now):
        return _if_it_has_come(Understood(exact), now)
    person = read_people(text, vocabulary) or read_person(text, vocabulary)
    if person:
        return person
    masked = without_persons(text, vocabulary)
    structured = read_privacy_rule(masked, vocabulary) or read_anonymity(masked, vocabulary)
    if structured:
        return structured
    plain = without_numbers_and_addresses(text, UNSAID)
    alerting = read_alerting(plain, vocabulary, Calendar(now, zone))
    if alerting:
        return _if_it_has_come(alerting, now)
    return _loosely(masked, vocabulary, now, zone)


def _offered(reading: Reading, slip: str) -> Reading:
    """What would be read without a slip: offered, never done."""
    match reading:
        case Understood(command):
            return Guess((command,), slip)
        case Guess(commands, reason):
            return Guess(commands, f"{slip} {reason}")
        case _:
            return reading


def _has_passed(command: Command, text: str, now: datetime) -> bool:
    """Whether it was typed with a time that lies behind; that of an old button is told as such."""
    until = command.until if isinstance(command, Mute | Snooze) else None
    return until is not None and until <= now and until.isoformat() not in text


def _loosely(text: str, vocabulary: Vocabulary, now: datetime, zone: tzinfo) -> Reading:
    """What a text says in people's own words; whoever it may name is not in it any more."""
    tidied = tidy(text)
    words = words_of(tidied)
    if len(words) > MOST_WORDS:
        return NotUnderstood(close_sentences(text, vocabulary))
    names, calendar = names_of(vocabulary), Calendar(now, zone)

    def said(words: tuple[Word, ...]) -> Said:
        items = items_of(tidied, words, names, calendar)
        return Said(tidied, with_maker(items, vocabulary), vocabulary)

    whole, plan = said(words), plan_in(words, names, calendar)
    plain, rest = _read(whole), said(plan.rest) if plan else whole
    if plan is None or _says_something_else(plain, plan):
        reading = plain
    else:
        reading = scheduled(_read(rest), plan) or plain
    no_time = fault_in_time(tidied, words, calendar)
    if no_time and isinstance(reading, Understood) and isinstance(reading.command, ListRuns):
        return Guess(runs_at_any_time(reading.command, vocabulary), no_time)
    fault = no_time or dry_run_of(whole)
    return _if_it_has_come(_within_reason(reading, rest, fault, past_in(tidied, words)), now)


def _if_it_has_come(reading: Reading, now: datetime) -> Reading:
    """The reading, unless it looks back to a time that lies ahead."""
    if not isinstance(reading, Understood):
        return reading
    reason = not_yet(reading.command, now)
    return Guess((replace(reading.command, since=None),), reason) if reason else reading  # type: ignore[call-arg]  # it has one


def _within_reason(reading: Reading, said: Said, fault: str | None, past: str | None) -> Reading:
    """The reading, without an offer that would do other than what was asked."""
    if not isinstance(reading, Guess):
        return reading
    if all(command.needs is Role.VIEWER for command in reading.commands):
        return reading
    if runs_something(reading.commands):
        fault = fault or past or (reading.reason if does_otherwise(reading, said) else None)
    elif past and works_the_latest(reading.commands):
        fault = fault or reading.reason
    return Guess(look_instead(said), fault) if fault else reading


def _says_something_else(plain: Reading, plan: Plan) -> bool:
    """Whether a sentence is clear without being an order that names a time."""
    if not isinstance(plain, Understood) or isinstance(plain.command, RunPipeline):
        return False
    return not (plan.is_said and isinstance(plain.command, ListSchedules))


def _read(said: Said) -> Reading:
    if not said.meaningful:
        return Understood(Help())
    if said.meaningful[0].value in STOPPING and not _is_about_what_goes(said):
        return _not_offered(said)
    wanted, excluded = _cut(said)
    match = best_match(wanted)
    fault = unread_check_id(said.text, match)
    if fault:
        return Guess(tuple(map(SuggestChecks, _tables_named(said))) or (Help("checks"),), fault)
    if match is None:
        return bare_names(said) or NotUnderstood(close_sentences(said.text, said.vocabulary))
    match = replace(match, left=(*match.left, *excluded))
    return _several(said) or _decide(said, match)


def _tables_named(said: Said) -> tuple[str, ...]:
    names = (said.vocabulary.dataset(name, None, "silver") for name in said.values(Kind.TABLE))
    return tuple(name for name in names if name)


def _is_about_what_goes(said: Said) -> bool:
    """Whether it is about what can be deleted here: schedules, and rows in quarantine."""
    words = {item.value for item in said.meaningful if item.kind is Kind.WORD}
    if is_about_quarantine(tuple(words)):
        return True
    return bool(said.values(Kind.SCHEDULE)) or not words.isdisjoint({"schedule", "schedules"})


def _decide(said: Said, match: Match) -> Reading:
    commands = commands_of(match, said.vocabulary)
    if unread := _unread(said, match, commands):
        return unread
    if match.command.needs is not Role.VIEWER:
        return _careful(said, match, commands)
    if match.command is RunStatus and (listed := _runs_of_that_time(match, commands)):
        return Understood(listed)
    if is_missing(match) or len(commands) != 1:
        reason = " ".join(misspellings(said, match)) or which_name(match)
        return Guess(commands, reason) if commands else _nothing_there(said)
    strange = sum(item.kind is Kind.UNKNOWN for item in match.left)
    if strange > len(match.cue) + len(match.slots) and not isinstance(commands[0], Help):
        return NotUnderstood(close_sentences(said.text, said.vocabulary))
    return unknown_column(commands[0], said.vocabulary) or Understood(commands[0])


def _unread(said: Said, match: Match, commands: tuple[Command, ...]) -> Reading | None:
    """A guess without what was named and can't be read, where that may be left out at all."""
    if fault := unchangeable(said, match):
        return Guess(commands, fault)
    if fault := unread_age(said.text, match):
        return Guess(look_instead(said), fault)
    if fault := unread_time(said, match):
        plain = commands if unknown_name(match) is None else ()
        return Guess(plain or look_instead(said), fault)
    return None


def _runs_of_that_time(match: Match, commands: tuple[Command, ...]) -> Command | None:
    """The runs of a time that has passed, which the latest run need not be."""
    period = next((item.period for item in match.left if item.period), None)
    meant = next(iter(commands), None)
    if period is None or period.until is None or not isinstance(meant, RunStatus) or meant.run_id:
        return None
    return ListRuns(None, meant.pipeline, meant.table, period.since, period.until)


def _careful(said: Said, match: Match, commands: tuple[Command, ...]) -> Reading:
    """A command that changes data is understood only when nothing at all speaks against it."""
    if not commands:
        return _nothing_there(said)
    if match.command is Backfill and days_of(match) is None:
        return Guess(look_instead(said), "From which day to which?")
    reasons = reasons_against(said, match, commands)
    if not reasons:
        return Understood(commands[0])
    return Guess(offers_without(said, match, commands), " ".join(reasons))


def _nothing_there(said: Said) -> Reading:
    return NotUnderstood(close_sentences(said.text, said.vocabulary))


def _not_offered(said: Said) -> Reading:
    """What is nearest to a verb that Atlas knows but does not do."""
    reason = f"Not understood: {said.typed_together(said.unexplained)}."
    return Guess(look_instead(said), reason)


def _cut(said: Said) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """The items that are wanted, and those from the first word of exclusion or condition on."""
    is_order = said.meaningful[0].value in ORDER_VERBS
    ending = EXCLUDING | CONDITIONAL if is_order else EXCLUDING
    for at, item in enumerate(said.items):
        if item.kind is Kind.WORD and item.value in ending:
            return said.items[:at], said.items[at:]
    return said.items, ()


def _several(said: Said) -> Reading | None:
    """A guess of each command where a sentence joins several."""
    values = {item.value for item in said.meaningful}
    if not values & JOINING or values & REFUSALS:
        return None
    clauses = _clauses(said.items)
    matches = tuple(found for clause in clauses if (found := best_match(clause)))
    if not matches[1:] or len(matches) < len(clauses):
        return None
    commands = tuple(_first(found, said.vocabulary) for found in matches)
    offers = tuple(dict.fromkeys(command for command in commands if command))
    return Guess(offers, "One thing at a time, please.") if len(offers) > 1 else None


def _first(match: Match, vocabulary: Vocabulary) -> Command | None:
    return next(iter(commands_of(match, vocabulary)), None)


def _clauses(items: tuple[Item, ...]) -> tuple[tuple[Item, ...], ...]:
    clauses: list[list[Item]] = [[]]
    for item in items:
        if item.kind is Kind.WORD and item.value in JOINING:
            clauses.append([])
        else:
            clauses[-1].append(item)
    return tuple(tuple(clause) for clause in clauses if clause)
