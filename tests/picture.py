"""Draws docs/sandbox.png anew: starts the real program in an empty folder and works an incident on its page.

Run it with `make picture`, and look at the picture before it is committed.
"""

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

from playwright.async_api import Page, async_playwright, expect

from tests import command_line

_PICTURE: Final = Path(__file__).parents[1] / "docs" / "sandbox.png"
_BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
_UPDATE: Final = "Agent stopped. 12 customers affected, legal is told. Evidence is being kept."
_ITEMS: Final = 3


async def main() -> int:
    """Make the picture; the exit status says whether it worked."""
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if browser is None:
        print("No Chromium on this machine: docs/sandbox.png stays as it is.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        async with command_line.running(
            Path(folder), "sandbox", "--port", "0", "--page-port", "0", "--service-port", "0"
        ) as program:
            address = (await command_line.line(program, "Open http")).split()[1]
            async with async_playwright() as playwright:
                chromium = await playwright.chromium.launch(
                    executable_path=browser, args=["--no-sandbox", "--disable-gpu"]
                )
                page = await chromium.new_page(viewport={"width": 1280, "height": 860})
                page.set_default_timeout(20_000)
                await _work(page, address)
                await page.screenshot(path=_PICTURE)
                await chromium.close()
    print(f"Drawn: {_PICTURE.relative_to(Path.cwd())}. Look at it.")
    return 0


async def _work(page: Page, address: str) -> None:
    """Declare, take command, tick items, publish an update, and leave the checklist in view."""
    await page.goto(f"{address}?as=ann&channel=safety-incidents")
    await _type(page, "/incident declare sev1 Agent leaks customer data")
    link = page.get_by_role("log").get_by_role("button", name="#inc-1-agent-leaks-customer-data")
    await link.first.click()
    await expect(page.get_by_test_id("channel-name")).to_contain_text("inc-1-agent-leaks")
    messages = page.get_by_test_id("message")
    await expect(messages.filter(has_text="Follow-up").last).to_be_visible()
    await page.get_by_role("button", name="Take command").first.click()
    await expect(page.get_by_role("button", name="Take command")).to_have_count(0)
    for ticked in range(_ITEMS):
        await page.get_by_role("button", name="Done: ").first.click()
        await expect(page.get_by_role("button", name="Undo: ")).to_have_count(ticked + 1)
    await _type(page, f"/incident update {_UPDATE}")
    await expect(messages.filter(has_text=_UPDATE).last).to_be_visible()
    await page.mouse.move(0, 0)
    await page.evaluate("document.activeElement.blur()")


async def _type(page: Page, words: str) -> None:
    await page.fill("#composer", words)
    await page.press("#composer", "Enter")
    await expect(page.locator("#composer")).to_have_value("")


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
