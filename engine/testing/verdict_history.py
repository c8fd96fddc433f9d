"""Past verdicts in memory."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from engine.catalog.model import DatasetName
from engine.quality.model import Outcome
from engine.quality.report import MOST_TURNS, Named, PastVerdict


class MemoryVerdictHistory:
    """A VerdictHistory of given verdicts, in the order in which they were given."""

    def __init__(self, verdicts: Iterable[PastVerdict] = (), most_turns: int = MOST_TURNS) -> None:
        self._verdicts = list(verdicts)
        self._most_turns = most_turns

    async def latest(self, checks: Sequence[Named], before: datetime) -> tuple[PastVerdict, ...]:
        """The last ones given."""
        newest = {each.of: each for each in self._verdicts if each.at < before}
        return tuple(each for of, each in newest.items() if of in checks)

    async def turns(
        self, datasets: Sequence[DatasetName], since: datetime | None, before: datetime
    ) -> tuple[PastVerdict, ...]:
        """Those that differ from the one given before them."""
        state: dict[Named, Outcome] = {}
        found: list[PastVerdict] = []
        for each in self._verdicts:
            is_meant = each.dataset in datasets and (since is None or each.at >= since)
            if is_meant and each.at < before and state.get(each.of) is not each.outcome:
                state[each.of] = each.outcome
                found.append(each)
        return tuple(sorted(found, key=lambda each: each.at))[-self._most_turns :]
