"""The page in a real browser: everything that is clicked, typed and remembered."""

import pytest
from barbell import DRIFT_CM, RANGE_M, make_metric_report
from builders import MemorySource, make_motion, make_report

from formcheck.draw import annotate
from formcheck.report.html import to_html

pytestmark = pytest.mark.slow
PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}


@pytest.fixture(scope="module")
def addresses(tmp_path_factory):
    """Address of the page of a set without a plate, and of one whose bar is known in meters."""
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
    pages = {"hands": report, "plate": make_metric_report()}
    for name, shown in pages.items():
        text = to_html(shown, folder / "annotated.mp4")
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: (folder / f"{name}.html").as_uri() for name in pages}


@pytest.fixture
def visit(browser, addresses):
    """Open the page in a fresh context; at the end nothing may have been fetched or gone wrong."""
    contexts, troubles, requests = [], [], []

    def open_page(name="hands", **options):
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(addresses[name])
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


# the bar

SCALES = """() => [...document.querySelectorAll('#paths [role=img]')].map((box) => {
  const pixelsPerCm = (axis) => axis._length / (axis.range[1] - axis.range[0]);
  return [pixelsPerCm(box._fullLayout.xaxis), pixelsPerCm(box._fullLayout.yaxis)];
})"""


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desk", "phone"])
def test_all_paths_have_one_scale_the_same_across_as_up(visit, options):
    page = visit("plate", **options)
    scales = page.evaluate(SCALES)
    assert len(scales) == 3
    for across, up in scales:
        assert across == pytest.approx(up, rel=0.01)
        assert across == pytest.approx(scales[0][0], rel=0.001)
        assert across * 100 * RANGE_M > 150


def test_a_path_is_drawn_where_the_bar_was(visit):
    page = visit("plate")
    across, up = page.evaluate(SCALES)[1]
    lines = page.locator("#path-2 .js-line").all()
    boxes = [
        line.evaluate("line => { const b = line.getBBox(); return [b.width, b.height] }") for line in lines
    ]
    down, concentric = boxes[0], boxes[-1]
    assert down == pytest.approx([across * DRIFT_CM[1], up * 100 * RANGE_M], abs=1.0)
    assert concentric == pytest.approx([across * DRIFT_CM[1] / 3, up * 100 * RANGE_M], abs=1.0)
    styles = [line.evaluate("line => line.style.strokeDasharray") for line in lines]
    assert styles[0] == "4px, 3px"
    assert styles[-1] == ""


def test_a_path_tells_rep_time_height_and_speed(visit):
    page = visit("plate")
    panel, rep = page.locator("#path-2"), make_metric_report().reps[1]
    panel.scroll_into_view_if_needed()
    box = panel.bounding_box()
    panel.hover(position={"x": box["width"] / 2, "y": box["height"] / 2})
    told = page.inner_text("#path-tip").split("\n")
    assert told[0] == "Rep 2"
    assert rep.start_s < float(told[1].removesuffix(" s")) < rep.end_s
    assert [words.split()[-1] for words in told[2:]] == ["down", told[3].split()[-1], "m/s"]
    page.mouse.move(1, 1)
    page.wait_for_selector("#path-tip", state="hidden")


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desk", "phone"])
def test_a_click_on_a_path_shows_its_instant_and_a_dot_follows_the_bar(visit, options):
    page = visit("plate", **options)
    panel = page.locator("#path-2")
    panel.scroll_into_view_if_needed()
    box = panel.bounding_box()
    press = panel.tap if options else panel.click
    press(position={"x": box["width"] / 2, "y": box["height"] / 2})
    shown_s = float(page.inner_text("#path-tip").split("\n")[1].removesuffix(" s"))
    sought(page, shown_s)
    assert [dot.is_visible() for dot in page.locator(".dot").all()] == [False, True, False]
    before = page.locator(".dot").nth(1).bounding_box()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    sought(page, shown_s + 5 * 0.02)
    after = page.locator(".dot").nth(1).bounding_box()
    assert abs(after["y"] - before["y"]) > 5


def test_reps_can_be_taken_out_of_the_speeds(visit):
    page = visit("plate")
    shown = "document.querySelectorAll('#speeds .js-line').length"
    assert page.evaluate(shown) == 6
    page.locator("[data-speed='2']").focus()
    page.keyboard.press("Enter")
    assert page.get_attribute("[data-speed='2']", "aria-pressed") == "false"
    page.wait_for_function(f"{shown} === 4")
    page.click("[data-speed='2']")
    page.wait_for_function(f"{shown} === 6")


def test_the_bar_takes_the_colors_of_the_theme(visit):
    page = visit("plate", color_scheme="dark")
    stroke = "document.querySelector('#path-3 .js-line').style.stroke"
    dark = page.evaluate(stroke)
    page.click("#theme")
    page.wait_for_function(f"dark => {stroke} !== dark", arg=dark)


def test_the_bar_is_not_wider_than_a_phone(visit):
    page = visit("plate", **PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    tops = {panel.bounding_box()["y"] for panel in page.locator("#paths [role=img]").all()}
    assert len(tops) == 1
