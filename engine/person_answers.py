"""The cards about one person: where they occur, what erasing would do, and what it did."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from engine.cards import (
    Button,
    ButtonStyle,
    Card,
    CardKind,
    CardTable,
    Fact,
    Severity,
    counted,
    readable,
)
from engine.catalog.model import Project, Stage
from engine.commands import (
    ConfirmErasure,
    ErasePerson,
    FindPerson,
    ListErasures,
    RevealValue,
    WithdrawErasure,
)
from engine.people import Asker
from engine.persons.desk import Erased, Listed, PersonDesk, Planned, Sighted
from engine.persons.model import Erasure, ErasureState, Found, total
from engine.persons.revealing import Revealer

PersonCommand = (
    FindPerson | ErasePerson | ConfirmErasure | ListErasures | WithdrawErasure | RevealValue
)

LISTED = 20
"""Erasures that a list shows; the audit log has all of them."""

SHOWN_FILES = 10

_WHAT_HAPPENS = {
    "bronze": "personal cells emptied, mentions in texts replaced",
    "silver": "personal cells emptied, mentions in texts replaced",
    "gold": "the cells that hold the person replaced",
    "quarantine": "the rows are deleted",
}
_NOT_TOUCHED = (
    "Delivered files and other systems are not touched: what they deliver again is loaded again. "
    "Backups and PostgreSQL's own log keep what was there until they expire, and its files keep "
    "the freed rows until VACUUM."
)
_NO_IDENTIFIER = (
    "It has no form by which people are known: give an e-mail address, a phone number, a card "
    "number, an SSN, an IBAN or a full name."
)


class PersonAnswers:
    """Answers what admins ask about one person; no answer says who it is."""

    def __init__(self, project: Project, desk: PersonDesk, revealer: Revealer) -> None:
        self._project = project
        self._desk = desk
        self._revealer = revealer

    async def answer(self, command: PersonCommand, asker: Asker) -> Card:
        """Look, plan, erase or reveal; raises EngineError where it is refused."""
        match command:
            case FindPerson(identifier):
                return found_card(await self._desk.find(identifier, asker))
            case ErasePerson(identifier):
                return planned_card(await self._desk.plan(identifier, asker))
            case ConfirmErasure(erasure):
                return erased_card(self._project, await self._desk.confirm(erasure, asker))
            case ListErasures():
                return listed_card(await self._desk.newest(LISTED))
            case WithdrawErasure(erasure):
                return withdrawn_card(await self._desk.withdraw(erasure, asker))
            case RevealValue(sealed):
                return revealed_card(await self._revealer.reveal(sealed, asker))


def found_card(sighted: Sighted) -> Card:
    """In which datasets, and in how many rows; never which."""
    found = _with_rows(sighted.found)
    if not found:
        return _nobody_card(sighted)
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.INFO,
        title=f"Found in {counted(len(found), 'place')}: {counted(total(found), 'row')}",
        text=_about(sighted),
        facts=(*_other_forms(sighted), *_untelling(sighted.found)),
        table=CardTable(("Place", "Rows", "Of which only name them"), tuple(map(_counts, found))),
    )


def planned_card(planned: Planned) -> Card:
    """What would be done, with the button for the second person."""
    erasure, found = planned.erasure, _with_rows(planned.sighted.found)
    if erasure is None:
        return _nobody_card(planned.sighted)
    sure = f"Erase this person for good from {counted(len(found), 'place')}?"
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.WARNING,
        title=f"Erasure {erasure.id}: {counted(total(found), 'row')} in "
        f"{counted(len(found), 'place')}, nothing erased yet",
        text=f"A second admin has to confirm it. {_about(planned.sighted)}",
        facts=(
            *_signed(erasure),
            *_files(found),
            *_other_forms(planned.sighted),
            *_untelling(planned.sighted.found),
        ),
        table=CardTable(("Place", "Rows", "What happens"), tuple(map(_fate, found))),
        buttons=(
            Button(
                f"Confirm {erasure.id}",
                f"confirm erasure {erasure.id}",
                ButtonStyle.DANGER,
                sure,
            ),
            Button(f"Withdraw {erasure.id}", f"withdraw erasure {erasure.id}"),
        ),
    )


def erased_card(project: Project, erased: Erased) -> Card:
    """What was erased, what is left, and what people have to do outside of Atlas."""
    erasure, found = erased.erasure, _with_rows(erased.found)
    left = {each.place: each.rows for each in erased.left}
    places = {each.place: each.rows for each in found} | {
        place: 0 for place, rows in left.items() if rows and place not in {f.place for f in found}
    }
    rows = tuple(
        (place, readable(count), readable(left.get(place, 0))) for place, count in places.items()
    )
    return Card(
        kind=CardKind.REPLY,
        severity=_severity(erased),
        title=_how_far(erased),
        text=_NOT_TOUCHED if erased.done else _goes_on(erased),
        facts=(*_signed(erasure), *_files(found), *_staying(found), *_untelling(erased.left)),
        table=CardTable(("Place", "Rows erased", "Left"), rows) if rows else None,
        buttons=tuple(_next_steps(project, erased)),
    )


def listed_card(listed: Listed) -> Card:
    """How far each is, and until when it can be confirmed; never whom it is about."""
    opened = [each for each in listed.erasures if each.is_open(listed.at)]
    rows = tuple((each.id, _state(each, listed.at), each.asked_by) for each in listed.erasures)
    title = f"{counted(len(opened), 'erasure')} to confirm" if rows else "No erasures were planned"
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.WARNING if opened else Severity.INFO,
        title=title,
        text="A second admin confirms one; whoever is meant is not shown." if opened else "",
        table=CardTable(("Erasure", "State", "Planned by"), rows) if rows else None,
        buttons=tuple(
            Button(f"Withdraw {each.id}", f"withdraw erasure {each.id}") for each in opened[:2]
        ),
    )


def _state(erasure: Erasure, now: datetime) -> str:
    until = f"{erasure.expires_at:%Y-%m-%d %H:%M} UTC"
    match erasure.state:
        case ErasureState.PLANNED if erasure.is_open(now):
            return f"planned, to be confirmed until {until}"
        case ErasureState.PLANNED:
            return f"expired: nobody confirmed it until {until}"
        case ErasureState.ERASING:
            return f"being carried out, confirmed by {erasure.confirmed_by}"
        case ErasureState.ERASED:
            return f"done, confirmed by {erasure.confirmed_by}"
        case ErasureState.WITHDRAWN:
            return "withdrawn"


def withdrawn_card(erasure: Erasure) -> Card:
    """That it will not be done, and that nobody knows any more who was meant."""
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.SUCCESS,
        title=f"{erasure.id} is withdrawn",
        text="Nothing was erased, and what it knew the person by is forgotten.",
        facts=(Fact("Planned by", erasure.asked_by),),
    )


def revealed_card(value: str) -> Card:
    """The value, for whoever asked alone; a notification shows nothing of it."""
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.INFO,
        title="The value of the sealed cell",
        text="That you saw it is on record.",
        facts=(Fact("Value", value),),
        fallback_text="The value of a sealed cell",
    )


def _nobody_card(sighted: Sighted) -> Card:
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.INFO,
        title="Found nowhere",
        text=f"No dataset holds that, in clear or as a token. {_about(sighted)}",
        facts=(*_other_forms(sighted), *_untelling(sighted.found)),
    )


def _with_rows(found: Sequence[Found]) -> tuple[Found, ...]:
    return tuple(each for each in found if each.rows)


def _counts(found: Found) -> tuple[str, ...]:
    return found.place, readable(found.rows), readable(found.mentions)


def _fate(found: Found) -> tuple[str, ...]:
    staged = "__" in found.place
    fate = "the staged table is dropped" if staged else _WHAT_HAPPENS[found.layer]
    return found.place, readable(found.rows), fate


def _about(sighted: Sighted) -> str:
    if sighted.marks.is_code and not total(sighted.found):
        return _NO_IDENTIFIER
    shared = "Several people may have that name. " if sighted.marks.may_be_shared else ""
    return (
        f"{shared}Only what was given is looked for: ask also for the other addresses, numbers "
        "and names of the person."
    )


def _other_forms(sighted: Sighted) -> Iterator[Fact]:
    """In which other forms a phone number was looked for, or has to be asked for."""
    if sighted.marks.abroad:
        yield Fact("Phone number", "Also looked for without its country code")
    elif sighted.marks.may_be_local:
        yield Fact("If it is a phone number", "Also ask with the country code, as +1 …")


def _staying(found: Sequence[Found]) -> Iterator[Fact]:
    """The columns of emptied rows in which everything still stands."""
    named = [
        f"{each.place}: {', '.join(each.stays)}"
        for each in found
        if each.stays and each.rows > each.mentions
    ]
    if named:
        yield Fact("Not personal: stays but for mentions", "; ".join(named))


def _untelling(found: Sequence[Found]) -> Iterator[Fact]:
    """The columns in which nobody can be found."""
    named = [f"{each.place}: {', '.join(each.hidden)}" for each in found if each.hidden]
    if named:
        yield Fact("Can't tell", "; ".join(named))


def _signed(erasure: Erasure) -> Iterator[Fact]:
    yield Fact("Planned by", erasure.asked_by)
    if erasure.confirmed_by:
        yield Fact("Confirmed by", erasure.confirmed_by)
    else:
        yield Fact("Confirm until", f"{erasure.expires_at:%Y-%m-%d %H:%M} UTC")


def _files(found: Sequence[Found]) -> Iterator[Fact]:
    """What was delivered stays as it is: somebody has to take the rows out there."""
    names = sorted({name for each in found for name in each.sources})
    if names:
        more = f" and {len(names) - SHOWN_FILES} more" if len(names) > SHOWN_FILES else ""
        told = ", ".join(names[:SHOWN_FILES])
        yield Fact("Take the rows out there yourself", f"{told}{more}")


def _severity(erased: Erased) -> Severity:
    """No success where there was nothing to do."""
    if not erased.done:
        return Severity.WARNING
    return Severity.SUCCESS if total(erased.found) else Severity.INFO


def _how_far(erased: Erased) -> str:
    if erased.done and not total(erased.found):
        return f"{erased.erasure.id} is done: nothing was left to erase"
    rows = counted(total(erased.found), "row")
    if erased.done:
        return f"{erased.erasure.id} is done: {rows} erased, none left"
    return f"{erased.erasure.id} is not done yet: {rows} erased, {total(erased.left):,} left"


def _goes_on(erased: Erased) -> str:
    if erased.waiting:
        return f"Runs are at work on {', '.join(erased.waiting)}. It is carried on by itself."
    return "Some came meanwhile. It is carried on by itself."


def _next_steps(project: Project, erased: Erased) -> Iterator[Button]:
    if not erased.done:
        name = erased.erasure.id
        yield Button(f"Carry on with {name}", f"confirm erasure {name}", ButtonStyle.PRIMARY)
        return
    for pipeline in project.pipelines:
        if pipeline.stages == (Stage.GOLD,) and not pipeline.tables:
            label = "Build the reports anew"
            yield Button(label, f"run pipeline {pipeline.name}", ButtonStyle.PRIMARY)
            return
