"""Read who is to hear of what: subscribe, mute, why something went where, what did not arrive."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from engine.commands import (
    Command,
    ExplainRoute,
    Help,
    ListIncidents,
    ListSubscriptions,
    ListUndelivered,
    Mute,
    Snooze,
    Subscribe,
    Unmute,
    Unsubscribe,
)
from engine.topics import ANYTHING
from skills.language.ahead import Ahead, read_ahead
from skills.language.dates import Calendar
from skills.language.incidents import usual_times
from skills.language.readings import Guess, Reading
from skills.language.shapes import (
    MOST_OFFERS,
    ONE_AT_A_TIME,
    REFUSED,
    Shape,
    reading,
    subjects,
    words_in,
)
from skills.language.topics import BARE_TOPIC, TOPIC, topics_in
from skills.language.topics import PATTERNS as TOPIC_PATTERNS

TO_WHICH = "To which alerts? Say for example «subscribe #finance to critical alerts for gold»."
HOW_LONG = "For how long?"
WHAT_TO_MUTE = "Which table? Say for example «mute orders for 2 hours»."
INCIDENTS_SNOOZE = "A table is muted; an incident is snoozed."

_HERE = r"me|us|here|this channel|this place|this room|to me|to us"
_PLACE = rf"(?:(?P<place>P\d+)(?: channel| too| as well)?|(?:{_HERE})(?: too| as well)?)"
_SEND = r"(?:send|post|route|deliver|forward|copy|push|put|direct|sending|posting|start sending)"
_STOP = r"(?:stop|quit|cease|end|no longer|no more)(?: the)?"
_SENDING = r"(?:sending|send|posting|post|routing|delivering|forwarding|to send)"
_SUBSCRIBED = (
    rf"{_SEND} {TOPIC} (?:to|in|into|at) {_PLACE}",
    rf"{_SEND} {_PLACE} {TOPIC}",
    rf"(?:send|post) {TOPIC} here",
    rf"subscribe {_PLACE} (?:to|for) (?:{TOPIC})",
    rf"subscribe (?:to|for) {TOPIC}",
    rf"subscribe {TOPIC} (?:to|for|in) {_PLACE}",
    rf"(?:notify|alert|inform|tell|ping) {_PLACE} (?:of|about|on) {TOPIC}",
)
_SUBSCRIBED_BARE = (
    rf"subscribe {_PLACE} (?:to|for) {BARE_TOPIC}", rf"subscribe (?:to|for) {BARE_TOPIC}",
    rf"(?:notify|alert|ping) {_PLACE} (?:of|about|on) {BARE_TOPIC}",
)  # fmt: skip
_UNSUBSCRIBED = (
    rf"{_STOP} {_SENDING} {TOPIC}(?: (?:to|in|into) {_PLACE})?",
    rf"{_STOP} {_SENDING} {_PLACE} {TOPIC}",
    rf"unsubscribe(?: {_PLACE})?(?: (?:from|of) {TOPIC})?",
    rf"(?:do not|not) {_SENDING} {TOPIC} (?:to|in|into) {_PLACE}(?: any more| anymore)?",
    rf"{_STOP} {TOPIC} (?:to|in|into) {_PLACE}",
)
_UNSUBSCRIBED_BARE = (rf"unsubscribe(?: {_PLACE})? (?:from|of) {BARE_TOPIC}",)
_HEARS = (
    r"(?:gets?|receives?|hears?|sees?|is told|are told|is alerted|is notified"
    r"|is subscribed|subscribes)"
)
_HEARD = (
    rf"(?:who|which channels?|which places|where) {_HEARS}(?: of| about| to)?(?: {TOPIC}| what)?",
    rf"(?:who|which channels?) {_HEARS} (?:of|about|to) {BARE_TOPIC}",
    rf"who (?:is|are) (?:subscribed|alerted|notified|told)(?: of| about| to)?(?: {TOPIC})?",
    rf"what (?:is|are|am) (?:{_PLACE}|i|we) subscribed(?: to)?",
    rf"what (?:does|do|can|will) (?:{_PLACE}|i|we) (?:get|receive|hear|see)(?: of| about)?",
    rf"what (?:goes|is sent|is posted) (?:to|in) {_PLACE}",
    (
        rf"(?:what|which) alerts (?:go to|come to|are sent to|get to|does|do) (?:{_PLACE}|i|we)"
        rf"(?: get| receive)?"
    ),
    (
        rf"(?:(?:show|list|display|give|get|see|what are|which) (?:me )?)?(?:all )?(?:alert )?"
        rf"(?:subscriptions?|routes|routing|mutes|subscribers?)(?: (?:of|for"
        rf"|in) {_PLACE})?(?: (?:are )?there)?"
    ),
    r"(?:what|which tables?|which|anything|is anything) (?:is |are )?(?:muted|silenced)",
    rf"where (?:do|does|are) {TOPIC} (?:go|sent|posted|end up)(?: to)?",
    r"list (?:alert )?subscriptions",
)
_THIS = r"(?:(?P<which>I\d+)|this|it|that|these|this alert|this message|that alert|alert|message)"
_TOLD = r"(?:told|informed|alerted|notified|pinged|asked|shown)"
_EXPLAINED = (
    (
        rf"why (?:did|does|do) (?:not )?{_THIS} (?:not )?(?:go|come|get|land|end up|arrive|appear"
        rf"|get sent|get posted)"
        rf"(?: (?:to|in|at|into))?(?: {_PLACE})?"
    ),
    (
        rf"why (?:was|is|were|are) (?:not )?{_THIS} (?:not )?(?:sent|posted|shown|routed"
        rf"|delivered|here|going|in)"
        rf"(?: (?:to|in|at|into))?(?: {_PLACE})?"
    ),
    (
        rf"why (?:was|were|am|are|is) (?:not )?(?:i|we|{_PLACE}) (?:not )?{_TOLD}(?: (?:of|about))?"
        rf"(?: {_THIS})?"
    ),
    (
        rf"why (?:did|does|do) (?:not )?(?:i|we|{_PLACE}) (?:not )?(?:get|hear|receive|see)(?: "
        rf"(?:of|about|from))?(?: {_THIS})?"
    ),
    (
        rf"why (?:did|does|do) (?:nobody|no one|noone) (?:get|hear|tell)(?: (?:of|about"
        rf"|me))?(?: {_THIS})?"
    ),
    rf"why (?:am i|are we) (?:seeing|getting|receiving|not seeing|not getting) {_THIS}",
    (
        rf"(?:who|which channels?) (?:was|were|got|is|has been) (?:{_TOLD} )?(?:of|about) "
        rf"(?P<which>I\d+)"
    ),
    (
        r"(?:who|which channels?) (?:heard|hears|knows|got|gets|saw|received) (?:(?:of"
        r"|about) )?(?P<which>I\d+)"
    ),
    r"where (?:did|does|was) (?P<which>I\d+) (?:go|sent|posted|end up)(?: to)?",
    rf"why {_PLACE}",
    r"explain (?:route|routing)(?: of| for)? (?P<which>I\d+)",
)
_MUTE = (
    r"(?:mute|muting|silence|hush|pause alerts (?:for|of|about|on)"
    r"|turn off alerts (?:for|of|about|on)|be quiet about|shut up about"
    r"|stop alerting (?:about|on|for)|mute alerts (?:for|of|about|on))"
)
_MUTED = (rf"{_MUTE} (?P<tables>[DU]\d+)(?: alerts)?", r"(?P<tables>[DU]\d+) (?:mute|muted)")
_MUTED_LAYER = rf"{_MUTE} (?P<layer>L\d+|everything|all|all alerts|it)"
_MUTED_INCIDENT = rf"{_MUTE} (?P<which>I\d+)"
_UNMUTED = (
    (
        r"(?:unmute|unsilence|resume alerts (?:for|of|about|on)|unmute alerts (?:for|of"
        r"|about|on)) (?P<tables>[DU]\d+)(?: alerts)?"
    ),
    r"(?:alerts for|alerts of) (?P<tables>[DU]\d+) on again",
    r"turn (?:on )?alerts (?:for|of) (?P<tables>[DU]\d+)(?: back)?(?: on)?(?: again)?",
    r"end mute (?:of|for|on) (?P<tables>[DU]\d+)",
)
_MESSAGES = (
    r"(?:messages|alerts?|events|posts|notifications|digests|lineage events|anything|everything)"
)
_UNDELIVERED = (
    rf"(?:what|which {_MESSAGES}|{_MESSAGES}) (?:could|can|would) not be (?:delivered|sent|posted)",
    (
        rf"(?:what|which {_MESSAGES}|{_MESSAGES}) (?:was|were|has|have|is|are)"
        rf"(?: been)? not (?:been )?(?:delivered|sent|posted)"
    ),
    (
        rf"(?:(?:show|list|display|give|any|are there|what|which) (?:me |any "
        rf"|are )?)?undelivered(?: {_MESSAGES})?"
    ),
    (
        r"(?:(?:show|list|any) (?:me )?)?(?:failed deliveries|delivery failures"
        r"|dead letters|dead letter queue)"
    ),
    (
        rf"(?:what|which {_MESSAGES}) (?:is|are) (?:stuck|blocked|undelivered"
        rf"|waiting to be delivered)(?: in outbox)?"
    ),
    rf"(?:what|which {_MESSAGES}) (?:did|does|do) not (?:arrive|get through|go out|get delivered)",
    r"(?:show |list |check )?outbox",
)
_SUBSCRIBING = re.compile(r"subscribe(?: P\d+| me| us| here)?(?: to)?")


def _compiled(patterns: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    return tuple(map(re.compile, patterns))


_SUBSCRIBES = _compiled((*_SUBSCRIBED, *_SUBSCRIBED_BARE))
_UNSUBSCRIBES = _compiled((*_UNSUBSCRIBED, *_UNSUBSCRIBED_BARE))
_HEARINGS, _EXPLAINS = _compiled(_HEARD), _compiled(_EXPLAINED)
_MUTES, _UNMUTES, _LOST = _compiled(_MUTED), _compiled(_UNMUTED), _compiled(_UNDELIVERED)
_LAYERS_MUTED, _INCIDENTS_MUTED = re.compile(_MUTED_LAYER), re.compile(_MUTED_INCIDENT)
WORDS = words_in(
    (
        *_SUBSCRIBED, *_SUBSCRIBED_BARE, *_UNSUBSCRIBED, *_UNSUBSCRIBED_BARE, *_HEARD, *_EXPLAINED,
        *_MUTED, _MUTED_LAYER, *_UNMUTED, *_UNDELIVERED, *TOPIC_PATTERNS,
    )
)  # fmt: skip
_MUTING = re.compile(
    r"\b(?:mute|silence|hush|be quiet about|shut up about|(?:pause|no|stop|off) alert(?:s|ing))\b"
)
_BEFORE_REASON = re.compile(
    r"(?:,\s*|;\s*|:\s*|\s)(?:because|since we|since i|reason:?|as we|as i|while we"
    r"|while i)\b(?: of\b)?:?\s*"
    r"|\s+[-\N{EN DASH}\N{EM DASH}]\s+|[,;:]\s+",
    re.IGNORECASE,
)
_KEPT = re.compile(r"\b(?:we|i)\b\s*$", re.IGNORECASE)
_LONGEST_REASON = 300
_MOST_CUTS = 6


def speaks_of_muting(shape: Shape) -> bool:
    """Whether a time in the sentence may say how long to mute."""
    return bool(_MUTING.search(shape.form))


def read_routing(shape: Shape) -> Reading | None:
    """What is said about who hears of what, but for muting; None where it is something else."""
    return (
        _plain(shape)
        or _about_topics(shape, Unsubscribe, _UNSUBSCRIBES)
        or _about_topics(shape, Subscribe, _SUBSCRIBES)
        or _unmuted(shape)
    )


def _plain(shape: Shape) -> Reading | None:
    """Questions: who hears of what, why it went where, what did not arrive."""
    if _first(_LOST, shape.form):
        return reading(shape, (ListUndelivered(),), shape.doubts)
    if found := _first(_EXPLAINS, shape.form):
        return reading(shape, (ExplainRoute(_place(shape, found), _which(shape, found)),))
    if found := _first(_HEARINGS, shape.form):
        return reading(shape, (ListSubscriptions(_place(shape, found)),))
    return None


def _which(shape: Shape, found: re.Match[str]) -> str | None:
    sign = found.groupdict().get("which")
    return shape.slot(sign).value if sign else None


def _place(shape: Shape, found: re.Match[str]) -> str | None:
    sign = found.groupdict().get("place")
    return shape.slot(sign).value if sign else None


_AboutTopic = type[Subscribe] | type[Unsubscribe]


def _about_topics(
    shape: Shape, make: _AboutTopic, forms: tuple[re.Pattern[str], ...]
) -> Reading | None:
    for one in (shape, *shape.each_alone()):
        found = _first(forms, one.form)
        if found is None:
            continue
        topics = topics_in(one, found)
        if one is not shape:
            return Guess(tuple(_each(shape, make, forms)), ONE_AT_A_TIME)
        commands = tuple(make(_place(one, found), topic) for topic in topics.topics)
        if make is Subscribe and "not" in one.words:
            return None
        doubts = (REFUSED,) if "not" in one.words else ()
        return reading(shape, commands, (*topics.doubts, *doubts))
    return None


def _each(shape: Shape, make: _AboutTopic, forms: tuple[re.Pattern[str], ...]) -> Iterator[Command]:
    for one in shape.each_alone():
        if found := _first(forms, one.form):
            yield from (make(_place(one, found), topic) for topic in topics_in(one, found).topics)


def _unmuted(shape: Shape) -> Reading | None:
    for one in (shape, *shape.each_alone()):
        if found := _first(_UNMUTES, one.form):
            slot = one.slot(found["tables"])
            tables = subjects(slot) if one is shape else _all_subjects(shape)
            return reading(shape, map(Unmute, tables), (slot.doubt,))
    return None


def _all_subjects(shape: Shape) -> tuple[str, ...]:
    return tuple(each for sign in shape.signs("DU") for each in subjects(shape.slot(sign)))


@dataclass(frozen=True, slots=True)
class _Muting:
    """A sentence about muting, taken apart: what, until when, and why."""

    shape: Shape
    ahead: Ahead | None
    reason: str


def read_mute(
    text: str, shape_of: Callable[[str], Shape | None], calendar: Calendar
) -> Reading | None:
    """What is to be muted until when, and why as it was typed; None where it is something else."""
    for said in _taken_apart(text, shape_of, calendar):
        shape = said.shape
        if incident := _INCIDENTS_MUTED.fullmatch(shape.form):
            which = shape.slot(incident["which"]).value
            until = said.ahead.until if said.ahead else None
            return Guess((Snooze(which, None, until),), INCIDENTS_SNOOZE)
        if _LAYERS_MUTED.fullmatch(shape.form):
            layer = next((shape.slot(each).value for each in shape.signs("L")), "")
            some = shape.vocabulary.datasets_in(layer) if layer else shape.vocabulary.tables
            return _muted(said, some[:MOST_OFFERS], (ONE_AT_A_TIME,), calendar)
        for one in (shape, *shape.each_alone()):
            if found := _first(_MUTES, one.form):
                slot = one.slot(found["tables"])
                tables = subjects(slot) if one is shape else _all_subjects(shape)
                return _muted(said, tables, (slot.doubt,), calendar)
    return _not_muted(text, shape_of, calendar)


def _taken_apart(
    text: str, shape_of: Callable[[str], Shape | None], calendar: Calendar
) -> Iterator[_Muting]:
    """The sentence without a reason, then with ever less of it before the reason."""
    bare = text.rstrip(" ?!.")
    cuts = [(len(text), "")]
    for found in islice(_BEFORE_REASON.finditer(text), _MOST_CUTS):
        typed = found.group().strip(" ,;:-").casefold()
        start = found.start() + found.group().casefold().rfind(typed.rpartition(" ")[2])
        keeps_person = bool(_KEPT.search(typed))
        cuts.append((found.start(), bare[start if keeps_person else found.end() :].strip()))
    for end, reason in cuts:
        if (end == len(text) or reason) and len(reason) <= _LONGEST_REASON:
            ahead = read_ahead(text[:end], calendar)
            shape = shape_of(ahead.rest if ahead else text[:end])
            if shape is not None and not (ahead and ahead.fault and end == len(text) and cuts[1:]):
                yield _Muting(shape, ahead, reason)


def _muted(
    said: _Muting, tables: tuple[str, ...], doubts: tuple[str, ...], calendar: Calendar
) -> Reading:
    shape, ahead = said.shape, said.ahead
    if shape.is_refused or not tables:
        return Guess((ListSubscriptions(),), REFUSED if tables else WHAT_TO_MUTE)
    reason = said.reason
    if ahead is None and (inside := read_ahead(reason, calendar)) and inside.until:
        ahead, reason = inside, inside.rest  # «because we are migrating until Friday»
    if ahead and ahead.until and not ahead.fault:
        return reading(shape, (Mute(each, ahead.until, reason) for each in tables), doubts)
    why = ahead.fault if ahead and ahead.fault else HOW_LONG
    offers = (Mute(each, until, said.reason) for each in tables for until in usual_times(calendar))
    return Guess(tuple(offers)[:MOST_OFFERS], " ".join((*filter(None, doubts), why)))


def _not_muted(
    text: str, shape_of: Callable[[str], Shape | None], calendar: Calendar
) -> Reading | None:
    """What to say where something is to be muted and nobody can tell what."""
    shape = shape_of(text)
    if shape is None or shape.words.isdisjoint({"mute", "silence"}):
        return None
    if shape.is_refused:
        return Guess((ListSubscriptions(),), REFUSED)
    ahead = read_ahead(text, calendar)
    bare = shape_of(ahead.rest) if ahead else shape
    if bare is None or bare.form not in {"mute", "silence"}:
        return Guess((ListSubscriptions(), Help("mute")), WHAT_TO_MUTE)
    until = ahead.until if ahead and not ahead.fault else None
    when = until or next(usual_times(calendar))
    tables = shape.vocabulary.tables[: MOST_OFFERS - 1]
    return Guess((*(Mute(each, when) for each in tables), Help("mute")), WHAT_TO_MUTE)


def nearly_routing(shape: Shape) -> Reading | None:
    """What comes nearest to a sentence about alerts that is none of these."""
    if _SUBSCRIBING.fullmatch(shape.form):
        place = next((shape.slot(each).value for each in shape.signs("P")), None)
        return Guess((Subscribe(place, ANYTHING), ListSubscriptions(place)), TO_WHICH)
    if shape.words.isdisjoint({"subscribe", "unsubscribe", "subscribed", "subscription", "unmute"}):
        return _about_alerts(shape)
    reason = REFUSED if shape.is_refused else f"Not understood: {shape.said.text}."
    return Guess((ListSubscriptions(), Help("subscribe")), reason)


def _about_alerts(shape: Shape) -> Reading | None:
    if shape.words.isdisjoint({"alerts", "alert", "notifications"}):
        return None
    reason = REFUSED if shape.is_refused else f"Not understood: {shape.said.text}."
    return Guess((ListIncidents(), ListSubscriptions(), Help("alerts")), reason)


def _first(forms: tuple[re.Pattern[str], ...], form: str) -> re.Match[str] | None:
    return next((found for each in forms if (found := each.fullmatch(form))), None)
