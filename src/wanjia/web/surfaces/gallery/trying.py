"""Trying a practice out: its own engine on a virtual clock, move by move. No row is written; the page carries it all.

The moves so far travel in a signed field of the form, and every request plays them anew.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from django.core.signing import BadSignature, dumps, loads
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from wanjia.engine.awaiting import Awaited, awaited
from wanjia.model.faults import Denied, Fault
from wanjia.model.jsonvalue import Facts
from wanjia.practice.answers import START, validate_answers
from wanjia.practice.nouns import Practice
from wanjia.practice.rehearsal import (
    MOVES_MAX,
    Rehearsal,
    completes,
    example,
    is_too_far,
    message_example,
    next_told,
    rehearse,
    story,
    until_next_event,
)
from wanjia.practice.scenarios import Telling
from wanjia.queries.cases.facts import item_text
from wanjia.queries.cases.gallery import GalleryPage
from wanjia.queries.cases.rehearsal import TriedCase, TriedTask, tried_case
from wanjia.records.cases.calendar import work_calendar
from wanjia.texts import say
from wanjia.web.forms import Field, PageForm, page_form, sent_answers
from wanjia.web.surfaces.gallery.pages import found_practice, sees_all, viewer

SALT = "wanjia.rehearsal"
STATE_CHARACTERS_MAX = 60_000
"""Of the signed field: a form may bring two megabytes, but what somebody clicked together is small."""
AFTER = ("10m", "1h", "4h", "1wd", "3wd", "10wd")
"""Spans that can be let go by, beside that until the next clock acts."""
BEGINS = "2026-03-02T09:00:00+08:00"
"""A Monday morning with ordinary weeks behind it, for a try that follows no story."""
EXAMPLE_PAPER = "paper-1"
HANDED_IN = "surfaces/gallery/paper_field.html"


@dataclass(frozen=True)
class Trial:
    """One look at a try: what was done, what the engine says to it, and what could not be done."""

    found: GalleryPage
    rehearsal: Rehearsal
    telling: Telling
    task: str = ""
    sent: Facts | None = None
    faults: tuple[Fault, ...] = ()
    said: str = ""

    @property
    def practice(self) -> Practice:
        """The practice that is tried."""
        return self.found.practice


@require_http_methods(["GET", "POST"])
def trying(request: HttpRequest, name: str) -> HttpResponse:
    """The try so far; sent is the next thing to do."""
    if not sees_all(request):
        raise Denied("practice", "see")
    found = found_practice(request, name)
    if request.method == "GET":
        return _page(request, _new(found, request.GET.get("scenario", "")))
    deed = request.POST.get("deed", "")
    if deed == "begin":
        return _page(request, _new(found, request.POST.get("scenario", "")))
    try:
        trial = _trial(found, _read(request, found))
    except (BadSignature, KeyError, TypeError, ValueError):
        lost = replace(_new(found, ""), said=say("gallery.try.lost", request.language))
        return _page(request, lost, status=422)
    trial = DEEDS.get(deed, _look)(request, trial)
    return _page(request, trial, status=422 if trial.faults or trial.said else 200)


def _new(found: GalleryPage, scenario: str) -> Trial:
    followed = story(found.practice, scenario)
    begins = followed.starts_at if followed else BEGINS
    return _trial(found, Rehearsal(begins, scenario if followed else "", 0 if followed else None))


def _trial(found: GalleryPage, rehearsal: Rehearsal) -> Trial:
    return Trial(found, rehearsal, rehearse(found.practice, rehearsal, work_calendar()))


def _read(request: HttpRequest, found: GalleryPage) -> Rehearsal:
    """The try that the form carries. Raises BadSignature when it is not ours, too large, or of another version."""
    signed = request.POST.get("state", "")
    if len(signed) > STATE_CHARACTERS_MAX:
        raise BadSignature
    state = loads(signed, salt=SALT)
    if state["practice"] != found.practice.digest:
        raise BadSignature
    came = tuple(state["came"])
    return Rehearsal(state["starts_at"], state["scenario"], state["told"], tuple(state["moves"]), came)


def _written(trial: Trial) -> str:
    kept = trial.rehearsal
    state = {
        "practice": trial.practice.digest, "starts_at": kept.starts_at, "scenario": kept.scenario, "told": kept.told,
        "moves": list(kept.moves), "came": list(kept.came),
    }  # fmt: skip
    return dumps(state, salt=SALT, compress=True)


def _moved(request: HttpRequest, trial: Trial, move: Facts, told: int | None) -> Trial:
    """With one more move, or the reason why it cannot be made."""
    after = _trial(trial.found, trial.rehearsal.and_then(move, told))
    if after.telling.problems:
        return replace(trial, said=_why_not(after, request.language))
    if is_too_far(after.rehearsal, after.telling.case) or len(_written(after)) > STATE_CHARACTERS_MAX:
        return replace(trial, said=say("gallery.try.too_far", request.language, count=MOVES_MAX))
    return after


def _why_not(after: Trial, language: str) -> str:
    """Why the last move cannot be made, for somebody who tries, not for whoever wrote the story."""
    problem, practice = after.telling.problems[0], after.practice
    key = f"gallery.problem.{problem.fault_code.removeprefix('practice.')}"
    values = dict(problem.values)
    if values.get("task"):
        values["task"] = practice.text(f"tasks.{values['task']}", language)
    found = say(key, language, **values)
    return say("gallery.problem.other", language) if found == key else found


def _look(request: HttpRequest, trial: Trial) -> Trial:
    """Another of the open tasks, without doing anything."""
    return replace(trial, task=request.POST.get("task", ""))


def _tell(request: HttpRequest, trial: Trial) -> Trial:
    """The story's next step."""
    told = trial.rehearsal.told or 0
    while (row := next_told(trial.practice, trial.rehearsal)) is not None and "refused" in row:
        told += 1  # what the story tells as refused is not tried here
        trial = replace(trial, rehearsal=replace(trial.rehearsal, told=told))
    return trial if row is None else _moved(request, trial, row, told + 1)


def _tell_rest(request: HttpRequest, trial: Trial) -> Trial:
    """The story to its end, in one go; where it cannot go on, it stands there and says why."""
    before: Rehearsal = trial.rehearsal
    rows: list[Facts] = []
    while (row := next_told(trial.practice, replace(before, told=(before.told or 0) + len(rows)))) is not None:
        rows.append(row)
    all_told = before
    for row in rows[: MOVES_MAX - len(before.moves)]:
        told = (all_told.told or 0) + 1
        all_told = replace(all_told, told=told) if "refused" in row else all_told.and_then(row, told)
    after = _trial(trial.found, all_told)
    if not after.telling.problems:
        return after
    kept = after.rehearsal
    while len(kept.moves) >= len(after.telling.marks):
        kept = kept.back()
    return replace(_trial(trial.found, kept), said=_why_not(after, request.language))


def _complete(request: HttpRequest, trial: Trial) -> Trial:
    """An open task, with the answers of its form."""
    key = request.POST.get("task", "")
    task = next((one for one in _tried(request, trial).tasks if one.state.key == key), None)
    if task is None:
        return replace(trial, said=say("gallery.try.not_open", request.language))
    return _answered(request, trial, task.state.step, task.facts, lambda answers: completes(task.state, answers))


def _start(request: HttpRequest, trial: Trial) -> Trial:
    """The start form."""
    if trial.telling.case.state is not None:
        return trial
    requester = next((role.id for role in trial.practice.roles.values() if role.who == "requester"), "")
    by: Facts = {"as": requester} if requester else {}
    return _answered(request, trial, START, {}, lambda answers: {"do": "start", **by, "with": answers})


def _answered(
    request: HttpRequest, trial: Trial, step: str, facts: Facts, move: Callable[[Facts], Facts]
) -> Trial:  # fmt: skip
    has_form = step in trial.practice.forms
    answers = sent_answers(trial.practice, step, request, facts) if has_form else {}
    faults = validate_answers(trial.practice, step, answers, facts) if has_form else ()
    if faults:
        return replace(trial, task=request.POST.get("task", ""), sent=answers, faults=tuple(faults))
    done = move(answers)
    told = trial.rehearsal.told
    next_row = next_told(trial.practice, trial.rehearsal)
    same = next_row is not None and all(next_row.get(key) == done.get(key) for key in ("do", "task"))
    moved = _moved(request, trial, done, told + 1 if told is not None and same else None)
    return replace(moved, task=request.POST.get("task", ""), sent=answers) if moved.said else moved


def _pass_time(request: HttpRequest, trial: Trial) -> Trial:
    """Let time go by."""
    after = request.POST.get("after", "")
    if after == "event":
        after = until_next_event(trial.telling.case)
    elif after not in AFTER:
        after = ""
    if not after or trial.telling.case.state is None:
        return replace(trial, said=say("gallery.try.no_event", request.language))
    return _moved(request, trial, {"after": after, "do": "wait"}, trial.rehearsal.told)


def _message(request: HttpRequest, trial: Trial) -> Trial:
    """A message comes for which the case waits, in the branch that was chosen."""
    sent = request.POST.get("message", "")
    one = next((one for one in _awaited(trial) if f"{one.name}:{one.branch}" == sent), None)
    if one is None:
        return replace(trial, said=say("gallery.try.not_open", request.language))
    payload = message_example(trial.practice, one.name)
    move: Facts = {"do": "message", "name": one.name, **({"with": payload} if payload else {})}
    return _moved(request, trial, {**move, "item": dict(one.item)} if one.item else move, None)


def _awaited(trial: Trial) -> list[Awaited]:
    """Messages that would be taken now; those of clocks come by themselves."""
    state, messages = trial.telling.case.state, trial.practice.messages
    found = awaited(trial.practice.definition, state) if state else ()
    return [one for one in found if messages.get(one.name, {}).get("from") != "clock"]


def _withdraw(request: HttpRequest, trial: Trial) -> Trial:
    """Whoever asked takes it back."""
    reason = say("gallery.try.withdrawn", request.language)
    return _moved(request, trial, {"do": "withdraw", "reason": reason}, None)


def _back(request: HttpRequest, trial: Trial) -> Trial:
    """The last move is taken back."""
    return _trial(trial.found, trial.rehearsal.back()) if trial.rehearsal.moves else trial


DEEDS: Mapping[str, Callable[[HttpRequest, Trial], Trial]] = {
    "next": _tell, "rest": _tell_rest, "start": _start, "complete": _complete, "pass": _pass_time, "message": _message,
    "withdraw": _withdraw, "back": _back, "look": _look,
}  # fmt: skip


def _page(request: HttpRequest, trial: Trial, status: int = 200) -> HttpResponse:
    case, practice = _tried(request, trial), trial.practice
    chosen = next((one for one in case.tasks if one.state.key == trial.task), case.tasks[0] if case.tasks else None)
    followed = story(practice, trial.rehearsal.scenario)
    coming = next_told(practice, trial.rehearsal)
    values = {
        "found": trial.found, "row": trial.found.row, "case": case, "chosen": chosen, "state": _written(trial),
        "form": _form(request, trial, chosen), "said": trial.said, "moves": len(trial.rehearsal.moves),
        "moves_max": MOVES_MAX, "story": followed, "coming": _coming(practice, coming, request.language),
        "story_title": followed.titles.get(request.language, followed.name) if followed else "",
        "told": trial.rehearsal.told, "story_steps": len(followed.steps) if followed else 0,
        "after": [(after, say(f"gallery.after.{after}", request.language)) for after in AFTER],
        "outside": _messages(trial, request.language), "scenario": trial.rehearsal.scenario,
        "may_withdraw": practice.withdraw_until is not None and case.status == "running",
        "viewer": viewer(request, trial.found, dict(case.viewer)) if case.begun else None,
        "next_event": until_next_event(trial.telling.case) if case.begun else "",
    }  # fmt: skip
    return render(request, "surfaces/gallery/try.html", values, status=status)


def _tried(request: HttpRequest, trial: Trial) -> TriedCase:
    return tried_case(trial.practice, trial.telling.case, request.language)


def _form(request: HttpRequest, trial: Trial, chosen: TriedTask | None) -> PageForm | None:
    """The form of the start or of the chosen task, filled in as the story would; papers count as handed in."""
    begun = trial.telling.case.state is not None
    step = chosen.state.step if chosen else "" if begun else START
    if step not in trial.practice.forms:
        return None
    facts = chosen.facts if chosen else {}
    fields = trial.practice.forms[step].fields
    shown = {name: value for name, value in example(trial.practice, trial.rehearsal, step).items() if name in fields}
    values = shown if trial.sent is None else trial.sent
    form = page_form(trial.practice, step, request.language, values, trial.faults, facts)
    groups = tuple((title, tuple(map(_without_upload, fields))) for title, fields in form.groups)
    return replace(form, groups=groups)


def _without_upload(field: Field) -> Field:
    """Nothing is uploaded for a try: a box says whether the papers are handed in."""
    if not field.template.endswith("/papers.html"):
        return field
    return replace(field, template=HANDED_IN, value=bool(field.value) or field.required)


def _coming(practice: Practice, row: Facts | None, language: str) -> str:
    """What the story's next step is, in words."""
    if row is None:
        return ""
    after = str(row.get("after") or "")
    task = str(row.get("task") or "")
    deed = practice.text(f"tasks.{task}", language) if task else say(f"gallery.deed.{row['do']}", language)
    return say("gallery.try.later", language, deed=deed, after=_span(after, language)) if after else deed


def _span(after: str, language: str) -> str:
    """`2h 30m` in words."""
    units = {"m": "minutes", "h": "hours", "d": "days", "wd": "working_days"}
    parts = [(int(part.rstrip("mhdw")), part.lstrip("0123456789")) for part in after.split()]
    return " ".join(say(f"desk.limit.{units[unit]}", language, count=count) for count, unit in parts)


def _messages(trial: Trial, language: str) -> list[tuple[str, str, str]]:
    """What may come from outside now: what the button sends, its words, its branch."""
    practice = trial.practice
    texts = [practice.text(f"messages.{one.name}", language) for one in _awaited(trial)]
    return [
        (
            f"{one.name}:{one.branch}", one.name if text.startswith("messages.") else text,
            item_text(practice, one.item, language),
        )
        for one, text in zip(_awaited(trial), texts, strict=True)
    ]  # fmt: skip
