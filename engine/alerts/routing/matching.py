"""Whether a notice is what a route, a subscription or a mute is about, and if not, why not."""

from collections.abc import Iterator, Sequence

from engine.alerts.routing.model import Muted, Notice
from engine.catalog.model import DatasetName
from engine.catalog.routing import Condition, at_least
from engine.catalog.routing_rules import named
from engine.recurrence import listed
from engine.topics import Topic


def misfits(when: Condition, notice: Notice) -> tuple[str, ...]:
    """Why a condition does not hold, such as «it is warning, not critical»; empty where it does."""
    return tuple(_misfits(when, notice))


def _misfits(when: Condition, notice: Notice) -> Iterator[str]:
    if when.kinds and notice.kind not in when.kinds:
        yield f"its kind is {notice.kind}, not {_either(when.kinds)}"
    if when.severities and notice.severity not in when.severities:
        yield f"it is {notice.severity}, not {_either(when.severities)}"
    if when.layers and notice.layer not in when.layers:
        yield f"it is {_in(notice)}, not in {_either(when.layers)}"
    if when.owners and notice.owner not in when.owners:
        yield f"its owner is {notice.owner or 'nobody'}, not {_either(when.owners)}"
    if when.tags and not set(when.tags) & set(notice.tags):
        tagged = f"is tagged {listed(notice.tags)}" if notice.tags else "has no tags"
        yield f"it {tagged}, not {_either(when.tags)}"
    if when.datasets and not _named_by(when.datasets, notice.dataset):
        yield f"it is about {notice.dataset or 'no dataset'}, not {_either(when.datasets)}"


def of_topic(topic: Topic, notice: Notice) -> bool:
    """Whether somebody who subscribed to a topic wants a notice."""
    least = at_least(topic.severity) if topic.severity else ()
    return (
        (not topic.kinds or notice.kind in topic.kinds)
        and (not least or notice.severity in least)
        and topic.layer in {None, notice.layer}
        and (topic.dataset is None or _is(topic.dataset, notice.dataset))
        and topic.owner in {None, notice.owner}
        and (topic.tag is None or topic.tag in notice.tags)
    )


def of_mute(mute: Muted, notice: Notice) -> bool:
    """Whether a mute is about the dataset of a notice."""
    return _is(mute.dataset, notice.dataset)


def _is(name: str, dataset: DatasetName | None) -> bool:
    return dataset is not None and name in {str(dataset), dataset.table}


def _named_by(patterns: Sequence[str], dataset: DatasetName | None) -> bool:
    return dataset is not None and any(named(each, dataset) for each in patterns)


def _in(notice: Notice) -> str:
    return f"in {notice.layer}" if notice.layer else "in no layer"


def _either(words: Sequence[str]) -> str:
    return " or ".join(words)
