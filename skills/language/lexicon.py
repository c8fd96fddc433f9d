"""Plain words that carry no command: politeness, connectives, statuses, refusals, questions."""

from collections.abc import Mapping
from types import MappingProxyType


def _split(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _phrases(*texts: str) -> tuple[tuple[str, ...], ...]:
    return tuple(sorted((tuple(text.split()) for text in texts), key=len, reverse=True))


CONTRACTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        short: tuple(full.split())
        for short, full in {
            "what's": "what is", "whats": "what is", "who's": "who is", "how's": "how is",
            "hows": "how is", "where's": "where is", "it's": "it is", "there's": "there is",
            "that's": "that is", "isn't": "is not", "aren't": "are not", "wasn't": "was not",
            "don't": "do not", "dont": "do not", "doesn't": "does not", "didn't": "did not",
            "won't": "will not", "can't": "can not", "cannot": "can not", "cant": "can not",
            "shouldn't": "should not", "wouldn't": "would not", "couldn't": "could not",
            "mustn't": "must not", "hasn't": "has not", "haven't": "have not",
            "i'm": "i am", "i'd": "i would", "i'll": "i will", "let's": "lets",
        }.items()
    }
)  # fmt: skip

ASKING = _phrases(
    "could you", "can you", "would you", "will you", "could u", "can u", "can you go ahead and",
    "would you mind", "could you maybe",
)  # fmt: skip
"""Questions that ask for the thing itself, so their question mark is politeness."""

FILLERS = _phrases(
    "please", "pls", "plz", "pleasee", "kindly", "the", "a", "an", "for me", "for us", "now",
    "right now", "right away", "immediately", "asap", "just", "only", "again", "hey",
    "hi", "hello", "hallo", "hiya", "yo", "ok", "okay", "so", "well", "atlas", "thanks",
    "thank you", "thx", "ty", "cheers", "good morning", "good afternoon", "good evening",
    "go ahead and", "lets", "i want you to", "i need you to", "i would like you to",
    "i want to", "i would like to", "um", "uh", "hmm", "oh", "sorry", "quickly", "quick", "also",
    "all of our", "our", "my dear",
)  # fmt: skip
"""Words that change nothing, wherever they stand."""

WHOLE = _phrases(
    "for all tables", "for every table", "for all of the tables", "for all the tables",
    "on all tables", "on every table", "on all the tables", "for everything", "on everything",
)  # fmt: skip
"""Ways to say that no table is meant in particular."""

CONNECTIVES = _split("for on of in over with against about table dataset pipeline job data to")
"""Words that hold slots together and mean nothing alone."""

UNFINISHED = _split("for on of in over with against about to")
"""Words that no order ends with."""

STATUSES: Mapping[str, str] = MappingProxyType(
    {
        word: status
        for status, words in {
            "failed": "failed failing fail failures failure broke broken crashed errored",
            "running": "running active ongoing",
            "queued": "queued waiting pending enqueued",
            "succeeded": "succeeded success successful successfully green passed",
            "cancelled": "cancelled canceled aborted",
        }.items()
        for word in words.split()
    }
)

STOP_SIGNS = "\N{NO ENTRY}\N{NO ENTRY SIGN}\N{CROSS MARK}\N{OCTAGONAL SIGN}\N{RAISED HAND}~"
"""Signs that take an order back; chat platforms strike out between tildes."""
REFUSALS = _split(
    "not never no nope cancel stop abort kill undo pause delete drop hold wait nobody"
)
REFUSALS |= frozenset(STOP_SIGNS)
"""Words with which nothing may start and no start is even offered."""

EXCLUDING = _split("without except excluding but skip skipping minus ignoring unless omit")
"""Words after which nothing may be read as wanted."""

CONDITIONAL = _split("if when once after as until provided given")
"""Words after which an order states its condition."""

QUESTIONING = _split(
    "should shall would could can may might must do does did have has had is are was were what why "
    "where who how which whether suppose happens happen"
)
"""Words that make a sentence about running a question."""

STOPPING = _split("delete drop mute snooze revoke remove")
"""Verbs that Atlas knows but does not do."""

NO_PART_OF_A_NAME = _split(
    "in from where if when unless except but without not and or for with because so then tomorrow "
    "today tonight later before after since until table tables row rows column columns dataset "
    "data everything anything all please every each erase forget delete remove find don't dont do "
    "never no why could would should about run"
)
"""Words beside a person's name that say more than who it is."""

PRONOUNS = _split("it this that these those them they one ones something anything everything all")

JOINING = _split("and then or")

ROWS = _split("rows row records entries columns column fields runs run pipelines tables jobs")

NAME_VERBS = _split(
    "ingest load extract import export sync build publish transform clean copy move enrich archive "
    "collect fetch pull push aggregate merge dedupe compute snapshot"
)
"""First words of pipeline names that make an order of «ingest orders»."""

HARMLESS_EMOJI = ("pray", "wave", "rocket", "smile", "slightly_smiling_face", "thumbsup", "+1")

DAYS = _split(
    "today yesterday tonight morning afternoon evening monday tuesday wednesday thursday friday "
    "saturday sunday overnight"
)
PLAIN = _split(
    "i you we he she us our your his their me my am be been being was were is are and or then if "
    "what why when where who how which do does did have has had not no never yes by at from until "
    "since before after into as exist next first new old any some every each day days daily "
    "week weeks weekly hour hours hourly month monthly monday tuesday wednesday thursday friday "
    "saturday sunday tomorrow tonight today yesterday night morning evening dry full force retries "
    "still yet ever there here too very really much more less than out up down off same other "
    "everyone nothing nobody maybe later soon once twice times time thing things "
    "will would should shall could can may might must let us get got go goes gone make made see"
)
"""Common words that are never a misspelled name."""

SPOKEN_OF_TIME = _split(
    "weekday weekdays workday workdays weekend weekends working business nightly cron "
    "mondays tuesdays wednesdays thursdays fridays saturdays sundays mon tue tues wed "
    "thu thurs fri sat sun utc"
)
"""Words that say when something is to run again."""

_OTHER = _split("am pm ago between past previous this last couple few minute minutes noon midnight")
FAMILIAR = frozenset().union(
    DAYS, PLAIN, CONNECTIVES, STATUSES, REFUSALS, EXCLUDING, QUESTIONING, STOPPING,
    PRONOUNS, JOINING, ROWS, SPOKEN_OF_TIME, _OTHER, *FILLERS, *ASKING, *WHOLE,
)  # fmt: skip
"""Every word that is itself, not a misspelling of another."""
