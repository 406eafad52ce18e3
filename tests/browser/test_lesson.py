"""The lesson as a person goes through it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from app.domain.fields import SLIDER_LEARNING_RATES
from app.domain.views import USUAL_VIEWS, VIEWS
from app.lessons.course import BUILT_IN, Chapter, load_course
from app.server import create_server
from tests.browser.conftest import SIZE, Watch
from tests.browser.driver import (
    choose_rate,
    facts,
    message,
    next_frames,
    plain,
    wait,
    wait_detail,
    wait_fact,
    wait_ready,
    words_drawn,
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
            page.locator("#go-on").click()
    assert page.locator("#next-chapter").is_disabled()
    expect(page.locator("#go-on")).to_be_hidden()


def check_chapter(page: Page, chapter: Chapter) -> None:
    wait_fact(page, "epoch", chapter.playhead)
    wait_fact(page, "learningRate", plain(chapter.settings.learning_rate))
    # A goal is drawn in the training curves, whether or not the chapter names them.
    has_goal = chapter.task and any(check.within_epochs for check in chapter.task.checks)
    expected = {*chapter.views, *(["curves"] if has_goal else [])}
    for view in VIEWS:
        shown = page.locator(f"#{view}-card").is_visible()
        assert shown == (view in expected), (chapter.slug, view)
    for panel in set(chapter.views) - set(VIEWS):
        page.locator(f'[data-panel="{panel}"]').wait_for(state="visible")
    assert message(page) == "", chapter.slug
    check_task(page, chapter)


def check_task(page: Page, chapter: Chapter) -> None:
    """The task is in sight, and so is the way on; nothing says that it is done."""
    if not chapter.exercise:
        return
    shown = page.locator("#lesson-question" if chapter.question else "#task")
    for part in (shown, page.locator("#go-on")):
        box = part.bounding_box()
        assert box and box["y"] >= 0 and box["y"] + box["height"] <= SIZE[1], chapter.slug
    scrolled = page.locator("#lesson-task").evaluate("one => one.scrollHeight - one.clientHeight")
    assert scrolled <= 1, chapter.slug
    expect(page.locator("#task-status")).to_have_text("")


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
    expect(page.locator("#task")).to_be_visible()
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
    assert all(page.locator(f"#{view}-card").is_visible() for view in USUAL_VIEWS)
    assert facts(page)["verdict"] == "converging"


def test_a_chapter_that_does_not_exist_gets_a_sentence(page: Page, address: str) -> None:
    for slug in ("../../%3Cscript%3E", "x" * 500):
        page.goto(f"{address}/?chapter={slug}")
        wait_ready(page)
        page.locator("#message").wait_for(state="visible")
        assert "There is no chapter named" in message(page), slug
        choose_rate(page, 0.05)
        assert facts(page)["verdict"] == "oscillating", slug


def status(page: Page) -> Locator:
    return page.locator("#task-status")


def test_a_task_says_when_it_is_done_and_before_that_what_to_try(page: Page, address: str) -> None:
    chapter = open_chapter(page, address, "watching-it-fit")
    assert chapter.task
    # What it asks for is drawn in the training curve.
    assert "goal" in words_drawn(page, "curves")
    choose_rate(page, SLIDER_LEARNING_RATES[0])
    expect(status(page)).to_have_text(f"Not yet. {chapter.task.hint}")
    choose_rate(page, 0.2)
    page.evaluate("descentLab.goTo(100)")
    expect(status(page)).to_have_text(f"✓ {chapter.task.done}")
    # What was reached stays so, also through a reload.
    choose_rate(page, SLIDER_LEARNING_RATES[0])
    expect(status(page)).to_have_text(f"✓ {chapter.task.done}")
    expect(page.locator("#lesson-progress .done")).to_have_count(1)
    page.reload()
    wait_ready(page)
    expect(page.locator("#lesson-progress .done")).to_have_count(1)
    expect(page.locator("#lesson-progress")).to_have_accessible_name(
        f"1 of {len(COURSE.chapters)} chapters done"
    )
    expect(page.locator("#chapter option:checked")).to_have_text("✓ 13 · Watching it fit")


def test_checks_one_after_the_other_and_an_answer(page: Page, address: str) -> None:
    chapter = open_chapter(page, address, "the-whole-descent")
    assert chapter.task
    choose_rate(page, 0.001)
    expect(status(page)).to_contain_text("1 of 3 done.")
    page.locator(".pick").nth(0).click()
    expect(status(page)).to_have_text(f"Not this one. 1 of 3 done. {chapter.task.hint}")
    page.locator(".pick").nth(2).click()
    expect(status(page)).to_contain_text("2 of 3 done.")
    choose_rate(page, 0.05)
    expect(status(page)).to_have_text(f"✓ {chapter.task.done}")
    # Starting over asks anew.
    page.locator("#reset-chapter").click()
    expect(status(page)).to_have_text("")


def test_what_an_answer_would_give_away_is_not_on_show(page: Page, address: str) -> None:
    open_chapter(page, address, "how-wrong")
    wait(page, "lab.state.hidden.has('optimum')")
    page.locator(".pick").nth(1).click()
    wait(page, "!lab.state.hidden.has('optimum')")
    # What a chapter has not introduced is not there at all.
    for part in ("learning-rate", "playhead", "fact-verdict", "fact-edge"):
        expect(page.locator(f"#{part}")).to_be_hidden()


def test_the_line_is_placed_before_the_best_one_is_shown(page: Page, address: str) -> None:
    chapter = open_chapter(page, address, "the-data")
    assert chapter.task
    expect(page.locator("#reveal")).to_be_hidden()
    # The true rule, 0.5 x + 1, by the keys of both handles.
    for side, target in (("left", 0.5 * 2.28 + 1), ("right", 0.5 * 4.45 + 1)):
        handle = page.locator(f'.line-handle[data-side="{side}"]')
        handle.focus()
        for _ in range(12):
            away = target - float(handle.get_attribute("aria-valuenow") or "nan")
            if abs(away) > 0.2:
                handle.press("PageUp" if away > 0 else "PageDown")
                next_frames(page)
    expect(status(page)).to_have_text(f"✓ {chapter.task.done}")
    assert page.evaluate("lab => descentLab.state.hidden.has('optimum')")
    page.locator("#reveal").click()
    wait(page, "!lab.state.hidden.has('optimum')")
    expect(page.locator("#reveal")).to_be_hidden()


def test_the_numbers_on_the_edges_move_the_line(page: Page, address: str) -> None:
    chapter = open_chapter(page, address, "a-line-as-a-network")
    assert chapter.task
    weight, bias = (page.locator(f'.number[aria-label="{name}"]') for name in ("w", "b"))
    for number, pixels in ((weight, 100), (bias, 100)):
        box = number.bounding_box()
        assert box
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + pixels, y, steps=4)
        next_frames(page)
        # At once, before anything is trained from there.
        assert page.evaluate("descentLab.state.preview !== null")
        page.mouse.up()
    wait(page, "lab.state.sweep.settings.start !== '' && !lab.isTraining()")
    first, second = (
        float(one) for one in page.evaluate("descentLab.state.sweep.settings.start").split(",")
    )
    assert (first, second) == (pytest.approx(0.5, abs=0.011), pytest.approx(1.035, abs=0.011))
    expect(status(page)).to_contain_text("1 of 3 done.")
    page.locator(".pick").nth(1).click()
    expect(status(page)).to_contain_text("2 of 3 done.")
    # What is sent through the network is a number of its own.
    x_tag = page.locator('.number[aria-label="input x"]')
    x_tag.focus()
    for key in ("PageDown",) * 4 + ("ArrowDown",) * 5:
        x_tag.press(key)
    reading = page.locator('[data-slot="network-reading"]')
    expect(reading).to_contain_text("The derivative for w is x = 0.4")
    expect(status(page)).to_have_text(f"✓ {chapter.task.done}")


def test_a_networks_numbers_are_a_preview_until_the_run_moves_on(page: Page, address: str) -> None:
    open_chapter(page, address, "the-hidden-layer")
    wait_detail(page)
    trained = page.evaluate("descentLab.snapshot().loss")
    bias = page.locator('.number[aria-label="c"]')
    bias.focus()
    bias.press("PageUp")
    wait(page, "lab.snapshot().loss > argument + 0.1", trained)
    expect(page.locator('[data-slot="network-reading"]')).to_contain_text("Set by hand")
    page.locator("#back-to-run").click()
    wait(page, "lab.snapshot().loss === argument", trained)
    bias.focus()
    bias.press("PageUp")
    wait(page, "lab.state.preview !== null")
    choose_rate(page, 0.1)
    wait(page, "lab.state.preview === null")
    expect(page.locator("#back-to-run")).to_be_hidden()


def test_a_card_chooses_its_activation(page: Page, address: str) -> None:
    chapter = open_chapter(page, address, "activations")
    assert chapter.task
    cards = page.locator(".activation-row")
    assert "hidden weights" not in page.locator("#side").inner_text()
    expect(page.locator('.activation-row[aria-pressed="true"]')).to_have_attribute(
        "data-activation", "threshold"
    )
    page.locator(".choice").first.click()
    for name in ("linear", "logistic", "relu", "tanh"):
        page.locator(f'[data-activation="{name}"]').click()
        wait(page, "lab.state.sweep.settings.activation === argument", name)
    expect(status(page)).to_contain_text("4 of 5 done.")
    page.goto(f"{address}/?view=activations")
    expect(cards.first).to_be_disabled()


def test_only_the_part_that_a_chapter_speaks_of_is_open(page: Page, address: str) -> None:
    open_chapter(page, address, "the-slope")
    expect(page.locator("details.part[open]")).to_have_attribute("data-part", "3")
    # The same panel again, put on the page anew.
    page.locator("#go-on").click()
    (chapter,) = [one for one in COURSE.chapters if one.slug == "the-step"]
    expect(page.locator("#lesson-text h2")).to_have_text(chapter.title)
    wait_detail(page)
    expect(page.locator("details.part")).to_have_count(4)
    expect(page.locator("details.part[open]")).to_have_attribute("data-part", "4")
    for button in ("#make-step", "#task .step", "#task .step"):
        page.locator(button).click()
    assert chapter.task
    expect(status(page)).to_have_text(f"✓ {chapter.task.done}")
    page.goto(f"{address}/?view=one-step")
    expect(page.locator("details.part[open]")).to_have_count(4)


def test_the_last_page_leads_on_without_leaving_the_page(page: Page, address: str) -> None:
    open_chapter(page, address, COURSE.chapters[-1].slug)
    page.evaluate("() => (window.isSame = true)")
    page.locator("#lesson-text a").first.click()
    wait(page, "document.body.dataset.mode === 'explore'")
    assert page.evaluate("window.isSame") and "dataset=sine" in page.url


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
        f"  ask: {block}\n  why: {block}\n"
        "task:\n  choices: [<b onclick=window.ran=1>a, b]\n  answer: 1\n"
        f"  reveal: <b onclick=window.ran=1>a\n  hint: {block}\n  do: {block}\n---\n{SCRIPTS}"
    )
    monkeypatch.setenv("DESCENT_LAB_LESSONS", str(tmp_path))
    watch.allow("request beyond localhost: (http://127.0.0.1|javascript)|ERR_UNKNOWN_URL_SCHEME")
    # \href is in an extension of MathJax that Dash does not bring along.
    watch.allow(r"404|MathJax retry|tex/extensions/html\.js")
    page = context_of(bypass_csp=True).new_page()
    with served(create_server()) as port:
        page.goto(f"http://127.0.0.1:{port}/?chapter=script")
        wait_ready(page)
        text = page.locator("#lesson")
        text.locator("mjx-container").first.wait_for(state="attached")
        page.locator(".choice").first.click()
        assert text.get_by_text("inline").count() == 4
        page.locator(".pick").last.click()
        expect(page.locator("#task-status")).to_contain_text("[inline](javascript:")
        for link in text.locator("a").all():
            link.dispatch_event("click")
        assert text.locator("script, [onerror], [onload], iframe, [onclick]").count() == 0
        assert "window.ran" not in "".join(
            text.locator("a").evaluate_all("links => links.map(link => link.outerHTML)")
        )
        for one in page.context.pages:
            assert one.evaluate("window.ran") is None
        page.goto("about:blank")
