"""In front of a class: presenting, the curtain, the keys; sharing and taking away."""

from __future__ import annotations

import struct
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from app.domain.settings import Settings
from app.exports.script import script
from components import theme
from tests.browser import driver
from tests.browser.driver import facts, state, wait_detail
from tests.readers import settings_of

PRESENTED = 20
# Words on the page that are smaller than a class can read.
SMALL = """(least) => [...document.querySelectorAll("body *")].filter((one) =>
    one.checkVisibility()
    && [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())
    && parseFloat(getComputedStyle(one).fontSize) < least - 0.01 && !one.closest("svg")
  ).map((one) => `${one.tagName}#${one.id} ${one.textContent.slice(0, 20)}`)"""
# The same on Plotly's pictures.
SMALL_IN_PICTURES = """(least) => [...document.querySelectorAll(".plot svg text")].filter((one) =>
    one.checkVisibility() && one.textContent.trim()
    && parseFloat(getComputedStyle(one).fontSize) < least - 0.01
  ).map((one) => one.textContent)"""


def keys(page: Page, *pressed: str) -> None:
    for key in pressed:
        page.keyboard.press(key)
    driver.next_frames(page, 4)


def cards(page: Page) -> list[str]:
    return [name for name in driver.VIEWS if page.locator(f"#{name}-card").is_visible()]


def test_presenting_fills_the_screen_with_one_or_two_legible_views(open_page) -> None:  # type: ignore[no-untyped-def]
    page = open_page(size=(1280, 720))
    wait_detail(page)
    keys(page, "p")
    assert cards(page) == ["descent-path", "fit"]
    driver.stay(page)
    assert page.evaluate(SMALL, PRESENTED) == []
    assert page.evaluate(SMALL_IN_PICTURES, PRESENTED) == []
    assert page.evaluate("() => document.documentElement.scrollHeight") <= 720
    # A third view takes the place of the first; one that is there goes, but never the last.
    keys(page, "5")
    assert cards(page) == ["fit", "curves"]
    keys(page, "4", "5")
    assert cards(page) == ["curves"]
    driver.stay(page)
    assert parse_qs(urlsplit(page.url).query)["present"] == ["curves"]
    page.reload()
    driver.wait_ready(page)
    driver.wait(page, "document.body.classList.contains('present')")
    assert cards(page) == ["curves"]
    keys(page, "Escape")
    assert cards(page) == list(driver.VIEWS)
    driver.stay(page)
    assert "present" not in page.url


def test_what_moves_sits_on_the_enlarged_picture(page: Page) -> None:
    keys(page, "p")
    driver.stay(page)
    gap = page.evaluate(
        """() => { const { plot, host } = window.descentLab.overlays["fit"];
             return Math.abs(plot._fullLayout.width - host.clientWidth); }"""
    )
    assert gap <= 1
    weight, bias = (float(facts(page)[name]) for name in ("weight", "bias"))
    # The fit's line, where it crosses the middle of the picture, has the path's colour.
    colour = page.evaluate(
        """([weight, bias]) => { const lab = window.descentLab; const overlay = lab.overlays["fit"];
             const axes = lab.flatAxes(overlay);
             const ratio = devicePixelRatio;
             const pixel = (axes.left + axes.right) / 2;
             const y = axes.y(weight * axes.toX(pixel) + bias);
             return [...overlay.context.getImageData(pixel * ratio, y * ratio, 1, 1).data]; }""",
        [weight, bias],
    )
    path = theme.PALETTE["path"][0]
    assert colour[:3] == [int(path[k : k + 2], 16) for k in (1, 3, 5)]


def test_the_curtain_hides_and_then_plays(page: Page) -> None:
    keys(page, "c")
    seen = facts(page)
    assert (seen["verdict"], seen["criticalLearningRate"], seen["divergedAt"]) == ("", "", "")
    assert page.locator("#strip .cell").first.get_attribute("data-verdict") == ""
    assert "converging" not in (
        page.locator("#learning-rate").get_attribute("aria-valuetext") or ""
    )
    expect(page.locator("#explanation")).to_be_empty()
    keys(page, "c")
    driver.wait(page, "lab.state.playing")
    assert facts(page)["verdict"] == "converging"


def test_behind_the_curtain_nothing_plays_and_nothing_tells(page: Page) -> None:
    page.locator("h1").click()
    driver.go_to(page, 20)
    keys(page, " ", "c")
    assert not state(page, "playing") and facts(page)["epoch"] == "0"
    # Where training should arrive is hidden as well, in pictures and in words.
    shown = """() => ["descent-path", "fit"].map((name) =>
      window.descentLab.overlays[name].plot.data
        .filter(({ meta }) => meta === "optimum").map(({ visible }) => visible))"""
    driver.wait(page, f"!({shown})().flat().includes(true)")
    assert "star" not in (page.locator("#loss-surface-words").text_content() or "")
    # A typed rate is taken by Enter, and the next key is the page's again.
    page.locator("#learning-rate-value").fill("0.05")
    page.keyboard.press("Enter")
    driver.wait(page, "location.search.includes('learning_rate=0.05')")
    page.reload()
    driver.wait_ready(page)
    wait_detail(page)
    assert (facts(page)["learningRate"], facts(page)["verdict"]) == ("0.05", "")
    page.locator("#learning-rate-value").fill("0.08")
    page.keyboard.press("Enter")
    keys(page, "c")
    assert page.locator("#learning-rate-value").input_value() == "0.08"
    driver.wait(page, "lab.state.playing")
    assert facts(page)["verdict"] == "oscillating"
    assert page.evaluate(shown) == [[True], [True]]


def test_a_narrow_window_is_not_filled(open_page) -> None:  # type: ignore[no-untyped-def]
    page = open_page(size=(390, 844))
    page.goto(f"{page.url.split('?')[0]}?present=1")
    driver.wait_ready(page)
    assert not page.evaluate("() => document.body.classList.contains('present')")
    keys(page, "p")
    assert "800 pixels" in driver.wait_message(page)


def test_keys_move_everything_and_leave_fields_alone(page: Page) -> None:
    page.locator("h1").click()
    keys(page, "]")
    assert driver.number(page, "learningRate") == 0.0125
    keys(page, "[", "[")
    assert driver.number(page, "learningRate") == 0.008
    wait_detail(page)
    keys(page, "ArrowRight", "ArrowRight", "ArrowLeft")
    assert facts(page)["epoch"] == "4"
    keys(page, "PageDown")
    assert facts(page)["epoch"] == "1000"
    keys(page, "PageUp")
    assert facts(page)["epoch"] == "0"
    keys(page, " ")
    assert state(page, "playing")
    keys(page, " ")
    assert not state(page, "playing")
    keys(page, "2")
    assert cards(page) == ["descent-path"]
    keys(page, "2")
    assert cards(page) == list(driver.VIEWS)
    # While typing, letters are letters.
    page.locator("#learning-rate-value").fill("")
    page.keyboard.type("p2")
    assert not page.evaluate("() => document.body.classList.contains('present')")
    assert page.locator("#learning-rate-value").input_value() == "p2"


def test_the_card_of_keys_and_its_switch(page: Page) -> None:
    page.locator("h1").click()
    keys(page, "?")
    expect(page.locator("#keys")).to_be_visible()
    page.locator("#single-keys").click()
    page.locator("#close-keys").click()
    expect(page.locator("#keys")).to_be_hidden()
    page.locator("h1").click()
    keys(page, "p", "c", "]")
    assert not page.evaluate("() => document.body.classList.contains('present')")
    assert driver.number(page, "learningRate") == 0.01
    # Keys that are no letters still work, and the choice is kept.
    keys(page, "PageDown")
    assert facts(page)["epoch"] == "1000"
    page.reload()
    driver.wait_ready(page)
    assert page.locator("#single-keys").get_attribute("aria-checked") == "false"


def test_a_remote_control_turns_the_chapters_while_presenting(page: Page, address: str) -> None:
    page.goto(f"{address}/?chapter=the-step")
    driver.wait_ready(page)
    driver.wait(page, "document.body.dataset.mode === 'lesson'")
    page.locator("#lesson-text h2").click()
    keys(page, "p")
    slug = page.url
    page.keyboard.press("PageDown")
    driver.wait(page, "location.href !== argument", slug)
    driver.wait(page, "document.getElementById('chapter').value === 'which-learning-rate'")
    assert page.evaluate("() => document.body.classList.contains('present')")
    assert 1 <= len(cards(page)) <= 2


def test_the_projectors_palette_is_the_third_theme(page: Page) -> None:
    for name in ("dark", "projector", "light"):
        page.locator("#theme").click()
        assert page.evaluate("() => document.documentElement.dataset.palette") == name
        index = theme.THEMES.index(name)
        colour = page.evaluate(
            "() => getComputedStyle(document.documentElement).getPropertyValue('--path').trim()"
        )
        assert colour == theme.PALETTE["path"][index]


def test_share_and_take_away(page: Page, tmp_path: Path) -> None:
    driver.choose_rate(page, 0.05)
    page.locator("#panel").select_option("share")
    driver.wait(page, "document.getElementById('link')?.value.includes('learning_rate=0.05')")
    link = page.locator("#link").input_value()
    assert settings_of(urlsplit(link).query) == Settings(learning_rate=0.05)
    expect(page.locator("#qr")).to_be_visible()
    # This server listens to this machine alone: the page says so.
    expect(page.locator("#link-note")).not_to_be_empty()
    # Link and script can be copied; without a clipboard, as on plain http, they stand selected.
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    text, copy = script(Settings(learning_rate=0.05)), page.locator("[data-copy=script]")
    copy.click()
    expect(copy).to_have_text("Copied")
    assert page.evaluate("() => navigator.clipboard.readText()") == text
    expect(copy).to_have_text("Copy")
    page.evaluate("() => Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    copy.click()
    expect(copy).to_have_text("Selected: Ctrl+C")
    assert page.evaluate("() => getSelection().toString()") == text
    frame = page.locator("#frame").input_value()
    assert 'src="http://127.0.0.1' in frame and '&amp;embed=1"' in frame and "share" not in frame
    expect(page.locator("#frame-note")).to_contain_text("DESCENT_LAB_FRAME_ANCESTORS")
    with page.expect_download() as download:
        page.locator("[data-file=script]").click()
    download.value.save_as(tmp_path / "descent.py")
    assert (tmp_path / "descent.py").read_text() == script(Settings(learning_rate=0.05))
    saved = []
    page.on("download", lambda one: saved.append(one))
    page.locator("#save-pictures").click()
    for _ in range(100):
        if len(saved) >= len(driver.VIEWS):
            break
        page.wait_for_timeout(100)
    assert [one.suggested_filename for one in saved] == [f"{name}.png" for name in driver.VIEWS]
    saved[1].save_as(tmp_path / "path.png")
    width, height = struct.unpack(">II", (tmp_path / "path.png").read_bytes()[16:24])
    box = page.locator("#descent-path").bounding_box()
    assert box is not None
    assert abs(width - 2 * box["width"]) <= 2 and abs(height - 2 * box["height"]) <= 2
    with page.expect_download() as download:
        page.locator("[data-picture=fit]").click()
    assert download.value.suggested_filename == "fit.png"
