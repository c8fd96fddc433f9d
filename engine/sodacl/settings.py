"""What stands under the first line of a check: settings, each of which something must take."""

from collections.abc import Callable
from typing import TypeVar

from engine.sodacl import vocabulary
from engine.sodacl.mistakes import Notes, one_of
from engine.sodacl.model import Severity, Values
from engine.sodacl.parts import Part, leaves

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
        self.blemished = entries is None
        """Whether anything in them was wrong: then what is missing may be but misread."""

    def take(self, key: str, read: Callable[[Part], T]) -> T | None:
        """What is set under that key, or None; its mistake is noted."""
        self._known.append(key)
        part = self._left.pop(key, None)
        if part is None:
            return None
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
    words |= {key: settings.text(key) for key in vocabulary.REGEXES}
    bounds = {key: settings.take(key, Part.number) for key in vocabulary.BOUNDS}
    lengths = {key: settings.take(key, Part.whole) for key in vocabulary.LENGTHS}
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


def sql(part: Part) -> str:
    """A piece of SQL without the semicolon at its end."""
    return part.text().removesuffix(";").rstrip()


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
