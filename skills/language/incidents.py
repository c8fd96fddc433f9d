"""Read sentences about incidents: list, show, acknowledge, snooze, assign, resolve."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from engine.commands import (
    Acknowledge,
    Assign,
    Command,
    Help,
    ListIncidents,
    Resolve,
    ShowIncident,
    Snooze,
)
from skills.language.ahead import Ahead, read_ahead
from skills.language.dates import Calendar, full_minute
from skills.language.readings import Guess, Reading
from skills.language.shapes import (
    ASKED,
    MOST_OFFERS,
    ONE_AT_A_TIME,
    REFUSED,
    Shape,
    reading,
    subjects,
    words_in,
)
from skills.language.slot_values import NO_ONE
from skills.language.topics import owners_called

WHICH = "Which incident? Say its id, such as INC-12: «list incidents» shows them."
UNTIL_WHEN = "Until when?"
NOBODY = "An incident is assigned to one person, such as @lea, or to me."
OPENS_ITSELF = "An incident opens again by itself when the same trouble comes back within a day."

_WHICH = (
    r"(?:(?P<which>I\d+)|(?:incidents? |trouble )?(?:of |for |on |with |in |about )?"
    r"(?P<table>[DU]\d+)(?: incidents?)?)"
)
_IT = r"(?:it|this|that|this one|that one|incident|this incident|that incident)"
_SHOW = (
    r"(?:(?:show|list|display|give|get|which|what|any|see|are there|is there|there) "
    r"(?:me |us |are |is |all |any )*)?"
)
_STANDINGS: Mapping[str, str] = MappingProxyType(
    {
        "": "open|unresolved|current|active|ongoing|all|new|recent|outstanding|unsolved",
        "open": "unacknowledged|untouched",
        "acknowledged": "acknowledged|acked",
        "snoozed": "snoozed|sleeping",
        "resolved": "resolved|closed|past|solved|fixed|old|finished",
    }
)
_STANDING = "|".join(_STANDINGS.values())
_INCIDENTS = r"(?:incidents?|alerts)"
_ABOUT = r"(?:of|for|in|on|with|about|from|concerning)"
_OWNER = r"(?P<owner>\S+(?: \S+){0,3}?)"
_LISTED = (
    (
        rf"{_SHOW}(?:(?P<standing>{_STANDING}) )?{_INCIDENTS}(?: (?:are|is) (?:there|open))?"
        rf"(?: (?:which |that )?(?:are |is )?(?P<standing_after>{_STANDING}))?"
        rf"(?: {_ABOUT} (?P<table>[DU]\d+))?"
    ),
    (
        rf"{_SHOW}(?:(?P<standing>{_STANDING}) )?{_INCIDENTS} (?:of owner|for owner"
        rf"|owned by|of team|for team) {_OWNER}"
    ),
    rf"{_SHOW}(?:(?P<standing>{_STANDING}) )?{_INCIDENTS} (?:of|for|from) {_OWNER} team",
    rf"{_SHOW}(?P<owner>[DU]\d+) team (?:(?P<standing>{_STANDING}) )?{_INCIDENTS}",
    rf"{_SHOW}(?:(?P<standing>{_STANDING}) )?(?P<table>[DU]\d+) {_INCIDENTS}",
    (
        rf"{_SHOW}(?:(?P<standing>{_STANDING}) )?(?:problems|issues|trouble)(?: {_ABOUT} "
        rf"(?P<table>[DU]\d+))?"
    ),
    (
        r"(?:what|which tables?|what else|anything|something|is anything|is something|what things)"
        r" (?:is |are )?broken(?: (?:in|with|at|of) (?P<table>[DU]\d+))?"
    ),
    r"what (?:is on fire|needs (?:my |our )?attention|is unresolved)",
)
_SHOWN = (
    (
        r"(?:(?:show|display|open|view|explain|describe|see|give|get|status|status of"
        r"|state of|details"
        r"|details of|details on|history|history of|story of|why|what is|what about"
        r"|how about|how is|tell about|tell me about"
        r"|what happened (?:in|with|to|at)|more about|more on|any news on) (?:me |us )?)?"
        r"(?P<which>I\d+)"
        r"(?: (?:details|status|history|please))?"
    ),
    (
        r"(?:show|display|open|view|explain|describe|history of|details of|status of) (?:me |us )?"
        r"(?:incident|incident history) (?:of|for|on|with|in|about) (?P<table>[DU]\d+)"
    ),
    (
        r"(?:is|was|are|has) (?P<which>I\d+) (?:been |still |already |now )*"
        r"(?:open|resolved|solved|fixed|done|closed|over|acknowledged|snoozed|assigned|bad|urgent)"
    ),
    (
        r"(?:who|is anyone|is anybody|is somebody|anyone) (?:is |has |owns |handles "
        r"|looks |looking |working )*"
        r"(?:on |after |into |at )?(?P<which>I\d+)"
    ),
    r"how is (?P<which>I\d+) (?:going|doing|coming along)",
)
_ACKNOWLEDGE = r"(?:acknowledge|acknowledged|acknowledging|ack|acked|ackd)"
_AT_IT = (
    r"(?:(?:i am |am |we are )?(?:on|working on|looking into|looking at|investigating"
    r"|handling|dealing with|busy with)"
    r"|(?:i )?(?:will )?(?:take care of|handle|deal with)|(?:i )?(?:have )?got)"
)
_ACKNOWLEDGED = (
    rf"{_ACKNOWLEDGE} {_WHICH}", rf"{_AT_IT} (?P<which>I\d+)", rf"{_WHICH} {_ACKNOWLEDGE}",
    rf"(?:mark|set) {_WHICH} (?:as )?{_ACKNOWLEDGE}",
    rf"{_AT_IT} incident (?:of|for|on|with|in) (?P<table>[DU]\d+)",
)  # fmt: skip
_ON_IT = rf"(?:{_ACKNOWLEDGE}|{_AT_IT})(?: {_IT})?|(?:i )?(?:take|have|got|will take) {_IT}"
_ASSIGN = r"(?:assign|reassign|give|hand|hand over|delegate)"
_ASSIGNED = (
    rf"{_ASSIGN} {_WHICH} (?:over )?to (?P<person>P\d+|[DU]\d+|me|myself|us|\w+)",
    rf"{_ASSIGN} {_WHICH}(?P<open>)",
    rf"(?:assign|reassign) (?P<person>P\d+|me|myself)(?: to)? {_WHICH}",
    rf"give (?P<person>me) {_WHICH}",
    (
        r"(?:i )?(?:will )?(?:take|take over|grab|own) (?:(?P<which>I\d+)|incident (?:of"
        r"|for|on|with|in) (?P<table>[DU]\d+))"
    ),
    r"(?P<which>I\d+) (?:is )?(?:mine|to me|for me)",
    r"(?P<which>I\d+) (?:is )?(?:to|for) (?P<person>P\d+)",
)
_OVER = r"(?:resolved|solved|fixed|done|closed|over|finished|settled)"
_RESOLVED = (
    rf"(?:resolve|solve) {_WHICH}",
    (
        r"(?:close|fixed|solved|resolved|closed|finish|(?:i )?(?:have |fixed |solved ))"
        r"(?: )?(?:(?P<which>I\d+)|incident (?:of|for|on|with|in) (?P<table>[DU]\d+))"
    ),
    rf"(?P<which>I\d+) (?:is |was |has been |can be )?{_OVER}",
    rf"(?:mark|set) {_WHICH} (?:as |to )?{_OVER}",
)
_SNOOZE = r"(?:snooze|snoozed|postpone|defer|hush|remind (?:me |us )?(?:of |about |again about )?)"
_SNOOZED = (
    rf"{_SNOOZE} ?{_WHICH}",
    rf"{_WHICH} {_SNOOZE}",
    rf"(?:wake|ask) me (?:up )?(?:about |for ){_WHICH}",
)
_SNOOZING = frozenset(["snooze", "snoozed", "postpone", "defer", "hush", "remind", "wake"])
_EVERY = (
    r"(?:all|everything|every|each)(?: (?:of )?(?:them|these|those))?"
    r"(?: (?:open|unresolved|current|active|ongoing|outstanding))?"
    rf"(?: {_INCIDENTS})?(?: {_ABOUT})?(?: (?P<table>[DU]\d+))?(?: {_INCIDENTS})?"
)
_ALL_ACKNOWLEDGED = (
    rf"{_ACKNOWLEDGE} {_EVERY}",
    rf"(?:mark|set) {_EVERY} (?:as )?{_ACKNOWLEDGE}",
)
_ALL_RESOLVED = (
    rf"(?:resolve|solve|close|finish) {_EVERY}",
    rf"(?:mark|set) {_EVERY} (?:as |to )?{_OVER}",
)
_ALL_SNOOZED = (rf"{_SNOOZE} ?{_EVERY}",)
_REOPENED = r"(?:reopen|open again) (?P<which>I\d+)"

_Maker = Callable[[str | None, str | None], Command]


def _compiled(patterns: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    return tuple(map(re.compile, patterns))


_MAKERS: tuple[tuple[_Maker, tuple[re.Pattern[str], ...]], ...] = (
    (ShowIncident, _compiled(_SHOWN)),
    (Acknowledge, _compiled(_ACKNOWLEDGED)),
    (Resolve, _compiled(_RESOLVED)),
)
_BULK: tuple[tuple[type[Acknowledge | Resolve], tuple[re.Pattern[str], ...]], ...] = (
    (Acknowledge, _compiled(_ALL_ACKNOWLEDGED)),
    (Resolve, _compiled(_ALL_RESOLVED)),
)
_LISTS, _ASSIGNS, _SNOOZES = _compiled(_LISTED), _compiled(_ASSIGNED), _compiled(_SNOOZED)
_SNOOZES_ALL = _compiled(_ALL_SNOOZED)
WORDS = words_in(
    (
        *(*_LISTED, *_SHOWN, *_ACKNOWLEDGED, _ON_IT, *_ASSIGNED, *_RESOLVED, *_SNOOZED),
        *(_REOPENED, *_ALL_ACKNOWLEDGED, *_ALL_RESOLVED, *_ALL_SNOOZED),
    )
)
_ALONE = frozenset(["ack", "acknowledge", "snooze", "assign", "resolve"])


def speaks_of_snoozing(shape: Shape) -> bool:
    """Whether a time in the sentence may say how long to snooze."""
    return not shape.words.isdisjoint(_SNOOZING)


def read_incident(shape: Shape) -> Reading | None:
    """What is said about incidents, but for snoozing; None where it is something else."""
    return _listed(shape) or _all(shape) or _one(shape) or _assigned(shape)


def read_snooze(
    text: str, shape_of: Callable[[str], Shape | None], calendar: Calendar
) -> Reading | None:
    """An incident that is to be quiet until a time; None where the sentence is another one."""
    ahead = read_ahead(text, calendar, bare="remind" in text.casefold())
    shape = shape_of(ahead.rest if ahead else text)
    if shape is None:
        return None
    if (found := _first(_SNOOZES_ALL, shape.form)) and not shape.is_refused:
        datasets, doubts = _of_all(shape, found)
        meant = tuple(Snooze(None, each, every=True) for each in datasets)
        return _until(shape, meant, ahead, doubts, calendar)
    for one in (shape, *shape.each_alone()):
        found = _first(_SNOOZES, one.form)
        if found is None:
            continue
        if shape.is_refused:
            return Guess(_looks(shape), REFUSED)
        alone = () if one is shape else (ONE_AT_A_TIME,)
        named, doubts = _named(one, found)
        meant = tuple(Snooze(*each) for each in named)
        return _until(shape, meant, ahead, (*doubts, *alone), calendar)
    return None


def _until(
    shape: Shape,
    meant: tuple[Snooze, ...],
    ahead: Ahead | None,
    doubts: tuple[str, ...],
    calendar: Calendar,
) -> Reading:
    if ahead and not ahead.fault:
        return reading(shape, (replace(each, until=ahead.until) for each in meant), doubts)
    offers = tuple(
        replace(each, until=until) for each in meant for until in (*usual_times(calendar), None)
    )
    return Guess(offers, " ".join((*filter(None, doubts), ahead.fault if ahead else UNTIL_WHEN)))


def usual_times(calendar: Calendar) -> Iterator[datetime]:
    """In an hour, and tomorrow morning."""
    for said in ("for 1 hour", "until tomorrow 9am"):
        found = read_ahead(said, calendar)
        if found and found.until:
            yield full_minute(found.until)


def _listed(shape: Shape) -> Reading | None:
    found = _first(_LISTS, shape.form)
    if found is None:
        return None
    said = found.groupdict()
    word = said.get("standing") or said.get("standing_after") or ""
    standing = next(
        status for status, words in _STANDINGS.items() if not word or word in words.split("|")
    )
    if said.get("owner"):
        owner = " ".join(shape.slot(each).typed for each in found["owner"].split())
        named = owners_called(owner, shape.vocabulary) or (owner,)
        return reading(shape, (ListIncidents(standing or None, None, each) for each in named))
    if not said.get("table"):
        return reading(shape, (ListIncidents(standing or None),))
    slot = shape.slot(found["table"])
    owned = owners_called(slot.typed, shape.vocabulary)
    if not slot.names and owned:
        return reading(shape, (ListIncidents(standing or None, None, each) for each in owned))
    commands = tuple(ListIncidents(standing or None, each) for each in subjects(slot))
    return reading(shape, commands, (slot.doubt,) if len(commands) > 1 else ())


def _all(shape: Shape) -> Reading | None:
    """All incidents at once, or all of a dataset."""
    for maker, forms in _BULK:
        found = _first(forms, shape.form)
        if found is not None:
            datasets, doubts = _of_all(shape, found)
            return reading(shape, (maker(None, each, every=True) for each in datasets), doubts)
    return None


def _of_all(shape: Shape, found: re.Match[str]) -> tuple[tuple[str | None, ...], tuple[str, ...]]:
    """Each dataset that may be meant, or None for all that there are."""
    if not found["table"]:
        return (None,), ()
    slot = shape.slot(found["table"])
    return subjects(slot), (slot.doubt,)


def _one(shape: Shape) -> Reading | None:
    for maker, forms in _MAKERS:
        for one in (shape, *shape.each_alone()):
            found = _first(forms, one.form)
            if found is None:
                continue
            if one is not shape:
                return _each(shape, maker, forms)
            named, doubts = _named(shape, found)
            looks = maker is ShowIncident and len(named) == 1
            return reading(shape, (maker(*each) for each in named), () if looks else doubts)
    return None


def _each(shape: Shape, maker: _Maker, forms: tuple[re.Pattern[str], ...]) -> Reading:
    """The command for each of several incidents."""
    found = ((one, _first(forms, one.form)) for one in shape.each_alone())
    named = (each for one, match in found if match for each in _named(one, match)[0])
    return Guess(tuple(maker(*each) for each in named), ONE_AT_A_TIME)


def _named(
    shape: Shape, found: re.Match[str]
) -> tuple[tuple[tuple[str | None, str | None], ...], tuple[str, ...]]:
    """The incident by its id, or by each dataset that may be meant."""
    said = found.groupdict()
    if said.get("which"):
        return ((shape.slot(found["which"]).value, None),), ()
    slot = shape.slot(found["table"])
    return tuple((None, dataset) for dataset in subjects(slot)), (slot.doubt,)


def _assigned(shape: Shape) -> Reading | None:
    found = _first(_ASSIGNS, shape.form)
    if found is None:
        return None
    said = found.groupdict()
    person = shape.slot(said.get("person") or "me").typed
    named, doubts = _named(shape, found)
    if not _is_person(person) or said.get("open") is not None:
        return Guess(tuple(Assign(*each) for each in named), NOBODY)
    whose = "me" if person.casefold() in ("me", "myself") else person
    return reading(shape, (Assign(*each, whose) for each in named), doubts)


def _is_person(typed: str) -> bool:
    return (
        typed[0] != "#"
        and "\N{HORIZONTAL ELLIPSIS}" not in typed
        and typed.casefold() not in NO_ONE
    )


def nearly_incident(shape: Shape) -> Reading | None:
    """What comes nearest to a sentence that speaks of incidents and is none of these."""
    if shape.incidents():
        return _near_an_id(shape)
    if re.fullmatch(_ON_IT, shape.form):
        return Guess((Acknowledge(), ListIncidents(), Help("incident")), WHICH)
    if shape.form in _ALONE:
        return Guess((ListIncidents(), Help("incident")), WHICH)
    if shape.words.isdisjoint({"incident", "incidents"}):
        return None
    return Guess((ListIncidents(), Help("incident")), f"Not understood: {shape.said.text}.")


def _near_an_id(shape: Shape) -> Reading:
    """What can be done with the incidents that are named, where nobody can tell what is wanted."""
    if shape.is_refused:
        return Guess(_looks(shape), REFUSED)
    if re.fullmatch(_REOPENED, shape.form):
        return Guess(_looks(shape), OPENS_ITSELF)
    verbs = (maker for word, maker in _VERBS.items() if word in shape.words)
    acts = tuple(maker(each, None) for maker in verbs for each in shape.incidents())
    is_asked = bool(acts) and shape.said.is_question
    reason = ASKED if is_asked else f"Not understood: {shape.said.text}."
    return Guess((*_looks(shape), *acts)[:MOST_OFFERS], reason)


_VERBS: Mapping[str, _Maker] = MappingProxyType(
    {
        "acknowledge": Acknowledge, "ack": Acknowledge, "snooze": Snooze, "resolve": Resolve,
        "close": Resolve, "assign": Assign, "take": Assign,
    }
)  # fmt: skip


def _looks(shape: Shape) -> tuple[Command, ...]:
    return tuple(map(ShowIncident, shape.incidents())) or (ListIncidents(),)


def _first(forms: tuple[re.Pattern[str], ...], form: str) -> re.Match[str] | None:
    return next((found for each in forms if (found := each.fullmatch(form))), None)
