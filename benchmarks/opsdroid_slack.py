"""The peer of `benchmarks.chat`: opsdroid with the Slack connector that it brings.

It checks no signature, keeps nothing and knows no repeat. Its Socket Mode does not work under
opsdroid's own start, and its requests go to Slack's own address, so that address is set here.
"""

import argparse
import asyncio
import contextlib
import gettext
import logging
from pathlib import Path

from opsdroid.core import OpsDroid

SKILL = """
from opsdroid.matchers import match_regex
from opsdroid.skill import Skill


class Answers(Skill):
    @match_regex(r"(?s).*")
    async def answer(self, message):
        await message.respond("There are the pipelines ingest, bronze_to_silver, silver_to_gold.")
"""


async def serve(home: Path, port: int, api_url: str, token: str) -> None:
    """Answer each message in its thread until killed."""
    skill = home / "answers.py"
    skill.write_text(SKILL)
    # under its own name, Atlas's connector would be loaded in its place
    connector = {"module": "opsdroid.connector.slack", "bot-token": token, "socket-mode": False}
    with OpsDroid(
        config={
            "connectors": {"builtin": {**connector, "start-thread": True}},
            "skills": {"answers": {"path": str(skill)}},
            "web": {"host": "127.0.0.1", "port": port},
            "module-path": str(home),
        },
        loopless=True,
    ) as bot:
        bot.eventloop = asyncio.get_running_loop()
        await bot.load()
        for each in bot.connectors:
            each.slack_web_client.base_url = api_url
        await bot.start()


def main() -> None:
    """Read where everything is, and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--api-url", required=True)
    parser.add_argument("--token", required=True)
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    gettext.install("opsdroid")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(options.home, options.port, options.api_url, options.token))


if __name__ == "__main__":
    main()
