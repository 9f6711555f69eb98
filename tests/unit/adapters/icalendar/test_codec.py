"""Calendar files: what RFC 5545 asks for, checked with a reader written from the standard and not from the writer."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from wanjia.adapters.icalendar.codec import Event, document, escaped, folded

START = datetime(2026, 12, 3, 8, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
MADE = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def read(text: bytes) -> list[dict[str, str]]:
    """Events of a document: unfolded, split at the first colon, texts unescaped."""
    events: list[dict[str, str]] = []
    for line in text.decode().replace("\r\n ", "").split("\r\n"):
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            events.append({})
        elif events:
            events[-1].setdefault(name, unescaped(value))
    return events


def unescaped(value: str) -> str:
    out, at = "", 0
    while at < len(value):
        if value[at] == "\\":
            at += 1
            out += "\n" if value[at] in "nN" else value[at]
        else:
            out += value[at]
        at += 1
    return out


def test_an_event_comes_back_as_it_was() -> None:
    event = Event(
        "WR1@county.wanjia", START, START + timedelta(hours=4), "更换 10 kV 电杆；配合低压",
        "第一行\n第二行, 带电作业\\旁路", "杏林 1 线", ("带电作业", "a,b"), "TENTATIVE", 3, (30.1234567, 120.5), "https://example.test/x?a=1,2",
    )  # fmt: skip
    made = document([event], "12 月检修计划", MADE)
    assert made.startswith(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:")
    assert made.endswith(b"END:VEVENT\r\nEND:VCALENDAR\r\n")
    (found,) = read(made)
    assert found["UID"] == "WR1@county.wanjia"
    assert (found["DTSTART"], found["DTEND"]) == ("20261203T003000Z", "20261203T043000Z")
    assert (found["DTSTAMP"], found["SEQUENCE"], found["STATUS"]) == ("20261122T120000Z", "3", "TENTATIVE")
    assert (found["SUMMARY"], found["DESCRIPTION"]) == (event.summary, event.description)
    assert found["GEO"] == "30.123457;120.500000"
    assert found["URL"] == event.url
    assert "CATEGORIES:带电作业,a\\,b" in made.decode().replace("\r\n ", "")


def test_no_line_ends_inside_a_text_and_nothing_is_smuggled_in() -> None:
    made = document([Event("u", START, START, "x\r\nEND:VEVENT\r\nBEGIN:VALARM\x00\x07")], "n", MADE)
    assert [line for line in made.split(b"\r\n") if line.startswith(b"BEGIN:")] == [b"BEGIN:VCALENDAR", b"BEGIN:VEVENT"]
    assert b"\x00" not in made


@settings(max_examples=60)
@given(st.text(max_size=120))
def test_folding_keeps_every_character_and_the_length(text: str) -> None:
    line = f"SUMMARY:{escaped(text)}"
    pieces = folded(line).split("\r\n")
    assert all(len(piece.encode()) <= 75 for piece in pieces)
    assert pieces[0] + "".join(piece[1:] for piece in pieces[1:]) == line
    assert unescaped(escaped(text)) == "".join(
        sign for sign in text.replace("\r\n", "\n").replace("\r", "\n") if sign == "\n" or sign.isprintable()
    )
