"""Decision tables: read, refused with place and remedy, proven to cover, decided."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wanjia.engine.decisions import DecisionError, decide, read_dmn
from wanjia.texts import LANGUAGES, fault_sentence

DMN13 = "https://www.omg.org/spec/DMN/20191111/MODEL/"
FACTS = {
    "urgent": {"type": "boolean"},
    "voltage": {"type": "string", "enum": ["lv", "kv10"]},
    "length_m": {"type": "number", "minimum": 0, "maximum": 5000},
    "rounds": {"type": "integer", "minimum": 0},
    "note": {"type": "string"},
    "channel": {"type": "string", "enum": ["exempt", "record", "joint"]},
    "fee": {"type": "number"},
    "most": {"type": "number", "default": 3},
    "opinions": {"type": "array", "items": {"type": "object"}},
    "departments": {"type": "array", "items": {"type": "object"}},
    "codes": {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}},
    "department": {"type": "string", "scope": "item", "enum": ["traffic", "water"]},
    "part": {"type": "string", "scope": "item"},
}


def escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def table(inputs, outputs, rules, policy="UNIQUE", variable="", more=""):
    """A definitions element with one decision `d`; each rule is one line, the cells of a rule stand on it."""
    columns = [f"<input><inputExpression><text>{escaped(text)}</text></inputExpression></input>" for text in inputs]
    columns += [f'<output name="{name}"/>' for name in outputs]
    rows = []
    for cells in rules:
        tags = ["inputEntry"] * len(inputs) + ["outputEntry"] * (len(cells) - len(inputs))
        parts = (f"<{tag}><text>{escaped(cell)}</text></{tag}>" for tag, cell in zip(tags, cells, strict=True))
        rows.append(f"<rule>{''.join(parts)}</rule>")
    named = f'<variable name="{variable}"/>' if variable else ""
    lines = [f'<decision id="d">{named}<decisionTable hitPolicy="{policy}" {more}>', *columns, *rows]
    return definitions("\n".join([*lines, "</decisionTable></decision>"]))


def definitions(inner, namespace=DMN13):
    return f'<definitions xmlns="{namespace}">\n{inner}\n</definitions>'.encode()


def read(data, facts=FACTS):
    return read_dmn(data, "decisions.dmn", facts)


def only(data):
    tables, faults = read(data)
    assert not faults, [fault_sentence(fault, "en") for fault in faults]
    return tables["d"]


def faults_of(data):
    tables, faults = read(data)
    assert not tables
    for fault in faults:
        for language in LANGUAGES:
            assert fault.code not in fault_sentence(fault, language)
    return [(fault.code, fault.where.line) for fault in faults]


CHANNEL = table(
    ["voltage", "length_m"],
    ["channel", "fee"],
    [
        ['"lv"', "<= 200", '"exempt"', "0"],
        ['"lv"', "(200..500]", '"record"', "length_m * 0.1"],
        ["-", "> 500", '"joint"', "if urgent then 100 else 50"],
        ['not("lv")', "[0..500]", '"joint"', "most"],
    ],
)


@pytest.mark.parametrize(
    ("voltage", "length_m", "expected"),
    [
        ("lv", 0, {"channel": "exempt", "fee": 0}),
        ("lv", 200, {"channel": "exempt", "fee": 0}),
        ("lv", 201, {"channel": "record", "fee": 20.1}),
        ("lv", 501, {"channel": "joint", "fee": 50}),
        ("kv10", 500, {"channel": "joint", "fee": 3}),
    ],
)
def test_a_unique_table_gives_the_one_rule_that_holds(voltage, length_m, expected):
    facts = {"voltage": voltage, "length_m": length_m, "most": 3}
    assert decide(only(CHANNEL), facts) == expected


def test_a_table_survives_being_stored():
    found = only(CHANNEL)
    assert json.loads(json.dumps(found)) == found


def test_dmn_12_is_read_as_well_and_others_are_not():
    old = CHANNEL.replace(DMN13.encode(), b"http://www.omg.org/spec/DMN/20180521/MODEL/")
    assert only(old) == only(CHANNEL)
    assert faults_of(CHANNEL.replace(DMN13.encode(), b"https://example.org/")) == [("decision.not_dmn", 1)]


def test_first_takes_the_first_and_no_match_is_an_error():
    found = only(table(["urgent"], ["fee"], [["true", "1"], ["-", "2"]], "FIRST"))
    assert decide(found, {"urgent": True}) == {"fee": 1}
    assert decide(found, {}) == {"fee": 2}
    unique = only(table(["urgent"], ["fee"], [["true", "1"], ["false", "2"]]))
    with pytest.raises(DecisionError) as refused:
        decide(unique, {})
    assert refused.value.code == "decision.no_rule" and "urgent = None" in refused.value.values["values"]
    for language in LANGUAGES:
        assert "decision.no_rule" not in fault_sentence(refused.value.fault(), language)


def test_unique_is_checked_when_it_runs_where_it_could_not_be_before():
    found = only(table(["rounds"], ["fee"], [["< most", "1"], ["<= most", "2"]]))
    assert decide(found, {"rounds": 3, "most": 3}) == {"fee": 2}
    with pytest.raises(DecisionError) as refused:
        decide(found, {"rounds": 2, "most": 3})
    assert refused.value.code == "decision.several_rules" and refused.value.values["rules"] == "1, 2"


def test_collect_lists_objects_into_the_variable_s_fact():
    rules = [["> 0", '"traffic"', '"road"'], ["> 10", '"water"', '"river"']]
    found = only(table(["length_m"], ["department", "part"], rules, "COLLECT", "departments"))
    traffic, water = {"department": "traffic", "part": "road"}, {"department": "water", "part": "river"}
    assert decide(found, {"length_m": 11}) == {"departments": [traffic, water]}
    assert decide(found, {"length_m": 5}) == {"departments": [traffic]}
    assert decide(found, {}) == {"departments": []}


def test_collect_of_one_list_column_lists_values():
    found = only(table(["length_m"], ["codes"], [["> 0", '"a"'], ["> 10", '"b"']], "COLLECT"))
    assert decide(found, {"length_m": 11}) == {"codes": ["a", "b"]}
    assert faults_of(table(["length_m"], ["codes"], [["> 0", '"z"']], "COLLECT")) == [
        ("decision.output_not_allowed", 5)
    ]


def test_a_table_inside_a_branch_reads_its_item():
    found = only(table(["item.department"], ["fee"], [['"traffic"', "1"], ['"water"', "2"]]))
    assert decide(found, {}, {"department": "water"}) == {"fee": 2}
    with pytest.raises(DecisionError) as refused:
        decide(found, {})
    assert refused.value.code == "expression.no_item"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"<definitions", ["engine.xml_unreadable"]),
        (b'<!DOCTYPE d [<!ENTITY a "b">]><d>&a;</d>', ["engine.xml_doctype"]),
        (b'<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]><d>&a;</d>', ["engine.xml_doctype"]),
        (b"<d>" + b" " * 2_000_001 + b"</d>", ["engine.xml_too_large"]),
        (definitions('<businessKnowledgeModel id="b"/>'), ["decision.unsupported"]),
        (definitions("<decision/>"), ["decision.id"]),
        (definitions('<decision id="d"/>'), ["decision.not_one_table"]),
        (
            definitions('<decision id="d"><literalExpression/></decision>'),
            ["decision.unsupported", "decision.not_one_table"],
        ),
        (table(["urgent"], ["fee"], [["-", "1"]], "PRIORITY"), ["decision.hit_policy"]),
        (table(["length_m"], ["codes"], [["-", '"a"']], "COLLECT", more='aggregation="SUM"'), ["decision.aggregation"]),
        (table(["urgent"], ["fee"], []), ["decision.none"]),
        (table([], ["fee"], [["1"]]), ["decision.none"]),
        (table(["urgent"], ["fee"], [["-", "1"]] * 301, "FIRST"), ["decision.too_many"]),
        (table(["urgent"], ["fee", "channel"], [["-", "1"]]), ["decision.cells"]),
        (table(["urgent"], ["price"], [["-", "1"]]), ["decision.unknown_output"]),
        (table(["urgent"], ["fee", "fee"], [["-", "1", "2"]]), ["decision.output_twice"]),
        (table(["urgent"], ["channel"], [["-", '"secret"']]), ["decision.output_not_allowed"]),
        (table(["urgent"], ["fee"], [["-", '"much"']]), ["expression.type"]),
        (table(["urgent"], ["part"], [["-", '"x"']], "COLLECT"), ["decision.collect_target"]),
        (table(["urgend"], ["fee"], [["true", "1"], ["5", "1"]]), ["expression.unknown_fact"]),
        (table(["voltage"], ["fee"], [['"kv35"', "1"]]), ["expression.not_allowed"]),
        (table(["voltage"], ["fee"], [["-", "fee +"], ["< ", "1"]]), ["expression.ends_early"] * 2),
        (table(["length_m"], ["fee"], [["< ", "1"]]), ["expression.ends_early"]),
        (table(["length_m"], ["fee"], [["== 1", "1"]]), ["expression.spelling"]),
        (table(["length_m"], ["fee"], [["", "1"]]), ["expression.empty"]),
    ],
)  # fmt: skip
def test_what_cannot_be_run_is_refused_with_all_its_faults(data, expected):
    assert [code for code, _ in faults_of(data)] == expected


def test_a_fault_names_its_line():
    rules = [["true", "1"], ["false", '"x"'], ["maybe", "3"]]
    assert faults_of(table(["urgent"], ["fee"], rules)) == [("expression.type", 6), ("expression.unknown_fact", 7)]


@pytest.mark.parametrize(
    ("inputs", "rules", "policy", "expected"),
    [
        (["voltage"], [['"lv"', "1"]], "UNIQUE", ["decision.gap"]),
        (["voltage"], [['"lv"', "1"]], "FIRST", ["decision.gap"]),
        (["voltage"], [['"lv"', "1"], ["-", "2"]], "UNIQUE", ["decision.overlap"]),
        (["voltage"], [['"lv"', "1"], ["-", "2"]], "FIRST", []),
        (["urgent", "voltage"], [["true", "-", "1"], ["-", '"lv"', "2"]], "UNIQUE",
         ["decision.overlap", "decision.gap"]),
        (["length_m"], [["< 200", "1"], ["> 200", "2"]], "UNIQUE", ["decision.gap"]),
        (["length_m"], [["<= 200", "1"], [">= 200", "2"]], "UNIQUE", ["decision.overlap"]),
        (["length_m"], [["<= 200", "1"], ["(200..5000]", "2"]], "UNIQUE", []),
        (["length_m"], [["<= 200", "1"], ["(200..4000]", "2"]], "UNIQUE", ["decision.gap", "decision.gap"]),
        (["length_m"], [["<= 200", "1"], [">= 200.5", "2"]], "UNIQUE", ["decision.gap"]),
        (["rounds"], [["0", "1"], ["[1..2]", "2"], ["> 2", "3"]], "UNIQUE", []),
        (["rounds"], [["0", "1"], [">= 2", "3"]], "UNIQUE", ["decision.gap"]),
        (["count(opinions)"], [["0", "1"], [">= 1", "2"]], "UNIQUE", []),
        (["note"], [['"a"', "1"], ['not("a")', "2"]], "UNIQUE", []),
        (["note"], [['"a"', "1"], ['"b"', "2"]], "UNIQUE", ["decision.gap"]),
        (["urgent = true"], [["true", "1"]], "UNIQUE", ["decision.gap"]),
        (["note"], [["null", "1"], ["-", "2"]], "UNIQUE", ["decision.overlap"]),
        # Not to be told beforehand: another fact in a cell, one fact in two columns, a computed figure.
        (["rounds"], [["< most", "1"], [">= most", "2"]], "UNIQUE", []),
        (["rounds", "rounds"], [["< 3", "-", "1"], ["-", ">= 3", "2"]], "UNIQUE", []),
        (["rounds + 1"], [["< 3", "1"]], "UNIQUE", []),
    ],
)  # fmt: skip
def test_gaps_and_overlaps_are_found_before_anything_runs(inputs, rules, policy, expected):
    _, faults = read(table(inputs, ["fee"], rules, policy))
    assert [fault.code for fault in faults] == expected


BOUNDS = st.integers(0, 6)
CELLS = st.one_of(
    st.just("-"),
    BOUNDS.map(str),
    st.tuples(st.sampled_from(["<", "<=", ">", ">=", "!="]), BOUNDS).map(lambda p: f"{p[0]} {p[1]}"),
    st.tuples(st.sampled_from("[("), BOUNDS, BOUNDS, st.sampled_from("])")).map(lambda p: "{}{}..{}{}".format(*p)),
)  # fmt: skip


@given(st.lists(st.tuples(CELLS, st.sampled_from(["true", "false", "-"])), min_size=1, max_size=5), st.booleans())
def test_the_proof_agrees_with_trying_everything(cells, whole):
    kind = {"type": "integer"} if whole else {"type": "number"}
    facts = FACTS | {"size": {**kind, "minimum": 0, "maximum": 6}}
    rules = [[size, urgent, str(number)] for number, (size, urgent) in enumerate(cells)]
    tables, faults = read(table(["size", "urgent"], ["fee"], rules), facts)
    # All halves, or all whole numbers: every class of values that bounds at whole numbers can make.
    sizes = range(7) if whole else [half / 2 for half in range(13)]
    # COLLECT lists what holds, by the same cells.
    probe, _ = read(table(["size", "urgent"], ["codes"], [[*row[:2], f'"{"a"}"'] for row in rules], "COLLECT"), facts)
    counts = {len(decide(probe["d"], {"size": s, "urgent": u})["codes"]) for s in sizes for u in (True, False)}
    expected = ({"decision.gap"} if 0 in counts else set()) | ({"decision.overlap"} if max(counts) > 1 else set())
    assert {fault.code for fault in faults} == expected
    assert bool(tables) is not bool(faults)
