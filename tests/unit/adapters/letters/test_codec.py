"""Letters as Typst: the fixture to the letter, and no text that can be anything but text."""

import json
from datetime import UTC, date, datetime
from importlib.resources import files
from typing import Any

import pytest
import typst
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wanjia.adapters.letters import codec, driver
from wanjia.model.faults import Refused

FIXTURES = files("wanjia.adapters.letters").joinpath("fixtures")
ISSUED = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)


def page(language: str = "zh-Hans") -> codec.Page:
    return codec.Page("N-1", "望澜市行政服务中心", date(2026, 11, 22), ISSUED, language, "No. ", "Page ")


def fixture() -> tuple[dict[str, Any], codec.Page]:
    row = json.loads(FIXTURES.joinpath("decision.json").read_text(encoding="utf-8"))
    given = row["page"]
    issued_at = datetime.fromisoformat(given.pop("issued_at"))
    return row["content"], codec.Page(issued_on=issued_at.date(), issued_at=issued_at, **given)


def test_the_fixture_gives_its_source() -> None:
    content, around = fixture()
    expected = FIXTURES.joinpath("decision.typ").read_text(encoding="utf-8")
    assert codec.source(content, around, fonts=("Noto Serif CJK SC",)) == expected


def test_a_letter_is_archivable_and_the_same_every_time() -> None:
    content, around = fixture()
    first, second = (driver.compile_pdf(codec.source(content, around), 1_790_000_000) for _ in range(2))
    assert first == second
    assert first.startswith(b"%PDF-1.7") and b"pdfaid:part" in first


def test_a_machine_without_chinese_letters_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "chinese_fonts", lambda folders: ())
    with pytest.raises(Refused) as refused:
        driver.compile_pdf('#par("x")', 0)
    assert [fault.code for fault in refused.value.faults] == ["letter.no_font"]


def test_days_are_written_as_letters_write_them() -> None:
    assert codec.day_text(date(2026, 3, 2), "zh-Hans") == "2026年3月2日"
    assert codec.day_text(date(2026, 3, 2), "en") == "2 March 2026"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
@example('" + read("/etc/passwd") + "')
@example("\\")
@example('\\"')
@example('#eval("1")\n$x$\r\n*b* <a> @b // c /* d')
@example("\u202e\u0000\u2028 \ufeff")
def test_any_text_comes_back_as_it_went_in(text: str) -> None:
    """Typst itself reads the literal: its value is the text without control characters, and nothing runs."""
    source = f"#metadata({codec.literal(text)}) <text>"
    found = json.loads(typst.query(source.encode(), "<text>", field="value", one=True))
    kept = "".join(sign for sign in text if sign in '"\\\n\t' or sign.isprintable()).replace("\t", " ")
    assert found == kept


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.fixed_dictionaries({"text": st.text(max_size=30)}),
            st.fixed_dictionaries({"facts": st.lists(st.tuples(st.text(max_size=9), st.text()), max_size=3)}),
            st.integers(1, 4).flatmap(
                lambda width: st.fixed_dictionaries({
                    "columns": st.lists(st.text(max_size=9), min_size=width, max_size=width),
                    "rows": st.lists(st.lists(st.text(max_size=30), min_size=width, max_size=width), max_size=3),
                })
            ),
        ),
        max_size=4,
    )
)  # fmt: skip
def test_any_content_can_be_drawn(blocks: list[dict[str, Any]]) -> None:
    source = codec.source({"title": "T", "blocks": blocks, "signed_by": ""}, page("en"))
    assert typst.compile(source.encode(), format="svg", ignore_system_fonts=True)
