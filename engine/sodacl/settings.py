"""What stands under the first line of a check: settings, each of which something must take."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from engine.sodacl import vocabulary
from engine.sodacl.mistakes import Mistake, Notes, meant, one_of
from engine.sodacl.model import Severity, Values
from engine.sodacl.parts import Part, leaves
from engine.sodacl.regexes import flaw

T = TypeVar("T")

SEVERITY = "severity"
ON_UNKNOWN = "on unknown"


class Settings:
    """The settings of one check; what is wrong in one is noted, and the others are read on."""

    def __init__(self, part: Part, notes: Notes) -> None:
        self._notes = notes
        entries = notes.attempt(part.entries)
        self._left = entries or {}
        self._known: list[str] = []
        self._failed: set[str] = set()
        self._taken: dict[str, Part] = {}
        self.blemished = entries is None
        """Whether anything in them was wrong: then what is missing may be but misread."""

    def take(self, key: str, read: Callable[[Part], T]) -> T | None:
        """What is set under that key, or None; its mistake is noted."""
        self._known.append(key)
        part = self._left.pop(key, None)
        if part is None:
            return None
        self._taken[key] = part
        self._notes.places.setdefault(key, (part.line, part.path))
        found = self._notes.attempt(lambda: read(part))
        if found is None:
            self._failed.add(key)
            self.blemished = True
        return found

    def text(self, key: str) -> str | None:
        """The text under that key."""
        return self.take(key, Part.text)

    def failed(self, *keys: str) -> bool:
        """Whether one of these was written and had a mistake."""
        return not self._failed.isdisjoint(keys)

    def note(self, key: str, message: str, word: str) -> None:
        """Note what is wrong with a setting beside others."""
        self.blemished = True
        self._notes.mistakes.append(self._taken[key].mistake(message, word))

    def doubt(self, key: str, message: str) -> None:
        """Note what can be measured, and can't be meant."""
        self._notes.warnings.append(self._taken[key].mistake(message, key))

    def doubt_line(self, part: Part, message: str) -> None:
        """The same of the line that they stand under."""
        self._notes.warnings.append(part.mistake(message))

    def misspelt(self) -> tuple[Mistake, ...]:
        """What nothing took, and is nearly a setting that there is."""
        return tuple(
            part.mistake(f"this check has no setting {key!r}{hint}", key)
            for key, part in self._left.items()
            if not self._is_of_another(key) and (hint := meant(key, self._known))
        )

    def _is_of_another(self, key: str) -> bool:
        """Whether it is spelt well, and belongs to another form or metric."""
        if vocabulary.FAIL_QUERY in self._known:
            return False
        return key in vocabulary.FAILS or key.endswith((" query", " expression"))

    @property
    def written(self) -> tuple[str, ...]:
        """The keys that nothing took yet."""
        return tuple(self._left)

    def end(self) -> None:
        """Note each setting that nothing took."""
        self.blemished |= bool(self._left)
        for key, part in self._left.items():
            if key in vocabulary.IDLE:
                reason = vocabulary.IDLE[key]
                self._notes.warnings.append(part.mistake(f"«{key}» does nothing: {reason}", key))
            elif key in vocabulary.UNTAKEN:
                instead = vocabulary.UNTAKEN[key]
                message = f"«{key}» is not supported: {instead}"
                self._notes.mistakes.append(part.mistake(message, key))
            else:
                message = f"this check has no setting {key!r}{one_of(key, self._known)}"
                self._notes.mistakes.append(part.mistake(message, key))


def values(settings: Settings) -> Values:
    """Which values count as missing and as valid."""
    lists = {key: settings.take(key, Part.values) or () for key in vocabulary.VALUES}
    words = {key: settings.take(key, _format) for key in vocabulary.FORMATTED}
    words |= {key: settings.take(key, _regex) for key in vocabulary.REGEXES}
    bounds = {key: settings.take(key, Part.number) for key in vocabulary.BOUNDS}
    lengths = {key: settings.take(key, Part.whole) for key in vocabulary.LENGTHS}
    _require_room(settings, bounds, *vocabulary.BOUNDS)
    length, least, most = vocabulary.LENGTHS
    _require_room(settings, lengths, least, most)
    _require_room(settings, lengths, least, length)
    _require_room(settings, lengths, length, most)
    return Values(
        missing_values=lists["missing values"],
        missing_regex=words["missing regex"],
        valid_values=lists["valid values"],
        invalid_values=lists["invalid values"],
        valid_format=words["valid format"],
        invalid_format=words["invalid format"],
        valid_regex=words["valid regex"],
        invalid_regex=words["invalid regex"],
        valid_min=bounds["valid min"],
        valid_max=bounds["valid max"],
        valid_length=lengths["valid length"],
        valid_min_length=lengths["valid min length"],
        valid_max_length=lengths["valid max length"],
    )


def _require_room(
    settings: Settings, limits: Mapping[str, float | None], least: str, most: str
) -> None:
    """Note limits between which no value is."""
    low, high = limits[least], limits[most]
    if low is not None and high is not None and low > high:
        message = f"«{least}» {low:g} is more than «{most}» {high:g}: no value would be valid"
        settings.note(least, message, f"{low:g}")


def _regex(part: Part) -> str:
    regex = part.text()
    wrong = flaw(regex)
    if wrong is not None:
        message = f"{part.name}: {regex!r} is no regular expression of PostgreSQL: {wrong}"
        raise part.mistake(message, regex)
    return regex


def _format(part: Part) -> str:
    name = part.text()
    if name not in vocabulary.FORMATS:
        hint = one_of(name, vocabulary.FORMATS)
        raise part.mistake(f"{part.name}: there is no format {name!r}{hint}", name)
    return name


def attributes(part: Part) -> dict[str, str]:
    """People's own words about a check; lists as their values with commas."""
    found: dict[str, str] = {}
    for key, each in part.entries().items():
        values = each.items() if isinstance(each.node, list) else (each,)
        found[key] = ", ".join(leaves(values))
    severity = found.get(SEVERITY, Severity.BLOCK)
    if severity not in set(Severity):
        under = part.entries()[SEVERITY]
        hint = one_of(severity, map(str, Severity))
        raise under.mistake(f"there is no severity {severity!r}{hint}", severity)
    unknown = found.get(ON_UNKNOWN, "pass")
    if unknown != "pass":
        under = part.entries()[ON_UNKNOWN]
        message = f"«{ON_UNKNOWN}» can only be pass; leave it out to hold the dataset back"
        raise under.mistake(message, unknown)
    return found
