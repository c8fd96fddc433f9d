"""Past verdicts in memory."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from engine.catalog.model import DatasetName
from engine.quality.model import Outcome
from engine.quality.past import MOST_TURNS, Named, PastVerdict, Publication, newest, telling


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
        said = (each for each in self._verdicts if each.of in checks and each.at < before)
        return newest(telling(said))

    async def course(
        self, checks: Sequence[Named], moments: Sequence[datetime]
    ) -> tuple[PastVerdict, ...]:
        """The last ones given before each moment, each once."""
        found = [each for moment in sorted(moments) for each in await self.latest(checks, moment)]
        return tuple(sorted(dict.fromkeys(found), key=lambda each: each.at))

    async def published(self, checks: Sequence[Named], before: datetime) -> tuple[PastVerdict, ...]:
        """The last ones given on what is published then."""
        said = (each for each in self._verdicts if each.of in checks and each.at < before)
        return newest(each for each in said if each.is_of_published(before))

    async def evaluated(self, checks: Sequence[Named], before: datetime) -> frozenset[Named]:
        """Those of whose verdicts one is another."""
        said = (each for each in self._verdicts if each.at < before)
        known = {each.of for each in said if each.outcome is not Outcome.NOT_EVALUATED}
        return frozenset(known.intersection(checks))

    async def publications(
        self, datasets: Sequence[DatasetName], before: datetime
    ) -> tuple[Publication, ...]:
        """The last ones given."""
        newest = {each.dataset: each for each in self._publications if each.at < before}
        return tuple(each for dataset, each in newest.items() if dataset in datasets)

    async def turns(self, dataset: DatasetName, before: datetime) -> tuple[PastVerdict, ...]:
        """Those that differ from the one given before them."""
        state: dict[Named, Outcome] = {}
        found: list[PastVerdict] = []
        for each in telling(self._verdicts):
            is_meant = each.dataset == dataset and each.at < before
            if is_meant and state.get(each.of) is not each.outcome:
                state[each.of] = each.outcome
                found.append(each)
        return tuple(sorted(found, key=lambda each: each.at))[-self._most_turns :]
