"""Each chapter on a laptop, on tablets and on a phone: its task, its pictures, its panel."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from app.domain.views import VIEWS
from app.lessons.course import BUILT_IN, Chapter, load_course
from tests.browser import driver
from tests.browser.driver import wait_detail
from tests.browser.test_accessible import Axe

COURSE = load_course([BUILT_IN])
LAPTOP, UPRIGHT, LYING, PHONE = (1366, 768), (820, 1180), (1024, 768), (390, 844)
# The height of each view and of the panel on a tablet.
PICTURE = 280


def open_first(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(f"{address}/?chapter={COURSE.chapters[0].slug}")
    driver.wait_ready(page)
    return page


def wait_chapter(page: Page, chapter: Chapter) -> None:
    expect(page.locator("#lesson-text h2")).to_have_text(chapter.title)
    driver.wait_fact(page, "sweep", chapter.settings.sweep_id)
    driver.wait(page, "!lab.isTraining()")
    for panel in set(chapter.views) - set(VIEWS):
        page.locator(f'[data-panel="{panel}"]').wait_for(state="visible")


@pytest.mark.parametrize("size", [LAPTOP, UPRIGHT, LYING])
def test_every_chapter_has_its_task_in_sight_and_its_pictures(
    context_of: Callable[..., BrowserContext], address: str, size: tuple[int, int]
) -> None:
    page = open_first(context_of(size), address)
    for chapter in COURSE.chapters:
        wait_chapter(page, chapter)
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], chapter.slug
        assert page.evaluate("scrollY") == 0, chapter.slug
        check_task(page, chapter, size)
        if size != LAPTOP:
            check_pictures(page, chapter)
        check_what_comes(page, chapter)
        if not chapter.is_ending:
            page.evaluate("scrollTo(0, 400)")
            page.locator("#go-on").click()


def check_what_comes(page: Page, chapter: Chapter) -> None:
    """After the question the whole task is in sight, between the box's edges."""
    if not chapter.question:
        return
    page.locator(".choice").first.click()
    box, task = (page.locator(name).bounding_box() for name in ("#lesson-task", "#task"))
    assert box and task, chapter.slug
    assert box["y"] - 1 <= task["y"], chapter.slug
    assert task["y"] + task["height"] <= box["y"] + box["height"] + 1, chapter.slug


def check_task(page: Page, chapter: Chapter, size: tuple[int, int]) -> None:
    """Seen without scrolling, and so is the way on."""
    if chapter.is_ending:
        return
    asked = page.locator("#lesson-question" if chapter.question else "#task").bounding_box()
    way = page.locator("#go-on").bounding_box()
    assert asked and way, chapter.slug
    assert 0 <= asked["y"] < way["y"] and way["y"] + way["height"] <= size[1], chapter.slug
    title = page.locator("#go-on")
    cut = title.evaluate("one => one.scrollWidth - one.clientWidth")
    assert cut <= 0, (chapter.slug, title.inner_text())


def check_pictures(page: Page, chapter: Chapter) -> None:
    for view in set(chapter.views) & set(VIEWS):
        box = page.locator(f"#{view}-card").bounding_box()
        assert box and box["height"] >= PICTURE and box["width"] >= PICTURE, (chapter.slug, view)
    if page.locator("#side").is_visible():
        box = page.locator("#side").bounding_box()
        assert box and box["height"] >= PICTURE and box["width"] >= PICTURE, chapter.slug


def test_on_a_phone_the_task_stands_before_the_picture_and_play_where_it_is_used(
    context_of: Callable[..., BrowserContext], address: str
) -> None:
    page = open_first(context_of(PHONE, has_touch=True), address)
    for chapter in COURSE.chapters[:9]:
        wait_chapter(page, chapter)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0], chapter.slug
        if chapter.slug == "a-line-as-a-network":
            drag_weight(page)
        way = page.locator("#go-on").bounding_box()
        # Where there is a timeline it stays at the bottom.
        used = page.locator(".timeline").is_visible()
        assert used == ("timeline" not in chapter.hide), chapter.slug
        assert way and way["y"] + way["height"] < PHONE[1] - 100 * used, chapter.slug
        page.locator("#go-on").click()


def drag_weight(page: Page) -> None:
    """A finger on the number of an edge, on its text as on its frame, moves it."""
    number = page.locator('.number[aria-label="w"]')
    number.scroll_into_view_if_needed()
    for part in ("text", "rect"):
        before = float(number.get_attribute("aria-valuenow") or "nan")
        box = number.locator(part).bounding_box()
        assert box
        x, y = box["x"] + 5, box["y"] + box["height"] / 2
        with driver.fingers(page, (x, y)) as move:
            for step in range(1, 9):
                move((x + 5 * step, y))
                driver.next_frames(page, 1)
        # It trains from there.
        driver.wait(
            page, "lab.state.sweep.settings.start && lab.snapshot().first > argument", before + 0.1
        )
        assert float(number.get_attribute("aria-valuenow") or "nan") > before + 0.1, part
    # One drag is enough from the data's middle to near their edge.
    sent = page.locator('.number[aria-label="input x"]')
    sent.scroll_into_view_if_needed()
    box = sent.bounding_box()
    assert box
    x, y = box["x"] + box["width"] - 2, box["y"] + box["height"] / 2
    with driver.fingers(page, (x, y)) as move:
        for step in range(1, 9):
            move((x - 10 * step, y))
            driver.next_frames(page, 1)
    assert float(sent.get_attribute("aria-valuenow") or "nan") < 1.5
    page.evaluate("scrollTo(0, 0)")


def test_axe_finds_nothing_in_a_chapter(page: Page, address: str) -> None:
    page.goto(f"{address}/?chapter=the-step")
    driver.wait_ready(page)
    wait_detail(page)
    axe = Axe(page)
    look(axe, "one part of a panel is open")
    for _ in range(3):
        page.locator("#make-step").click()
    expect(page.locator("#task-status")).to_contain_text("✓")
    axe.glance("a task is done")
    page.locator("#chapter").select_option("activations")
    page.locator(".choice").first.click()
    page.locator(".pick").nth(2).click()
    expect(page.locator("#task-status")).to_contain_text("Not this one.")
    look(axe, "a wrong answer")
    # Away from what explains itself under a pointer.
    page.mouse.move(0, 0)
    page.locator("#chapter").select_option("the-hidden-layer")
    page.locator(".number").first.wait_for()
    wait_detail(page)
    axe.look("the network's numbers")
    page.locator("#chapter").select_option(COURSE.chapters[-1].slug)
    expect(page.locator("#lesson-text h2")).to_have_text(COURSE.chapters[-1].title)
    look(axe, "the last page")
    assert axe.found == []


def look(axe: Axe, mode: str) -> None:
    """In every theme on a laptop, in one on a tablet and on a phone."""
    axe.look(mode)
    for width, height in (UPRIGHT, PHONE):
        driver.resize(axe.page, width, height)
        axe.glance(f"{mode}, {width} px")
    driver.resize(axe.page, *LAPTOP)
