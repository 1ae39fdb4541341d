"""A new user in a real browser: sign up, upload, watch, read, share, delete."""

import re
import sys
import threading
import time
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the service is not installed: pip install '.[test]'")
pytestmark = [pytest.mark.slow, pytest.mark.browser]

TESTS = Path(__file__).parents[1]
SAMPLES = TESTS.parent / "samples"
PASSWORD = "correct horse battery"
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}


@pytest.fixture(scope="module")
def address(tmp_path_factory, canned_results):
    """A server whose analyses are quick, and the first owner's link."""
    import uvicorn

    sys.path.insert(0, str(TESTS / "api"))
    from people import QUICK, Service
    from test_api_chaos import free_port, wait_for

    from api.settings import ServiceSettings

    settings = ServiceSettings(
        data_dir=tmp_path_factory.mktemp("browser"),
        confine_with=(sys.executable, str(QUICK), str(canned_results)),
        reserve_bytes=0,
        sign_ins_per_min=1000,
    )
    service = Service(settings)
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(service.app, port=port, log_config=None))
    beside = threading.Thread(target=server.run)
    beside.start()
    wait_for(lambda: server.started, "the server listens")
    stop = threading.Event()
    worker = threading.Thread(target=work, args=(service, stop))
    worker.start()
    yield f"http://127.0.0.1:{port}", service
    stop.set()
    worker.join()
    server.should_exit = True
    beside.join()
    service.engine.dispose()


def work(service, stop):
    """Do the jobs as a worker would, but in this process."""
    from sqlalchemy import select

    from api.tables import Analysis

    while not stop.wait(0.3):
        with service.app.state.sessions() as session:
            waiting = list(session.scalars(select(Analysis.id).where(Analysis.state == "queued")))
        for analysis_id in waiting:
            service.jobs.analyze(analysis_id)


@pytest.fixture(scope="module")
def canned_results(tmp_path_factory):
    sys.path.insert(0, str(TESTS / "api"))
    from people import make_canned

    return make_canned(tmp_path_factory.mktemp("canned"))


@pytest.fixture
def new_page(browser):
    contexts, troubles = [], []

    def make(**options):
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(90_000)
        page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert troubles == []


def until(page, expression, patience_s=90):
    """Wait without Playwright's own way, which the pages' content policy forbids."""
    started = time.monotonic()
    while not page.evaluate(expression):
        assert time.monotonic() - started < patience_s, expression
        page.wait_for_timeout(100)


def fits(page):
    """Whether nothing is wider than the window; a phone's `innerWidth` would grow with it."""
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_a_new_user_goes_all_the_way(address, new_page):
    from api.auth import owners_link

    base, service = address
    with service.app.state.sessions.begin() as session:
        secret = owners_link(session)
    page = new_page(**DESKTOP)
    page.goto(f"{base}/welcome/{secret}")
    page.fill("[name=name]", "Maria")
    page.fill("[name=login]", "maria@example.org")
    page.fill("[name=password]", PASSWORD)
    page.click("text=Make the account")
    page.wait_for_url(f"{base}/")
    assert page.inner_text(".empty h2")

    page.click("text=Upload a set >> nth=0")
    samples = [SAMPLES / "squat_side.mp4", SAMPLES / "deadlift_side.mp4"]
    page.set_input_files("#files", samples)
    assert page.locator("#list a").count() == 0, "nothing is sent before it is asked for"
    page.fill("[name=load_kg]", "100")
    page.click("#start")
    until(page, "document.querySelectorAll('#list a').length === 2")
    page.click("#list a >> nth=0")
    page.wait_for_selector("#video")
    until(page, "document.getElementById('video').readyState >= 2")

    until(page, "document.querySelector('.plot .main-svg') !== null")
    page.click(".strip [data-rep='2']")
    until(page, "document.getElementById('video').currentTime > 0.5")
    plot = page.locator(".plot").nth(0)
    plot.scroll_into_view_if_needed()
    before = page.evaluate("document.getElementById('video').currentTime")
    box = plot.bounding_box()
    plot.click(position={"x": box["width"] * 0.8, "y": box["height"] / 2})
    until(page, f"Math.abs(document.getElementById('video').currentTime - {before}) > 0.2")

    page.click("#overlay")
    until(page, "document.getElementById('video').src.includes('/videos/')")
    page.click("#overlay")
    page.fill("#comment [name=text]", "Hips first here.")
    page.click("#comment button")
    page.wait_for_selector("text=Hips first here.")
    page.reload()
    assert "Maria" in page.inner_text("#comments li")
    until(page, "document.querySelector('.plot .main-svg') !== null")

    page.click("summary:has-text('Reference')")
    page.select_option("#reference [name=rep]", "2")
    page.click("#reference button")
    until(page, "document.getElementById('kept').textContent === 'Kept: rep 2.'")
    page.click("summary:has-text('Share')")
    page.click("#share button")
    until(page, "document.getElementById('link').textContent.includes('/s/')")
    shared = page.inner_text("#link")
    guest = new_page(**PHONE)
    guest.goto(shared)
    until(guest, "document.getElementById('video').readyState >= 2")
    assert re.search(r"/shared/.*/video\.mp4$", guest.evaluate("document.getElementById('video').src"))
    assert fits(guest)
    page.click("#shares [data-revoke]")
    until(page, "document.querySelector('#shares li') === null")
    assert new_page().request.get(shared).status == 404

    page.on("dialog", lambda dialog: dialog.accept())
    page.click("#delete")
    page.wait_for_url(f"{base}/receipts/*")
    assert re.search(r"Files\s+\d+, [\d.]+ MB", page.inner_text("main"))
    page.click("text=Back to the sets")
    page.wait_for_url(f"{base}/")
    assert page.locator(".set").count() == 1


@pytest.fixture(scope="module")
def reader(address):
    """Somebody who has a judged set."""
    from api.auth import invite

    _, service = address
    with service.app.state.sessions.begin() as session:
        secret = invite(session, "coach")[1]
    person = service.join(secret, "reader@example.org")
    names = ("squat_side.mp4", "deadlift_side.mp4")
    ids = [person.analyze((SAMPLES / name).read_bytes(), load_kg=100) for name in names]
    for analysis_id in ids:
        while person.get(f"analyses/{analysis_id}").json()["state"] != "done":
            time.sleep(0.2)
    person.post("references", json={"analysis_ids": ids[:1]})
    day = {"day": "2026-11-25", "lift": "squat", "load_kg": 140, "rpe": 8, "bodyweight_kg": 82.5}
    person.post("sessions", json=day | {"note": "Slept well, with a belt."})
    paths = [f"/analyses/{ids[0]}", f"/athletes/{person.me['athlete_id']}"]
    return "reader@example.org", [*paths, f"/compare?first={ids[0]}&second={ids[1]}"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_every_page_fits_and_can_be_read(address, reader, new_page, size, scheme):
    base, _ = address
    page = new_page(**size, color_scheme=scheme)
    page.goto(f"{base}/sign-in")
    login, own = reader
    page.fill("[name=login]", login)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{base}/")
    page.wait_for_selector(".set a")
    for path in ("/", "/upload", "/athletes", "/settings", *own):
        page.goto(base + path)
        assert fits(page), path
        assert page.evaluate(UNNAMED) == [], path
        assert page.evaluate(FAINT) == [], path
    page.goto(f"{base}/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"


UNNAMED = """() => [...document.querySelectorAll("button, a, input, select, textarea, img, video")]
  .filter((one) => one.offsetParent !== null)
  .filter((one) => {
    if (one.tagName === "IMG") return !one.hasAttribute("alt");
    const label = one.labels?.[0]?.textContent ?? "";
    return !(one.textContent + label + (one.getAttribute("aria-label") ?? "")).trim();
  })
  .map((one) => one.outerHTML.slice(0, 100))"""
"""What a screen reader could not name."""

FAINT = """() => {
  const light = (text) => {
    const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
    const part = (x) => ((x /= 255) <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
    return a < 0.5 ? null : 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const ground = (one) => {
    for (; one; one = one.parentElement) {
      const found = light(getComputedStyle(one).backgroundColor);
      if (found !== null) return found;
    }
    return 1;
  };
  const shown = "h1, h2, h3, p, a, button, label, li, td, th, dt, dd, span, strong, summary";
  return [...document.querySelectorAll(shown)]
    .filter((one) => one.offsetParent !== null)
    .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .filter((one) => {
      const pair = [light(getComputedStyle(one).color) ?? 0, ground(one)].sort();
      return (pair[1] + 0.05) / (pair[0] + 0.05) < 4.5;
    })
    .map((one) => one.outerHTML.slice(0, 100));
}"""
"""Text whose contrast is below 4.5 (WCAG 2.2, 1.4.3)."""
