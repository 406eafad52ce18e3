"""The lesson as a person goes through it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from app.lessons.course import BUILT_IN, PAGE_VIEWS, Chapter, load_course
from app.server import create_server
from tests.browser.conftest import Watch
from tests.browser.driver import (
    choose_rate,
    facts,
    message,
    next_frames,
    plain,
    wait,
    wait_fact,
    wait_ready,
)
from tests.serving import served

COURSE = load_course([BUILT_IN])


@pytest.fixture
def page(blank: Page) -> Page:
    """Each test opens its own chapter."""
    return blank


def open_chapter(page: Page, address: str, slug: str) -> Chapter:
    chapter = next(one for one in COURSE.chapters if one.slug == slug)
    page.goto(f"{address}/?chapter={slug}")
    wait_ready(page)
    page.locator("#lesson-text h2").wait_for(state="visible")
    wait_fact(page, "sweep", chapter.settings.sweep_id)
    next_frames(page)
    return chapter


def test_every_chapter_sets_the_page_and_hides_until_the_answer(page: Page, address: str) -> None:
    """From the first to the last by the button, as a person goes through them."""
    open_chapter(page, address, COURSE.chapters[0].slug)
    for chapter in COURSE.chapters:
        expect(page.locator("#lesson-text h2")).to_have_text(chapter.title)
        wait_fact(page, "sweep", chapter.settings.sweep_id)
        check_chapter(page, chapter)
        if chapter.question:
            check_curtain(page, chapter)
        if chapter is not COURSE.chapters[-1]:
            page.locator("#next-chapter").click()
    assert page.locator("#next-chapter").is_disabled()


def check_chapter(page: Page, chapter: Chapter) -> None:
    wait_fact(page, "epoch", chapter.playhead)
    wait_fact(page, "learningRate", plain(chapter.settings.learning_rate))
    for view in PAGE_VIEWS:
        shown = page.locator(f"#{view}-card").is_visible()
        assert shown == (view in chapter.views), (chapter.slug, view)
    for panel in set(chapter.views) - set(PAGE_VIEWS):
        page.locator(f'[data-panel="{panel}"]').wait_for(state="visible")
    assert message(page) == "", chapter.slug


def check_curtain(page: Page, chapter: Chapter) -> None:
    assert chapter.question
    hidden = {*chapter.hide, *chapter.question.curtain}
    outcome = {"verdict", "strip", "mark"} & hidden
    next_frames(page)
    spoken = page.locator("#learning-rate").get_attribute("aria-valuetext") or ""
    strip = page.locator("#strip .cell").evaluate_all(
        "cells => cells.map(c => c.dataset.verdict + c.title)"
    )
    if "verdict" in outcome:
        assert facts(page)["verdict"] == facts(page)["divergedAt"] == "", chapter.slug
        assert "," not in spoken, chapter.slug
    if "strip" in outcome:
        assert not any(word in "".join(strip) for word in ("slow", "converging", "diverges"))
    if "mark" in outcome:
        assert facts(page)["criticalLearningRate"] == "", chapter.slug
        assert not page.locator("#edge").is_visible()
    page.locator(".choice").first.click()
    next_frames(page, 3)
    expect(page.locator("#lesson-why")).to_be_visible()
    if "verdict" not in chapter.hide:
        assert facts(page)["verdict"] != "", chapter.slug
    assert page.locator(".choice.right").count() == 1
    right = page.locator(".choice").nth(chapter.question.answer - 1)
    assert "right" in (right.get_attribute("class") or ""), chapter.slug


def test_what_lies_ahead_is_not_drawn_behind_the_curtain(page: Page, address: str) -> None:
    slug = next(
        one.slug
        for one in COURSE.chapters
        if one.question and "ahead" in one.question.curtain and "descent-path" in one.views
    )
    open_chapter(page, address, slug)
    page.locator(".choice").first.wait_for()
    next_frames(page, 4)
    covered = drawn_pixels(page)
    page.locator(".choice").first.click()
    page.locator("#close-side").click() if page.locator("#side").is_visible() else None
    next_frames(page, 4)
    assert drawn_pixels(page) > covered


def drawn_pixels(page: Page) -> int:
    return page.evaluate(
        """() => { const { canvas } = descentLab.overlays["descent-path"];
             const { width, height } = canvas;
             const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
             let count = 0; for (let k = 3; k < data.length; k += 4) count += data[k] > 0;
             return count / (canvas.width * canvas.height) * 1e6; }"""
    )


def test_back_and_reload_keep_the_place(page: Page, address: str) -> None:
    open_chapter(page, address, COURSE.chapters[0].slug)
    page.locator("#next-chapter").click()
    expect(page.locator("#lesson-text h2")).to_have_text(COURSE.chapters[1].title)
    page.go_back()
    expect(page.locator("#lesson-text h2")).to_have_text(COURSE.chapters[0].title)
    page.reload()
    wait_ready(page)
    expect(page.locator("#lesson-text h2")).to_have_text(COURSE.chapters[0].title)


def test_every_control_may_be_touched_and_one_click_brings_it_back(
    page: Page, address: str
) -> None:
    chapter = open_chapter(page, address, "the-step")
    choose_rate(page, 0.05)
    page.locator("#epoch-on").click()
    page.locator("#open-rail").click()
    page.locator("#seed-value").fill("7")
    page.locator("#seed-value").press("Enter")
    wait(page, "lab.state.sweep.settings.seed === 7")
    page.mouse.click(900, 740)
    page.locator("#reset-chapter").click()
    wait_fact(page, "sweep", chapter.settings.sweep_id)
    wait_fact(page, "epoch", chapter.playhead)
    assert float(facts(page)["learningRate"]) == chapter.settings.learning_rate


def test_explore_is_one_click_away(page: Page, address: str) -> None:
    open_chapter(page, address, "the-slope")
    page.locator("#go-explore").click()
    next_frames(page)
    assert "chapter" not in page.url
    assert not page.locator("#lesson").is_visible()
    assert all(page.locator(f"#{view}-card").is_visible() for view in PAGE_VIEWS)
    assert facts(page)["verdict"] == "converging"


def test_a_chapter_that_does_not_exist_gets_a_sentence(page: Page, address: str) -> None:
    for slug in ("../../%3Cscript%3E", "x" * 500):
        page.goto(f"{address}/?chapter={slug}")
        wait_ready(page)
        page.locator("#message").wait_for(state="visible")
        assert "There is no chapter named" in message(page), slug
        choose_rate(page, 0.05)
        assert facts(page)["verdict"] == "oscillating", slug


def test_a_goal_is_checked_on_the_page(page: Page, address: str) -> None:
    slug = next(one.slug for one in COURSE.chapters if one.goal)
    chapter = open_chapter(page, address, slug)
    assert chapter.goal
    status = page.locator("#lesson-goal-status")
    reached = page.evaluate(
        """goal => { const { sweep } = descentLab.state;
             for (let run = 0; run < 41; run++) { const track = sweep.track(run);
               for (let k = 0; k < track.length && track.epochs[k] <= goal.within_epochs; k++)
                 if (track.loss[k] < goal.train_loss_below) return sweep.learning_rates[run]; }
             return null; }""",
        json.loads(json.dumps(chapter.goal.__dict__)),
    )
    slowest = page.evaluate("() => descentLab.state.sweep.learning_rates[0]")
    choose_rate(page, slowest)
    expect(status).to_have_text("Not yet.")
    if reached is None:
        pytest.skip("the goal needs other settings than the chapter's own")
    choose_rate(page, reached)
    expect(status).to_contain_text("Reached")


def test_a_teachers_mistake_is_told_and_the_rest_works(tmp_path, monkeypatch) -> None:
    """At start and on the page; this needs a server of its own, so the layout is asked."""
    from app.server import create_app

    (tmp_path / "01-broken.md").write_text("---\ntitle: x\nsettings: {seed: 100}\n---\nText.\n")
    (tmp_path / "02-own.md").write_text("---\ntitle: My own\n---\nHello.\n")
    monkeypatch.setenv("DESCENT_LAB_LESSONS", str(tmp_path))
    layout = json.dumps(create_app().server.test_client().get("/_dash-layout").get_json())
    assert "01-broken.md:3: Seed must be a whole number from 0 to 99. Got 100." in layout
    assert "My own" in layout


CASES = Path(__file__).parents[1] / "cases" / "lessons"


def test_prices_formulas_and_pictures_of_a_teachers_own(
    monkeypatch: pytest.MonkeyPatch, blank: Page, watch: Watch
) -> None:
    monkeypatch.setenv("DESCENT_LAB_LESSONS", str(CASES))
    watch.allow("request beyond localhost: http://127.0.0.1")
    text, formulas = blank.locator("#lesson-text"), blank.locator("#lesson-text mjx-container")
    with served(create_server()) as port:
        blank.goto(f"http://127.0.0.1:{port}/?chapter=money")
        wait_ready(blank)
        formulas.first.wait_for(state="attached")
        assert formulas.count() == 1
        said = "A ticket costs $20 a month, seven users pay $1680 a year. Escaped: $20 and $1680."
        assert said in text.inner_text()
        sizes = text.locator("img").evaluate_all("all => all.map(one => one.naturalWidth)")
        assert sizes == [10, 10]
        blank.goto(f"http://127.0.0.1:{port}/?chapter=single")
        wait_ready(blank)
        text.locator("h2 mjx-container").wait_for(state="attached")
        chapters = blank.locator("#chapter option").all_inner_texts()
        assert any(name.endswith("Single: θ") for name in chapters), chapters
        blank.goto(f"http://127.0.0.1:{port}/?chapter=escaped")
        wait_ready(blank)
        formulas.first.wait_for(state="attached")
        assert formulas.count() == 1
        assert "it costs $20.\n" in text.inner_text() and "and $30." in text.inner_text()
        blank.goto("about:blank")


# Each sets `window.ran` if the page treats it as more than text.
SCRIPTS = """<script>window.ran = "script"</script>
<img src="data:," onerror="window.ran = 'onerror'">
<svg onload="window.ran = 'onload'"></svg>
<iframe srcdoc="<script>parent.ran = 'iframe'</script>"></iframe>

[inline](javascript:window.ran='link') and [mixed](JaVa&#115;cript:window.ran='entity')
and [by reference][there] and <javascript:window.ran='angle'>

![picture](javascript:window.ran='image')

$\\href{javascript:window.ran='href'}{maths}$

[there]: javascript:window.ran='reference'
"""


def test_a_lesson_cannot_inject_script(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    context_of: Callable[..., BrowserContext],
    watch: Watch,
) -> None:
    """Even without the Content-Security-Policy, which would stop most of it as well."""
    block = "|\n    " + SCRIPTS.replace("\n", "\n    ")
    (tmp_path / "01-script.md").write_text(
        "---\ntitle: <img src=x onerror=\"window.ran = 'title'\">\n"
        "question:\n  choices: [<b onclick=window.ran=1>a, b]\n  answer: 1\n"
        f"  ask: {block}\n  why: {block}\n---\n{SCRIPTS}"
    )
    monkeypatch.setenv("DESCENT_LAB_LESSONS", str(tmp_path))
    watch.allow("request beyond localhost: (http://127.0.0.1|javascript)|ERR_UNKNOWN_URL_SCHEME")
    # \href is in an extension of MathJax that Dash does not bring along.
    watch.allow(r"404|MathJax retry|tex/extensions/html\.js")
    page = context_of(bypass_csp=True).new_page()
    with served(create_server()) as port:
        page.goto(f"http://127.0.0.1:{port}/?chapter=script")
        wait_ready(page)
        text = page.locator("#lesson-text")
        text.locator("mjx-container").first.wait_for(state="attached")
        page.locator(".choice").first.click()
        assert text.get_by_text("inline").count() == 3
        for link in text.locator("a").all():
            link.dispatch_event("click")
        assert text.locator("script, [onerror], [onload], iframe, [onclick]").count() == 0
        assert "window.ran" not in "".join(
            text.locator("a").evaluate_all("links => links.map(link => link.outerHTML)")
        )
        for one in page.context.pages:
            assert one.evaluate("window.ran") is None
        page.goto("about:blank")
