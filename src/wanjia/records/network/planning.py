"""Planning: works asked for, means, windows in which nobody may be dark, and the month plans made of them.

A plan's input is frozen in its row, so it can be priced again long after requests and means have changed.
"""

from django.db import models

from wanjia.records.territory.models import Organisation

WORK_KINDS = (
    "pole", "line", "transformer", "switchgear", "cable", "connection", "clearing", "test", "other",
)  # fmt: skip
"""What is done: poles moved or changed, lines, transformers, switchgear, cables, a new customer connected, trees."""
CREW_KINDS = ("line", "cable", "substation")
"""Crews: line work, cable work, work on switchgear and protection."""
MEANS_KINDS = ("live_line_team", "bypass_set", "generator_truck", "switching_team")
"""What a mode needs beside its crew: live-line team, bypass set, generator truck, switching team."""
OPEN_STATES = ("draft", "computing")
"""A plan that a worker still has to compute."""
IN_FORCE = ("adopting", "adopted")
"""The one plan of its month that holds."""
LIVE_STATES = ("proposed", *IN_FORCE)
"""Plans in which a work stands, or may come to stand."""


class WorkRequest(models.Model):
    """A work that somebody wants done within some weeks; when and by which means, the plan decides."""

    class State(models.TextChoices):
        """Asked for; in an adopted plan; done on another way or taken back."""

        OPEN = "open"
        PLANNED = "planned"
        WITHDRAWN = "withdrawn"

    number = models.CharField(max_length=24, unique=True)
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    device_id = models.CharField(max_length=64, help_text="branch or district that is isolated")
    feeder = models.ForeignKey("network.Feeder", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    title_zh = models.CharField(max_length=120)
    title_en = models.CharField(max_length=160, blank=True)
    kind = models.CharField(max_length=24, help_text="WORK_KINDS")
    hours = models.FloatField(help_text="with supply stopped; other modes take their own share of it")
    modes = models.JSONField(default=list, help_text="those that may be proposed, of `model.works.MODES`; empty: all")
    earliest_on = models.DateField(db_index=True)
    latest_on = models.DateField(db_index=True)
    crew_kind = models.CharField(max_length=24, help_text="CREW_KINDS")
    urgent = models.BooleanField(default=False, help_text="must stand in the plan of its month")
    longitude = models.FloatField()
    latitude = models.FloatField()
    case_number = models.CharField(max_length=24, blank=True, help_text="from which it came, if from one")
    asked_by = models.CharField(max_length=60)
    asked_by_name = models.CharField(max_length=60, blank=True)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True, help_text="taken back")

    class Meta:
        ordering = ["earliest_on", "number"]
        indexes = [models.Index(fields=["state", "earliest_on"], name="work_request_state")]

    def __str__(self) -> str:
        return self.number


class WorkRequestDistrict(models.Model):
    """A district that is dark when the work's device is isolated, as the network was when the work was asked for."""

    request = models.ForeignKey(WorkRequest, on_delete=models.CASCADE, related_name="districts")
    district = models.ForeignKey("network.TransformerDistrict", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "district"], name="request_district_once")]


class Means(models.Model):
    """Crews, live-line teams, bypass sets, generator trucks: how many of a base are there on which day."""

    code = models.CharField(max_length=40, primary_key=True)
    kind = models.CharField(max_length=24, db_index=True, help_text="CREW_KINDS or MEANS_KINDS")
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", help_text="its base")
    longitude = models.FloatField()
    latitude = models.FloatField()
    by_weekday = models.JSONField(help_text="seven counts, Monday first")
    by_day = models.JSONField(default=dict, help_text="counts of days that differ, by YYYY-MM-DD")
    from_hour = models.FloatField(default=7, help_text="leaves its base not before")
    until_hour = models.FloatField(default=19, help_text="is back not after")
    kva = models.FloatField(default=0, help_text="what one of them supplies: trucks and bypass sets")
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["kind", "code"]


class SupplyDemand(models.Model):
    """A window in which districts must not be dark: an examination, a guaranteed event, a harvest, a hospital."""

    number = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=12, help_text="exam, guarantee, harvest, hospital")
    reason = models.CharField(max_length=200)
    from_at = models.DateTimeField(db_index=True)
    until_at = models.DateTimeField(db_index=True)
    case_number = models.CharField(max_length=24, blank=True, db_index=True)
    set_by = models.CharField(max_length=60)
    set_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["from_at", "number"]


class SupplyDemandDistrict(models.Model):
    """A district that must stay lit."""

    demand = models.ForeignKey(SupplyDemand, on_delete=models.CASCADE, related_name="districts")
    district = models.ForeignKey("network.TransformerDistrict", on_delete=models.PROTECT, related_name="demands")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["demand", "district"], name="demand_district_once")]


class DoubleSource(models.Model):
    """A customer with two supplies: never without both."""

    code = models.CharField(max_length=40, primary_key=True, help_text="the customer's number, or one of the company")
    name = models.CharField(max_length=80)
    sources = models.JSONField(help_text="one list of district codes for each supply")
    set_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["code"]


class MonthPlan(models.Model):
    """One version of an organisation's plan of a month, or of what is left of it after a lost day.

    A worker computes it: taken by one at a time, told on the way, taken again after a kill (`claimed_until`).
    """

    class State(models.TextChoices):
        """Waits for a worker; under way; to be decided; being entered; in force; another one is; given up."""

        DRAFT = "draft"
        COMPUTING = "computing"
        PROPOSED = "proposed"
        ADOPTING = "adopting"
        ADOPTED = "adopted"
        SUPERSEDED = "superseded"
        FAILED = "failed"

    number = models.CharField(max_length=24, unique=True)
    month = models.DateField(help_text="its first day")
    days = models.PositiveSmallIntegerField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    based_on = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="followed_by")
    lost_on = models.DateField(null=True, blank=True, help_text="the day for which it was planned again")
    seconds = models.FloatField(help_text="given to the solver")
    seed = models.PositiveIntegerField()
    input = models.JSONField(null=True, blank=True, help_text="the frozen `model.works.WorkList`")
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the input")
    choice = models.JSONField(default=list, help_text="`model.works.Placed` of each work, as the solver left it")
    unplaced = models.JSONField(default=list, help_text="works left out, and why: request, code and values of each")
    figures = models.JSONField(default=dict)
    bound = models.FloatField(null=True, blank=True, help_text="combined loss of no plan is below")
    gap = models.FloatField(null=True, blank=True, help_text="share")
    asked_by = models.CharField(max_length=60)
    asked_by_name = models.CharField(max_length=60, blank=True)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True, help_text="of the last attempt")
    ended_at = models.DateTimeField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True, help_text="then another worker takes it")
    attempts = models.PositiveSmallIntegerField(default=0)
    stage = models.CharField(max_length=16, blank=True, help_text="freeze, modes, solve, explain, keep")
    done = models.FloatField(default=0)
    total = models.FloatField(default=0)
    best = models.FloatField(null=True, blank=True, help_text="district-hours of the best plan so far")
    adopted_by = models.CharField(max_length=60, blank=True)
    adopted_by_name = models.CharField(max_length=60, blank=True)
    adopted_at = models.DateTimeField(null=True, blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)
    faults = models.JSONField(default=list, help_text="code, where and values of each")

    class Meta:
        ordering = ["-month", "organisation", "-version"]
        indexes = [models.Index(fields=["state", "asked_at"], name="month_plan_state")]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "month", "version"], name="plan_version_once"),
            models.UniqueConstraint(
                fields=["organisation", "month"], condition=models.Q(state__in=OPEN_STATES), name="one_open_plan"
            ),
            models.UniqueConstraint(
                fields=["organisation", "month"], condition=models.Q(state__in=IN_FORCE),
                name="one_plan_in_force",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number


class PlannedItem(models.Model):
    """One work of a plan: when, by which mode, by whom, who is dark, and why it stands there."""

    plan = models.ForeignKey(MonthPlan, on_delete=models.CASCADE, related_name="items")
    request = models.ForeignKey(WorkRequest, on_delete=models.PROTECT, related_name="items")
    mode = models.PositiveSmallIntegerField(help_text="place among the modes of its work in the plan's input")
    mode_kind = models.CharField(max_length=12, help_text="`model.works.MODES`")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    crews = models.JSONField(default=list, help_text="names of the crews")
    crew_base = models.CharField(max_length=40, blank=True, help_text="code of the `Means` that they belong to")
    means = models.JSONField(default=list, help_text="of each `Means` on its way: code, count, leaves, is back")
    dark = models.JSONField(default=list, help_text="district, and from and until which instant")
    district_hours = models.FloatField(default=0, help_text="of its own; works that share an outage count it together")
    reasons = models.JSONField(default=list, help_text="code and values of each")
    locked = models.BooleanField(default=False, help_text="no planning moves it")
    moved_by = models.CharField(max_length=60, blank=True, help_text="who put it there by hand")
    planned_works = models.JSONField(default=list, help_text="codes of the `PlannedWork` that tell its outage")
    faults = models.JSONField(default=list, help_text="why its outage could not be entered: code, where and values")
    entered_at = models.DateTimeField(null=True, blank=True, help_text="adopted: customers are being told")

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["plan", "request"], name="request_once_a_plan")]


class PlanMove(models.Model):
    """A work that somebody put elsewhere by hand: from where to where, so that it can be undone."""

    item = models.ForeignKey(PlannedItem, on_delete=models.CASCADE, related_name="moves")
    from_mode = models.PositiveSmallIntegerField()
    from_at = models.DateTimeField()
    to_mode = models.PositiveSmallIntegerField()
    to_at = models.DateTimeField()
    district_hours = models.FloatField(help_text="by how much the plan's loss changed")
    moved_by = models.CharField(max_length=60)
    moved_by_name = models.CharField(max_length=60, blank=True)
    moved_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
