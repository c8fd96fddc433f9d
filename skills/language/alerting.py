"""Read whatever is said about lineage, incidents, who hears of them, and digests."""

from collections.abc import Callable
from dataclasses import replace

from skills.language import digests, incidents, lineage, routing
from skills.language.ahead import tidied
from skills.language.dates import Calendar
from skills.language.names import names_of
from skills.language.phrases import ORDER_VERBS
from skills.language.readings import Reading
from skills.language.shapes import Lexicon, Shape, shape_of, with_labels
from skills.language.vocabulary import Vocabulary

LEXICON = Lexicon.of(lineage.WORDS | incidents.WORDS | routing.WORDS | digests.WORDS)


def read_alerting(text: str, vocabulary: Vocabulary, calendar: Calendar) -> Reading | None:
    """What a sentence says about these; None where it is about something else."""

    def shaped(part: str) -> Shape | None:
        found = shape_of(part, vocabulary, LEXICON)
        return replace(found, said=whole.said) if found and whole else found

    whole = None
    whole = shaped(text)
    if whole is None or _is_about_runs(whole):
        return None
    typed = tidied(with_labels(text))
    return _with_time(typed, whole, shaped, calendar) or _plainly(whole)


def _is_about_runs(shape: Shape) -> bool:
    """Whether it orders something to be run, which is understood elsewhere."""
    verb = shape.form.partition(" ")[0]
    return verb in ORDER_VERBS - {"stop"} and not shape.incidents()


def _with_time(
    text: str, whole: Shape, shaped: Callable[[str], Shape | None], calendar: Calendar
) -> Reading | None:
    """What may say until when or since when, and so has to be taken apart."""
    found: Reading | None = None
    if incidents.speaks_of_snoozing(whole):
        found = incidents.read_snooze(text, shaped, calendar)
    if found is None and routing.speaks_of_muting(whole):
        found = routing.read_mute(text, shaped, calendar)
    if found is None and digests.speaks_of_digests(whole):
        found = digests.read_digest(text, shaped, names_of(whole.vocabulary), calendar)
    return found


def _plainly(shape: Shape) -> Reading | None:
    """What a sentence says, or else what comes nearest to it."""
    found = (
        lineage.read_lineage(shape) or routing.read_routing(shape) or incidents.read_incident(shape)
    )
    if found is not None or (shape.doubts and not shape.incidents()):
        return found  # what was only misspelled as one of these words may well be another
    return (
        incidents.nearly_incident(shape)
        or routing.nearly_routing(shape)
        or lineage.nearly_lineage(shape)
    )
