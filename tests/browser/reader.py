"""Somebody who sits before the page."""

from dataclasses import dataclass

from playwright.async_api import Locator, Page, expect

from tests.connectors.visitor import TOKEN

expect.set_options(timeout=15_000)


@dataclass(frozen=True, slots=True)
class Reader:
    """A person with a browser; `complaints` is what the browser had to say about the page."""

    page: Page
    complaints: list[str]

    async def open(self, port: int) -> None:
        """Open the printed address."""
        await self.page.goto(f"http://127.0.0.1:{port}/?token={TOKEN}")
        await expect(self.page.locator("#you")).to_contain_text("admin")

    async def say(self, text: str) -> None:
        """Type a sentence and press Enter."""
        await self.box.fill(text)
        await self.box.press("Enter")

    @property
    def box(self) -> Locator:
        """Where sentences are typed."""
        return self.page.get_by_role("textbox", name="Message to")

    @property
    def last(self) -> Locator:
        """The newest message of the open channel."""
        return self.page.locator("article.message").last

    def channel(self, name: str) -> Locator:
        """A channel in the list."""
        return self.page.locator(f'button.channel[data-channel="{name}"]')

    async def hears(self, title: str) -> Locator:
        """The newest message, once its card has that title."""
        await expect(self.last.locator(".card-title")).to_contain_text(title)
        return self.last

    async def overflow(self) -> int:
        """How many pixels the page is wider than its window."""
        width: int = await self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return width
