"""Read sentences about who may do what, and the word by which something is confirmed."""

import re
from collections.abc import Iterator, Mapping
from itertools import product
from types import MappingProxyType

from engine.commands import Command
from engine.commands.people import Confirm, Grant, ListRoles, Revoke
from engine.people import Role
from skills.language.courtesy import plainly
from skills.language.readings import Guess, Reading, Understood
from skills.language.vocabulary import Vocabulary

REFUSED = "Nothing was done: that reads as a request not to."
ASKED = "That is a question, so nothing was done."
WHICH_ROLE = "Which role? There are viewer, operator and admin: «make @lea an operator»."
WHICH_CODE = "What Atlas asked back about has a code on its card: say for example «confirm K7Q2»."
WHO = "Who? Say for example «make @lea an operator» or «revoke operator from @lea»."

_MENTION = re.compile(r"<(?P<sign>[@#])(?P<id>[^<>|\s]{1,200})(?:\|[^<>]{0,80})?>")
_ADDRESSED = re.compile(r"^\s*<@[^<>\s]{1,200}>[,:]?\s+")

_ROLES: Mapping[str, Role] = MappingProxyType(
    {
        **{each.value: each for each in Role},
        "administrator": Role.ADMIN,
        "reader": Role.VIEWER,
    }
)
_ROLE = rf"(?:an? |the )?(?P<role>{'|'.join(_ROLES)})s?(?: role| rights| access)?"
_TITLED = rf"(?:the )?(?:role|rights)(?: of)?(?: an?| the)? (?P<role>{'|'.join(_ROLES)})"
_WHO = r"(?P<who>@?[\w.:+/=-]{1,200})"
_PIPELINE = r"(?:on|for|of|in)(?: the)?(?: pipeline)? (?P<pipeline>\w[\w-]*)(?: pipeline)?"
_CHANNEL = (
    r"(?:(?:in|on|for)(?: the)?(?: channel)? )?"
    r"(?P<channel>#[\w.:@-]+|here|this channel|(?:slack|teams|web|terminal):\S+)(?: channel)?"
)
_WHERE = (
    "(?: everywhere)?",
    f" {_CHANNEL}",
    f" {_PIPELINE}",
    f" {_PIPELINE} {_CHANNEL}",
    f" {_CHANNEL} {_PIPELINE}",
)
_GRANTED = (
    rf"(?:make|appoint|promote|demote) {_WHO} (?:to |as )?{_ROLE}",
    rf"(?:grant|give|assign) {_WHO} {_ROLE}",
    rf"(?:grant|give|assign) {_WHO} {_TITLED}",
    rf"(?:grant|give|assign) {_ROLE} to {_WHO}",
    rf"(?:grant|give|assign) {_TITLED} to {_WHO}",
)
_REVOKED = (
    rf"(?:revoke|remove|withdraw|take)(?: away)? {_ROLE} (?:from|of) {_WHO}",
    rf"(?:revoke|remove|withdraw|take)(?: away)? {_TITLED} (?:from|of) {_WHO}",
    rf"(?:remove|revoke) {_WHO} as {_ROLE}",
    rf"{_WHO} is (?:no longer|no more|not any ?more) {_ROLE}",
)
_REVOKED_ALL = (
    rf"revoke (?:all|everything) (?:from|of) {_WHO}",
    rf"revoke {_WHO}",
    rf"(?:revoke|remove|take)(?: away)? (?:the |all )?(?:roles?|rights|access) (?:from|of) {_WHO}",
    rf"(?:revoke|remove|withdraw) {_WHO}(?:'s)? (?:roles?|rights|access)",
)
_OPEN = re.compile(
    rf"(?:grant|revoke|promote)(?: {_WHO})?(?: an?)?|make @\S+(?: an?)?|revoke {_ROLE}",
    re.IGNORECASE,
)
_CONFIRMED = re.compile(
    r"(?:yes,? )?confirm(?:ed)?(?: code)? (?P<code>[a-z][0-9][a-z][0-9])", re.IGNORECASE
)
_UNCODED = re.compile(
    r"(?:yes,? )?confirm(?:ed)?(?: (?:that|it|this|(?:code )?(?!e[0-9]+\b)[a-z0-9]{3,5}))?"
    r"|(?:yes,? )?(?:go ahead|do it)|yes",
    re.IGNORECASE,
)


_DEEDS: Mapping[str, Role] = MappingProxyType(
    {
        **dict.fromkeys("reveal erase find audit grant revoke delete".split(), Role.ADMIN),  # noqa: SIM905  # reads better
        **dict.fromkeys(
            "run start stop cancel retry backfill schedule pause resume change check release"  # noqa: SIM905  # reads better
            " scan mask hash mute snooze acknowledge resolve approve".split(),
            Role.OPERATOR,
        ),
    }
)
"""What a role is needed for, as people ask for it."""

_LISTED = (
    re.compile(
        r"who (?:may|can|has what|has which|have|has)(?: do)?"
        r" (?:what|roles?|a role|access|rights?|permissions?)(?: here)?",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?:list|show)(?: me)?(?: all)?(?: the)? (?:roles|rights|grants|permissions)",
        re.IGNORECASE,
    ),
    re.compile(rf"who (?:is|are|has)(?: all)?(?: the)? {_ROLE}(?: here)?", re.IGNORECASE),
    re.compile(
        rf"(?:list|show)(?: me)?(?: all)?(?: the)? (?P<role>{'|'.join(_ROLES)})s", re.IGNORECASE
    ),
    re.compile(
        rf"who (?:may|can|is allowed to|is able to) (?P<deed>{'|'.join(_DEEDS)})(?: .{{1,80}})?",
        re.IGNORECASE,
    ),
)


def _compiled(heads: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(head + where, re.IGNORECASE) for head, where in product(heads, _WHERE))


_GRANTS, _REVOKES = _compiled(_GRANTED), _compiled((*_REVOKED, *_REVOKED_ALL))


def read_people(text: str, vocabulary: Vocabulary) -> Reading | None:
    """What a sentence about roles or a confirmation says; None where it is about neither.

    Who is meant is taken by the id that a platform gives for a mention, else as it was typed.
    """
    said = plainly(with_ids(text))
    confirming = _CONFIRMED.fullmatch(said.text)
    if confirming:
        command: Command = Confirm(confirming["code"].upper())
    else:
        if listed := _listed(said.text):
            return Understood(listed)
        if _UNCODED.fullmatch(said.text):
            return Guess((), WHICH_CODE)
        found = _about_roles(said.text, vocabulary)
        if not isinstance(found, Command):
            return found
        command = found
    if said.is_taken_back:
        return Guess((command,), REFUSED)
    return Guess((command,), ASKED) if said.is_question else Understood(command)


def _listed(text: str) -> ListRoles | None:
    """The question who may do something, if it is one."""
    found = next((match for each in _LISTED if (match := each.fullmatch(text))), None)
    if found is None:
        return None
    given = found.groupdict()
    if deed := given.get("deed"):
        return ListRoles(_DEEDS[deed.casefold()])
    return ListRoles(_ROLES.get((given.get("role") or "").casefold()))


def _about_roles(text: str, vocabulary: Vocabulary) -> Command | Reading | None:
    found = next(_meant(text), None)
    if found is None:
        return Guess((), WHO) if _OPEN.fullmatch(text) else None
    kind, given = found
    who = str(given["who"]).removesuffix("'s").removeprefix("@")
    if who.casefold() in _NOBODY:
        return Guess((), WHO) if who.casefold() in _ROLES else None
    role = _ROLES.get((given.get("role") or "").casefold())
    pipeline, reason = _pipeline(given.get("pipeline"), vocabulary)
    if reason:
        return Guess((), reason)
    channel = _channel(given.get("channel"))
    if kind is Grant:
        return Grant(who, role, pipeline, channel) if role else Guess((), WHICH_ROLE)
    return Revoke(who, role, pipeline, channel)


_NOBODY = frozenset(
    {"a", "an", "the", "it", "this", "that", "sure", "everybody", "everyone", *_ROLES}
)


def _meant(text: str) -> Iterator[tuple[type[Command], Mapping[str, str | None]]]:
    for kind, patterns in ((Grant, _GRANTS), (Revoke, _REVOKES)):
        for pattern in patterns:
            match = pattern.fullmatch(text)
            if match:
                yield kind, match.groupdict()


def _pipeline(typed: str | None, vocabulary: Vocabulary) -> tuple[str | None, str]:
    """The pipeline that is meant, or why none is."""
    if typed is None:
        return None, ""
    known = {name.casefold(): name for name in vocabulary.pipelines}
    if typed.casefold() in known:
        return known[typed.casefold()], ""
    names = ", ".join(vocabulary.pipelines)
    return None, f"There is no pipeline {typed}. A role is for all or for one of: {names}."


def _channel(typed: str | None) -> str | None:
    return "here" if typed and typed.casefold() == "this channel" else typed


def with_ids(text: str) -> str:
    """The text with `<@U12|lea>` as `@U12`, without a mention that it is addressed to."""
    begun = _ADDRESSED.sub("", text)
    return _MENTION.sub(lambda found: f"{found['sign']}{found['id']}", begun)


def people_sentence(command: Command) -> str | None:
    """The sentence that says exactly this command; None where it is about something else."""
    match command:
        case Confirm(code):
            return f"confirm {code}"
        case ListRoles(role):
            return f"who is {role}" if role else "list roles"
        case Grant(person, role, pipeline, channel):
            return f"grant {role} to {person}{_scope(pipeline, channel)}"
        case Revoke(person, role, pipeline, channel):
            what = f"{role} from {person}" if role else person
            return f"revoke {what}{_scope(pipeline, channel)}"
        case _:
            return None


def _scope(pipeline: str | None, channel: str | None) -> str:
    on = f" for pipeline {pipeline}" if pipeline else ""
    return f"{on} in {channel}" if channel else on
