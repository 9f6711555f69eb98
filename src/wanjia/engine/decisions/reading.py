"""DMN 1.2 and 1.3 to compiled tables: one `decisionTable` per decision, hit policies UNIQUE, FIRST and COLLECT.

A compiled table is plain JSON:
    {id, hit_policy, inputs: [{text, ast}], outputs: [fact, ...], into: fact or "", of_objects, rules: [rule, ...]}
    rule: {number, line, when: [ast, ...], then: [ast, ...]}
"""

from collections.abc import Iterator, Mapping

from lxml import etree

from wanjia.engine.decisions.covering import cover_faults
from wanjia.engine.expressions import check_names, compile_expression, compile_unary_test
from wanjia.engine.process.reading import parse_xml
from wanjia.model.faults import Fault, Where
from wanjia.model.jsonvalue import Facts, Json

NAMESPACES = ("http://www.omg.org/spec/DMN/20180521/MODEL/", "https://www.omg.org/spec/DMN/20191111/MODEL/")
HIT_POLICIES = ("UNIQUE", "FIRST", "COLLECT")
# A table that a person can still read and an editor can still draw.
TABLES_MAX, RULES_MAX, COLUMNS_MAX = 60, 300, 30

# Carry no behaviour: shapes, notes, and how decisions hang together, which the process says by its order.
_SILENT_AT_TOP = frozenset({
    "DMNDI", "inputData", "itemDefinition", "knowledgeSource", "textAnnotation", "association", "description",
    "extensionElements",
})  # fmt: skip
_SILENT_IN_DECISION = frozenset({
    "variable", "informationRequirement", "authorityRequirement", "question", "allowedAnswers", "description",
    "extensionElements", "decisionTable",
})  # fmt: skip


def read_dmn(data: bytes, file: str, facts: Mapping[str, Facts]) -> tuple[dict[str, Json], tuple[Fault, ...]]:
    """All tables of a file by decision id, and everything that is wrong with them. A table with a fault is left out.

    `facts` are the declared facts and settings (JSON-Schema fragments) that cells may read and columns may set.
    """
    root, unreadable = parse_xml(data, file)
    if root is None:
        return {}, tuple(unreadable)
    reader = _Reader(file, facts)
    return reader.tables(root), tuple(reader.faults)


class _Reader:
    """Walks one file; `faults` grows."""

    def __init__(self, file: str, facts: Mapping[str, Facts]) -> None:
        self.file = file
        self.facts = facts
        self.faults: list[Fault] = []
        self.item_fields = _item_fields(facts)

    def say(self, code: str, node: etree._Element, column: str, **values: object) -> None:
        self.faults.append(Fault(code, self._where(node, column), values))

    def tables(self, root: etree._Element) -> dict[str, Json]:
        name = etree.QName(root)
        if name.localname != "definitions" or name.namespace not in NAMESPACES:
            self.say("decision.not_dmn", root, "", found=str(name.namespace or name.localname))
            return {}
        found: dict[str, Json] = {}
        for node in _children(root):
            if _tag(node) == "decision":
                self._take(found, node)
            elif _tag(node) not in _SILENT_AT_TOP:
                self.say("decision.unsupported", node, "", element=_tag(node))
        if len(found) > TABLES_MAX:
            self.say("decision.too_many", root, "", what="decision", count=len(found), most=TABLES_MAX)
        return found

    def _take(self, found: dict[str, Json], node: etree._Element) -> None:
        name = node.get("id", "")
        if not name or name in found:
            self.say("decision.id", node, name, id=name)
            return
        before = len(self.faults)
        table = self._decision(name, node)
        if table is not None and len(self.faults) == before:
            self.faults += cover_faults(table, self.facts, self.item_fields, self._where(node, name))
        if table is not None and len(self.faults) == before:
            found[name] = table

    def _decision(self, name: str, node: etree._Element) -> Facts | None:
        for child in _children(node):
            if _tag(child) not in _SILENT_IN_DECISION:
                self.say("decision.unsupported", child, name, element=_tag(child))
        tables = _named(node, "decisionTable")
        if len(tables) != 1:
            self.say("decision.not_one_table", node, name, decision=name, count=len(tables))
            return None
        table = tables[0]
        policy = table.get("hitPolicy", "UNIQUE")
        if policy not in HIT_POLICIES:
            self.say("decision.hit_policy", table, name, policy=policy, known=", ".join(HIT_POLICIES))
            return None
        if table.get("aggregation"):
            self.say("decision.aggregation", table, name, aggregation=table.get("aggregation"))
        return self._table(name, node, table, policy)

    def _table(self, name: str, node: etree._Element, table: etree._Element, policy: str) -> Facts | None:
        inputs = [self._input(name, column) for column in _named(table, "input")]
        outputs = [column.get("name", "") for column in _named(table, "output")]
        for what, count, most in (
            ("input", len(inputs), COLUMNS_MAX), ("output", len(outputs), COLUMNS_MAX),
            ("rule", len(_named(table, "rule")), RULES_MAX),
        ):  # fmt: skip
            if not 0 < count <= most:
                self.say(
                    "decision.too_many" if count else "decision.none", table, name, what=what, count=count, most=most
                )
                return None
        into, of_objects = self._target(name, node, outputs) if policy == "COLLECT" else ("", False)
        shapes = [self._output(name, column, into, of_objects) for column in _named(table, "output")]
        if len(set(outputs)) < len(outputs):
            self.say("decision.output_twice", table, name, decision=name)
        rules = [
            self._rule(name, number, rule, inputs, shapes) for number, rule in enumerate(_named(table, "rule"), start=1)
        ]
        columns: list[Json] = [{"text": text, "ast": ast} for text, ast in inputs]
        return {
            "id": name, "hit_policy": policy, "inputs": columns, "outputs": [*outputs], "into": into,
            "of_objects": of_objects, "rules": [*rules],
        }  # fmt: skip

    def _input(self, name: str, column: etree._Element) -> tuple[str, Json | None]:
        """Text and tree of an input column; no tree when it has a fault, so that its cells are not blamed for it."""
        expressions = _named(column, "inputExpression")
        node = expressions[0] if expressions else column
        text = self._text(node)
        ast, faults = compile_expression(text, self._where(node, name))
        if ast is not None:
            faults = check_names(ast, self.facts, self.item_fields, self._where(node, name))
        self.faults += faults
        return text, None if faults else ast

    def _target(self, name: str, node: etree._Element, outputs: list[str]) -> tuple[str, bool]:
        """Where COLLECT puts its list: a single column that is a list fact, else objects into the variable's fact."""
        if len(outputs) == 1 and self._is_list(outputs[0]):
            return outputs[0], False
        variables = _named(node, "variable")
        into = variables[0].get("name", name) if variables else name
        if not self._is_list(into):
            self.say("decision.collect_target", node, name, decision=name, fact=into)
        return into, True

    def _output(self, name: str, column: etree._Element, into: str, of_objects: bool) -> Facts:
        """The schema fragment of an output column; empty when nothing is declared that could be checked."""
        fact = column.get("name", "")
        if _named(column, "defaultOutputEntry"):
            self.say("decision.unsupported", column, name, element="defaultOutputEntry")
        if into and not of_objects:
            return _part(self.facts.get(into, {}), "items")
        declared = _part(_part(self.facts.get(into, {}), "items"), "properties") if of_objects else {}
        if fact in declared:
            return _part(declared, fact)
        if fact not in self.facts:
            self.say("decision.unknown_output", column, name, fact=fact)
        return self.facts.get(fact, {})

    def _rule(
        self,
        name: str,
        number: int,
        rule: etree._Element,
        inputs: list[tuple[str, Json | None]],
        shapes: list[Facts],
    ) -> Facts:
        tests, results = _named(rule, "inputEntry"), _named(rule, "outputEntry")
        if len(tests) != len(inputs) or len(results) != len(shapes):
            self.say("decision.cells", rule, name, number=number, inputs=len(inputs), outputs=len(shapes))
            return {}
        when: list[Json] = [self._test(name, number, cell, ast) for cell, (_, ast) in zip(tests, inputs, strict=True)]
        then: list[Json] = [
            self._result(name, number, cell, shape) for cell, shape in zip(results, shapes, strict=True)
        ]
        return {"number": number, "line": _line(rule), "when": when, "then": then}

    def _test(self, name: str, number: int, cell: etree._Element, subject: Json | None) -> Json:
        where = self._where(cell, f"{name}.{number}")
        # A column with a fault of its own still gets its cells' spelling checked.
        ast, faults = compile_unary_test(self._text(cell), subject or ["const", 1, None], where)
        if ast is not None and subject is not None:
            faults = check_names(ast, self.facts, self.item_fields, where, expect="boolean")
        self.faults += faults
        return ast

    def _result(self, name: str, number: int, cell: etree._Element, shape: Facts) -> Json:
        where = self._where(cell, f"{name}.{number}")
        ast, faults = compile_expression(self._text(cell), where)
        if ast is not None:
            kind = shape.get("type")
            faults = check_names(ast, self.facts, self.item_fields, where, kind if isinstance(kind, str) else None)
            faults += self._not_allowed(ast, shape, where)
        self.faults += faults
        return ast

    def _not_allowed(self, ast: Json, shape: Facts, where: Where) -> tuple[Fault, ...]:
        enum = shape.get("enum")
        if not isinstance(enum, list) or not isinstance(ast, list) or ast[0] != "const" or ast[2] in [None, *enum]:
            return ()
        values = {"value": ast[2], "allowed": ", ".join(str(value) for value in enum)}
        return (Fault("decision.output_not_allowed", where, values),)

    def _is_list(self, fact: str) -> bool:
        return self.facts.get(fact, {}).get("type") == "array"

    def _text(self, node: etree._Element) -> str:
        texts = _named(node, "text")
        return "".join(texts[0].itertext()).strip() if texts else ""

    def _where(self, node: etree._Element, column: str) -> Where:
        return Where(self.file, _line(node), column)


def _item_fields(facts: Mapping[str, Facts]) -> frozenset[str] | None:
    """All fields that an item may have: item facts, and the declared parts of lists. None when there are none."""
    fields = {name for name, fact in facts.items() if fact.get("scope") == "item"}
    for fact in facts.values():
        fields |= _part(_part(fact, "items"), "properties").keys()
    return frozenset(fields) or None


def _part(schema: Mapping[str, Json], key: str) -> Facts:
    part = schema.get(key)
    return part if isinstance(part, dict) else {}


def _children(node: etree._Element) -> Iterator[etree._Element]:
    return (child for child in node if isinstance(child.tag, str))


def _named(node: etree._Element, name: str) -> list[etree._Element]:
    return [child for child in _children(node) if _tag(child) == name]


def _tag(node: etree._Element) -> str:
    return str(etree.QName(node).localname)


def _line(node: etree._Element) -> int:
    return int(node.sourceline or 0)
