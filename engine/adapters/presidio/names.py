"""Names of persons as people write them: after a title or «my name is», or well known ones."""

import re
from collections.abc import Iterable, Iterator

from engine.adapters.presidio.given_names import GIVEN_NAMES
from engine.privacy.spans import Span

AFTER_A_WORD = 0.8
"""How sure a name is that stands where names stand."""

WELL_KNOWN = 0.75
"""How sure a name is that begins with a given name that is hardly anything else."""

IN_LOWER_CASE = 0.5
"""How sure a name is whose writer knew no capitals."""

_WORD = r"[^\W\d_][^\W\d_’'\-]*(?:[’'\-][^\W\d_]{2,})*"
_CAPITAL = rf"(?=[^\W\d_a-zà-öø-ÿ]){_WORD}"
_PARTICLE = r"(?:van|von|der|den|de|da|di|del|della|dos|do|la|le|el|al|bin|ibn|ter|ten|zu|af|av|y)"
_INITIAL = r"(?=[^\W\d_a-z])[^\W\d_]\.?"
_REST = rf"(?:[ ]+(?:{_PARTICLE}[ ]+){{0,2}}(?:{_CAPITAL}|{_INITIAL}(?![\w])))"
_NAME = rf"{_CAPITAL}{_REST}{{0,3}}"

_TITLE = (
    r"(?:mrs?|ms|miss|mx|dr|prof(?:essor)?|sir|madam|herr|frau|monsieur|madame|mme|mlle|señora?"
    r"|signora?|dott)"
)

_OF_NAMES = (
    r"(?:my|her|his|their|the|your|our|maiden|birth|full|last|first|user|customer) "
    r"(?:full |first |last |maiden )?name(?: is|'s|:)"
)
_GREETINGS = r"dear|hi|hello|hey|salut|hallo|hola|liebe[rs]?|cher|chère"
_CLOSINGS = (
    r"(?:regards|sincerely|cheers|yours|thanks|thank you|best|greetings|grüße|signed(?: by)?),?"
)
_RELATIVES = (
    r"(?:partner|wife|husband|mother|father|mom|dad|son|daughter|brother|sister|friend|neighbou?r"
    r"|boss|manager|colleague|uncle|aunt|guardian|cousin|spouse)(?:'s name)?,?"
)
_DOINGS = (
    r"on behalf of|under my name|under the name(?: of)?|it to|written by|sung by|directed by"
    r"|starring|follow up with|met with|guardian of|care of|add|said|says|asks|replied"
    r"|(?:speak|talk|spoke|talked|speaking) (?:to|with)|(?:ask|asked|asking) for"
    r"|(?:named|call|called) (?:him|her|them|it)|this is|i am|i'm|it's|call me|calls me|named"
    r"|called"
)
_FIELDS = (
    r"name(?:\s+is|\s*[:=])|name\?"
    r"|(?:attn|attention|c/o|contact|recipient|patient|signed|cc|from|to)[.:]"
)

_CUES = (_OF_NAMES, _GREETINGS, _CLOSINGS, _RELATIVES, _DOINGS, _FIELDS)
"""What says before a name that one comes."""

_CUED = tuple(
    re.compile(rf"\b(?i:{cue})[ \t]*\n?[ \t]*(?:(?i:{_TITLE})\.?[ ]+)?(?P<name>{_NAME})")
    for cue in _CUES
)
_TITLED = re.compile(rf"\b(?i:{_TITLE})\b\.?[ ]+(?P<name>{_NAME})")
_SAYING = re.compile(rf"\b(?P<name>{_NAME}),? (?:said|says|asked|wrote|replied|lives|called me)\b")
_OWNING = re.compile(
    rf"\b(?P<name>{_NAME})['’]s (?:address|phone|number|mobile|e-?mail|account|card|wife|husband"
    r"|mother|father|son|daughter|brother|sister|friend|house|birthday|passport)\b"
)
_CAPITALISED = re.compile(rf"(?<![\w.@/-])(?P<name>{_NAME})(?![\w@])")
_LOWER = re.compile(rf"(?<![\w.@/-])(?P<first>{_WORD}) (?P<last>[^\W\d_]{{3,}})(?![\w@])")

_NO_NAME = re.compile(
    r"(?:i|you|he|she|we|they|it|me|us|the|a|an|my|your|his|her|its|our|their|this|that|these|those"
    r"|there|here|what|who|where|when|why|how|which|and|or|but|so|if|then|than|not|no|yes|ok|okay"
    r"|please|thanks|thank|hello|hi|hey|dear|sorry|all|everyone|everybody|team|sir|madam|support"
    r"|customer|service|to|from|in|on|at|of|for|by|with|as|is|are|was|were|be|been|do|did|does|have"
    r"|has|had|can|could|will|would|shall|should|may|might|must|let|just|only|also|very|too|now"
    r"|today|tomorrow|yesterday|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january"
    r"|february|march|april|june|july|august|september|october|november|december|order|invoice"
    r"|account|card|credit|bank|phone|mobile|fax|e-?mail|website|web|address|street|road|avenue|date"
    r"|name|number|id|status|paid|shipped|pending|cancell?ed|delivered|returned|open|closed|new"
    r"|active|inactive|unknown|none|null|true|false|error|warning|note|info|re|fwd|fw|subject|body"
    r"|mr|mrs|ms|dr|prof|inc|llc|ltd|gmbh|corp|corporation|company|co|any|some|one|two|three|first"
    r"|last|good|best|great|nice|it's|i'm|i'd|i've|i'll|that's|what's|there's|let's|don't|can't"
    r"|need|want|title|department|desk|office|apt|suite|unit|flat|floor|room|box|zip|personal"
    r"|morning|afternoon|evening|day|world|folks|guys|mom|dad|god|friends?|colleagues?)"
)
_ALL_LETTERS = 2


def names_in(text: str) -> Iterator[Span]:
    """The names that stand where names stand, and those that begin as names do."""
    for cue in (*_CUED, _TITLED, _SAYING, _OWNING):
        for match in cue.finditer(text):
            yield from _trimmed(text, *match.span("name"), AFTER_A_WORD)
    for match in _CAPITALISED.finditer(text):
        yield from _from_given_name(text, *match.span("name"))
    for match in _LOWER.finditer(text):
        yield from _in_lower_case(match)


def is_given_name(word: str) -> bool:
    """Whether a word is a well known given name, in whatever case."""
    return word in GIVEN_NAMES or (word.isupper() and word.capitalize() in GIVEN_NAMES)


def no_name(word: str) -> bool:
    """Whether a word is one of those that begin sentences or stand for things."""
    return _NO_NAME.fullmatch(word.lower().strip(".")) is not None


def _trimmed(text: str, start: int, end: int, score: float) -> Iterator[Span]:
    """The run of words without those at either end that no name has."""
    words = [
        (start + word.start(), start + word.end()) for word in re.finditer(r"\S+", text[start:end])
    ]
    while words and no_name(text[slice(*words[-1])]):
        words.pop()
    if words and not no_name(text[slice(*words[0])]):
        yield Span(words[0][0], words[-1][1], "PERSON", score)


def _from_given_name(text: str, start: int, end: int) -> Iterator[Span]:
    """The part of a run of capitalised words that begins with a given name."""
    for each in re.finditer(r"\S+", text[start:end]):
        if is_given_name(each.group()):
            yield from _trimmed(text, start + each.start(), end, WELL_KNOWN)
            return


def _in_lower_case(match: re.Match[str]) -> Iterator[Span]:
    """A given name and another word, both in lower case, where that is no common word."""
    first, last = match["first"], match["last"]
    lower = first.islower() and last.islower() and len(first) > _ALL_LETTERS + 1
    if lower and first.capitalize() in GIVEN_NAMES and not no_name(last):
        yield Span(match.start(), match.end(), "PERSON", IN_LOWER_CASE)


def named_again(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    """Where a word of a full name stands alone: «Ms. Lopez» after «Maria Lopez»."""
    names = [text[span.start : span.end].split() for span in spans if span.entity == "PERSON"]
    words = {word for name in names if len(name) > 1 for word in name if _worth_repeating(word)}
    if not words:
        return
    anyone = "|".join(map(re.escape, sorted(words)))
    for match in re.finditer(rf"(?<![\w.@/-])(?:{anyone})(?![\w@])", text):
        yield Span(match.start(), match.end(), "PERSON", WELL_KNOWN)


def _worth_repeating(word: str) -> bool:
    return len(word) > _ALL_LETTERS and word.isalpha() and word.istitle() and not no_name(word)


def first_word_is_given(words: Iterable[str]) -> bool:
    """Whether some words begin as a person's name does."""
    return any(is_given_name(word) for word in words)
