"""A person's own data on the page: brought, chosen, fitted, kept, and private."""

from __future__ import annotations

import gc
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sklearn.linear_model import LinearRegression

from app.domain.csv_reader import read_table
from app.domain.csv_table import Reading
from app.domain.settings import Settings
from app.domain.user_data import UserData, choose, label_of
from app.trainers.ttl_cache import TtlCache
from tests.browser import driver
from tests.browser.conftest import Watch
from tests.browser.driver import close, facts, go_to, set_up, state, value, wait, wait_ready
from tests.engine.torch_runs import gradient_of, hessian_of, loss_of
from tests.user_data_files import (
    GOOD,
    LONG_NAMES,
    UNFIT,
    UNREADABLE,
    Broken,
    Good,
    many_rows,
)

CASES = Path(__file__).parents[1] / "cases" / "tables"
WINE = (Path(__file__).parents[2] / "assets" / "examples" / "wine.csv").read_bytes()
NOTE = "document.getElementById('own-note').textContent"
FIT = r"(\S+) = (\S+) ([+−]) (.+?) × (\S+); typical error (.+)"


def open_by_menu(page: Page) -> None:
    page.locator("#dataset").select_option("own")
    page.locator('[data-panel="own-data"]').wait_for(state="visible")
    driver.next_frames(page, 4)


def wait_table(page: Page, label: str) -> None:
    wait(
        page,
        "document.querySelector('[data-slot=own-table] p')?.textContent.startsWith(argument)",
        f"{label}: ",
    )


def fit(page: Page) -> None:
    """Presses the button and waits until the new sweep is on show."""
    before = facts(page)["sweep"]
    page.locator("#own-fit").click()
    wait(
        page,
        "document.getElementById('facts').dataset.sweep !== argument"
        " || document.getElementById('message').textContent",
        before,
    )
    assert driver.message(page) == ""
    driver.wait_detail(page)


def give(page: Page, name: str, content: bytes) -> None:
    page.locator("#own-file").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content}
    )


def give_text(page: Page, text: str) -> None:
    page.locator("#own-text").fill(text)
    page.locator("#own-read").click()
    wait_table(page, "Your own data")


def settings_of(page: Page, user_data: UserData) -> Settings:
    """The settings on show, of which the test knows the data."""
    shown = state(page, "sweep.settings") | {"learning_rate": driver.number(page, "learningRate")}
    return Settings(
        **{name: one for name, one in shown.items() if name != "data_token"}, user_data=user_data
    )


def chosen_as(
    page: Page, content: bytes, name: str = "", reading: Reading | None = None, **chosen: object
) -> UserData:
    token = state(page, "sweep.settings.data_token")
    return choose(read_table(content, reading), token, label_of(name), **chosen)


def check_numbers(page: Page, user_data: UserData) -> None:
    """What is on show is the engine's own sweep of these data, to the last bit."""
    settings = settings_of(page, user_data)
    sweep = driver.engine_sweep(settings)
    assert facts(page)["sweep"] == settings.sweep_id
    losses = page.evaluate(
        "() => { const { sweep } = window.descentLab.state; return sweep.last_loss; }"
    )
    assert losses == [one if np.isfinite(one) else None for one in sweep.last_loss.tolist()]
    assert state(page, "sweep.verdicts") == list(sweep.verdicts)
    run, epoch = settings.run_index, int(facts(page)["epoch"])
    loss = driver.engine_run(settings).train_loss[epoch]
    shown = driver.number(page, "trainLoss")
    assert shown == pytest.approx(float(loss), rel=1e-6, nan_ok=True), (run, epoch)


def check_fit_note(page: Page, table: np.ndarray) -> None:
    """At the end of a long training: least squares in the person's units, as printed."""
    solution = LinearRegression().fit(table[:, :1], table[:, 1])
    error = np.sqrt(np.mean((table[:, 1] - solution.predict(table[:, :1])) ** 2))
    note = page.locator("#fit-note").inner_text()
    found = re.fullmatch(FIT, note)
    assert found, note
    slope = value(found[4]) * (-1 if found[3] == "−" else 1)
    assert slope == pytest.approx(solution.coef_[0], rel=6e-3), note
    assert value(found[2]) == pytest.approx(solution.intercept_, rel=6e-3), note
    assert value(found[6]) == pytest.approx(error, rel=6e-3), note


def check_tiny_steps(page: Page, settings: Settings) -> None:
    """Steps far below the slider do lower the loss: along the gradient it is a parabola."""
    params = driver.engine_run(settings).params[0].astype(float)
    gradient, hessian = gradient_of(settings, params), hessian_of(settings, params)
    least = gradient @ gradient / (gradient @ hessian @ gradient)
    assert f"{least:.1e}" == "7.6e-07"
    assert f"{loss_of(settings, params):.2f}" == "334.65"
    assert f"{loss_of(settings, params - least * gradient):.2f}" == "19.31"
    driver.open_panel(page, "rate-axis")
    go_to(page, 0)
    shown = driver.chart(page, "rate-axis")
    assert float(shown["best"]) == pytest.approx(least, rel=1e-3)
    assert float(shown["rise"]) == pytest.approx(2 * least, rel=1e-3)
    words = page.locator('[data-slot="rate-axis-reading"]').inner_text()
    assert "The best step here is at 7.62 × 10⁻⁷." in words


def forget_everything() -> None:
    """As if another worker answered: the caches of this process are empty."""
    for one in gc.get_objects():
        if type(one) is TtlCache:
            with one._lock:
                one._kept.clear()


def sent_whole(watch: Watch) -> int:
    """How many trainings carried the data along."""
    bodies = [one.post_data or "" for one in watch.requests]
    return sum('"content"' in body and driver.asks(body, "train-request") for body in bodies)


def test_wine_from_the_menu_to_the_numbers_in_its_own_units(page: Page, watch: Watch) -> None:
    open_by_menu(page)
    assert page.locator("#dataset").input_value() == "line"
    page.locator('[data-example="wine"]').click()
    wait_table(page, "wine")
    fit(page)
    check_numbers(page, chosen_as(page, WINE, "wine.csv"))
    assert set(state(page, "sweep.verdicts")) == {"overflow"}
    words = driver.explanation(page)
    sharpness = 2 / state(page, "sweep.stability_edge")
    assert "far below the slider" in words and "Standardised" in words
    printed = re.search(r"sharpness ([\d.]+ × 10[⁰¹²³⁴⁵⁶⁷⁸⁹]+|[\d.]+) =", words)
    assert (printed and close(printed[1], sharpness)) or value(printed[1]) == pytest.approx(
        sharpness, rel=6e-3
    )
    check_tiny_steps(page, settings_of(page, chosen_as(page, WINE, "wine.csv")))
    driver.open_panel(page, "own-data")
    # One press, and it works.
    before = facts(page)["sweep"]
    page.locator("#standardize").click()
    wait(page, "document.getElementById('facts').dataset.sweep !== argument", before)
    driver.wait_detail(page)
    user_data = chosen_as(page, WINE, "wine.csv", standardize=True)
    check_numbers(page, user_data)
    assert page.locator("#standardize").is_hidden()
    assert state(page, "sweep.arrived").count(True) > 10
    go_to(page, 1000)
    check_numbers(page, user_data)
    check_fit_note(page, user_data.table)
    # Another predictor, then two of them.
    page.locator('.own-predictor input[value="proline"]').uncheck()
    page.locator('.own-predictor input[value="flavanoids"]').check()
    page.locator("#own-standardize").check()
    fit(page)
    user_data = chosen_as(page, WINE, "wine.csv", standardize=True, predictors=["flavanoids"])
    check_numbers(page, user_data)
    go_to(page, 1000)
    check_fit_note(page, user_data.table)
    page.locator('.own-predictor input[value="color_intensity"]').check()
    fit(page)
    names = ["flavanoids", "color_intensity"]
    user_data = chosen_as(page, WINE, "wine.csv", standardize=True, predictors=names)
    check_numbers(page, user_data)
    assert state(page, "sweep.predictor_names") == names
    # Everything else trains on them as on any data.
    settings = settings_of(page, user_data)
    settings = set_up(page, settings, hidden_units=3, validation_fraction=0.25)
    check_numbers(page, user_data)
    # The file goes once for each choice of columns, then the token is enough.
    assert sent_whole(watch) == 4
    token = state(page, "sweep.settings.data_token")
    assert "dataset=own" in page.url and token not in page.url
    assert not any(one in page.url for one in ("1065", "proline", "wine"))
    page.evaluate("() => window.descentLab.openPanels(['share'])")
    wait(page, "document.getElementById('link')?.value.includes('dataset=own')")
    link = page.locator("#link").input_value()
    assert token not in link and "wine" not in link


def test_another_worker_a_reload_and_points(page: Page, watch: Watch) -> None:
    open_by_menu(page)
    chart = page.locator("svg.own-chart")
    for x, y in ((1, 2), (3, 5), (6, 6), (9, 9)):
        click_point(page, x, y)
    assert chart.locator("circle").count() == 4
    click_point(page, 3, 5)
    assert chart.locator("circle").count() == 3
    text = page.locator("#own-text").input_value()
    points = np.array([line.split(",") for line in text.splitlines()[1:]], dtype=float)
    np.testing.assert_allclose(points, [[1, 2], [6, 6], [9, 9]], atol=0.11)
    page.locator("#own-read").click()
    wait_table(page, "Your own data")
    fit(page)
    user_data = chosen_as(page, text.encode())
    check_numbers(page, user_data)
    settings = set_up(page, settings_of(page, user_data), learning_rate=0.02, epochs=3000)
    go_to(page, 3000)
    check_fit_note(page, points)

    sent = sent_whole(watch)
    forget_everything()
    settings = set_up(page, settings, seed=5)
    check_numbers(page, user_data)
    assert driver.message(page) == "" and sent_whole(watch) == sent + 1
    forget_everything()
    driver.choose_rate(page, 0.001)
    driver.wait_detail(page)
    check_numbers(page, user_data)

    page.reload()
    wait_ready(page)
    wait(page, "lab.state.sweep.data_info && lab.state.sweep.settings.seed === 5")
    driver.wait_detail(page)
    again = chosen_as(page, text.encode())
    assert again.token != "" and np.array_equal(again.table, user_data.table)
    check_numbers(page, again)
    assert driver.message(page) == ""
    # The panel as well: the table, the text and its points.
    wait_table(page, "Your own data")
    assert page.locator("#own-text").input_value() == text
    assert chart.locator("circle").count() == 3


def test_the_choice_of_columns_survives_a_reload(page: Page) -> None:
    open_by_menu(page)
    give(page, "shoes.csv", b"height,shoe,age\n172,41,30\n168,39,41\n181,43,22\n190,45,35\n")
    wait_table(page, "shoes")
    page.locator("#own-target").select_option("shoe")
    page.locator('.own-predictor input[value="height"]').uncheck()
    page.locator('.own-predictor input[value="age"]').check()
    page.locator("#own-standardize").check()
    fit(page)
    page.reload()
    wait_ready(page)
    wait_table(page, "shoes")
    assert page.locator("#own-target").input_value() == "shoe"
    chosen = page.locator(".own-predictor input:checked").evaluate_all(
        "(boxes) => boxes.map((box) => box.value || box.id)"
    )
    assert chosen[0] == "age" and len(chosen) == 2
    assert page.locator("#own-standardize").is_checked()
    # What is fitted now are these columns, with the one that is added.
    page.locator('.own-predictor input[value="height"]').check()
    fit(page)
    assert state(page, "sweep.predictor_names") == ["height", "age"]


def test_how_a_table_is_read_can_be_set_by_hand(page: Page) -> None:
    towns = (CASES / "a01_thousands_quoted.csv").read_bytes()
    open_by_menu(page)
    give(page, "towns.csv", towns)
    wait_table(page, "towns")
    assert page.locator(".own-names th").all_inner_texts() == ["town", "people", "shops"]
    assert page.locator(".own-question").inner_text().startswith("In people, “10,250” is")
    page.locator("#own-standardize").check()
    fit(page)
    check_numbers(page, chosen_as(page, towns, standardize=True))
    page.locator("#own-comma-0").click()
    wait(page, "document.getElementById('own-comma-0').ariaPressed === 'true'")
    # The keyboard goes on where it was, and what was chosen stays.
    assert page.evaluate("() => document.activeElement.id") == "own-comma-0"
    fit(page)
    by_hand = Reading(decimals={"people": "comma"})
    check_numbers(page, chosen_as(page, towns, reading=by_hand, standardize=True))
    page.reload()
    wait_ready(page)
    wait_table(page, "towns")
    assert page.locator("#own-comma-0").get_attribute("aria-pressed") == "true"
    # A separator that leaves nothing to fit is refused, and the table stays as it was.
    page.locator("#own-separator").select_option("semicolon")
    wait(page, f"{NOTE}.includes('only one column')")
    expect(page.locator("#own-separator")).to_have_value("comma")
    page.locator("#own-header").select_option("0")
    wait(page, "!document.querySelector('.own-names')")
    assert "column 2" in page.locator("#own-target").inner_text()

    give(page, "air.csv", (CASES / "a16_airquality_head.csv").read_bytes())
    wait_table(page, "air")
    page.locator("#own-missing-0").click()
    wait(page, "document.getElementById('own-missing-0').ariaPressed === 'true'")
    # What cannot be read at all may be read in another way.
    give(page, "mixed.csv", b"x;y\n1,5;2\n2.5;3\n3,5;4\n4,5;7\n")
    wait(page, f"{NOTE}.includes('set the decimal sign')")
    # The panel is laid out at the frame after its note.
    page.locator("[data-slot=own-refused] tr").first.wait_for()
    lines = page.locator("[data-slot=own-refused] tr").all_inner_texts()
    assert [line.split("\t") for line in lines[:2]] == [["1", "x;y"], ["2", "1,5;2"]]
    page.locator("#own-decimal").select_option("comma")
    wait_table(page, "mixed")
    assert page.locator("#own-note").inner_text().startswith("Showing shops from people")


def drop_file(page: Page, path: Path, x: float, y: float) -> None:
    """A file from elsewhere is dragged over the page and dropped there."""
    session = page.context.new_cdp_session(page)
    dragged = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        place = {"type": kind, "x": x, "y": y, "data": dragged}
        session.send("Input.dispatchDragEvent", place)


def test_a_dropped_file_never_replaces_the_page(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "shoes.csv"
    path.write_bytes(b"height,shoe\n172,41\n168,39\n181,43\n")
    drop_file(page, path, 500, 400)
    assert "More views, Your own data" in driver.wait_message(page)
    open_by_menu(page)
    # Beside the panel, too.
    drop_file(page, path, 500, 400)
    wait_table(page, "shoes")
    assert state(page, "sweep.settings.dataset") == "line"


def click_point(page: Page, x: float, y: float) -> None:
    """On the chart of 300 x 190 whose numbers go from 0 to 10, 22 from its borders."""
    chart = page.locator("svg.own-chart")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box
    across, up = 22 + x / 10 * 256, 168 - y / 10 * 146
    page.mouse.click(box["x"] + across / 300 * box["width"], box["y"] + up / 190 * box["height"])
    driver.next_frames(page, 3)


def said_of(page: Page, file: Broken) -> str:
    page.evaluate(f"() => {{ {NOTE} = ''; }}")
    give(page, file.name, file.content)
    wait(page, f"!['', 'reading …'].includes({NOTE})")
    return page.locator("#own-note").inner_text()


def refused(page: Page, file: Broken) -> str:
    """A file that is read, and refused when it shall be fitted."""
    give(page, file.name, file.content)
    wait_table(page, label_of(file.name))
    driver.close_messages(page)
    page.locator("#own-fit").click()
    said = driver.wait_message(page)
    wait(page, "!lab.isTraining()")
    assert page.locator("#own-fit-error").inner_text() == said
    return said


def found_in(page: Page, file: Good) -> list[object]:
    give(page, file.name, file.content)
    wait_table(page, label_of(file.name))
    return [
        page.locator("#own-target option").evaluate_all("(all) => all.map((one) => one.value)"),
        page.locator('[data-slot="own-table"] p').first.inner_text(),
        " ".join(page.locator(".own-words").all_inner_texts()),
    ]


def test_broken_and_good_files(page: Page) -> None:
    """All files on one page: none disturbs what is on show."""
    open_by_menu(page)
    give_text(page, "a;b\n1,5;2\n2,5;3,5\n4;5\n")
    fit(page)
    before, failures = facts(page)["sweep"], []
    for file in UNREADABLE + UNFIT:
        said = said_of(page, file) if file in UNREADABLE else refused(page, file)
        if not re.search(file.words, said) or not said.endswith("."):
            failures.append((file.name, said))
        if facts(page)["sweep"] != before or state(page, "sweep.sweep_id") != before:
            failures.append((file.name, "another sweep"))
    for good in GOOD:
        names, words, notes = found_in(page, good)
        header = "with a header" if good.has_header else "without a header"
        expected = f"; {good.separator}, decimal {good.decimal}, {header}."
        if names != list(good.columns) or not str(words).endswith(expected):
            failures.append((good.name, f"{names} {words}"))
        if not re.search(good.words, str(notes)):
            failures.append((good.name, str(notes)))
    assert failures == []
    assert facts(page)["sweep"] == before
    # What was refused last does not stick to the data on show.
    set_up(page, settings_of(page, chosen_as(page, b"a;b\n1,5;2\n2,5;3,5\n4;5\n")), seed=2)
    assert driver.message(page) == ""
    give(page, "many.csv", many_rows(20_000))
    wait_table(page, "many")
    page.locator("#own-standardize").check()
    fit(page)
    check_numbers(page, chosen_as(page, many_rows(20_000), "many.csv", standardize=True))
    assert "500 of 20" in driver.explanation(page)


def test_nobody_else_sees_them(
    page: Page, context_of: Callable[..., BrowserContext], address: str
) -> None:
    open_by_menu(page)
    give_text(page, "x,y\n1,2\n2,4.5\n3,5\n4,8.2503125\n")
    fit(page)
    link = page.url
    assert "dataset=own" in link
    other = context_of().new_page()
    other.goto(link)
    wait_ready(other)
    assert "Your own data are not stored in links" in driver.wait_message(other)
    assert state(other, "sweep.settings.dataset") == "line"
    assert facts(other)["sweep"] == Settings().sweep_id
    kept = "async () => (await import('#lab/state/user-data.mjs')).ownChoice()"
    assert other.evaluate(kept) is None
    everything = other.evaluate(
        "() => JSON.stringify([{...sessionStorage}, {...localStorage}]) + document.body.innerHTML"
    )
    token = state(page, "sweep.settings.data_token")
    assert token not in everything and "8.2503125" not in everything
    # The token alone would do; another one does not.
    guess = token[:-1] + ("A" if token[-1] != "A" else "B")
    for tried, is_missing in ((guess, True), (token, False)):
        answer = other.evaluate(ASK, [tried, 77])
        assert bool(answer.get("missing")) == is_missing, answer
    # Here it is said where to bring data; there they still are.
    open_by_menu(other)
    assert facts(page)["sweep"] == state(page, "sweep.sweep_id")
    set_up(page, settings_of(page, chosen_as(page, b"x,y\n1,2\n2,4.5\n3,5\n4,8.2503125\n")), seed=1)


ASK = """async ([data_token, ticket]) => {
  const value = { ticket, settings: { dataset: "own", data_token, epochs: 20 } };
  const body = JSON.stringify({
    output: "train-answer.data", outputs: { id: "train-answer", property: "data" },
    inputs: [{ id: "train-request", property: "data", value }],
    changedPropIds: ["train-request.data"],
  });
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch("_dash-update-component", { method: "POST", headers, body });
  return (await answer.json()).response["train-answer"].data;
}"""


def test_names_are_shown_as_they_are_written(page: Page) -> None:
    open_by_menu(page)
    for predictor, target in (
        ("-log10(p)", "H<sub>2</sub>O & x<y"),
        ("<b>mass</b> [g]", "cost $ per $ unit"),
        LONG_NAMES,
    ):
        check_names(page, predictor, target)


def check_names(page: Page, predictor: str, target: str) -> None:
    give_text(page, f"{predictor},{target}\n1,0.5\n2,1.1\n3,1.4\n4,2.2\n")
    expect(page.locator(".own-head th")).to_have_text([predictor, target], use_inner_text=True)
    fit(page)
    for axis, name in (("x", predictor), ("y", target)):
        begin, _, end = page.locator(f"#fit .{axis}title").text_content().partition("…")
        assert name.startswith(begin) and name.endswith(end)
        assert name in (begin, LONG_NAMES[0], LONG_NAMES[1])
    assert page.locator("#fit .MathJax, #fit [class*=-math]").count() == 0
    note = page.locator("#fit-note").inner_text()
    shown = note.split(" = ")[0], note.split("× ")[1].split(";")[0]
    assert shown[0] != shown[1]
    assert page.locator("#own-note").inner_text().startswith(f"Showing {target} from {predictor};")
