"""Who has which role where, and what becomes of it when somebody grants or revokes one."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from typing_extensions import override

from engine.errors import EngineError
from engine.people import Role

MOST_NAMED = 3
"""Admins that a refusal names."""

_WITH_PLATFORM = re.compile(r"(?P<platform>[a-z]{2,20}):(?P<person>\S+)")
_IDS = {
    "slack": re.compile(r"[UW][A-Z0-9]{2,30}"),
    "teams": re.compile(r"29:\S{1,200}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE),
}
_CHANNELS = {
    "slack": re.compile(r"[CGD][A-Z0-9]{2,30}"),
    "teams": re.compile(r"(?:19|a):\S{1,200}"),
}
"""On these platforms anybody can take another name: only what the platform itself gives counts."""


class RoleRefused(EngineError):
    """A role that can't be given or taken away so."""


@dataclass(frozen=True, slots=True)
class Scope:
    """For which pipelines, and in which channels; an empty tuple stands for all of them."""

    pipelines: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()

    @property
    def everywhere(self) -> bool:
        """Whether nothing narrows it."""
        return not self.pipelines and not self.channels

    def holds(self, pipeline: str | None, place: str) -> bool:
        """Whether it holds for what is about that pipeline and asked at that place."""
        named = not self.pipelines or pipeline in self.pipelines
        return named and (not self.channels or _is_one_of(place, self.channels))

    def lies_within(self, wider: "Scope") -> bool:
        """Whether the other one holds wherever this one does."""
        return _no_more(self.pipelines, wider.pipelines) and _no_more(self.channels, wider.channels)

    @override
    def __str__(self) -> str:
        pipelines = f" for {' and '.join(self.pipelines)}" if self.pipelines else ""
        channels = f" in {' and '.join(self.channels)}" if self.channels else ""
        return f"{pipelines}{channels}"


EVERYWHERE = Scope()


def _is_one_of(place: str, channels: Collection[str]) -> bool:
    room = place.partition(";")[0]  # Teams names the thread behind the channel
    return room in channels or room.partition(":")[2] in channels


def _no_more(few: Sequence[str], many: Sequence[str]) -> bool:
    return not many or (bool(few) and set(few) <= set(many))


@dataclass(frozen=True, slots=True)
class Rule:
    """A role that a person has somewhere; who granted it, or nobody for configuration.yaml."""

    person: str
    role: Role
    scope: Scope = EVERYWHERE
    granted_by: str = ""
    granted_at: datetime | None = None

    @property
    def configured(self) -> bool:
        """Whether it stands in configuration.yaml, which nobody changes in chat."""
        return not self.granted_by

    @override
    def __str__(self) -> str:
        return f"{self.role}{self.scope}"


def role_at(rules: Iterable[Rule], default: Role, pipeline: str | None, place: str) -> Role:
    """The role that one person's rules give for a pipeline at a place.

    What is said of a person everywhere goes before the default; what is said for a pipeline or a
    channel only adds to it.
    """
    known = tuple(rules)
    wide = tuple(each.role for each in known if each.scope.everywhere)
    narrow = (each.role for each in known if each.scope.holds(pipeline, place))
    return highest((*narrow, *(wide or (default,))))


def highest(roles: Iterable[Role]) -> Role:
    """The one that covers the others."""
    order = tuple(Role)
    return max(roles, key=order.index)


@dataclass(frozen=True, slots=True)
class Book:
    """All that is said about roles."""

    configured: tuple[Rule, ...]
    granted: tuple[Rule, ...] = ()
    default: Role = Role.VIEWER

    def of(self, person: str) -> tuple[Rule, ...]:
        """What is said of one person."""
        return tuple(each for each in (*self.configured, *self.granted) if each.person == person)

    def everywhere(self, person: str) -> Role:
        """The role of a person wherever nothing more is said."""
        wide = tuple(each.role for each in self.of(person) if each.scope.everywhere)
        return highest(wide or (self.default,))

    def covering(self, role: Role) -> tuple[Rule, ...]:
        """The rules by which somebody may do what a role may, the highest roles first."""
        found = (each for each in (*self.configured, *self.granted) if each.role.covers(role))
        order = tuple(Role)
        return tuple(sorted(found, key=lambda each: (-order.index(each.role), each.person)))

    def admins(self, platform: str = "") -> tuple[str, ...]:
        """The ids of those who may grant every role, those of a platform first."""
        found = {
            each.person
            for each in (*self.configured, *self.granted)
            if each.role is Role.ADMIN and each.scope.everywhere
        }
        return tuple(sorted(found, key=lambda id_: (not id_.startswith(f"{platform}:"), id_)))

    def may_give(self, person: str, scope: Scope) -> bool:
        """Whether somebody is an admin wherever that scope holds."""
        if self.everywhere(person) is Role.ADMIN:
            return True
        return any(
            each.role is Role.ADMIN and scope.lies_within(each.scope) for each in self.of(person)
        )

    def granting(self, rule: Rule) -> "Book":
        """The book with one more grant, which takes the place of one with the same scope."""
        key = (rule.person, rule.scope)
        others = tuple(each for each in self.granted if (each.person, each.scope) != key)
        return Book(self.configured, (*others, rule), self.default)

    def without(self, gone: Collection[Rule]) -> "Book":
        """The book without some grants."""
        left = tuple(each for each in self.granted if each not in gone)
        return Book(self.configured, left, self.default)

    @property
    def has_admin(self) -> bool:
        """Whether anybody is left who may grant every role."""
        return self.default is Role.ADMIN or bool(self.admins())


def require_grantable(book: Book, rule: Rule, asker: str) -> None:
    """Raise RoleRefused where the asker may not give that role, or where it would do nothing."""
    _require_power(book, rule.scope, asker)
    now = role_at(book.of(rule.person), book.default, *_somewhere(rule.scope))
    if asker == rule.person and rule.role.covers(now) and rule.role is not now:
        hint = who_grants(book, asker, rule.role, but=asker)
        raise RoleRefused("Nobody can raise themselves.", hint)
    _require_effect(book, rule)
    if not book.granting(rule).has_admin:
        raise _last_admin(rule.person)


def _require_effect(book: Book, rule: Rule) -> None:
    """Raise RoleRefused where the person has that much anyway."""
    for each in book.configured:
        covers = each.role.covers(rule.role) and rule.scope.lies_within(each.scope)
        if each.person == rule.person and covers:
            raise RoleRefused(f"configuration.yaml makes {each.person} {each}.", _CHANGED_THERE)
    wide = book.everywhere(rule.person)
    if not rule.scope.everywhere and wide.covers(rule.role):
        message = f"{rule.person} is {wide} everywhere already; a role somewhere can only add."
        raise RoleRefused(message, f"Say «revoke {rule.person}» first, or leave it as it is.")


_CHANGED_THERE = "What stands there is changed there, under databases.engine.roles."


def _somewhere(scope: Scope) -> tuple[str | None, str]:
    """A pipeline and a place at which a scope of at most one of each holds."""
    return next(iter(scope.pipelines), None), next(iter(scope.channels), "")


@dataclass(frozen=True, slots=True)
class Taken:
    """Which grants of a person are meant; what is None does not narrow it."""

    person: str
    role: Role | None = None
    pipeline: str | None = None
    channel: str | None = None

    def meant(self, granted: Iterable[Rule]) -> Iterator[Rule]:
        """The grants that are meant."""
        for each in granted:
            if (
                each.person == self.person
                and self.role in {None, each.role}
                and (self.pipeline is None or self.pipeline in each.scope.pipelines)
                and (self.channel is None or self.channel in each.scope.channels)
            ):
                yield each


def require_revocable(book: Book, taken: Taken, asker: str) -> tuple[Rule, ...]:
    """The grants that go; raises RoleRefused where there are none, or where they must stay."""
    gone = tuple(taken.meant(book.granted))
    if not gone:
        raise _nothing_to_revoke(book, taken)
    for each in gone:
        _require_power(book, each.scope, asker)
    if not book.without(gone).has_admin:
        raise _last_admin(taken.person)
    return gone


def _nothing_to_revoke(book: Book, taken: Taken) -> RoleRefused:
    known = book.of(taken.person)
    if not known:
        message = f"{taken.person} was granted nothing, so there is nothing to revoke."
        return RoleRefused(message, f"Whoever is not named has the role {book.default}.")
    said = ", ".join(map(str, known))
    if any(each.configured for each in known):
        message = f"configuration.yaml makes {taken.person} {said}."
        return RoleRefused(message, _CHANGED_THERE)
    return RoleRefused(f"That was not granted: {taken.person} is {said}.", "Say what is to go.")


def _last_admin(person: str) -> RoleRefused:
    message = f"{person} is the last admin, and without one nobody could grant a role again."
    return RoleRefused(message, "Make somebody else an admin first.")


def _require_power(book: Book, scope: Scope, asker: str) -> None:
    if not book.may_give(asker, scope):
        where = str(scope) or " everywhere"
        hint = who_grants(book, asker, Role.ADMIN)
        raise RoleRefused(f"Only who is admin{where} can do that.", hint)


def who_grants(book: Book, asker: str, role: Role, *, but: str = "") -> str:
    """Who can grant a role, and with which words; says so where there is nobody."""
    platform, _, person = asker.partition(":")
    admins = [each for each in book.admins(platform) if each != but]
    if not admins:
        return "There is no admin yet: name one under databases.engine.roles of configuration.yaml."
    named = ", ".join(admins[:MOST_NAMED])
    more = f" and {len(admins) - MOST_NAMED} more" if len(admins) > MOST_NAMED else ""
    return f"An admin can grant it ({named}{more}), saying «grant {role} to {platform}:{person}»."


def person_id(said: str, platform: str, asker: str) -> str:
    """The stable id of whoever is meant on a platform; raises RoleRefused for a mere name."""
    bare = said.removeprefix("@")
    if bare.casefold() in {"me", "myself"}:
        return asker
    found = _WITH_PLATFORM.fullmatch(bare)
    on, person = (found["platform"], found["person"]) if found else (platform, bare)
    person = person.upper() if on == "slack" else person
    if on in _IDS and not _IDS[on].fullmatch(person):
        message = f"Nobody is known to {on.capitalize()} as {said}: a name can be anybody's."
        hint = f"Mention the person, or write the id: {_SAID[on]}."
        raise RoleRefused(message, hint)
    return f"{on}:{person}"


_SAID = {
    "slack": "slack:U012AB3CD, which their profile shows under «Copy member ID»",
    "teams": "teams: and the object id of the person in Microsoft Entra",
}


def place_of(said: str, platform: str, here: str) -> str:
    """The place of a channel, such as `web:#finance`; raises RoleRefused for a mere name."""
    if said == "here":
        return f"{platform}:{here.partition(';')[0]}"
    found = _WITH_PLATFORM.fullmatch(said)
    on, channel = (found["platform"], found["person"]) if found else (platform, said)
    channel = channel.removeprefix("#").upper() if on == "slack" else channel
    if on in _CHANNELS and not _CHANNELS[on].fullmatch(channel):
        message = f"{said} is the name of a channel, and names can change."
        raise RoleRefused(message, "Say it in that channel with «in here», or write its id.")
    return f"{on}:{channel}"
