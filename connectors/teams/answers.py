"""What a click on a card is answered with, in the shapes that Teams documents."""

from pydantic import JsonValue

from connectors.escaping import one_line, shortened

Answer = dict[str, JsonValue]

LONGEST = 200


def on_it(command: str) -> Answer:
    """Says that the click arrived; its outcome comes as a message, and the card stays."""
    return {
        "statusCode": 200,
        "type": "application/vnd.microsoft.activity.message",
        "value": f"On it: «{shortened(one_line(command), LONGEST)}»",
    }


def not_a_command() -> Answer:
    """Says that the button stands for nothing that Atlas knows."""
    return {
        "statusCode": 400,
        "type": "application/vnd.microsoft.error",
        "value": {"code": "BadRequest", "message": "This button stands for no command of Atlas."},
    }
