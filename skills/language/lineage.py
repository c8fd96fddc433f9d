"""Read what is asked about what feeds what: «what feeds gold.revenue?», «what breaks if …»."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from engine.commands import Command, Help, ShowImpact, ShowLineage
from engine.commands.lineage import Direction, Mishap
from skills.language.names import nearest
from skills.language.readings import Guess, Reading
from skills.language.shapes import MOST_OFFERS, Shape, Slot, reading, words_in
from skills.language.vocabulary import Vocabulary
from skills.language.words import folded

USUAL = "silver"
"""The layer of a table; what is made of tables is in gold anyway."""

_NO_COLUMN = "of|in|from|on|for|to|by|with|if|when|is|are|and|does|do|into|a"
_WHERE = (
    rf"(?:(?:column |field )?(?P<column>(?!(?:{_NO_COLUMN})\b)\S+) (?:column |field )?"
    r"(?:of|in|from|on) )?(?P<where>[DU]\d+)"
)
_SHOW = r"(?:(?:show|list|display|give|get|draw|tell|what is|what are|see) (?:me |us )?)?"
_WHICH = (
    r"(?:(?:show|tell) (?:me |us )?)?"
    r"(?:what|who|which)(?: all)?(?: (?:tables|datasets|models|reports|things|columns|else))?"
)
_MADE = (
    r"(?:made|built|derived|computed|calculated|created|produced|generated|fed|filled|composed"
    r"|assembled|coming|loaded|taken)"
)
_ASKED: tuple[tuple[Direction, tuple[str, ...]], ...] = (
    (
        Direction.UPSTREAM,
        (
            (
                rf"{_SHOW}(?:upstream|ancestors|parents|sources?|inputs?|origins?|provenance)"
                rf"(?: lineage| tables| datasets)?(?: of| for| from)? {_WHERE}"
            ),
            rf"{_SHOW}{_WHERE} (?:upstream|ancestors|sources|inputs|origin)",
            rf"{_WHICH} (?:is |are )?upstream (?:of|from) {_WHERE}",
            (
                rf"{_WHICH} (?:feeds?|goes into|go into|flows? into|fills?|makes?(?: up)?"
                rf"|builds?) {_WHERE}"
            ),
            (
                rf"{_WHICH} (?:is|are) (?:used|needed|required) (?:for|in|by|to make"
                rf"|to build) {_WHERE}"
            ),
            (
                rf"(?:{_WHICH}|where|how) (?:is|are|was|were) {_WHERE} {_MADE}"
                r"(?: from| of| out of| by| up of)?"
            ),
            rf"where (?:does|do|did) {_WHERE} (?:come|stem|originate)(?: from)?",
            rf"where (?:does|do|did) {_WHERE} get (?:its |their )?(?:data|values?|rows) from",
            rf"{_WHICH} (?:does|do) {_WHERE} (?:depend on|rely on|use|read|read from|need|consume)",
            rf"{_WHERE} (?:depends|relies) on what",
        ),
    ),
    (
        Direction.DOWNSTREAM,
        (
            (
                rf"{_SHOW}(?:downstream|descendants|children|dependents|dependants|consumers?"
                rf"|readers|users|dependencies)(?: lineage| tables| datasets)?"
                rf"(?: of| for| from| on)? {_WHERE}"
            ),
            rf"{_SHOW}{_WHERE} (?:downstream|descendants|consumers|dependents)",
            rf"{_WHICH} (?:is |are )?downstream (?:of|from) {_WHERE}",
            rf"{_WHICH} (?:depends?|relies|rely|builds?) (?:on|upon) {_WHERE}",
            rf"{_WHICH} (?:is|are) (?:dependent|based|built) (?:on|upon) {_WHERE}",
            (
                rf"{_WHICH} (?:uses?|reads?|consumes?|needs?|is using|are using"
                rf"|is reading)(?: from)? {_WHERE}"
            ),
            rf"{_WHICH} (?:is|are|gets?) {_MADE} (?:from|of|out of|by|with|using) {_WHERE}",
            rf"{_WHICH} (?:comes|come|flows|flow|stems) (?:from|out of) {_WHERE}",
            rf"{_WHICH} (?:does|do) {_WHERE} (?:feed|fill|flow into|go into|end up in)",
            rf"where (?:does|do) {_WHERE} (?:go|flow|end up|lead)(?: to| into| in)?",
            rf"where (?:is|are) {_WHERE} (?:used|read|needed|consumed)",
            (
                rf"(?:is|are) {_WHERE} (?:used|read|needed|consumed)(?: anywhere"
                rf"| by anything| by anyone)?"
            ),
        ),
    ),
    (
        Direction.BOTH,
        (
            rf"{_SHOW}(?:data )?(?:column )?lineage(?: graph)?(?: of| for| from)? {_WHERE}",
            rf"{_SHOW}{_WHERE} lineage",
            rf"trace(?: back)? {_WHERE}",
            rf"{_SHOW}(?:family tree|pedigree|flow|data flow) (?:of|for) {_WHERE}",
        ),
    ),
)

_STATES: Mapping[Mishap, str] = MappingProxyType(
    {
        Mishap.LATE: "late|delayed|stale|old|outdated|overdue|missing|not fresh|not delivered"
        "|not there|not arrive|not come|arrives late|comes late|delays",
        Mishap.DROPPED: "dropped|deleted|removed|gone|lost|disappears|vanishes|goes away",
        Mishap.CHANGED: "changed|changes|renamed|altered|retyped|another type|different|new type",
        Mishap.BREAKS: (
            "breaks|break|broken|fails|fail|failing|failed|down|wrong|bad|goes wrong"
            "|goes down"
            "|crashes|empty|incorrect|corrupt|not right|not work|stops|held back"
            "|not rebuilt|not good"
        ),
    }
)
_STATE = "|".join(f"(?P<{mishap}>{words})" for mishap, words in _STATES.items())
_BECOMES = (
    r"(?:(?:is|are|was|were|gets|goes|becomes|has|comes|does|do|would be|would|were to be"
    r"|will be) )?"
)
_DOING: Mapping[Mishap, str] = MappingProxyType(
    {
        Mishap.DROPPED: "drop|dropping|delete|deleting|remove|removing|lose|losing|get rid of",
        Mishap.CHANGED: "change|changing|alter|altering|rename|renaming|modify|modifying|retype"
        "|touch|touching|edit|editing",
        Mishap.LATE: "delay|delaying",
        Mishap.BREAKS: "break|breaking",
    }
)
_DO = "|".join(f"(?P<do_{mishap}>{words})" for mishap, words in _DOING.items())
_TYPE = r"(?:(?:data )?type of |name of |column )?"
_PERSON = r"(?:(?:i|we|you|they|somebody|someone|one) (?:would |were to |must |have to )?)?"
_CLAUSES = (rf"{_PERSON}(?:{_DO}) {_TYPE}{_WHERE}", rf"{_TYPE}{_WHERE} {_BECOMES}(?:{_STATE})")
_IF = r"(?:if|when|once|in case|should|assuming|suppose)"
_HEAD = (
    r"(?:what|who|which \w+|what else|whom)(?: all)? (?:(?:would|will|could|might|may|gets?) )?"
    r"(?:(?:be|is|are) )?(?:break|breaks|broken|happen|happens|affected|impacted|hurt|hit|suffers"
    r"|suffer|affects|concerned|fails|fail|goes wrong|stops|complains|notices|impact)"
    r"|what is impact|what would|what|impact|(?:would|will|does|do) (?:anything"
    r"|something) (?:break|breaks)"
)
_IMPACT = (
    *(rf"(?:{_HEAD}) {_IF} {clause}" for clause in _CLAUSES),
    *(rf"{_IF} {clause} (?:then )?(?:{_HEAD})" for clause in _CLAUSES),
    (
        rf"{_SHOW}(?:impact|impact analysis|impact report|blast radius|effects?|consequences?"
        rf"|damage)(?: of| on| for| from)? (?:(?:{_DO}) )?{_TYPE}{_WHERE}"
    ),
    rf"{_SHOW}(?:impact|effects?|consequences?) of (?:(?:{_STATE}) ){_WHERE}",
    (
        rf"{_SHOW}(?:impact|effects?|consequences?) (?:of|if|when) {_WHERE} (?:being |is "
        rf"|are )(?:{_STATE})"
    ),
    rf"{_SHOW}{_WHERE} impact(?: analysis)?",
    (
        rf"{_WHICH} (?:is|are|would be|will be|gets) (?:affected|impacted|hurt|hit) by (?:"
        rf"(?:{_STATE}) )?{_WHERE}"
    ),
    rf"{_WHICH} (?:does|would|do|will|could) {_WHERE} (?:affect|break|impact|hurt)",
    rf"(?:is it )?(?:safe|ok|okay|fine|possible) to (?:{_DO}) {_TYPE}{_WHERE}",
)
_MAY_I = rf"(?:(?:can|may|could|should) (?:i|we) )?(?:{_DO}) {_TYPE}{_WHERE}"

_PATTERNS = (
    *(pattern for _, patterns in _ASKED for pattern in patterns), *_IMPACT, _MAY_I,
)  # fmt: skip
WORDS = words_in(_PATTERNS) | {"lineage", "upstream", "downstream"}
_OF_IMPACT = frozenset(["impact", "affected", "impacted", "break", "breaks"])
_ABOUT = _OF_IMPACT.union(["lineage", "upstream", "downstream", "feeds", "depends"])
_LINEAGE = tuple((direction, tuple(map(re.compile, patterns))) for direction, patterns in _ASKED)
_IMPACTS = tuple(map(re.compile, _IMPACT))
_ASKING_LEAVE = re.compile(_MAY_I)
_UNFINISHED_IMPACT = re.compile(rf"what (?:would )?breaks?(?: {_IF})?|(?:{_HEAD}) {_IF}")
_UNFINISHED_LINEAGE = re.compile(r"where (?:does|do) come from|what feeds?|what depends on")


def read_lineage(shape: Shape) -> Reading | None:
    """What is asked about what feeds what; None where the sentence is another one."""
    found = next(_commands(shape), None)
    return reading(shape, *found) if found else None


def _commands(shape: Shape) -> Iterator[tuple[tuple[Command, ...], tuple[str, ...]]]:
    for form in _IMPACTS:
        found = form.fullmatch(shape.form)
        if found and not _is_pipeline(shape, found):
            yield _impact(shape, found)
    for direction, forms in _LINEAGE:
        for form in forms:
            found = form.fullmatch(shape.form)
            if found and not _is_pipeline(shape, found):
                yield _lineage(shape, found, direction)
    asked = shape.said.is_question and _ASKING_LEAVE.fullmatch(shape.form)
    if asked and asked["where"].startswith("D"):
        yield _impact(shape, asked)


def _is_pipeline(shape: Shape, found: re.Match[str]) -> bool:
    """Whether it is about a pipeline, which others describe."""
    typed = folded(shape.slot(found["where"]).typed)
    return any(folded(pipeline) == typed for pipeline in shape.vocabulary.pipelines)


def _impact(shape: Shape, found: re.Match[str]) -> tuple[tuple[Command, ...], tuple[str, ...]]:
    mishap = next((mishap for mishap in Mishap if _says(found, mishap)), Mishap.BREAKS)
    pairs, doubts = _places(shape, found)
    return tuple(ShowImpact(*pair, mishap) for pair in pairs), doubts


def _says(found: re.Match[str], mishap: Mishap) -> bool:
    said = found.groupdict()
    return bool(said.get(mishap) or said.get(f"do_{mishap}"))


def _lineage(
    shape: Shape, found: re.Match[str], direction: Direction
) -> tuple[tuple[Command, ...], tuple[str, ...]]:
    pairs, doubts = _places(shape, found)
    return tuple(ShowLineage(*pair, direction) for pair in pairs), doubts


_Pairs = tuple[tuple[str, str | None], ...]


def _places(shape: Shape, found: re.Match[str]) -> tuple[_Pairs, tuple[str, ...]]:
    """Each dataset and column that may be meant, and why they are not sure."""
    slot = shape.slot(found["where"])
    column = shape.slot(found["column"]).typed if found["column"] else slot.column
    datasets, doubt = datasets_of(slot, shape.vocabulary)
    if column is None:
        alone = () if slot.names else _columns_called(slot.typed, shape.vocabulary)
        several = "Which table?" if len(alone) > 1 else ""
        return alone or tuple((each, None) for each in datasets), (several or doubt,)
    columns, unsure = _columns(column, datasets, shape.vocabulary)
    pairs = tuple((dataset, each) for dataset in datasets for each in columns)
    return pairs, (unsure, doubt if len(datasets) > 1 else "")


def datasets_of(slot: Slot, vocabulary: Vocabulary) -> tuple[tuple[str, ...], str]:
    """The datasets that a slot means, in its layer or the usual one, and what is doubtful.

    Whatever looks is told of what comes nearest where just one thing does.
    """
    if not slot.names:
        return (slot.typed,), ""
    found = tuple(vocabulary.dataset(table, layer, USUAL) for layer, table in slot.names)
    exist = tuple(dict.fromkeys(each for each in found if each is not None))
    if exist:
        return exist, slot.doubt if len(exist) > 1 else ""
    others = tuple(each for _, table in slot.names for each in vocabulary.datasets_of(table))
    doubt = f"There is no dataset {slot.typed}. Did you mean {' or '.join(others)}?"
    return others or (slot.typed,), doubt


def _columns_called(typed: str, vocabulary: Vocabulary) -> _Pairs:
    """The datasets that declare a column which is named without its table."""
    having = (
        (vocabulary.dataset(table, None, USUAL), column)
        for table, column in vocabulary.columns_in
        if folded(column) == folded(typed)
    )
    return tuple((dataset, column) for dataset, column in having if dataset is not None)


def _columns(
    typed: str, datasets: tuple[str, ...], vocabulary: Vocabulary
) -> tuple[tuple[str, ...], str]:
    """The column that is called so; one that no table declares may exist all the same."""
    tables = {dataset.partition(".")[2] for dataset in datasets}
    own = tuple(column for table, column in vocabulary.columns_in if table in tables)
    exact = tuple(column for column in own if folded(column) == folded(typed))
    if exact:
        return exact[:1], ""
    near = tuple(column for column, _ in nearest(typed.casefold(), own))
    if not near or any(dataset.startswith("gold.") for dataset in datasets):
        return (typed,), ""
    doubt = f"No table declares a column {typed}. Did you mean {' or '.join(near)}?"
    return (*near, typed), doubt


def nearly_lineage(shape: Shape) -> Reading | None:
    """The lineage of what is named where the words around it say nothing that is known."""
    is_impact = bool(_UNFINISHED_IMPACT.fullmatch(shape.form))
    is_unfinished = is_impact or bool(_UNFINISHED_LINEAGE.fullmatch(shape.form))
    if shape.words.isdisjoint(_ABOUT) and not is_unfinished:
        return None
    named = shape.signs("D")
    reason = f"Not understood: {shape.said.text}."
    wants_impact = is_impact or not shape.words.isdisjoint(_OF_IMPACT)
    ask = ShowImpact if wants_impact else ShowLineage
    if not named:
        known = shape.vocabulary.datasets[1 - MOST_OFFERS :]
        offers = tuple(ask(each) for each in reversed(known))
        return Guess((*offers, Help("lineage")), f"Of which table? {reason}")
    datasets = [
        each for sign in named for each in datasets_of(shape.slot(sign), shape.vocabulary)[0]
    ]
    return Guess(tuple(ask(each) for each in dict.fromkeys(datasets)), reason)
