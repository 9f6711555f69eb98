"""The drawing of a process speaks the reader's language; everything else in it stays as it was published."""

import re
from pathlib import Path

import pytest
from lxml import etree

from tests.support.practices import files_in
from wanjia.practice.drawing import drawing
from wanjia.practice.nouns import Practice
from wanjia.practice.reader import read

PRACTICES = Path(__file__).parents[3] / "practices"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
SHOWN = "lane", "participant", "subProcess", "sequenceFlow"


def practice_of(name: str) -> Practice:
    found = read(files_in(PRACTICES / name)).practice
    assert found is not None
    return found


def names(xml: str) -> dict[str, str]:
    """By id what an element that is drawn is called."""
    root = etree.fromstring(xml.encode())
    shown = [one for one in root.iter(etree.Element) if _drawn(etree.QName(one).localname)]
    return {one.get("id"): one.get("name") for one in shown if one.get("name")}


def _drawn(tag: str) -> bool:
    return tag in SHOWN or tag.endswith(("Task", "Event", "Gateway"))


@pytest.mark.parametrize("name", ["behind_meter_repair", "contact_card", "finding_rectification", "one_window_review"])
def test_every_label_of_a_published_practice_is_there_in_both_languages(name: str) -> None:
    practice = practice_of(name)
    english, chinese = names(drawing(practice, "en")), names(drawing(practice, "zh-Hans"))
    assert {one: text for one, text in english.items() if CHINESE.search(text)} == {}
    assert all(CHINESE.search(text) for text in chinese.values())
    assert english.keys() == chinese.keys() == names(practice.bpmn).keys()


def test_only_names_and_the_room_for_them_change() -> None:
    practice = practice_of("one_window_review")
    assert "Sign the decision" not in practice.bpmn
    before, after = (etree.fromstring(xml.encode()) for xml in (practice.bpmn, drawing(practice, "en")))
    for old, new in zip(before.iter(etree.Element), after.iter(etree.Element), strict=True):
        changed = {key for key in new.attrib if new.get(key) != old.get(key)}
        label = etree.QName(new.getparent()).localname if new.getparent() is not None else ""
        assert changed <= {"name"} or (label == "BPMNLabel" and changed <= {"x", "width"}), new.attrib
        assert (old.tag, old.text, old.nsmap) == (new.tag, new.text, new.nsmap)


def test_a_label_without_a_text_keeps_the_drawn_name() -> None:
    practice = practice_of("contact_card")
    table = {key: text for key, text in practice.texts["en"].items() if not key.startswith("gateways.")}
    bare = drawing(Practice(**{**vars(practice), "texts": {"en": table}}), "en")
    assert "哪条直联？" in bare and "Answer" in bare
