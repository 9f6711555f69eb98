"""A letter's content as Typst source. Words of a case are quoted strings in code, so they cannot become commands."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

FONTS = (
    "Noto Serif CJK SC", "Source Han Serif SC", "Noto Serif SC", "FandolSong", "Songti SC", "SimSun",
    "Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", "SimHei",
    "WenQuanYi Zen Hei", "WenQuanYi Micro Hei",
)  # fmt: skip
"""Typefaces with the Chinese characters of the national standard, serif first, as official letters are set."""

LANGUAGE_OF_TYPST = {"zh-Hans": ("zh", "cn"), "en": ("en", "gb")}
ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": " "}


@dataclass(frozen=True)
class Page:
    """What stands around the letter: its number, who issued it, when (aware), in which language; words for labels."""

    number: str
    organisation: str
    issued_on: date
    issued_at: datetime
    language: str
    number_label: str
    page_label: str


def source(content: Mapping[str, Any], page: Page, fonts: Sequence[str] = FONTS) -> str:
    """Typst source of `content` = `{title, blocks, signed_by}`; blocks are `{text}`, `{facts}` or `{columns, rows}`."""
    title = str(content.get("title", ""))
    parts = [
        _set_up(title, page, fonts),
        f"#align(right, text(size: 9.5pt, {literal(page.number_label + page.number)}))",
        f"#align(center, block(above: 10mm, below: 10mm, heading(level: 1, {literal(title)})))",
        *(_block(block, page.language) for block in content.get("blocks", ())),
        _signature(str(content.get("signed_by") or ""), page),
    ]
    return "\n".join(part for part in parts if part) + "\n"


def literal(text: object) -> str:
    """A Typst string literal that holds exactly this text, whatever it contains; control characters are dropped."""
    signs = (sign for sign in str(text) if sign in ESCAPES or sign.isprintable())
    return '"' + "".join(ESCAPES.get(sign, sign) for sign in signs) + '"'


def _set_up(title: str, page: Page, fonts: Sequence[str]) -> str:
    language, region = LANGUAGE_OF_TYPST.get(page.language, ("en", "gb"))
    names = _array(literal(name) for name in ("Libertinus Serif", *fonts))
    issued = page.issued_at
    moment = f"datetime(year: {issued.year}, month: {issued.month}, day: {issued.day})"
    indent = "2em" if language == "zh" else "0pt"
    return "\n".join((
        f"#set document(title: {literal(title)}, author: {literal(page.organisation)}, date: {moment})",
        f"#set text(font: {names}, size: 11.5pt, lang: {literal(language)}, region: {literal(region)})",
        f"#set par(justify: true, leading: 0.9em, spacing: 1.1em, first-line-indent: (amount: {indent}, all: true))",
        "#set table(stroke: 0.5pt + rgb(\"#87938c\"), inset: 6pt, align: left + top)",
        "#show heading: set text(size: 19pt, weight: \"bold\")",
        "#show table: set par(justify: false, first-line-indent: 0pt, leading: 0.6em)",
        f"#set page(paper: \"a4\", margin: (x: 26mm, top: 24mm, bottom: 24mm), header: {_header(page)}, "
        f"footer: {_footer(page)})",
    ))  # fmt: skip


def _header(page: Page) -> str:
    rule = 'line(length: 100%, stroke: 1.2pt + rgb("#0b5d3b"))'
    name = f'text(size: 10.5pt, weight: "bold", fill: rgb("#0b5d3b"), {literal(page.organisation)})'
    return f"{{ set par(first-line-indent: 0pt); {name}; v(-2mm); {rule} }}"


def _footer(page: Page) -> str:
    shown = f'{literal(page.page_label)} + counter(page).display() + " / " + str(counter(page).final().first())'
    return f'context align(center, text(size: 9pt, fill: rgb("#55615a"), {shown}))'


def _block(block: Mapping[str, Any], language: str) -> str:
    if "text" in block:
        return "\n".join(f"#par({literal(line)})" for line in str(block["text"]).splitlines() if line.strip())
    if "facts" in block:
        return _facts(block["facts"])
    return _table(block.get("columns", ()), block.get("rows", ())) if block.get("rows") else ""


def _facts(pairs: Iterable[Sequence[object]]) -> str:
    """Label and value beside each other; what has no value is left out."""
    cells = [cell for label, value in pairs if str(value).strip() for cell in (_label(label), literal(value))]
    if not cells:
        return ""
    return f"#block(above: 5mm, below: 5mm, table(columns: (30%, 1fr), {', '.join(cells)}))"


def _table(columns: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    head = ", ".join(_label(column) for column in columns)
    cells = ", ".join(literal(cell) for row in rows for cell in row)
    widths = _array("auto" for _ in columns[:-1]) if len(columns) > 1 else "(1fr,)"
    widths = widths[:-1] + "1fr,)" if len(columns) > 1 else widths
    table = f"table(columns: {widths}, table.header({head}), {cells})"
    return f"#block(above: 5mm, below: 5mm, text(size: 10pt, {table}))"


def _label(text: object) -> str:
    return f'table.cell(fill: rgb("#f3f6f4"), text(weight: "bold", {literal(text)}))'


def _signature(signed_by: str, page: Page) -> str:
    lines = [line for line in (page.organisation, signed_by, day_text(page.issued_on, page.language)) if line]
    shown = " + linebreak() + ".join(literal(line) for line in lines)
    return f"#v(12mm)\n#block(breakable: false, width: 100%, align(right, {shown}))"


def day_text(day: date, language: str) -> str:
    """A day as letters write it."""
    if language == "zh-Hans":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {day:%B} {day.year}"


def _array(parts: Iterable[str]) -> str:
    return "(" + "".join(f"{part}, " for part in parts) + ")"
