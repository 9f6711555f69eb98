"""Safety sensing: monitors, what they measured of late, the alarms that came of it, and thresholds by day.

Rows of homes exist only under a consent; `RhythmHour` is deleted when it ends, and nothing shows it to anybody.
"""

from django.db import models


class SafetyMonitor(models.Model):
    """A monitor in a stairwell, meter box or home, behind a gateway; it measures and reports, and switches nothing.

    A public one names who is called (the building's duty desk, and somebody near); one in a home names the consent
    case instead, which knows resident and helper.
    """

    code = models.CharField(max_length=24, primary_key=True)
    gateway = models.CharField(max_length=24, db_index=True)
    scene = models.CharField(max_length=12, help_text="`actions.network.safety_scenes.SCENES`")
    phase = models.CharField(max_length=3, blank=True, help_text="`actions.network.safety_scenes.PHASES`")
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True)
    district = models.ForeignKey("network.TransformerDistrict", on_delete=models.PROTECT, related_name="+")
    address = models.CharField(max_length=120)
    longitude = models.FloatField()
    latitude = models.FloatField()
    contact_name = models.CharField(max_length=60, blank=True)
    contact_phone = models.CharField(max_length=24, blank=True)
    helper_name = models.CharField(max_length=60, blank=True)
    helper_phone = models.CharField(max_length=24, blank=True)
    consent_case = models.CharField(max_length=24, blank=True, db_index=True, help_text="number, for a home")
    silent_hours = models.FloatField(help_text="without any reading the device has a fault")
    entered_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)
    heard_at = models.DateTimeField(null=True, blank=True, db_index=True)
    tracks = models.JSONField(default=dict, help_text="by quantity: `kernels.balance.safety.following.Track`")

    class Meta:
        ordering = ["code"]


class SafetyReading(models.Model):
    """The highest value of five minutes, kept for two weeks: what the curve of an alarm is drawn from."""

    monitor = models.ForeignKey(SafetyMonitor, on_delete=models.CASCADE, related_name="readings")
    quantity = models.CharField(max_length=20)
    slot_at = models.DateTimeField(db_index=True, help_text="when the five minutes begin")
    highest = models.FloatField()

    class Meta:
        ordering = ["slot_at"]
        constraints = [models.UniqueConstraint(fields=["monitor", "quantity", "slot_at"], name="safety_slot_once")]


class RhythmHour(models.Model):
    """Energy of one hour of a home whose resident asked to be called when it is unusually still; for that alone."""

    monitor = models.ForeignKey(SafetyMonitor, on_delete=models.CASCADE, related_name="hours")
    ends_at = models.DateTimeField(db_index=True)
    energy_kwh = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["monitor", "ends_at"], name="rhythm_hour_once")]


class SafetyAlarm(models.Model):
    """One spell above a threshold, one silence of a device, or one unusual stillness: an episode, not a reading."""

    class Status(models.TextChoices):
        """Still so, or over; what people do about it is the case's business."""

        OPEN = "open"
        OVER = "over"

    number = models.CharField(max_length=24, unique=True)
    monitor = models.ForeignKey(SafetyMonitor, on_delete=models.PROTECT, related_name="alarms")
    kind = models.CharField(max_length=20, help_text="a quantity, `device_silent` or `please_call`")
    level = models.CharField(max_length=12, help_text="highest so far: pre_alarm, alarm, fault, call")
    status = models.CharField(max_length=8, choices=Status, default=Status.OPEN)
    starts_at = models.DateTimeField(db_index=True)
    raised_at = models.DateTimeField(help_text="when it was known")
    ends_at = models.DateTimeField(null=True, blank=True)
    highest = models.FloatField(null=True, blank=True)
    limit_pre = models.FloatField(null=True, blank=True)
    limit_alarm = models.FloatField(null=True, blank=True)
    limit_from = models.DateField(null=True, blank=True, help_text="day from which the edition holds")
    limit_source = models.CharField(max_length=200, blank=True)
    changes = models.JSONField(default=list, help_text="change, level and instant of each")
    case_number = models.CharField(max_length=24, blank=True)
    case_fault = models.CharField(max_length=60, blank=True, help_text="why no case could be opened")

    class Meta:
        ordering = ["-starts_at", "-id"]
        indexes = [models.Index(fields=["status", "starts_at"], name="safety_alarm_by_status")]
        constraints = [
            models.UniqueConstraint(
                fields=["monitor", "kind"], condition=models.Q(status="open"), name="one_open_alarm_a_kind"
            ),
        ]


class SafetyLimitEdition(models.Model):
    """The company's own thresholds of a quantity from a day on; they take the place of those that ship.

    With a monitor they are that monitor's alone, and go before the company's.
    """

    monitor = models.ForeignKey(SafetyMonitor, null=True, blank=True, on_delete=models.PROTECT, related_name="limits")
    quantity = models.CharField(max_length=20)
    starts_on = models.DateField()
    pre_alarm = models.FloatField()
    alarm = models.FloatField()
    hysteresis = models.FloatField()
    hold_seconds = models.PositiveIntegerField()
    clear_seconds = models.PositiveIntegerField()
    source = models.CharField(max_length=200)
    entered_by = models.CharField(max_length=60)
    entered_at = models.DateTimeField()

    class Meta:
        ordering = ["quantity", "-starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["quantity", "starts_on"], condition=models.Q(monitor=None), name="safety_edition_once"
            ),
            models.UniqueConstraint(fields=["monitor", "quantity", "starts_on"], name="safety_own_edition_once"),
        ]
