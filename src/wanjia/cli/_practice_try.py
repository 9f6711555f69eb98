"""`wanjia practice try FOLDER`: tells scenarios as text: who does what when, what is open, which clocks run."""

import sys
from datetime import datetime
from pathlib import Path

import click

from wanjia.adapters.work_calendar.codec import work_calendar
from wanjia.cli._language import language_option
from wanjia.cli._practice_files import files_of, folders_in
from wanjia.engine.nouns import (
    CaseState,
    ClockStatus,
    Complete,
    EndCase,
    EnterRow,
    Escalate,
    Notify,
    ReturnTo,
    Start,
    StrikeRow,
    Tick,
    WriteLetter,
)
from wanjia.model.working_time import WorkCalendar
from wanjia.practice.nouns import Practice, Scenario
from wanjia.practice.reader import read
from wanjia.practice.scenarios import Telling, run
from wanjia.practice.virtual_case import Happened
from wanjia.texts import fault_sentence, say

SHOWN_FACTS = 6


@click.command("try")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--scenario", "names", multiple=True, help="Name of a scenario (default: all).")
@language_option
def try_command(folder: Path, names: tuple[str, ...], language: str) -> None:
    """Tell the scenarios of a practice on a virtual clock. Exits 1 when one does not come out as expected."""
    practice = _practice(folder, language)
    known = {scenario.name: scenario for scenario in practice.scenarios}
    for name in names:
        if name not in known:
            raise click.UsageError(say("practice.no_scenario", language, name=name, known=", ".join(known)))
    calendar = work_calendar()
    went_well = [_tell(practice, known[name], calendar, language) for name in names or known]
    sys.exit(0 if all(went_well) else 1)


def _practice(folder: Path, language: str) -> Practice:
    folders_in((folder,), language)
    reading = read(files_of(folder))
    if reading.practice is None:
        for fault in reading.faults:
            click.echo(fault_sentence(fault, language), err=True)
        sys.exit(1)
    return reading.practice


def _tell(practice: Practice, scenario: Scenario, calendar: WorkCalendar, language: str) -> bool:
    click.echo(f"{practice.text('name', language)} / {scenario.name}: {scenario.titles.get(language, '')}")
    telling = run(practice, scenario, calendar)
    for entry in telling.case.journal:
        _tell_event(practice, entry, calendar, language)
    _tell_state(practice, telling, calendar, language)
    for problem in telling.problems:
        click.echo(f"  ! {say(problem.fault_code, language, **dict(problem.values))}", err=True)
    click.echo(f"  {say('practice.try.did_not' if telling.problems else 'practice.try.came_out', language)}\n")
    return not telling.problems


def _tell_event(practice: Practice, entry: Happened, calendar: WorkCalendar, language: str) -> None:
    click.echo(f"  {_instant(calendar, entry.at)}  {_deed(practice, entry, language)}")
    for command in entry.commands:
        line = None
        if isinstance(command, Notify):
            line = f"✉ {command.audience}: {practice.text(command.key, language)}"
        elif isinstance(command, WriteLetter):
            line = f"▤ {practice.text(f'letters.{command.letter}.title', language)}"
        elif isinstance(command, EnterRow):
            told = ", ".join(f"{name}={value}" for name, value in command.values.items())
            line = f"+ {practice.text(f'registers.{command.register}', language)}: {told}"
        elif isinstance(command, StrikeRow):
            line = f"− {practice.text(f'registers.{command.register}', language)}: {command.reason}"
        elif isinstance(command, Escalate):
            line = f"↑ {practice.text(f'clocks.{command.clock}', language)} +{command.levels}"
        elif isinstance(command, EndCase):
            line = f"■ {practice.text(f'ends.{command.end}', language) if command.end else command.status.value}"
        if line:
            click.echo(f"{'':>20}  {line}")


def _deed(practice: Practice, entry: Happened, language: str) -> str:
    event = entry.event
    if isinstance(event, Start | Complete):
        step = "start" if isinstance(event, Start) else _step_of(event.task_key, entry)
        answers = event.facts if isinstance(event, Start) else event.answers
        told = ", ".join(f"{key}={value}" for key, value in list(answers.items())[:SHOWN_FACTS])
        return f"{event.actor}  {practice.text(f'tasks.{step}', language)}  {told}"
    if isinstance(event, ReturnTo):
        return f"{event.actor}  ↩ {practice.text(f'tasks.{event.to_step}', language)}  {event.reason}"
    return "⏰" if isinstance(event, Tick) else f"{event.actor}  {type(event).__name__}"


def _step_of(task_key: str, entry: Happened) -> str:
    """The step that was done, from the history line that every completion writes."""
    for command in entry.commands:
        data = getattr(command, "data", {})
        if data.get("task") == task_key and "step" in data:
            return str(data["step"])
    return task_key


def _tell_state(practice: Practice, telling: Telling, calendar: WorkCalendar, language: str) -> None:
    state = telling.case.state
    if state is None:
        return
    if state.tasks:
        opened = [f"{practice.text(f'tasks.{task.step}', language)} ({task.role})" for task in state.tasks]
        click.echo(f"  {say('practice.try.open', language)}: {', '.join(opened)}")
    click.echo(f"  {say('practice.try.clocks', language)}: {'; '.join(_clocks(practice, state, calendar, language))}")


def _clocks(practice: Practice, state: CaseState, calendar: WorkCalendar, language: str) -> list[str]:
    lines = []
    for clock in state.clocks:
        name = practice.text(f"clocks.{clock.clock}", language)
        until = f" → {_instant(calendar, clock.due_at)}" if clock.due_at and clock.status is ClockStatus.RUNNING else ""
        lines.append(f"{name} {say(f'practice.clock.{clock.status.value}', language)}{until}")
    return lines


def _instant(calendar: WorkCalendar, at: datetime) -> str:
    return calendar.local(at).strftime("%Y-%m-%d %H:%M")
