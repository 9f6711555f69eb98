"""Who may do what, cell by cell, against a matrix that is kept by hand."""

import csv
from itertools import product
from pathlib import Path

import permissions_page
import pytest

from wanjia.model import permissions
from wanjia.model.permissions import OBJECTS, PERMISSIONS, ROLES, SCOPES, VERBS, Permission, allowed

MATRIX = Path(__file__).parents[2] / "cases" / "permissions" / "matrix.csv"


def golden() -> dict[tuple[str, str, str], str]:
    with MATRIX.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = {(row["role"], row["object"], verb): row[verb] for row in rows for verb in VERBS if row[verb]}
    assert len(rows) == len(ROLES) * len(OBJECTS), "the matrix has one line for every role and object"
    return found


@pytest.mark.parametrize("role", ROLES)
def test_every_cell_of_the_matrix(role):
    expected = golden()
    wrong = {
        (role, noun, verb): (allowed((role,), noun, verb), expected.get((role, noun, verb)))
        for noun, verb in product(OBJECTS, VERBS)
        if allowed((role,), noun, verb) != expected.get((role, noun, verb))
    }
    assert not wrong, "(is, should be)"


def test_the_widest_of_several_roles_holds():
    assert allowed(("citizen",), "case", "see") == "own"
    assert allowed(("citizen", "district_manager"), "case", "see") == "cell"
    assert allowed(("station_chief", "district_manager", "citizen"), "case", "see") == "organisation"
    assert allowed((), "case", "see") is None
    assert allowed(("stranger",), "case", "see") is None
    assert allowed(("citizen",), "case", "merge") is None


@pytest.mark.parametrize(("noun", "verb"), [("cases", "see"), ("case", "look"), ("", "")])
def test_a_word_that_is_not_in_the_table_is_a_slip_in_the_program(noun, verb):
    with pytest.raises(ValueError, match="permissions know no"):
        allowed(("citizen",), noun, verb)


@pytest.mark.parametrize(
    "rows",
    [
        [Permission("citizen", "case", "see", "own"), Permission("citizen", "case", "see", "all")],
        [Permission("king", "case", "see", "own")],
        [Permission("citizen", "crown", "see", "own")],
        [Permission("citizen", "case", "wear", "own")],
        [Permission("citizen", "case", "see", "everything")],
    ],
)
def test_a_row_twice_or_with_an_unknown_word_is_refused_at_import(rows):
    with pytest.raises(ValueError, match="permission table"):
        permissions._looked_up(rows)


def test_a_block_with_a_row_twice_is_refused_at_import():
    with pytest.raises(ValueError, match="stands twice"):
        permissions._block_rows("citizen", (("case", "see", "own"), ("case task", "see", "all")))


def roles_that(noun: str, verb: str) -> set[str]:
    return {row.role for row in PERMISSIONS if (row.object, row.verb) == (noun, verb)}


def test_what_must_hold_whatever_the_table_says():
    # Nobody sees or unmasks everybody's data; who keeps the product or writes practices sees no case.
    assert all(allowed((role,), "personal_data", "reveal") != "all" for role in ROLES)
    assert not roles_that("case", "see") & {"administrator", "practice_editor"}
    assert not roles_that("personal_data", "reveal") & {
        "administrator",
        "practice_editor",
        "reviewer",
        "company_manager",
    }
    # Rating and withdrawing belong to the requester, at the counter to the clerk who serves them.
    assert roles_that("case", "rate") == {"citizen"}
    assert roles_that("case", "withdraw") == {"citizen", "window_clerk"}
    # A task is completed by whoever holds it, or by the shift.
    wide = {row.role for row in PERMISSIONS if (row.object, row.verb) == ("task", "complete") and row.scope != "own"}
    assert wide == {"dispatcher", "window_clerk", "window_chief"}
    # A partner body sees its own tasks and papers, nothing of the case beyond.
    assert allowed(("reviewer",), "case", "see") == allowed(("reviewer",), "paper", "see") == "own"
    assert set(SCOPES) == {row.scope for row in PERMISSIONS}


def test_who_may_write_may_also_see():
    blind = {"open", "install", "import", "enter"}
    for row in PERMISSIONS:
        if row.verb not in blind and row.verb != "see":
            roles = (row.role, "citizen")
            assert allowed(roles, row.object, "see") is not None, row


def test_page_is_what_the_table_says():
    page = permissions_page.PAGE.read_text(encoding="utf-8")
    assert page == permissions_page.page(), "run tools/permissions_page.py"
