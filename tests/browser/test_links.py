"""Broken, old and newer links, and the page in a frame of a course page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import flask
import pytest
from playwright.sync_api import BrowserContext, FrameLocator, Page, expect

from app.domain.errors import InvalidSetting
from app.domain.link import LINK_VERSION
from app.domain.settings import Settings
from tests.browser import driver
from tests.browser.conftest import Watch
from tests.browser.driver import choose, facts, wait, wait_detail, wait_fact, wait_ready
from tests.readers import settings_of
from tests.serving import served

# The link, what is said of it, and what is on show then.
BROKEN = {
    "plane=foo&epochs=60": (["no plane named “foo”"], Settings(epochs=60)),
    "dataset=nothing&optimizer=%3Cb%3E&learning_rate=abc&seed=500&hidden_units=-1&epochs=70": (
        [
            *("Data must be one of", "Optimizer must be one of", "Learning rate must be a number"),
            *("Seed must be a whole number", "Hidden units must be a whole number"),
        ],
        Settings(epochs=70),
    ),
    "learning_rate=&seed=1e400": (["Learning rate must be", "Seed must be"], Settings()),
    "hidden_units=4&plane=parameters&epoch=1e9": (
        ["Epoch must be a whole number", "two different whole numbers"],
        Settings(hidden_units=4),
    ),
    "hidden_units=4&plane=parameters+0+99&seed=1": (
        ["Parameter must be a whole number from 0 to 12. Got 99. Showing the usual plane"],
        Settings(hidden_units=4, seed=1),
    ),
    "v=x&view=nonsense&epoch=abc&present=bar&__proto__=1&nonsense=2&seed=9": (
        [
            *("no version “x” of links", "named “__proto__”", "named “nonsense”", "Epoch must be"),
            *("no view named “nonsense”", "no view named “bar” to present"),
        ],
        Settings(seed=9),
    ),
}


def too_much(**chosen: Any) -> tuple[list[str], Settings]:
    """What is said of settings that are too much work, and what is trained of them instead."""
    with pytest.raises(InvalidSetting, match=r"the limit is \d+ epochs") as caught:
        Settings(**chosen)
    limit = int(re.findall(r"(\d+) epochs", str(caught.value))[0])
    return [f"{caught.value} Using {limit} instead"], Settings(**chosen, epochs=limit)


BROKEN["seed=3&dataset=parabola&hidden_units=64&hidden_layers=3"] = too_much(
    seed=3, dataset="parabola", hidden_units=64, hidden_layers=3
)
# Of these nothing can be opened: what was on show stays.
HOPELESS = {
    "chapter=nope": "There is no chapter named 'nope'",
    f"seed={'9' * 1600}": "This link is too long: it has 1606 characters",
}


def follow(page: Page, query: str) -> None:
    """As after Back: the page reads its address anew."""
    page.evaluate(
        """(query) => {
          history.pushState({}, "", `?${query}`);
          window.dispatchEvent(new PopStateEvent("popstate"));
        }""",
        query,
    )


def query_of(page: Page) -> str:
    return page.url.partition("?")[2]


def settled(page: Page) -> None:
    """Whatever was asked for has come, and the address says so."""
    wait(page, "location.search.startsWith(argument)", f"?v={LINK_VERSION}&")
    wait_detail(page)


@pytest.fixture
def blank(context_of: Callable[..., BrowserContext]) -> Page:
    """A page that has loaded nothing yet."""
    return context_of().new_page()


def test_each_broken_part_gets_its_sentence_and_the_rest_is_opened(
    blank: Page, address: str
) -> None:
    """The first is a link that is opened; the page follows the others as it does after Back."""
    page = blank
    for number, (query, (sentences, settings)) in enumerate(BROKEN.items()):
        if number == 0:
            page.goto(f"{address}/?{query}")
            wait_ready(page)
        else:
            follow(page, query)
        wait_fact(page, "sweep", settings.sweep_id)
        settled(page)
        said = driver.wait_message(page).split("\n")
        assert len(said) == len(sentences), (query, said)
        for sentence, expected in zip(said, sentences, strict=True):
            assert expected in sentence and sentence.endswith("."), (query, sentence)
        assert settings_of(query_of(page)) == settings, query
        assert query_of(page).startswith(f"v={LINK_VERSION}&")
    before = facts(page)
    for query, sentence in HOPELESS.items():
        follow(page, query)
        wait(page, "document.getElementById('message').textContent.includes(argument)", sentence)
        settled(page)
        assert facts(page)["sweep"] == before["sweep"], query
        assert settings_of(query_of(page)) == settings, query
    # The next change is trained as ever, and takes the sentence away.
    choose(page, "seed", 12)
    wait_fact(page, "sweep", replace(settings, seed=12).sweep_id)
    assert driver.message(page) == ""


def test_a_link_of_before_there_were_versions_opens_the_views_it_names(
    blank: Page, address: str
) -> None:
    page = blank
    page.goto(f"{address}/?learning_rate=0.05&view=fit+curves+loss-by-rate&epoch=7")
    wait_ready(page)
    settled(page)
    assert driver.message(page) == ""
    assert (facts(page)["learningRate"], facts(page)["epoch"]) == ("0.05", "7")
    shown = [name for name in driver.VIEWS if page.locator(f"#{name}-card").is_visible()]
    assert shown == ["fit", "curves"]
    expect(page.locator('[data-panel="loss-by-rate"]')).to_be_visible()
    words = "v=1&learning_rate=0.05&view=fit+curves+loss-by-rate&epoch=7"
    assert query_of(page) == words
    # All the views are a click away.
    page.locator("#go-explore").click()
    expect(page.locator("#descent-path-card")).to_be_visible()
    settled(page)
    assert query_of(page) == "v=1&learning_rate=0.05&epoch=7"


# ---- in a frame ----


@pytest.fixture
def course(address: str) -> Iterator[str]:
    """A course page of another origin, which shows the app in a frame."""
    server = flask.Flask("course")
    link = f"{address}/?v=1&learning_rate=0.05&view=descent-path+fit&epoch=12&embed=1"
    icon = '<link rel="icon" href="data:,">'
    text = f'{icon}<h1>Course</h1><iframe src="{link}" width="1000" height="560"></iframe>'
    server.add_url_rule("/", "page", lambda: text)
    with served(server, "localhost") as port:
        yield f"http://localhost:{port}"


def open_course(blank: Page, course: str, watch: Watch) -> FrameLocator:
    # The course page itself is not of this server.
    watch.allow(r"request beyond localhost: http://localhost:")
    blank.goto(course)
    return blank.frame_locator("iframe")


def test_another_origin_may_not_show_it_unless_named(
    blank: Page, course: str, watch: Watch
) -> None:
    watch.allow(r"frame-ancestors")
    with blank.expect_console_message(lambda entry: "frame-ancestors" in entry.text):
        frame = open_course(blank, course, watch)
    assert frame.locator("#play").count() == 0


def test_the_frame_is_slim_and_works(blank: Page, address: str) -> None:
    page = blank
    page.set_viewport_size({"width": 1000, "height": 560})
    page.goto(f"{address}/?v=1&learning_rate=0.05&view=descent-path+fit&epoch=12&embed=1")
    wait_ready(page)
    settled(page)
    for name in ("rail", "panel", "go-lesson", "present"):
        expect(page.locator(f"#{name}")).to_be_hidden()
    shown = [name for name in driver.VIEWS if page.locator(f"#{name}-card").is_visible()]
    assert shown == ["descent-path", "fit"]
    assert page.evaluate("() => document.documentElement.scrollHeight") <= 560
    driver.choose_rate(page, 0.1)
    page.locator("#play").click()
    wait(page, "lab.state.playing")
    page.locator("#play").click()
    settled(page)
    query = query_of(page)
    assert query.endswith("&embed=1") and "learning_rate=0.1&" in query
    with page.context.expect_page() as opened:
        page.locator("#open-whole").click()
    whole = opened.value
    wait_ready(whole)
    expect(whole.locator("#rail")).to_be_visible()
    assert "embed" not in whole.url and "learning_rate=0.1" in whole.url
