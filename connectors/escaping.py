"""Makes text of any origin safe to show on a chat platform: nothing steers, hides or pings."""

import re

_LINE_ENDS = re.compile("\r\n?|[\u0085\u2028\u2029\v\f]")
_CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
# they turn the order of what stands around them, so that a name could rewrite a sentence
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_SPACES = re.compile(r"\s+")


def clean(text: str) -> str:
    """Text without control characters and without what turns the order of letters."""
    if text.isprintable() and text.isascii():
        return text
    lines = _LINE_ENDS.sub("\n", text).replace("\t", " ")
    return _SURROGATES.sub("\ufffd", _CONTROLS.sub("", _TURNING.sub("", lines)))


def one_line(text: str) -> str:
    """Clean text on one line."""
    return _SPACES.sub(" ", clean(text)).strip()


def width(text: str) -> int:
    """How long a text is for platforms that count in UTF-16."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def shortened(text: str, most: int) -> str:
    """The text where it is at most that wide, otherwise its beginning with «…»."""
    if width(text) <= most:
        return text
    kept = text[: max(most - 1, 0)]
    while (over := width(kept) - most + 1) > 0 and kept:
        kept = kept[: -((over + 1) // 2)]
    return f"{kept.rstrip()}…"


def for_slack(text: str, most: int) -> str:
    """Text for Slack's parser, at most that wide: it holds no mention, no link and no command."""
    room = most
    while width(escaped := _escaped(shortened(text, room))) > most:
        room -= max(1, (width(escaped) - most) // 5)
    return escaped


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def without_mentions(text: str) -> str:
    """Text in which even a client that parses too much finds no `<!channel>` and no link."""
    return re.sub("(<|&lt;)(?=[!@#]|https?:|mailto:|tel:)", "\\1\u200b", text)


def without_functions(text: str) -> str:
    """Text in which Adaptive Cards find no `{{DATE(…)}}` to work out."""
    return re.sub(r"\{(?=\{)", "{\u200b", text)
