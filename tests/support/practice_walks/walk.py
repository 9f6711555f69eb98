"""One practice, walked from its first form to its end by people with browsers."""

import os
import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime

from playwright.sync_api import Locator, ViewportSize

from tests.support.chromium import PHONE
from tests.support.live_site import LiveSite
from tests.support.practice_walks import people
from tests.support.practice_walks.cast import Cast
from tests.support.practice_walks.fields import Sheet
from tests.support.practice_walks.story import begins_at
from tests.support.practice_walks.told import ToldWorld
from tests.support.visitor import Visitor
from wanjia.actions.cases.open_case import Request, open_case
from wanjia.actions.cases.send_message import send_message
from wanjia.engine.awaiting import awaited
from wanjia.engine.states import case_from_json
from wanjia.model.actors import SYSTEM
from wanjia.model.jsonvalue import Facts, Json
from wanjia.practice.nouns import Practice, Role, Scenario
from wanjia.practice.virtual_case import later
from wanjia.records.cases.calendar import work_calendar
from wanjia.records.cases.models import Case, Delivery, Outsider, Task

REQUESTER, OUTSIDE = "requester", "outside"
LINK, SMS_CODE = re.compile(r"/tasks/[\w-]+/"), re.compile(r"\b\d{6}\b")
CODE = re.compile(r"\b(\d{4}) ?(\d{4})\b")
ALIKE_MAX = 1
"""Pictures of one form: the others of a round look like it."""
IS_CI = bool(os.environ.get("CI"))
"""Nobody looks at pictures of forms there, and each is half a second of drawing; the last one is always kept."""
BY_THE_PRODUCT = ("clock", "system", "child", "parent")
Come = Callable[[str, str, ViewportSize], Visitor]


class Walk:
    """The way of one case; `case` is the row as it stands now."""

    def __init__(self, practice: Practice, scenario: Scenario, site: LiveSite, come: Come) -> None:
        self.practice, self.scenario, self.site, self._come = practice, scenario, site, come
        self.at = max(begins_at(scenario), site.clock.now())
        later_by = self.at.date() - begins_at(scenario).date()
        self.cast = Cast(practice, scenario, later_by)
        self.world = ToldWorld(scenario.world, self.cast)
        self.number = self.code = ""
        self._visitors: dict[str, Visitor] = {}
        self._pictured: Counter[str] = Counter()

    @property
    def case(self) -> Case:
        """As the store has it."""
        return Case.objects.get(number=self.number)

    def go(self) -> None:
        """All steps of the story."""
        with self.world.answering():
            for row in self.scenario.steps:
                self._pass_time(str(row.get("after") or "0m"))
                self._deeds[str(row["do"])](self, row)

    def _pass_time(self, after: str) -> None:
        self.at = later(work_calendar(), self.at, after)
        missing = (self.at - self.site.clock.now()).total_seconds()
        if missing > 0:
            self.site.pass_time(seconds=missing)

    # Beginning

    def _start(self, row: Facts) -> None:
        surface = self.practice.entry.surface
        answers = {name: value for name, value in self._answers(row).items() if self._is_asked("start", name)}
        if surface == "system":
            self._opened_by_the_product(row)
        elif surface in ("portal", "card"):
            self._asked_on_the_portal(surface, answers)
        else:
            self._taken_in_by_staff(surface, answers)

    def _opened_by_the_product(self, row: Facts) -> None:
        request = Request(self.practice.name, self._answers(row), f"walk-{self.practice.name}", "system")
        self.number = open_case(request, SYSTEM, self._now()).case.number

    def _asked_on_the_portal(self, surface: str, answers: Facts) -> None:
        visitor = self._visitor(REQUESTER)
        visitor.open("/" if surface == "portal" else "/card/card-1/")
        visitor.press(self._line(visitor, answers))
        self._fill(visitor, visitor.page.locator("main form"), "start", answers)
        self.number = visitor.page.locator("[data-copy=number]").inner_text()
        self.code = visitor.page.locator("[data-copy=code]").inner_text().replace(" ", "")

    def _line(self, visitor: Visitor, answers: Facts) -> Locator:
        """The tile of the practice; of several lines the one that the story chooses."""
        tiles = visitor.page.locator(f"a[href^='/new/{self.practice.name}/']")
        chosen = [tiles.and_(visitor.page.locator(f"[href$='={value}']")) for value in answers.values() if value]
        return next((tile for tile in chosen if tiles.count() > 1 and tile.count() == 1), tiles.first)

    def _taken_in_by_staff(self, surface: str, answers: Facts) -> None:
        visitor = self._visitor(people.opener_of(self.practice.entry))
        visitor.open(f"/{surface}/new/")
        visitor.press(visitor.page.locator(f"a[href='/{surface}/new/{self.practice.name}/']"))
        self._fill(visitor, visitor.page.locator("main form"), "start", answers)
        self.number = visitor.page.url.rstrip("/").rpartition("/")[2]
        told = CODE.findall(visitor.page.locator("main").inner_text().replace(self.number, ""))
        self.code = "".join(told[0]) if told else ""

    # Tasks

    def _complete(self, row: Facts) -> None:
        task = self._task(row)
        if task.outsider is not None:
            visitor = self._comes_by_link(task.outsider)
            form = visitor.page.locator(f"#task-{task.key} form")
        elif task.for_requester and not self._asked_by_staff():
            visitor = self._follows()
            form = visitor.page.locator(f"#task-{task.key} form")
        else:
            visitor = self._opens_task(self._doer(task), task)
            form = visitor.page.locator("#task form[action$='/complete/']")
        if form.count() == 0:
            told = [*visitor.page.locator("#task .note").all_inner_texts(), f"escalated {task.escalated}"]
            raise AssertionError(f"{task.step} is open for {visitor.name}, but has no form: {told}")
        self._fill(visitor, form, task.step, self._answers(row))

    def _doer(self, task: Task) -> str:
        return people.login_of(self.case.requester) if task.for_requester else people.holder_of(task)  # type: ignore[arg-type]

    def _asked_by_staff(self) -> bool:
        return self.case.requester_id is not None

    def _task(self, row: Facts) -> Task:
        """The open task that the story means."""
        wanted = row.get("item")
        item = self.cast.facts(wanted) if isinstance(wanted, dict) else {}
        open_now = Task.objects.filter(case__number=self.number, status=Task.Status.OPEN).select_related(
            "case", "outsider"
        )
        for task in open_now.filter(step=row["task"], kind="user").order_by("pk"):
            if all((task.item or {}).get(name) == value for name, value in item.items()):
                return task
        told = f", although the world was told {self.world.told}" if self.world.told else ""
        steps = list(open_now.values_list("step", flat=True))
        raise AssertionError(f"{self.scenario.name}: {row['task']} is not open, but {steps}{told}")

    def _opens_task(self, login: str, task: Task) -> Visitor:
        """From the list of what waits for that person to the task's own page."""
        visitor, surface = self._visitor(login), people.surface_of(login)
        path = f"/window/tasks/{task.pk}/" if surface == "window" else f"/desk/cases/{self.number}/?task={task.key}"
        link = visitor.page.locator(f"a[href='{path}']")
        if not (visitor.page.url.endswith(f"/{surface}/") and link.count()):  # not just come, or come too early
            visitor.open(f"/{surface}/")
        if link.count() == 0:
            raise AssertionError(
                f"{login} does not find {task.step} of {self.number} on the list at {visitor.page.url}"
            )
        visitor.press(link)
        return visitor

    def _follows(self) -> Visitor:
        """The requester's page of the case; whoever comes for the first time shows number and code."""
        visitor = self._visitor(REQUESTER)
        visitor.open(f"/follow/{self.number}/")
        if "number=" in visitor.page.url:
            visitor.page.locator("#in-code, [name=code]").first.fill(self.code)
            visitor.send(visitor.page.locator("main form"))
        return visitor

    def _comes_by_link(self, outsider: Outsider) -> Visitor:
        """Somebody without an account: by the link in the short message, with a code sent to the same telephone."""
        visitor = self._visitor(f"{OUTSIDE}-{outsider.role}-{outsider.pk}")
        told = Delivery.objects.filter(case=self.case, address=outsider.phone)
        link = next(found for body in told.values_list("body", flat=True) if (found := LINK.search(body)))
        visitor.open(link[0])
        if visitor.page.url.endswith(link[0]) and (gate := visitor.page.locator("form[action$='/code/']")).count():
            visitor.press(gate.locator("button"))
            code = SMS_CODE.search(told.order_by("-pk")[0].body)
            assert code is not None
            visitor.page.locator("#in-code").fill(code[0])
            visitor.send(visitor.page.locator("form:has(#in-code)"))
        return visitor

    def _message(self, row: Facts) -> None:
        """A declared message: the product's own comes by itself, a person presses its button on the case's page."""
        name = str(row["name"])
        sender = str(self.practice.messages.get(name, {}).get("from"))
        if sender in BY_THE_PRODUCT:
            send_message(self.number, name, self._answers(row), SYSTEM, self._now(), self._branch(row, name))
            return
        visitor = self._finds_the_button(self.practice.roles[sender], name)
        form = visitor.page.locator("main form:has([name=sure])")
        form.locator("label.choice:has([name=sure])").click()
        self._fill(visitor, form, name, self._answers(row))

    def _branch(self, row: Facts, name: str) -> str | None:
        """The branch of the item that the story names, of those that wait for the message."""
        wanted = row.get("item")
        if not isinstance(wanted, dict):
            return None
        item, state = self.cast.facts(wanted), case_from_json(self.case.state)
        waiting = [one for one in awaited(self.practice.definition, state) if one.name == name and one.item]
        return next(one.branch for one in waiting if item.items() <= (one.item or {}).items())

    def _finds_the_button(self, sender: Role, name: str) -> Visitor:
        if sender.who == REQUESTER and not self._asked_by_staff():
            visitor, paths = self._follows(), [f"/follow/{self.number}/"]
        else:
            login = people.performer_of(sender, self.case)
            visitor, surface = self._visitor(login), people.surface_of(login)
            paths = [f"/{surface}/cases/{self.number}/", *(["/window/sends/"] if surface == "window" else [])]
        for path in paths:
            with visitor.answered(403):
                visitor.open(path)
            button = visitor.page.locator(f"a[href*='/{self.number}/send/{name}/']")
            if button.count():
                visitor.press(button.first)
                return visitor
        raise AssertionError(f"{visitor.name} finds no button for {name} of {self.number} at {visitor.page.url}")

    def _wait(self, row: Facts) -> None:
        """Time has passed already."""

    # What every step has

    def _fill(self, visitor: Visitor, form: Locator, step: str, answers: Facts) -> None:
        Sheet(visitor, form).fill(answers)
        self._pictured[step] += 1
        if IS_CI or self._pictured[step] > ALIKE_MAX:
            visitor.assert_fits(step)
        else:
            visitor.picture(step)
        visitor.send(form)
        if (faults := visitor.page.locator("#faults li")).count():
            raise AssertionError(f"{self.scenario.name}: {step} was refused: {faults.all_inner_texts()}")

    def _visitor(self, login: str) -> Visitor:
        if login not in self._visitors:
            is_unknown = login.startswith((REQUESTER, OUTSIDE))
            screen = PHONE if is_unknown else people.screen_of(login)
            self._visitors[login] = self._come(login, "" if is_unknown else login, screen)
        return self._visitors[login]

    def _answers(self, row: Facts) -> Facts:
        answers = row.get("with")
        return self.cast.facts(answers) if isinstance(answers, dict) else {}

    def _is_asked(self, step: str, name: str) -> bool:
        return name in self.practice.forms[step].fields

    def _now(self) -> datetime:
        return self.site.clock.now()

    def shows_the_end(self) -> None:
        """The last picture: how the case stands, to whoever asked or, without anybody, at the desk."""
        if self.code and not self._asked_by_staff():
            _last_picture(self._follows())
            return
        login = people.login_of(self.case.requester) if self._asked_by_staff() else people.LIKELY_OPENER  # type: ignore[arg-type]
        visitor = self._visitor(login)
        visitor.open(f"/{people.surface_of(login)}/cases/{self.number}/")
        _last_picture(visitor)

    _deeds = {"start": _start, "complete": _complete, "message": _message, "wait": _wait}


def _last_picture(visitor: Visitor) -> None:
    """By a name without a number, under which the table of systems finds it."""
    visitor.picture("end")
    last = max(visitor.pictures.glob("*-end.png"))
    last.replace(visitor.pictures / "end.png")


def plain(value: Json) -> bool:
    """Whether an expected fact is the same in every world: no person, day or distance."""
    return isinstance(value, bool | str) and not re.match(r"^(person|post):|^\d{4}-\d{2}-\d{2}", str(value))
