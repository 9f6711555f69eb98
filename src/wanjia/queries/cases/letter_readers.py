"""Who may read which letters of a case: those it is addressed to, who signs it, and who may see all of the case's."""

from datetime import date

from wanjia.engine.states import case_from_json
from wanjia.model.actors import Actor, Subject, may
from wanjia.practice.nouns import REQUESTER, Practice
from wanjia.queries.cases.installed import practice_of
from wanjia.records.cases.models import Case, Letter
from wanjia.records.cases.performing import performs
from wanjia.records.cases.subjects import is_requester, subject_of_case


def to_requester(practice: Practice) -> frozenset[str]:
    """The audiences that are the requester: by that word, or by a role of theirs."""
    return frozenset({REQUESTER, *(role.id for role in practice.roles.values() if role.who == REQUESTER)})


def readable_letters(case: Case, actor: Actor, today: date) -> list[Letter]:
    """The letters of the case that the actor may read, oldest first."""
    letters = list(case.letters.all())
    if not letters or _reads_all(case, actor):
        return letters
    practice = practice_of(case.practice)
    audiences = {letter.audience for letter in letters} | {_signer(practice, letter) for letter in letters}
    mine = {role for role in audiences if role and _is(case, practice, role, actor, today)}
    return [letter for letter in letters if letter.audience in mine or _signer(practice, letter) in mine]


def may_read(letter: Letter, actor: Actor, today: date) -> bool:
    """Whether it is one of them."""
    return any(row.pk == letter.pk for row in readable_letters(letter.case, actor, today))


def _reads_all(case: Case, actor: Actor) -> bool:
    """By post, for the place or the body; a task held in the case shows only what is one's own."""
    subject = subject_of_case(case)
    return may(actor, "letter", "see", Subject(cells=subject.cells, organisations=subject.organisations))


def _signer(practice: Practice, letter: Letter) -> str:
    rule = practice.letters.get(letter.letter)
    return (rule.signed_by or "") if rule else ""


def _is(case: Case, practice: Practice, role: str, actor: Actor, today: date) -> bool:
    """Whether the actor is of that audience: performs the role now, or did a task of it in this case."""
    if role in to_requester(practice):
        return is_requester(case, actor)
    rule = practice.roles.get(role)
    if rule is None or actor.person_id is None:
        return False
    if case.tasks.filter(role=role, holder=actor.person_id).exists():
        return True
    facts = case_from_json(case.state).facts
    return rule.who != "item" and performs(case, actor, rule, facts, None, today)
