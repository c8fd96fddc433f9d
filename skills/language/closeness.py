"""Find the sentences that would be understood and look most like one that was not."""

from collections.abc import Iterator
from functools import lru_cache

from rapidfuzz import fuzz, process

from engine.commands import (
    CheckQuality,
    Command,
    DescribePipeline,
    DigestNow,
    ExplainRun,
    Help,
    ListIncidents,
    ListPipelines,
    ListQuarantine,
    ListRuns,
    ListSubscriptions,
    PrivacyReport,
    RunPipeline,
    RunStatus,
    ScanPrivacy,
    SuggestChecks,
    WhoAmI,
)
from skills.language.filling import USUAL_LAYERS
from skills.language.sentences import sentence
from skills.language.vocabulary import Vocabulary

_MOST = 3
_FIRST_STEPS = (Help(), ListPipelines(), ListRuns())
_AT_LEAST = 45
_COMPARED = 200
_NAMES = 40


def close_sentences(text: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Up to three sentences nearest to a text; the first steps where none is near."""
    found = process.extract(
        text[:_COMPARED].casefold(),
        _candidates(vocabulary),
        scorer=fuzz.token_sort_ratio,
        score_cutoff=_AT_LEAST,
        limit=_MOST,
    )
    near = tuple(candidate for candidate, _, _ in found)
    return tuple(dict.fromkeys((*near, *map(sentence, _FIRST_STEPS))))[:_MOST]


@lru_cache(maxsize=16)
def _candidates(vocabulary: Vocabulary) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(sentence, _commands(vocabulary))))


def _commands(vocabulary: Vocabulary) -> Iterator[Command]:
    yield from (
        *_FIRST_STEPS,
        RunStatus(),
        ListRuns(status="failed"),
        ExplainRun(),
        WhoAmI(),
        PrivacyReport(),
        ListIncidents(),
        ListSubscriptions(),
        DigestNow(),
    )
    for pipeline in vocabulary.pipelines[:_NAMES]:
        yield from (
            RunPipeline(pipeline),
            DescribePipeline(pipeline),
            RunStatus(pipeline=pipeline),
        )
    for table in vocabulary.tables[:_NAMES]:
        yield from (RunStatus(table=table), ExplainRun(table=table), ListRuns(table=table))
    for command in (CheckQuality, ListQuarantine, SuggestChecks, ScanPrivacy):
        for dataset in vocabulary.datasets_in(USUAL_LAYERS[command])[:_NAMES]:
            yield command(dataset)
