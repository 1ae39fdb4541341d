"""The page's comparisons in a real browser: two reps in step, a ghost, curves in bands, evidence."""

import cv2
import numpy as np
import pytest
from builders import MemorySource
from synthetic import Tempo, film
from test_report_page import PHONE, sought

from formcheck.draw import annotate
from formcheck.judgement import judge
from formcheck.origin import Origin
from formcheck.report import Report
from formcheck.report.html import Picture, to_html
from formcheck.settings import load_settings

pytestmark = pytest.mark.slow
TEMPO = Tempo(depths=(1.0, 0.95, 0.7))


@pytest.fixture(scope="module")
def report() -> Report:
    motion = film("squat", TEMPO, fps=30.0, size_px=(270, 480), plate_m=0.45).motion
    origin = Origin(MemorySource(motion).info, 1.0, (), {}, {"preset": "accurate"})
    return judge(motion, origin, settings=load_settings(tempo="3-1-0"))


@pytest.fixture(scope="module")
def address(report, tmp_path_factory) -> str:
    folder = tmp_path_factory.mktemp("beside")
    motion = film("squat", TEMPO, fps=30.0, size_px=(270, 480), plate_m=0.45).motion
    annotate(
        MemorySource(motion),
        time_s=motion.time_s,
        keypoints_px=motion.keypoints_px,
        confidence=motion.confidence,
        bar_px=motion.hands_px,
        report=report,
        path=folder / "annotated.mp4",
    )
    shown = next(fault for fault in report.faults if fault.verdict in ("fault", "borderline"))
    cv2.imwrite(str(folder / "a.jpg"), np.full((200, 300, 3), 90, np.uint8))
    pictures = {shown.rule_id: Picture(folder / "a.jpg", 2.5)}
    (folder / "page.html").write_text(to_html(report, folder / "annotated.mp4", pictures), encoding="utf-8")
    return (folder / "page.html").as_uri()


@pytest.fixture
def page(browser, address):
    """The page in a fresh context; nothing may be fetched or go wrong."""
    context = browser.new_context()
    troubles: list[str] = []
    requests: list[str] = []
    opened = context.new_page()
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    opened.on("request", lambda request: requests.append(request.url))
    opened.goto(address)
    opened.wait_for_function("() => document.getElementById('video').readyState >= 2")
    yield opened
    context.close()
    assert troubles == []
    assert [url for url in requests if url.startswith("http")] == []


def twin_s(page, name: str) -> float:
    return page.evaluate(f"document.querySelector('[data-twin={name}]').currentTime")


def at_rest(page) -> None:
    page.wait_for_function(
        "() => [...document.querySelectorAll('[data-twin]')]"
        ".every((video) => video.readyState >= 2 && !video.seeking)"
    )


def slide(page, value: int) -> None:
    page.locator("#pair").scroll_into_view_if_needed()
    page.wait_for_function("() => document.querySelector('[data-twin=worst]').readyState >= 2")
    page.locator("#pair-at").fill(str(value))
    at_rest(page)


def ghost_pixels(page) -> int:
    return page.evaluate(
        """() => { const canvas = document.getElementById('ghost');
        if (!canvas.width) return 0;
        const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        return data.filter((value, index) => index % 4 === 3 && value > 0).length; }"""
    )


def span_s(report: Report, number: int, name: str) -> tuple[float, float]:
    rep = next(rep for rep in report.reps if rep.number == number)
    phase = next(phase for phase in rep.phases if phase.name == name)
    return phase.start_s, phase.end_s


@pytest.mark.parametrize(("value", "phase", "share"), [(50, "eccentric", 0.5), (150, "concentric", 0.5)])
def test_one_slider_moves_both_reps_in_step(
    page, report: Report, value: int, phase: str, share: float
) -> None:
    slide(page, value)
    for name in ("best", "worst"):
        start, end = span_s(report, getattr(report.pair, name), phase)
        page.wait_for_function(
            "([name, time]) =>"
            " Math.abs(document.querySelector(`[data-twin=${name}]`).currentTime - time) < 0.03",
            arg=[name, start + share * (end - start)],
        )
    told = "Way down" if phase == "eccentric" else "Way up"
    assert page.inner_text("#pair-phase") == f"{told}, {100 * share:.0f} %"


def test_the_keyboard_moves_the_slider_and_not_the_video(page) -> None:
    slide(page, 100)
    before = page.evaluate("document.getElementById('video').currentTime")
    page.locator("#pair-at").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#pair-at").input_value() == "101"
    assert page.evaluate("document.getElementById('video').currentTime") == before


def test_the_ghost_comes_and_goes(page) -> None:
    slide(page, 60)
    assert ghost_pixels(page) > 100
    page.click("#ghost-toggle")
    assert page.get_attribute("#ghost-toggle", "aria-pressed") == "false"
    assert ghost_pixels(page) == 0
    page.click("#ghost-toggle")
    assert ghost_pixels(page) > 100


def test_both_play_to_the_end_and_stop(page) -> None:
    slide(page, 190)
    page.click("#pair-play")
    page.wait_for_function("() => document.getElementById('pair-at').value === '200'")
    page.wait_for_function("() => document.getElementById('pair-play').textContent === 'Play both'")


def test_the_twins_load_only_when_they_come_near(page) -> None:
    loaded = "document.querySelector('[data-twin=best]').src !== ''"
    page.evaluate("window.scrollTo(0, 0)")
    if page.evaluate("document.getElementById('pair').getBoundingClientRect().top > innerHeight + 400"):
        assert not page.evaluate(loaded)
    page.locator("#pair").scroll_into_view_if_needed()
    page.wait_for_function(f"() => {loaded}")


def test_curves_unfold_into_bands(page) -> None:
    assert page.locator(".small-plot").count() == 0
    page.locator("[data-compared='1'] summary").click()
    page.wait_for_function("() => document.querySelectorAll('.small-plot .js-line').length >= 6 * 4")
    assert page.locator(".small-plot h3").all_inner_texts()[0] == "Bar, fore and aft"
    light = page.evaluate("document.querySelectorAll('.small-plot .js-line')[3].style.stroke")
    page.click("#theme")
    page.wait_for_function(
        "light => document.querySelectorAll('.small-plot .js-line')[3].style.stroke !== light", arg=light
    )


def test_a_departure_is_one_click_from_its_instant(page, report: Report) -> None:
    departure = next(one for part in report.comparisons for rep in part.reps for one in rep.departures)
    page.locator(".departures .seek").first.click()
    sought(page, departure.most_at_s)


def test_a_picture_of_a_finding_is_one_click_from_its_instant(page) -> None:
    page.locator(".shot").first.click()
    sought(page, 2.5)


def test_the_story_is_told(page, report: Report) -> None:
    told = page.locator(".story li").all_inner_texts()
    assert told == report.story.words
    assert any("3 s asked for, too short" in words for words in told)


def test_nothing_is_wider_than_a_phone(browser, address) -> None:
    context = browser.new_context(**PHONE)
    page = context.new_page()
    page.goto(address)
    page.wait_for_function("() => document.getElementById('video').readyState >= 2")
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    page.wait_for_function("() => document.querySelectorAll('.small-plot').length > 0")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    context.close()
