"""Writes docs/reference/permissions.md from the table itself, so that the page cannot lag behind."""

from pathlib import Path

from wanjia.model.permissions import OBJECTS, ROLES, SCOPES, VERBS, allowed

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "permissions.md"
HEAD = """# Permissions

<!-- Written by tools/permissions_page.py from src/wanjia/model/permissions.py; change it there and run the tool. -->

One table decides everywhere: pages, API, commands. What has no entry is forbidden. A person has the permissions of all
posts held today, and everybody is a citizen too; of several entries the widest holds.

| scope | reaches |
|---|---|
| own | my request, my task, what concerns me |
| cell | what lies in a cell that I hold, or below it; and own |
| organisation | what belongs to my organisation or one below; and cell, and own |
| all | everything |
"""


def page() -> str:
    """The whole page: one section a role, one row an object, verbs grouped by scope from narrow to wide."""
    sections = [HEAD, *(_section(role) for role in ROLES)]
    return "\n".join(sections)


def _section(role: str) -> str:
    lines = [f"## {role}", "", "| object | " + " | ".join(SCOPES) + " |", "|---" * (len(SCOPES) + 1) + "|"]
    for noun in OBJECTS:
        by_scope = [", ".join(verb for verb in VERBS if allowed((role,), noun, verb) == scope) for scope in SCOPES]
        if any(by_scope):
            lines.append(f"| {noun} | " + " | ".join(by_scope) + " |")
    return "\n".join([*lines, ""])


def main() -> None:
    """Write the page. The golden matrix is not written here: whoever changes a permission changes it by hand."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
