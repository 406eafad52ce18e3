"""The real app in a real browser: one server, a fresh page for each test.

Pages are new, the process that draws them is not: the same scripts then stay compiled, which saves
more than half of what opening the page costs."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    sync_playwright,
)

from app.server import create_server
from tests.browser.driver import CHROMIUM_ARGUMENTS, PATIENCE, asks, wait_detail, wait_ready
from tests.programs import find_browser
from tests.serving import served

SIZE = (1366, 768)
NO_WEBGL = "--disable-3d-apis"
ONE_PROCESS = "--process-per-site"
LOCAL = ("data:", "blob:", "about:")


class Watch:
    """What went wrong on the pages of a test, and which requests they sent."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.problems: list[str] = []
        self.requests: list[Request] = []
        self.trainings_in_flight = 0
        self.most_trainings_in_flight = 0
        self._allowed: list[re.Pattern[str]] = []

    def allow(self, pattern: str) -> None:
        """Expects console errors of this form: the test breaks something on purpose."""
        self._allowed.append(re.compile(pattern))

    def unexpected(self) -> list[str]:
        return [
            problem
            for problem in self.problems
            if not any(pattern.search(problem) for pattern in self._allowed)
        ]

    def follow(self, page: Page) -> None:
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.problems.append(f"page error: {error}"))
        page.on("request", self._on_request)
        page.on("requestfinished", self._on_end)
        page.on("requestfailed", self._on_end)

    def _on_console(self, entry: ConsoleMessage) -> None:
        if entry.type == "error":
            self.problems.append(f"console: {entry.text}")

    def _on_request(self, request: Request) -> None:
        # The browser's own, when it likes.
        if "_favicon" in request.url:
            return
        if not request.url.startswith((self.address, *LOCAL)):
            self.problems.append(f"request beyond localhost: {request.url}")
        self.requests.append(request)
        if _is_training(request):
            self.trainings_in_flight += 1
            self.most_trainings_in_flight = max(
                self.most_trainings_in_flight, self.trainings_in_flight
            )

    def _on_end(self, request: Request) -> None:
        if _is_training(request):
            self.trainings_in_flight -= 1


def _is_training(request: Request) -> bool:
    return "_dash-update" in request.url and asks(request.post_data, "train-request")


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with served(create_server()) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def launch() -> Iterator[Callable[[bool], Browser]]:
    """A browser with or without WebGL, started when it is first wanted."""
    path = find_browser()
    with sync_playwright() as playwright:
        browsers: dict[bool, Browser] = {}

        def started(has_scene: bool) -> Browser:
            if has_scene not in browsers:
                arguments = [*CHROMIUM_ARGUMENTS, ONE_PROCESS, *([] if has_scene else [NO_WEBGL])]
                browsers[has_scene] = playwright.chromium.launch(
                    executable_path=path, args=arguments
                )
            return browsers[has_scene]

        yield started
        for browser in browsers.values():
            browser.close()


@pytest.fixture
def browser(request: pytest.FixtureRequest, launch: Callable[[bool], Browser]) -> Browser:
    """Without WebGL, as on many school computers, unless the test is marked `scene`: drawing 3D in
    software takes half of a page's time."""
    return launch(request.node.get_closest_marker("scene") is not None)


@pytest.fixture
def watch(address: str) -> Iterator[Watch]:
    watch = Watch(address)
    yield watch
    assert watch.unexpected() == []


def new_context(browser: Browser, size: tuple[int, int] = SIZE, **options: Any) -> BrowserContext:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce", **options
    )
    context.set_default_timeout(PATIENCE)
    return context


@pytest.fixture
def context_of(browser: Browser, watch: Watch) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browser contexts: each is another person's browser, with its own storage."""
    contexts: list[BrowserContext] = []

    def make(size: tuple[int, int] = SIZE, **options: Any) -> BrowserContext:
        context = new_context(browser, size, **options)
        context.on("page", watch.follow)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()


class WarmContext:
    """A context for many tests, none of which finds there what another has left."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.address = address
        self.context = new_context(browser)
        # As long as one page of the site is open, the next one finds its process running.
        self.keeper = self.context.new_page()
        self.keeper.goto(f"{address}/health")
        self.session = self.context.new_cdp_session(self.keeper)

    def clear(self) -> None:
        """Closes the pages, and forgets what they have stored."""
        for page in self.context.pages:
            if page is not self.keeper:
                page.close()
        stored = {"origin": self.address, "storageTypes": "all"}
        self.session.send("Storage.clearDataForOrigin", stored)


@pytest.fixture(scope="session")
def warm_context_of(address: str) -> Callable[[Browser], WarmContext]:
    """The warm context of each browser, which closes with it."""
    return cache(lambda browser: WarmContext(browser, address))


@pytest.fixture
def warm_context(
    browser: Browser, watch: Watch, warm_context_of: Callable[[Browser], WarmContext]
) -> Iterator[BrowserContext]:
    """For a test's first page. A test that changes the context itself needs `context_of`."""
    warm = warm_context_of(browser)
    warm.context.on("page", watch.follow)
    yield warm.context
    warm.clear()
    warm.context.remove_listener("page", watch.follow)


@pytest.fixture
def blank(warm_context: BrowserContext) -> Page:
    """A page that has loaded nothing yet."""
    return warm_context.new_page()


@pytest.fixture
def open_page(
    context_of: Callable[..., BrowserContext], warm_context: BrowserContext, address: str
) -> Callable[..., Page]:
    """Opens the app, in a context of its own or in the given one, and waits until it is live."""
    free = [warm_context]

    def make(context: BrowserContext | None = None, **options: Any) -> Page:
        if context is None:
            context = context_of(**options) if options or not free else free.pop()
        page = context.new_page()
        page.goto(address)
        wait_ready(page)
        return page

    return make


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    page = open_page()
    wait_detail(page)
    return page
