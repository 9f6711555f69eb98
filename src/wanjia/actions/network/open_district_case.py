"""From a district that is off its band, open the case that treats it: with what the balance showed, at its place."""

from datetime import date, datetime

from django.db import transaction

from wanjia.actions.cases.open_case import Request, open_case
from wanjia.actions.cases.practices import practice_of
from wanjia.actions.network.balance_tables import NO_FINDINGS
from wanjia.actions.network.district_facts import district_facts
from wanjia.actions.permission import require
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, NotFound, Refused, Where
from wanjia.model.jsonvalue import Facts, Json
from wanjia.practice.nouns import Practice
from wanjia.records.cases.history import write_history
from wanjia.records.cases.models import Case, PracticeVersion
from wanjia.records.network.lookups import subject_of_districts
from wanjia.records.network.models import DistrictCase, TransformerDistrict
from wanjia.series.opening import measurement_store

PRACTICES = ("district_treatment",)
"""Practices that treat districts; the first that is installed and active is used."""
OFF_BANDS = ("high", "negative", "not_computable")


def open_district_case(code: str, day: date, note: str, actor: Actor, now: datetime) -> str:
    """Number of the case; that of the running one where somebody opened it before. Raises NotFound, Denied, Refused."""
    district = TransformerDistrict.objects.select_related("feeder").filter(pk=code).first()
    if district is None:
        raise NotFound("district", code)
    subject = subject_of_districts([(district.cell_code, district.organisation_id)])
    require(actor, "measurement", "see", subject)
    require(actor, "case", "open", subject)
    with transaction.atomic():
        TransformerDistrict.objects.select_for_update().get(pk=code)  # two clicks at once are one case
        return _running(code) or _opened(district, _kept(code, day), note, actor, now)


def _running(code: str) -> str:
    numbers = DistrictCase.objects.filter(district=code).values("case_number")
    rows = Case.objects.filter(number__in=numbers, status=Case.Status.RUNNING).order_by("-opened_at")
    return rows.values_list("number", flat=True).first() or ""


def _kept(code: str, day: date) -> Facts:
    """What was kept of the district's day. Raises Refused where nothing is off."""
    rows = measurement_store().results(day, day, [code]).to_pylist()
    where: dict[str, object] = {"district": code, "day": day.isoformat()}
    if not rows:
        raise Refused([Fault("measurement.not_computed", Where("day"), where)])
    if rows[0]["band"] not in OFF_BANDS and rows[0]["findings"] == NO_FINDINGS:
        raise Refused([Fault("measurement.not_off", Where("district"), where)])
    return dict(rows[0])


def _opened(district: TransformerDistrict, kept: Facts, note: str, actor: Actor, now: datetime) -> str:
    practice, day = _practice(), kept["day"]
    facts = district_facts(district, kept, note)
    key = f"district:{district.pk}:{day}:{now.isoformat()}"
    answers: dict[str, Json] = {
        field: facts[field] for field in practice.forms["start"].fields if facts.get(field) is not None
    }
    request = Request(practice.name, answers, key, "desk", organisation=district.organisation_id)
    case = open_case(request, actor, now).case
    DistrictCase.objects.create(
        district=district, case_number=case.number, practice=practice.name, day=day, band=kept["band"],
        cause=str(facts["cause"] or "")[:32], loss_rate=kept["loss_rate"], opened_at=now,
    )  # fmt: skip
    write_history(
        f"district:{district.pk}", actor, now, [("district_case_opened", {"case": case.number, "day": str(day)})]
    )
    return str(case.number)


def _practice() -> Practice:
    rows = {row.name: row for row in PracticeVersion.objects.filter(name__in=PRACTICES, active=True)}
    for name in PRACTICES:
        if name in rows:
            return practice_of(rows[name])
    raise Refused([Fault("measurement.no_practice", Where(), {"practices": ", ".join(PRACTICES)})])
