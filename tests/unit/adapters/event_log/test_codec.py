"""Bytes to logs, and everything that can be wrong with them."""

import pytest

from wanjia.adapters.event_log.codec import Decoded, decode, decode_map
from wanjia.adapters.event_log.findings import FAULTS_LISTED_MAX
from wanjia.model.faults import Fault, Refused
from wanjia.texts import LANGUAGES, fault_sentence

HEAD = "case:concept:name,concept:name,time:timestamp"
DATED = HEAD + ",case:startdate,case:enddate"
GOOD = "k1,Receive,2024-03-01T08:00:00+08:00"


def csv(*rows: str, head: str = HEAD) -> bytes:
    return "\n".join([head, *rows]).encode()


def xes(body: str, before: str = "") -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>{before}<log>{body}</log>'.encode()


EVENT = '<event><string key="concept:name" value="A"/><date key="time:timestamp" value="2024-03-01T08:00:00Z"/></event>'
TRACE = f'<trace><string key="concept:name" value="k1"/>{EVENT}</trace>'
BOMB = '<!DOCTYPE log [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
REVERSED = "k1,A,2024-03-05T08:00:00+08:00,2024-03-09T08:00:00+08:00,2024-03-01T08:00:00+08:00"

# (name, file, bytes, column map, [(code, line, column)])
BROKEN = [
    ("empty", "log.csv", b"", b"{}", [("history.empty_file", 0, "")]),
    ("only a header", "log.csv", csv(), b"{}", [("history.no_events", 0, "")]),
    ("unknown ending", "log.xlsx", b"x", b"{}", [("history.unknown_format", 0, "")]),
    ("a spreadsheet named csv", "log.csv", b"PK\x03\x04 and more", b"{}", [("history.not_csv", 0, "")]),
    ("XML named csv", "log.csv", xes(TRACE), b"{}", [("history.not_csv", 0, "")]),
    ("UTF-16", "log.csv", HEAD.encode("utf-16"), b"{}", [("history.not_csv", 0, "")]),
    ("GBK", "log.csv", csv("k1,\u53d7\u7406,x").decode().encode("gbk"), b"{}", [("history.not_encoded", 2, "")]),
    ("a quote left open", "log.csv", csv('k1,"Receive,x', GOOD), b"{}", [("history.broken_csv", 3, "")]),
    ("no such columns", "log.csv", b"id,step\n1,2\n", b"{}",
     [("history.missing_column", 1, name) for name in ("case:concept:name", "concept:name", "time:timestamp")]),
    ("a mapped column is missing", "log.csv", csv(GOOD), b"columns: {group: \xe7\x8f\xad\xe7\xbb\x84}",
     [("history.missing_column", 1, "\u73ed\u7ec4")]),
    ("a column twice", "log.csv", csv(GOOD + ",x", head=HEAD + ",concept:name"), b"{}",
     [("history.double_column", 1, "concept:name")]),
    ("rows", "log.csv", csv(GOOD, ",A,yesterday", "k2,,2024-03-01 08:00", "k3,A", "k4,A,"), b"{}",
     [("history.empty_case", 3, "case:concept:name"), ("history.bad_time", 3, "time:timestamp"),
      ("history.empty_activity", 4, "concept:name"), ("history.no_offset", 4, "time:timestamp"),
      ("history.wrong_width", 5, ""), ("history.empty_time", 6, "time:timestamp")]),
    ("a long number", "log.csv", csv(f"{'k' * 65},A,2024-03-01T08:00:00Z"), b"{}",
     [("history.long_case", 2, "case:concept:name")]),
    ("a case that contradicts itself", "log.csv",
     csv(GOOD + ",,2024-03-08T08:00:00Z", GOOD + ",,2024-03-09T08:00:00Z", GOOD + ",,2024-03-09T08:00:00Z", head=DATED),
     b"{}", [("history.case_conflict", 3, "case:enddate")]),
    ("ends before starts", "log.csv", csv(REVERSED, head=DATED), b"{}", [("history.case_reversed", 2, "case:enddate")]),
    ("steps that end before they start", "log.csv",
     csv(GOOD + ",2024-03-02T08:00:00Z", head=HEAD + ",start_timestamp"), b"{}",
     [("history.step_reversed", 2, "start_timestamp")]),
    ("nothing completed", "log.csv", csv(GOOD + ",start", head=HEAD + ",lifecycle:transition"), b"{}",
     [("history.nothing_completed", 0, "")]),
    ("entities", "log.xes", xes(TRACE.replace("k1", "&b;"), BOMB), b"{}", [("history.xml_entities", 0, "")]),
    ("an outside document type", "log.xes", xes(TRACE, '<!DOCTYPE log SYSTEM "file:///etc/hosts">'), b"{}",
     [("history.xml_entities", 0, "")]),
    ("an outside entity in UTF-16", "log.xes",
     '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/hosts">]><log>&x;</log>'.encode("utf-16"),
     b"{}", [("history.xml_entities", 0, "")]),
    ("XML cut off", "log.xes", xes(TRACE)[:-9], b"{}", [("history.broken_xml", 1, "")]),
    ("text named xes", "log.xes", csv(GOOD), b"{}", [("history.broken_xml", 1, "")]),
    ("another XML", "log.xes", b"<html><body/></html>", b"{}", [("history.not_xes", 0, "")]),
    ("nested without end", "log.xes", xes("<list>" * 99 + "</list>" * 99), b"{}", [("history.not_xes", 0, "")]),
    ("a trace without a number", "log.xes", xes(f"<trace>{EVENT}</trace>"), b"{}",
     [("history.empty_case", 1, "case:concept:name")]),
    ("no traces", "log.xes", xes(""), b"{}", [("history.no_events", 0, "")]),
]  # fmt: skip


def decoded(file: str, data: bytes, column_map: bytes = b"{}") -> Decoded:
    return decode(file, data, decode_map("map.yaml", column_map))


def places(faults: tuple[Fault, ...]) -> list[tuple[str, int, str]]:
    return [(fault.code, fault.where.line, fault.where.column) for fault in faults]


@pytest.mark.parametrize(
    ("file", "data", "column_map", "expected"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN]
)
def test_every_fault_is_told_with_its_place(
    file: str, data: bytes, column_map: bytes, expected: list[tuple[str, int, str]]
) -> None:
    found = decoded(file, data, column_map)
    assert found.log is None
    assert sorted(places(found.faults)) == sorted(expected)
    for fault in found.faults:
        for language in LANGUAGES:
            sentence = fault_sentence(fault, language)
            assert sentence.startswith(file)
            assert fault.code not in sentence and "{}" not in sentence


def test_a_long_list_of_faults_is_cut_and_counted() -> None:
    found = decoded("log.csv", csv(*["k,A,never"] * (FAULTS_LISTED_MAX + 7)))
    assert len(found.faults) == FAULTS_LISTED_MAX + 1
    assert found.faults[-1].code == "history.more_faults"
    assert dict(found.faults[-1].values) == {"count": 7, "all": FAULTS_LISTED_MAX + 7}


def test_a_few_reversed_cases_are_noticed_and_counted() -> None:
    rows = [f"c{n},A,2024-03-05T08:00:00Z,2024-03-01T00:00:00Z,2024-03-09T00:00:00Z" for n in range(40)]
    found = decoded("log.csv", csv(*rows, REVERSED, head=DATED))
    assert found.faults == ()
    assert places(found.notices) == [("history.case_reversed_noticed", 42, "case:enddate")]
    assert found.log is not None and len(found.log.cases) == 41


def test_mixed_offsets_are_the_same_instant_and_a_mark_at_the_start_is_no_part_of_a_name() -> None:
    data = b"\xef\xbb\xbf" + csv(
        "k1,A,2024-03-01T08:00:00+08:00", "k1,B,2024-03-01 01:00:00+01:00", "k1,C,2024-03-01T00:00:00Z"
    )
    log = decoded("log.csv", data).log
    assert log is not None
    assert len({event.at for event in log.cases[0].events}) == 1


def test_a_spreadsheet_of_a_chinese_office_is_read_with_a_map() -> None:
    text = "\u5de5\u5355\u53f7;\u73af\u8282;\u65f6\u95f4;\u65f6\u9650\nk1;\u53d7\u7406;2024/3/1 8:05;2024/3/4\n"
    column_map = (
        "encoding: gb18030\nzone: Asia/Shanghai\n"
        "columns: {case: \u5de5\u5355\u53f7, activity: \u73af\u8282, time: \u65f6\u95f4, case_deadline: \u65f6\u9650}"
    ).encode()
    log = decoded("log.csv", text.encode("gb18030"), column_map).log
    assert log is not None
    case = log.cases[0]
    assert case.events[0].at.isoformat() == "2024-03-01T00:05:00+00:00"
    assert case.deadline_at is not None and case.deadline_at.isoformat() == "2024-03-04T16:00:00+00:00"


def test_an_activity_can_end_a_case_where_no_column_does() -> None:
    rows = ("k1,Receive,2024-03-01T08:00:00Z", "k1,Close,2024-03-02T08:00:00Z", "k2,Receive,2024-03-01T08:00:00Z")
    log = decoded("log.csv", csv(*rows), b"end_activities: [Close*]").log
    assert log is not None
    assert [case.end_at is not None for case in log.cases] == [True, False]


def test_csv_and_xes_of_the_same_log_are_the_same() -> None:
    assert decoded("log.xes", xes(TRACE)).log == decoded("log.csv", csv("k1,A,2024-03-01T08:00:00Z")).log


MAPS = [
    (b"- a list", ["history.map_broken"]),
    (b"columns: {case: a\n b: [", ["history.map_broken"]),
    (b"\xff\xfe", ["history.map_broken"]),
    (b"[" * 30_000, ["history.map_broken"]),
    (b"x: " + b"y" * 70_000, ["history.map_too_large"]),
    (b"colums: {}\nzone: Mars/Base\nencoding: latin-1\ncalendar: moon",
     ["history.map_unknown_key", "history.map_unknown_zone", "history.map_wrong_type", "history.map_wrong_type"]),
    (b"columns: {case: 5, time_of_day: x}", ["history.map_unknown_key", "history.map_wrong_type"]),
    (b"parallel: {name: x}", ["history.map_wrong_type"]),
    (b"parallel: [{name: x, branches: [{all: y}, {each: []}, {each: 3}]}]", ["history.map_wrong_type"] * 2),
    (b"clocks: {a: {start: 3}, b: {stopp: x}, c: {pause: x}, d: {limit: {value: -1, unit: days}}, e: 7}",
     ["history.map_unknown_key"] + ["history.map_wrong_type"] * 4),
    (b"zone: [1, 2]", ["history.map_unknown_zone"]),
    (b"encoding: [utf-8]", ["history.map_wrong_type"]),
]  # fmt: skip


@pytest.mark.parametrize(("data", "codes"), MAPS, ids=[row[0][:20].decode("latin-1") for row in MAPS])
def test_a_wrong_map_is_refused_with_every_fault(data: bytes, codes: list[str]) -> None:
    with pytest.raises(Refused) as refusal:
        decode_map("map.yaml", data)
    assert sorted(fault.code for fault in refusal.value.faults) == codes
    for fault in refusal.value.faults:
        assert all(fault_sentence(fault, language).startswith("map.yaml") for language in LANGUAGES)
