"""Which troubles have one cause: a pure rule over all of them, in whatever order they came."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.alerts.incidents.lineage import Lineage
from engine.alerts.incidents.model import Member, rank
from engine.catalog.model import DatasetName


@dataclass(frozen=True, slots=True)
class _Bundle:
    """Troubles of one dataset, or of one run that are about none."""

    members: tuple[Member, ...]
    root: Member
    age: tuple[datetime, int, str]


def grouped(members: Sequence[Member], lineage: Lineage) -> tuple[tuple[Member, ...], ...]:
    """Members by their cause.

    Trouble of one dataset is one, and so is that of one run which is about no dataset. What lies
    below other trouble that is as severe, and was not over when it began, follows from it; of
    several causes the oldest counts.
    """
    bundles = [_bundle(each, lineage) for each in _together(members)]
    causes = _causes(bundles, lineage)
    found: dict[int, list[Member]] = {}
    for place, bundle in enumerate(bundles):
        found.setdefault(_first_cause(place, causes, bundles), []).extend(bundle.members)
    return tuple(tuple(sorted(each, key=_by_time)) for each in found.values())


def root_of(members: Sequence[Member], lineage: Lineage) -> Member:
    """The member that is taken for the cause: the most severe, of those the furthest up."""
    return min(members, key=lambda each: (-rank(each.severity), *_place(each, lineage)))


def _place(member: Member, lineage: Lineage) -> tuple[int, str, float, str]:
    """Of what lies above another dataset less lies above itself; then the latest news counts."""
    depth = len(lineage.above(member.dataset)) if member.dataset else 0
    return depth, str(member.dataset), -member.last_at.timestamp(), member.fingerprint


def _by_time(member: Member) -> tuple[datetime, str]:
    return member.first_at, member.fingerprint


def _together(members: Sequence[Member]) -> Iterator[list[Member]]:
    """The members of one dataset or of one run, each of them in one list."""
    heads = list(range(len(members)))

    def head(place: int) -> int:
        while heads[place] != place:
            heads[place] = heads[heads[place]]
            place = heads[place]
        return place

    first: dict[str, int] = {}
    for place, member in enumerate(members):
        for tie in _ties(member):
            heads[head(place)] = head(first.setdefault(tie, place))
    found: dict[int, list[Member]] = {}
    for place, member in enumerate(members):
        found.setdefault(head(place), []).append(member)
    yield from found.values()


def _ties(member: Member) -> Iterator[str]:
    """One run may work on much that has nothing to do with each other."""
    if member.dataset is not None:
        yield f"dataset {member.dataset}"
        return
    yield from (f"run {run}" for run in member.runs)


def _bundle(members: Sequence[Member], lineage: Lineage) -> _Bundle:
    root = root_of(members, lineage)
    began = min(each.first_at for each in members)
    depth = len(lineage.above(root.dataset)) if root.dataset else 0
    return _Bundle(tuple(members), root, (began, depth, min(m.fingerprint for m in members)))


def _causes(bundles: Sequence[_Bundle], lineage: Lineage) -> list[int | None]:
    """For each bundle the one that it follows from."""
    at: dict[DatasetName, list[tuple[int, Member]]] = {}
    for place, bundle in enumerate(bundles):
        for member in bundle.members:
            if member.dataset is not None:
                at.setdefault(member.dataset, []).append((place, member))
    return [_cause(place, bundles, at, lineage) for place in range(len(bundles))]


def _cause(
    place: int,
    bundles: Sequence[_Bundle],
    at: Mapping[DatasetName, Sequence[tuple[int, Member]]],
    lineage: Lineage,
) -> int | None:
    candidates = {
        other
        for member in bundles[place].members
        if member.dataset is not None
        for above in _met(lineage.above(member.dataset), at)
        for other, cause in at[above]
        if other != place and _explains(cause, member)
    }
    return min(candidates, key=lambda each: bundles[each].age, default=None)


def _met(above: Collection[DatasetName], at: Mapping[DatasetName, object]) -> Iterable[DatasetName]:
    """Those that are in trouble, found from the shorter side."""
    if len(above) < len(at):
        return [each for each in above if each in at]
    return [each for each in at if each in above]


def _explains(cause: Member, member: Member) -> bool:
    in_time = cause.over_at is None or cause.over_at >= member.first_at
    return in_time and rank(cause.severity) >= rank(member.severity)


def _first_cause(place: int, causes: Sequence[int | None], bundles: Sequence[_Bundle]) -> int:
    """The end of the chain of causes; of a circle the oldest."""
    passed = [place]
    while (following := causes[passed[-1]]) is not None:
        if following in passed:
            circle = passed[passed.index(following) :]
            return min(circle, key=lambda each: bundles[each].age)
        passed.append(following)
    return passed[-1]
