"""Draws cards with the clients of tests/npm and the page's own modules, in Debian's chromium."""

import asyncio
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, Page, Route

ROOT = Path(__file__).parent.parent.parent.parent
PACKAGES = ROOT / "tests" / "npm"
PAGE = ROOT / "connectors" / "web" / "static"
ORIGIN = "http://atlas.test"

INSTALL = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


async def installed(folder: Path) -> Path:
    """A folder with the pinned packages and what draws with them."""
    shutil.copytree(PACKAGES, folder, dirs_exist_ok=True, ignore=lambda *_: {"node_modules"})
    await said(*INSTALL, folder=folder)
    return folder


async def said(*command: str, folder: Path, told: str = "") -> str:
    """What a program wrote; it fails loudly."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate(told.encode())
    assert process.returncode == 0, err.decode()
    return out.decode()


@dataclass(frozen=True, slots=True)
class Clients:
    """The three places where people see a card."""

    folder: Path
    browser: Browser

    async def slack_html(self, messages: Sequence[object]) -> list[str]:
        """Messages of blocks as HTML."""
        drawn = await said("node", "slack.cjs", folder=self.folder, told=json.dumps(messages))
        return list(json.loads(drawn))

    async def slack(self, html: str) -> Page:
        """A page with a message as Slack shows it."""
        page = await self.browser.new_page(viewport={"width": 660, "height": 200})
        await page.set_content(f"<body style='padding:16px;margin:0'>{html}")
        style = self.folder / "node_modules" / "slack-blocks-to-jsx" / "dist" / "style.css"
        await page.add_style_tag(path=style)
        return page

    async def teams(self) -> Page:
        """A page on which `drawCard` draws an Adaptive Card."""
        page = await self.browser.new_page(viewport={"width": 660, "height": 200})
        await page.set_content("<body style='margin:0'>")
        packages = self.folder / "node_modules" / "adaptivecards" / "dist"
        await page.add_style_tag(path=packages / "adaptivecards.css")
        await page.add_style_tag(content=BUTTONS)
        await page.add_script_tag(path=packages / "adaptivecards.min.js")
        await page.add_script_tag(path=self.folder / "teams.js")
        return page

    async def web(self, card: str) -> Page:
        """A page with a card as Atlas's own page draws it."""
        page = await self.browser.new_page(viewport={"width": 660, "height": 200})
        await page.route(f"{ORIGIN}/**", _from_the_page)
        await page.goto(f"{ORIGIN}/blank.html")
        await page.evaluate(DRAW_WEB, json.loads(card))
        return page


async def _from_the_page(route: Route) -> None:
    name = route.request.url.removeprefix(f"{ORIGIN}/")
    if name == "blank.html":
        links = "".join(f"<link rel=stylesheet href={each.name}>" for each in PAGE.glob("*.css"))
        await route.fulfill(
            body=f"<!doctype html>{links}<body style='display:block;padding:16px'>",
            content_type="text/html",
        )
    else:
        await route.fulfill(path=PAGE / name)


DRAW_WEB = """async (data) => {
    const { card } = await import("/cards.js");
    document.body.replaceChildren(card(data, () => {}));
}"""
BUTTONS = """
    .ac-pushButton { font: 600 14px "Segoe UI", sans-serif; padding: 6px 16px;
        border: 1px solid #d1d1d1;
        border-radius: 4px; background: #fff; color: #242424; }
    .ac-pushButton.style-positive { background: #5b5fc7; border-color: #5b5fc7; color: #fff; }
    .ac-pushButton.style-destructive { background: #fff; color: #c4314b; }
"""
