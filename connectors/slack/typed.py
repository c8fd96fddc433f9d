"""What a person meant with what Slack sends: its escapes, links and mentions as they were typed."""

import re

_MARKUP = re.compile(r"<([^<>]*)>")
_ESCAPES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))  # «&» comes last: «&amp;lt;» is «&lt;»
_WRAPPED = re.compile(r"(`{3}|`|\*)([^`*]+)\1")


def typed(text: str, bot: str = "") -> str:
    """The text as it was typed, without mentions of the bot; a person is told by the id."""
    if bot:
        text = re.sub(rf"<@{re.escape(bot)}(?:\|[^<>]*)?>[:,]?", " ", text)
    plain = _MARKUP.sub(lambda found: _meant(found[1]), text)
    for escape, sign in _ESCAPES:
        plain = plain.replace(escape, sign)
    plain = plain.replace("\x00", "").replace("\N{NO-BREAK SPACE}", " ").strip()
    wrapped = _WRAPPED.fullmatch(plain)
    return wrapped[2].strip() if wrapped else plain


def mentions(text: str, person: str) -> bool:
    """Whether the text mentions that person or bot."""
    return bool(person) and re.search(rf"<@{re.escape(person)}(?:\||>)", text) is not None


def is_for_somebody_else(text: str, bot: str) -> bool:
    """Whether it begins with a mention of another person."""
    first = re.match(r"\s*<@([^<>|\s]+)", text)
    return first is not None and first[1] != bot


def _meant(markup: str) -> str:
    target, _, label = markup.partition("|")
    match target[:1]:
        case "@":
            return f"@{target[1:]}"
        case "#":
            return f"#{label or target[1:]}"
        case "!":
            return label or f"@{target[1:].partition('^')[0]}"
        case _:
            return label or re.sub(r"^(?:mailto|tel):", "", target)
