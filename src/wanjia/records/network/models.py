"""Feeders, transformer districts, customers, outages: what the service cases of the first practices need."""

from django.db import models

from wanjia.records.network.planning import (
    DoubleSource,
    Means,
    MonthPlan,
    PlanMove,
    PlannedItem,
    SupplyDemand,
    SupplyDemandDistrict,
    WorkRequest,
    WorkRequestDistrict,
)
from wanjia.records.network.safety import (
    RhythmHour,
    SafetyAlarm,
    SafetyLimitEdition,
    SafetyMonitor,
    SafetyReading,
)
from wanjia.records.territory.models import Organisation

_SAFETY = (RhythmHour, SafetyAlarm, SafetyLimitEdition, SafetyMonitor, SafetyReading)
_PLANNING = (
    DoubleSource, Means, MonthPlan, PlanMove, PlannedItem, SupplyDemand, SupplyDemandDistrict, WorkRequest,
    WorkRequestDistrict,
)  # fmt: skip
"""Declared in files of their own; Django looks for them here."""


class Feeder(models.Model):
    """A medium-voltage feeder."""

    code = models.CharField(max_length=64, primary_key=True)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True)


class PowerLine(models.Model):
    """A line with the way it runs: what protection zones are built from. Degrees WGS 84."""

    code = models.CharField(max_length=64, primary_key=True)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True)
    voltage_kv = models.FloatField()
    laid = models.CharField(max_length=8, help_text="`kernels.zones.widths.LAID`")
    edge_m = models.FloatField(default=0, help_text="from the drawn middle to the outermost conductor")
    feeder = models.ForeignKey(Feeder, null=True, blank=True, on_delete=models.PROTECT, related_name="power_lines")
    geometry_wkb = models.BinaryField(help_text="a line or several, degrees")
    west = models.FloatField(help_text="degrees, of the box around it; so are the next three")
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()
    entered_at = models.DateTimeField()

    class Meta:
        ordering = ["code"]
        indexes = [models.Index(fields=["west", "east", "south", "north"], name="power_line_box")]


class TransformerDistrict(models.Model):
    """A transformer district (台区): one distribution transformer and everybody below it."""

    code = models.CharField(max_length=64, primary_key=True)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True)
    feeder = models.ForeignKey(Feeder, on_delete=models.PROTECT)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    cell_code = models.CharField(max_length=64, db_index=True, help_text="level-3 cell in which it stands")
    area_class = models.CharField(max_length=8)
    capacity_kva = models.PositiveIntegerField()
    customers = models.PositiveIntegerField()
    longitude = models.FloatField()
    latitude = models.FloatField()


class Customer(models.Model):
    """A metered customer; only what a service case needs to know."""

    number = models.CharField(max_length=16, primary_key=True)
    name = models.CharField(max_length=60)
    phone = models.CharField(max_length=24, blank=True)
    address = models.CharField(max_length=120)
    district = models.ForeignKey(TransformerDistrict, on_delete=models.PROTECT)
    longitude = models.FloatField()
    latitude = models.FloatField()
    arrears_yuan = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    cut_for_arrears = models.BooleanField(default=False)
    priority = models.CharField(
        max_length=12, default="ordinary", help_text="who cannot bear an outage: `model.network.PRIORITIES`"
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["district", "priority"], condition=~models.Q(priority="ordinary"), name="priority_customers"
            ),
        ]


class NetworkModel(models.Model):
    """An installed network folder (nodes, branches, districts, meters): the electrical model that sensing works on."""

    digest = models.CharField(max_length=64, primary_key=True, help_text="SHA-256 over the folder's tables")
    folder = models.CharField(max_length=200, help_text="relative to the installation's data folder")
    active = models.BooleanField(default=False)
    nodes = models.PositiveIntegerField()
    branches = models.PositiveIntegerField()
    districts = models.PositiveIntegerField()
    meters = models.PositiveIntegerField()
    installed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["active"], condition=models.Q(active=True), name="one_active_network"),
        ]


class Outage(models.Model):
    """An interruption as sensing or people hold it now: the open device, what is dark below it, until when."""

    class Status(models.TextChoices):
        """Open; over; another outage turned out to be the whole of it; nobody was without supply."""

        OPEN = "open"
        RESTORED = "restored"
        MERGED = "merged"
        FALSE = "false"

    number = models.CharField(max_length=24, unique=True)
    sensing_key = models.CharField(max_length=80, blank=True, help_text="network digest and the sensor's own number")
    status = models.CharField(max_length=8, choices=Status, default=Status.OPEN)
    device_id = models.CharField(max_length=64, help_text="branch, or district, held to be open")
    device_level = models.CharField(max_length=8, help_text="meter, district, section, feeder, source")
    feeder = models.ForeignKey(Feeder, null=True, blank=True, on_delete=models.PROTECT)
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT)
    starts_at = models.DateTimeField(db_index=True, help_text="estimated")
    detected_at = models.DateTimeField(help_text="arrival of the event at which it was announced")
    ends_at = models.DateTimeField(null=True, blank=True)
    districts_dark = models.PositiveIntegerField(help_text="now; 0 once restored")
    districts_touched = models.PositiveIntegerField(help_text="at its greatest extent")
    customers_dark = models.PositiveIntegerField()
    customers_touched = models.PositiveIntegerField()
    priority_customers = models.PositiveIntegerField(default=0, help_text="life-support and sensitive ones touched")
    cause = models.CharField(max_length=32, blank=True, help_text="as found on site; empty until somebody says so")
    cause_hint = models.CharField(max_length=32, blank=True, help_text="as the sensor guesses")
    planned = models.BooleanField(default=False)
    external = models.BooleanField(default=False, help_text="caused outside the company's own network")
    confidence = models.FloatField(help_text="0-1")
    evidence = models.JSONField(default=dict, help_text="counts of `kernels.sensing.nouns.Evidence`")
    estimated_restoration_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")
    split_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="split")
    case_number = models.CharField(max_length=24, blank=True, help_text="of its restoration case")
    revision = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["-starts_at", "-id"]
        indexes = [models.Index(fields=["status", "starts_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["sensing_key"], condition=~models.Q(sensing_key=""), name="sensed_outage_once"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class OutageDistrict(models.Model):
    """One district dark in one outage; `restored_at` says when its meters proved that it was back."""

    outage = models.ForeignKey(Outage, on_delete=models.CASCADE, related_name="districts")
    district = models.ForeignKey(TransformerDistrict, on_delete=models.PROTECT, related_name="outages")
    starts_at = models.DateTimeField()
    restored_at = models.DateTimeField(null=True, blank=True)
    customers = models.PositiveIntegerField()
    meters_dark = models.PositiveIntegerField(default=0, help_text="still dark after the district was back")

    class Meta:
        ordering = ["district"]
        constraints = [models.UniqueConstraint(fields=["outage", "district"], name="district_once_an_outage")]
        indexes = [models.Index(fields=["district", "starts_at"])]


class OutageRevision(models.Model):
    """What changed in an outage, when, and on what evidence; the timeline of its page."""

    outage = models.ForeignKey(Outage, on_delete=models.CASCADE, related_name="revisions")
    sequence = models.PositiveIntegerField()
    at = models.DateTimeField()
    what = models.CharField(max_length=16, help_text="`kernels.sensing.nouns.CHANGES`, or a person's deed")
    actor = models.CharField(max_length=60, help_text="`sensing`, or who did it")
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["outage", "sequence"]
        constraints = [models.UniqueConstraint(fields=["outage", "sequence"], name="revision_once")]


class RestorationEstimate(models.Model):
    """Until when an outage was said to last; earlier estimates stay."""

    outage = models.ForeignKey(Outage, on_delete=models.CASCADE, related_name="estimates")
    said_at = models.DateTimeField()
    restoration_at = models.DateTimeField()
    said_by = models.CharField(max_length=60)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["said_at", "id"]


class PlannedWork(models.Model):
    """Work for which supply is stopped on purpose: no alarm inside its window, an alarm when it overruns."""

    code = models.CharField(max_length=40, unique=True)
    device_id = models.CharField(max_length=64, help_text="branch or district that is opened")
    title_zh = models.CharField(max_length=120)
    title_en = models.CharField(max_length=160, blank=True)
    starts_at = models.DateTimeField(db_index=True)
    ends_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["starts_at"]


class PlannedWorkDistrict(models.Model):
    """A district that is dark while the work lasts, as the network was when the work was entered."""

    work = models.ForeignKey(PlannedWork, on_delete=models.CASCADE, related_name="districts")
    district = models.ForeignKey(TransformerDistrict, on_delete=models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["work", "district"], name="work_district_once")]


class DistrictState(models.Model):
    """What is known of a district now, as the sensor last wrote it; one row per district of the network model."""

    district = models.OneToOneField(TransformerDistrict, primary_key=True, on_delete=models.CASCADE)
    dark_since = models.DateTimeField(null=True, blank=True)
    heard_at = models.DateTimeField(
        null=True, blank=True, help_text="last event from its terminal or any of its meters"
    )
    meters = models.PositiveIntegerField(default=0)
    meters_heard = models.PositiveIntegerField(default=0, help_text="meters heard from within the coverage window")
    changed_at = models.DateTimeField(db_index=True)


class OutageWatch(models.Model):
    """Somebody who asked to be told when a place is back; told once, then done."""

    outage = models.ForeignKey(Outage, on_delete=models.CASCADE, related_name="watches")
    district = models.ForeignKey(TransformerDistrict, on_delete=models.PROTECT)
    channel = models.CharField(max_length=8, help_text="sms, email")
    address = models.CharField(max_length=120)
    language = models.CharField(max_length=8, default="zh-Hans")
    asked_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["outage", "channel", "address"], name="watch_once")]


class SensingPosition(models.Model):
    """How far the sensor's changes have become rows: written in the transaction that writes the rows."""

    network = models.OneToOneField(NetworkModel, primary_key=True, on_delete=models.CASCADE)
    journal_at = models.PositiveBigIntegerField(default=0, help_text="records of the journal that have been sensed")
    tick_at = models.DateTimeField(null=True, blank=True, help_text="arrival time up to which has been sensed")
    changes = models.PositiveBigIntegerField(default=0, help_text="changes written so far")
    counts = models.JSONField(default=dict, help_text="received, repeated, malformed, gaps, unknown devices")


class SequenceGap(models.Model):
    """Messages of one sender that never came: the sender numbers them, so a hole is known."""

    sender = models.CharField(max_length=64)
    first_missing = models.PositiveBigIntegerField()
    last_missing = models.PositiveBigIntegerField()
    noticed_at = models.DateTimeField(db_index=True)
    filled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-noticed_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["sender", "first_missing"], name="gap_once")]


class CollectionStart(models.Model):
    """From `since_on` on the meters of an organisation and all below it are read: its districts are balanced daily."""

    organisation = models.OneToOneField(Organisation, primary_key=True, on_delete=models.CASCADE, related_name="+")
    since_on = models.DateField()


class LossBandEdition(models.Model):
    """From `starts_on` on: between which loss rates a district is economic, where it is high or negative; who said so.

    What lies between is normal.
    """

    starts_on = models.DateField(primary_key=True)
    economic_from_percent = models.FloatField()
    economic_to_percent = models.FloatField()
    high_from_percent = models.FloatField()
    high_begins_above = models.BooleanField(default=False, help_text="`high_from_percent` itself is still normal")
    negative_to_percent = models.FloatField()
    negative_begins_below = models.BooleanField(default=False, help_text="`negative_to_percent` itself is not negative")
    coverage_least_percent = models.FloatField(default=98, help_text="below it a district is not computable")
    source = models.CharField(max_length=200)

    class Meta:
        ordering = ["-starts_on"]


class MeasurementRun(models.Model):
    """A day's readings are put in order and balanced: asked for by somebody, done by a worker, again after a kill."""

    class State(models.TextChoices):
        """Waiting for a worker; under way; over; given up."""

        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    day = models.DateField(help_text="of the company's zone")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    asked_by = models.CharField(max_length=60)
    asked_by_name = models.CharField(max_length=60, blank=True)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True, help_text="of the last attempt")
    ended_at = models.DateTimeField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True, help_text="then another worker takes it")
    attempts = models.PositiveSmallIntegerField(default=0)
    stage = models.CharField(max_length=16, blank=True, help_text="register, compact, balance, findings, keep")
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0, help_text="of the stage, in its own steps")
    outcome = models.JSONField(default=dict)
    faults = models.JSONField(default=list, help_text="code, where and values of each")

    class Meta:
        ordering = ["-asked_at", "-pk"]
        indexes = [models.Index(fields=["state", "asked_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["day"], condition=models.Q(state__in=("waiting", "running")), name="one_open_run_a_day"
            ),
        ]


class MeasuredDay(models.Model):
    """A day whose districts were balanced, as it was computed last; the figures themselves are in the series store."""

    day = models.DateField(primary_key=True)
    revision = models.CharField(max_length=64, help_text="of the kept results")
    computed_at = models.DateTimeField(db_index=True)
    bands = models.CharField(max_length=40, help_text="edition of the bands")
    counts = models.JSONField(default=dict)
    changes = models.JSONField(default=list, help_text="district, column, before, after of each figure")

    class Meta:
        ordering = ["-day"]


class DistrictCase(models.Model):
    """A case that was opened because a district was off its band: what it showed on that day."""

    district = models.ForeignKey(TransformerDistrict, on_delete=models.PROTECT, related_name="loss_cases")
    case_number = models.CharField(max_length=24, unique=True)
    practice = models.CharField(max_length=64)
    day = models.DateField()
    band = models.CharField(max_length=16)
    cause = models.CharField(max_length=32, blank=True)
    loss_rate = models.FloatField(null=True, blank=True, help_text="share")
    opened_at = models.DateTimeField()

    class Meta:
        ordering = ["-opened_at", "-pk"]
        indexes = [models.Index(fields=["district", "opened_at"])]
