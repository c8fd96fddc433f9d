"""Past verdicts in memory."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from engine.catalog.model import DatasetName
from engine.quality.model import Outcome
from engine.quality.past import MOST_TURNS, Named, PastVerdict, Publication, telling


class MemoryVerdictHistory:
    """A VerdictHistory of given verdicts and publications, in the order in which they are given."""

    def __init__(
        self,
        verdicts: Iterable[PastVerdict] = (),
        most_turns: int = MOST_TURNS,
        publications: Iterable[Publication] = (),
    ) -> None:
        self._verdicts = list(verdicts)
        self._most_turns = most_turns
        self._publications = list(publications)

    async def latest(self, checks: Sequence[Named], before: datetime) -> tuple[PastVerdict, ...]:
        """The last ones given that tell."""
        return _newest(checks, telling(each for each in self._verdicts if each.at < before))

    async def published(self, checks: Sequence[Named], before: datetime) -> tuple[PastVerdict, ...]:
        """The last ones given on what is published then."""
        said = (each for each in self._verdicts if each.at < before)
        return _newest(checks, (each for each in said if each.is_of_published(before)))

    async def publications(
        self, datasets: Sequence[DatasetName], before: datetime
    ) -> tuple[Publication, ...]:
        """The last ones given."""
        newest = {each.dataset: each for each in self._publications if each.at < before}
        return tuple(each for dataset, each in newest.items() if dataset in datasets)

    async def turns(
        self, datasets: Sequence[DatasetName], since: datetime | None, before: datetime
    ) -> tuple[PastVerdict, ...]:
        """Those that differ from the one given before them."""
        state: dict[Named, Outcome] = {}
        found: list[PastVerdict] = []
        for each in telling(self._verdicts):
            is_meant = each.dataset in datasets and (since is None or each.at >= since)
            if is_meant and each.at < before and state.get(each.of) is not each.outcome:
                state[each.of] = each.outcome
                found.append(each)
        return tuple(sorted(found, key=lambda each: each.at))[-self._most_turns :]


def _newest(checks: Sequence[Named], said: Iterable[PastVerdict]) -> tuple[PastVerdict, ...]:
    newest = {each.of: each for each in said}
    return tuple(each for of, each in newest.items() if of in checks)
