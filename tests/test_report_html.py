"""The page as text: complete, self-contained, and safe against what files are named."""

import json
import re
from base64 import b64decode, b64encode
from hashlib import sha256
from html.parser import HTMLParser
from importlib.resources import files

import pytest
from barbell import make_metric_report
from builders import make_fault, make_rep, make_report, measure, missing

from formcheck.errors import OutputError
from formcheck.report import SignalsPart
from formcheck.report.cards import rule_cards
from formcheck.report.html import (
    focus_instant,
    missing_measures,
    safe_json,
    table_columns,
    to_html,
)
from formcheck.report.plots import page_data

EVIL = "\"'><img src=x onerror=alert(1)></script><script>alert(2)</script>.mp4"


class Page(HTMLParser):
    """Tags with their attributes, and the text of each kind of element."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.words, self.scripts = [], "", []
        self._open = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._open = tag
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag):
        self._open = ""

    def handle_data(self, data):
        if self._open == "script":
            self.scripts[-1] += data
        elif self._open != "style":
            self.words += data

    def all(self, tag, **wanted):
        found = [attrs for name, attrs in self.tags if name == tag]
        return [a for a in found if all(a.get(k) == v for k, v in wanted.items())]


@pytest.fixture(scope="module")
def page():
    return Page(to_html(make_report()))


def with_name(name):
    report = make_report()
    return report.model_copy(update={"video": report.video.model_copy(update={"name": name})})


def test_nothing_is_fetched(page):
    addresses = [
        value
        for _, attrs in page.tags
        for name, value in attrs.items()
        if name in ("src", "href", "srcset", "poster", "action", "data")
    ]
    assert addresses == ["data:,"]
    assert "@import" not in files("formcheck.report").joinpath("page.css").read_text()
    assert "url(" not in files("formcheck.report").joinpath("page.css").read_text()


def test_the_policy_admits_the_scripts_of_the_page_and_no_other(page):
    (policy,) = [a["content"] for a in page.all("meta") if "http-equiv" in a]
    scripts = page.scripts[:1] + page.scripts[2:]
    digests = {b64encode(sha256(text.encode()).digest()).decode() for text in scripts}
    assert set(re.findall(r"'sha256-([^']+)'", policy)) == digests
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy.split("style-src")[0]
    assert "http" not in policy


def test_the_video_is_inside(tmp_path):
    clip = tmp_path / "annotated.mp4"
    clip.write_bytes(b"\x00\x01clip")
    (video,) = Page(to_html(make_report(), clip)).all("video")
    assert b64decode(video["src"].removeprefix("data:video/mp4;base64,")) == b"\x00\x01clip"
    assert {"controls", "playsinline", "aria-label"} <= set(video)


def test_a_page_without_video_has_no_player(page):
    assert page.all("video") == []
    assert len(page.all("button", **{"data-rep": "2"})) == 1


def test_a_clip_that_is_not_there_is_told(tmp_path):
    with pytest.raises(OutputError, match=r"gone\.mp4"):
        to_html(make_report(), tmp_path / "gone.mp4")


def test_a_name_with_html_in_it_stays_a_name(page):
    attacked = Page(to_html(with_name(EVIL)))
    assert [tag for tag, _ in attacked.tags] == [tag for tag, _ in page.tags]
    assert EVIL in attacked.words


def test_no_text_in_the_data_ends_its_script():
    encoded = str(safe_json({"name": "</script><!--<script>&"}))
    assert not set("<>&") & set(encoded)
    assert json.loads(encoded) == {"name": "</script><!--<script>&"}
    report = make_report().model_copy(
        update={"signals": SignalsPart(time_s=[0.0], values={"</script>_deg": [1.0]})}
    )
    assert json.loads(Page(to_html(report)).scripts[1]) == page_data(report)


def test_the_page_says_what_matters_in_order(page):
    report = make_report()
    order = [
        "squat.mp4",
        report.practice.cue,
        report.quality.warnings[0].message,
        "Reps",
        "Curves",
        "Findings",
        "How this was made",
        report.made_by.weights[0].sha256,
    ]
    body = page.words[page.words.index("formcheck\n") :]
    places = [body.index(words) for words in order]
    assert places == sorted(places)


def test_every_rep_and_finding_can_be_sought(page):
    report = make_report()
    wanted = {str(rep.start_s) for rep in report.reps}
    wanted |= {str(fault.at_s) for fault in report.faults if fault.verdict != "not_assessed"}
    assert {attrs["data-seek"] for attrs in page.all("button") if "data-seek" in attrs} == wanted


def test_values_have_intervals_limits_and_sources(page):
    for words in ("104°", "100 to 108", "at least 112 deg", "IPF Technical Rules 2024", "Box squat"):
        assert words in page.words


def test_what_was_not_measured_says_why(page):
    assert page.words.count("The camera looks from the side; knees show from the front.") >= 2
    some = [make_rep(1, 118.0), make_rep(2, 118.0, measures={"range": missing("m", "No plate.")})]
    partly = Page(to_html(make_report().model_copy(update={"reps": some})))
    assert partly.all("span", title="No plate.")
    assert partly.all("span", title="not measured")


def test_close_to_a_limit_the_page_is_not_glad():
    faults = [make_fault(1, "borderline"), make_fault(1, "fine", rule_id="squat.lockout")]
    report = make_report((111.0,)).model_copy(update={"practice": None, "faults": faults})
    words = Page(to_html(report)).words
    assert "No clear fault. Close to the limit: squat cut high." in words
    assert "No fault in what" not in words


def test_without_faults_the_page_is_glad():
    report = make_report((118.0,)).model_copy(update={"practice": None})
    words = Page(to_html(report)).words
    assert "No fault in what this view shows" in words
    assert "the 2 rules that this view can judge" in words


def test_without_judgement_the_page_is_not_glad():
    faults = [make_fault(1, "not_assessed", reason="The near knee was hidden.")]
    report = make_report((118.0,)).model_copy(update={"practice": None, "faults": faults})
    words = Page(to_html(report)).words
    assert "Nothing could be judged" in words
    assert "No fault in what" not in words
    assert "The near knee was hidden." in words


def test_an_empty_report_is_a_page_too():
    empty = {"practice": None, "faults": [], "reps": []}
    signals = SignalsPart(time_s=[], values={})
    words = Page(to_html(make_report().model_copy(update={**empty, "signals": signals}))).words
    assert "No rep was found." in words
    assert "Curves" not in words
    assert "The bar" not in words


def test_rules_come_gravest_first():
    cards = rule_cards(make_report().faults)
    assert [card.verdict for card in cards] == ["fault", "fine", "not_assessed"]
    assert [finding.rep_number for finding in cards[0].findings] == [1, 2, 3]
    assert cards[0].worst.rep_number == 2


def test_the_focus_shows_the_worst_instant_of_its_rule():
    faults = [
        make_fault(1, "borderline", at_s=1.0),
        make_fault(2, "fault", at_s=2.0, severity=0.3),
        make_fault(3, "fault", at_s=3.0, severity=0.9),
    ]
    report = make_report().model_copy(update={"faults": faults})
    assert focus_instant(report) == 3.0
    assert focus_instant(report.model_copy(update={"faults": []})) is None
    assert focus_instant(report.model_copy(update={"practice": None})) is None


def test_the_table_has_what_was_measured_with_durations_last():
    report = make_report()
    titles = [column.title for column in table_columns(report)]
    assert titles[0] == "Range"
    assert titles[-3:] == ["Eccentric", "Pause", "Concentric"]
    assert "Knee valgus" not in titles
    assert missing_measures(report) == {
        "Knee valgus": "The camera looks from the side; knees show from the front."
    }


def test_the_bar_has_a_table_of_its_own():
    report = make_metric_report()
    body, bar = table_columns(report), table_columns(report, bar=True)
    assert {column.name for column in body} & {column.name for column in bar} == set()
    assert [(column.title, column.unit) for column in bar[:2]] == [("Range", "cm"), ("Mean velocity", "m/s")]
    assert "image heights" not in {column.unit for column in body}
    assert "image heights" in {column.unit for column in table_columns(make_report())}
    words = Page(to_html(report)).words
    assert "60.7 to 63.3" in words
    assert "38 %" in words


def test_best_and_worst_are_told_in_words():
    words = Page(to_html(make_metric_report())).words
    assert "best: rep 1, drift 1.9 cm" in words
    assert "worst: rep 2, drift 6.3 cm" in words
    assert "differ by less" not in words
    alike = make_metric_report()
    for rep in alike.reps:
        rep.measures["drift"] = measure(rep.number / 10, "cm", 0.7)
    assert "Best and worst differ by less than the measurement is sure of." in Page(to_html(alike)).words


def test_each_path_has_a_panel_that_is_described():
    page = Page(to_html(make_metric_report()))
    panels = {attrs["id"]: attrs for attrs in page.all("div") if attrs.get("id", "").startswith("path-")}
    assert list(panels) == ["path-1", "path-2", "path-3", "path-tip"]
    assert panels["path-2"]["aria-label"].startswith("Path of rep 2: up to 6.3 cm forward")


def test_without_a_plate_one_sentence_takes_the_place_of_the_bar(page):
    assert "No plate was followed, so the bar's path and speed could not be measured." in page.words
    assert [attrs for attrs in page.all("div") if attrs.get("id") in ("paths", "speeds", "means")] == []


def test_measures_that_are_missing_for_one_reason_share_a_line():
    report = make_metric_report()
    for rep in report.reps:
        rep.measures["drift"] = rep.measures["path_loop"] = missing("cm", "seen from the front")
    assert "Drift, Loop between down and up: seen from the front" in Page(to_html(report)).words


def luminance(color):
    """Relative luminance, WCAG 2.2."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(first, second):
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_all_text_and_lines_have_enough_contrast(theme):
    style = files("formcheck.report").joinpath("page.css").read_text()
    light, dark = re.findall(r"^:root[^{]*\{(.*?)\}", style, re.MULTILINE | re.DOTALL)
    color = dict(re.findall(r"--([\w-]+): (#\w{6});", light if theme == "light" else dark))
    verdicts = ("fine", "borderline", "fault", "not_assessed")
    tinted = ["accent-ground", *(f"{name}-ground" for name in verdicts)]
    texts = [(text, under) for text in ("ink", "soft", "accent") for under in ("ground", "card")]
    texts += [("ink", under) for under in tinted]
    texts += [("soft", "accent-ground"), ("accent", "accent-ground"), ("on-accent", "accent")]
    texts += [(name, f"{name}-ground") for name in verdicts]
    for text, under in texts:
        assert contrast(color[text], color[under]) >= 4.5, (text, under)
    for line in range(1, 5):
        assert contrast(color[f"line-{line}"], color["card"]) >= 3.0, line
