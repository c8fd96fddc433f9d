"""What the rules of a project say: where a mistake is, and which name was perhaps meant."""

from rapidfuzz import process

Finding = tuple[str, str, tuple[int | str, ...]]
"""A file, what is wrong in it, and where: keys to the part that is wrong, or a line of SQL."""


def meant(name: str, known: list[str], like: int = 60) -> str:
    """«; did you mean 'customers'?» where a known name is near, else nothing."""
    best = process.extractOne(name, known, score_cutoff=like) if known else None
    return f"; did you mean {best[0]!r}?" if best else ""
