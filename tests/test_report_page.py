"""The page in a real browser: everything that is clicked, typed and remembered."""

import shutil

import pytest
from builders import MemorySource, make_motion, make_report

from formcheck.draw import annotate
from formcheck.report.html import to_html

pytestmark = pytest.mark.slow
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    motion, report = make_motion(size_px=(180, 320)), make_report()
    annotate(
        MemorySource(motion),
        time_s=motion.time_s,
        keypoints_px=motion.keypoints_px,
        confidence=motion.confidence,
        bar_px=motion.hands_px,
        report=report,
        path=folder / "annotated.mp4",
    )
    page = folder / "report.html"
    page.write_text(to_html(report, folder / "annotated.mp4"), encoding="utf-8")
    return page.as_uri()


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with playwright.sync_playwright() as started:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        opened = started.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield opened
        opened.close()


@pytest.fixture
def visit(browser, address):
    """Open the page in a fresh context; at the end nothing may have been fetched or gone wrong."""
    contexts, troubles, requests = [], [], []

    def open_page(**options):
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(address)
        page.wait_for_function("document.querySelectorAll('.plot .cursor').length === 4")
        page.wait_for_function("document.getElementById('video').readyState >= 2")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []
    assert [url for url in requests if not url.startswith(("file:", "blob:", "data:"))] == []


def sought(page, time_s):
    """Wait until the video shows that time."""
    page.wait_for_function(
        "time => Math.abs(document.getElementById('video').currentTime - time) < 0.02", arg=time_s
    )


def test_a_click_on_a_rep_seeks(visit):
    page, reps = visit(), make_report().reps
    page.click(".strip [data-rep='2']")
    sought(page, reps[1].start_s)
    page.click("tr[data-row='3'] td:nth-child(3)")
    sought(page, reps[2].start_s)
    page.wait_for_selector("tr[data-row='3'][aria-current]")
    assert page.inner_text("#clock").startswith("Rep 3, ")


def test_a_click_on_a_finding_shows_its_instant(visit):
    page = visit()
    page.click(".focus .seek")
    sought(page, make_report().reps[1].turn_s)


def test_a_click_on_a_curve_seeks_and_the_cursors_follow(visit):
    page = visit()
    box = page.locator(".plot").nth(2).bounding_box()
    wanted = make_report().video.duration_s / 2
    middle = 44 + (box["width"] - 44 - 12) / 2
    page.locator(".plot").nth(2).click(position={"x": middle, "y": box["height"] / 2})
    sought(page, wanted)
    for cursor in page.locator(".cursor").all():
        inside = cursor.bounding_box()["x"] - box["x"]
        assert inside == pytest.approx(middle, abs=3)


def test_a_tap_on_a_curve_seeks_on_a_phone(visit):
    page = visit(**PHONE)
    plot = page.locator(".plot").nth(0)
    box = plot.bounding_box()
    plot.tap(position={"x": 44 + (box["width"] - 56) / 2, "y": box["height"] / 2})
    sought(page, make_report().video.duration_s / 2)


def test_the_keyboard_plays_steps_and_changes_rep(visit):
    page, reps = visit(), make_report().reps
    page.keyboard.press("n")
    sought(page, reps[0].start_s)
    page.keyboard.press("n")
    sought(page, reps[1].start_s)
    page.keyboard.press("p")
    sought(page, reps[0].start_s)
    page.keyboard.press("ArrowRight")
    sought(page, reps[0].start_s + 1 / 30)
    page.keyboard.press("ArrowLeft")
    sought(page, reps[0].start_s)
    page.keyboard.press(" ")
    page.wait_for_function("!document.getElementById('video').paused")
    page.wait_for_function(
        "time => document.getElementById('video').currentTime > time + 0.1", arg=reps[0].start_s
    )
    page.keyboard.press(" ")
    page.wait_for_function("document.getElementById('video').paused")


def test_the_theme_follows_the_system_and_the_button(visit):
    page = visit(color_scheme="dark")
    line = "document.querySelector('.plot .js-line').style.stroke"
    dark = page.evaluate(line)
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.click("#theme")
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    page.wait_for_function(f"dark => {line} !== dark", arg=dark)
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "light"


def test_nothing_is_wider_than_a_phone(visit):
    page = visit(**PHONE)
    page.evaluate("document.querySelectorAll('details').forEach((fold) => (fold.open = true))")
    page.wait_for_function("document.querySelectorAll('.plot .cursor').length === 6")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
