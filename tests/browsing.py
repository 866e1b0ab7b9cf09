"""A real browser for the tests of pages: Debian's Chromium through Playwright, with its console and network watched."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = Path(os.environ.get("KG_CHROMIUM", "/usr/bin/chromium"))
AXE = Path(__file__).resolve().parent / "axe" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
)  # fmt: skip
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


def skip_without(*missing: str) -> None:
    """Skip by name; where the browser is promised (CI, KG_BROWSER=1), fail."""
    if missing:
        said = "no browser test without " + ", ".join(missing)
        if os.environ.get("CI") == "true" or os.environ.get("KG_BROWSER") == "1":
            pytest.fail(said)
        pytest.skip(said)


@contextmanager
def open_browser() -> Iterator[Any]:
    """Playwright's browser, closed in the end. Not for a whole session: its event loop stands in the way of others."""
    missing = [] if CHROMIUM.exists() else [str(CHROMIUM)]
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing.append("playwright")
    skip_without(*missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        yield browser
        browser.close()


class Tab:
    """One page of the browser, with what it said and asked for."""

    def __init__(self, browser: Any, folder: Path, **context: Any) -> None:
        self._context = browser.new_context(viewport=WIDE, **context)
        self.page = self._context.new_page()
        self.folder = folder
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self._context.on("request", lambda request: self.asked.append(request.url))

    def close(self) -> None:
        self._context.close()

    def show(self, html: str, address: str = "", name: str = "page.html") -> None:
        """Write a page into the folder and open it from disk; `address` is its hash."""
        (self.folder / name).write_bytes(html.encode())
        self.visit((self.folder / name).as_uri() + address)

    def visit(self, address: str) -> None:
        self.page.goto("about:blank")  # so that only the hash never differs
        self.page.goto(address)
        self.settle()

    def settle(self) -> None:
        """Wait until the next picture has been drawn."""
        self.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def run(self, script: str) -> Any:
        return self.page.evaluate(script)

    def text(self, selector: str) -> str:
        return str(self.page.locator(selector).first.inner_text())

    @property
    def heading(self) -> str:
        """What the evidence panel is about."""
        return self.text("#panel h2")

    @property
    def shown(self) -> list[int]:
        """How many nodes and edges the page shows."""
        return list(self.run("[kgGraph.shownNodes.size, kgGraph.shownEdges.size]"))

    @property
    def ink(self) -> int:
        """How many pixels of the canvas hold ink."""
        return int(
            self.run("""() => {
                const canvas = document.querySelector("#canvas canvas");
                const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
                let count = 0;
                for (let at = 3; at < pixels.length; at += 4) if (pixels[at]) count += 1;
                return count; }""")
        )

    def click_at(self, place: str, count: int = 1) -> None:
        """Click the canvas where the script `place` says, in the units of the picture."""
        at = self.run(f"""() => {{
            const point = kgGraph.network.canvasToDOM({place});
            const box = document.querySelector("#canvas canvas").getBoundingClientRect();
            return [box.left + point.x, box.top + point.y]; }}""")
        self.page.mouse.click(*at, click_count=count)
        self.page.wait_for_timeout(400)  # vis-network waits for a second click

    def expect_quiet(self) -> None:
        """Nothing on the console, no request that leaves the disk, nothing of the data was run."""
        assert self.said == []
        assert self.asked
        assert [address for address in self.asked if not address.startswith(("file:", "data:", "about:"))] == []
        assert self.run("window.hacked === undefined")

    def violations(self) -> list[str]:
        """Serious and critical findings of axe-core, each with where it stands."""
        if not AXE.exists():
            skip_without("axe-core (npm ci --prefix tests/axe)")
        self.run(AXE.read_text(encoding="utf-8"))  # past the content security policy, as a user's tool would be
        found = self.run("axe.run(document, { resultTypes: ['violations'] })")
        return [
            f"{each['id']}: {json.dumps([node['html'][:150] for node in each['nodes'][:3]], ensure_ascii=False)}"
            for each in found["violations"]
            if each["impact"] in ("serious", "critical")
        ]
