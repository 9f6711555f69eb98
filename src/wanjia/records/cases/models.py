"""Cases with their tasks, clocks, papers, messages and letters; installed practices; calendar years; history."""

from django.db import models

from wanjia.records.network.models import Customer, Outage, TransformerDistrict
from wanjia.records.territory.models import Account, Organisation, Person, Post


class PracticeVersion(models.Model):
    """One installed version of a practice: its folder as text, its digest, and its compiled definition."""

    name = models.CharField(max_length=64)
    version = models.CharField(max_length=24)
    digest = models.CharField(max_length=64, unique=True)
    files = models.JSONField(help_text="relative path -> text")
    settings = models.JSONField(default=dict)
    active = models.BooleanField(default=True, help_text="new cases start on the active version")
    installed_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "-installed_at"]
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="practice_version_once"),
            models.UniqueConstraint(fields=["name"], condition=models.Q(active=True), name="one_active_version"),
        ]


class PracticeArchive(models.Model):
    """A practice that came from elsewhere: the bytes as they came, who signed them, and as what it was installed."""

    sha256 = models.CharField(max_length=64, unique=True)
    content = models.BinaryField()
    name = models.CharField(max_length=64)
    version = models.CharField(max_length=24)
    digest = models.CharField(max_length=64)
    signer = models.CharField(max_length=120, help_text="as the archive names it; who it is says the key alone")
    public_key = models.CharField(max_length=64)
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=60)
    installed = models.ForeignKey(PracticeVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-received_at"]


class TrustedSigner(models.Model):
    """A key whose archives may be installed without asking again; somebody compared its fingerprint first."""

    public_key = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=60)

    class Meta:
        ordering = ["name"]


class RecurringSwitch(models.Model):
    """Whether a practice's cases begin by themselves, since which day; without a row they do since it was installed."""

    practice = models.CharField(max_length=64, primary_key=True)
    on = models.BooleanField()
    since_on = models.DateField()


class CaseCounter(models.Model):
    """The last number given out for a prefix on a day of the company's zone."""

    prefix = models.CharField(max_length=8)
    day = models.DateField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["prefix", "day"], name="counter_once_a_day")]


class Case(models.Model):
    """A request on its way through a practice. `state` is the engine's; the other columns are copies to search by."""

    class Status(models.TextChoices):
        """The engine's `CaseStatus`."""

        RUNNING = "running"
        ENDED = "ended"
        WITHDRAWN = "withdrawn"
        MERGED = "merged"

    number = models.CharField(max_length=24, unique=True)
    access_hash = models.CharField(max_length=64, help_text="of the code with which the requester follows the case")
    request_key = models.CharField(max_length=64, unique=True, help_text="the same key sent twice opens one case")
    practice = models.ForeignKey(PracticeVersion, on_delete=models.PROTECT, related_name="cases")
    status = models.CharField(max_length=10, choices=Status, default=Status.RUNNING)
    end = models.CharField(max_length=64, blank=True)
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    state = models.JSONField()
    row_version = models.PositiveIntegerField(default=1)
    requester = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="requests")
    requester_name = models.CharField(max_length=60, blank=True)
    requester_phone = models.CharField(max_length=24, blank=True)
    language = models.CharField(max_length=8, default="zh-Hans")
    surface = models.CharField(max_length=8, default="portal")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="cases")
    cell_code = models.CharField(max_length=64, blank=True, db_index=True, help_text="finest cell of its place")
    cell_path = models.CharField(max_length=200, blank=True, help_text="codes from the widest cell down, `/`-separated")
    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    address = models.CharField(max_length=160, blank=True)
    district = models.ForeignKey(TransformerDistrict, null=True, blank=True, on_delete=models.PROTECT)
    customer = models.ForeignKey(Customer, null=True, blank=True, on_delete=models.PROTECT)
    outage = models.ForeignKey(Outage, null=True, blank=True, on_delete=models.PROTECT, related_name="cases")
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children",
        help_text="the case whose step opened this one",
    )  # fmt: skip
    parent_branch = models.CharField(max_length=200, blank=True, help_text="of the multi-instance item that opened it")
    parent_asks = models.BooleanField(default=False, help_text="who asked in the parent asks here too")
    opened_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True, db_index=True, help_text="of the strictest running clock")
    late = models.BooleanField(default=False, help_text="a clock of this case has expired")
    on_hold = models.BooleanField(default=False)
    stuck = models.CharField(max_length=64, blank=True, help_text="fault code for which a due clock could not act")
    stuck_values = models.JSONField(default=dict, blank=True, help_text="what the sentence of `stuck` names")

    class Meta:
        ordering = ["-opened_at", "-id"]
        indexes = [models.Index(fields=["status", "due_at"]), models.Index(fields=["organisation", "status"])]

    def __str__(self) -> str:
        return self.number


class Outsider(models.Model):
    """Somebody without an account who has work in one case: reached by the telephone that the case names.

    The link that is sent there carries `token`; it opens with a code that is sent to the same telephone when asked for.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="outsiders")
    role = models.CharField(max_length=64)
    phone = models.CharField(max_length=24)
    token = models.CharField(max_length=32, unique=True)
    created_at = models.DateTimeField()
    code_hash = models.CharField(max_length=64, blank=True)
    code_until = models.DateTimeField(null=True, blank=True)
    code_tries = models.PositiveSmallIntegerField(default=0, help_text="wrong ones with the present code")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "role", "phone"], name="outsider_once")]


class Task(models.Model):
    """One piece of work of a case, open or done, with the person who answers for it."""

    class Status(models.TextChoices):
        """Open, or how it was closed."""

        OPEN = "open"
        DONE = "done"
        RETURNED = "returned"
        CANCELLED = "cancelled"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="tasks")
    key = models.CharField(max_length=40)
    step = models.CharField(max_length=64)
    kind = models.CharField(max_length=8)
    role = models.CharField(max_length=64)
    item = models.JSONField(null=True, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    for_requester = models.BooleanField(default=False)
    post = models.ForeignKey(Post, null=True, blank=True, on_delete=models.PROTECT, related_name="tasks")
    holder = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="tasks")
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT)
    outsider = models.ForeignKey(Outsider, null=True, blank=True, on_delete=models.PROTECT, related_name="tasks")
    delegated_to = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    question = models.TextField(blank=True)
    for_task = models.CharField(max_length=40, blank=True)
    escalated = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=60, blank=True)
    answers = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["opened_at", "id"]
        constraints = [models.UniqueConstraint(fields=["case", "key"], name="task_key_once")]
        indexes = [
            models.Index(fields=["holder", "status", "due_at"]),
            models.Index(fields=["organisation", "status", "due_at"]),
            models.Index(fields=["delegated_to", "status"]),
        ]


class Clock(models.Model):
    """The row of one clock; `next_at` is when the worker must look at the case again (empty: nothing to fire)."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="clocks")
    key = models.CharField(max_length=80)
    clock = models.CharField(max_length=64)
    regime = models.CharField(max_length=24)
    task_key = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=8)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    next_at = models.DateTimeField(null=True, blank=True, db_index=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    limit_value = models.PositiveIntegerField()
    limit_unit = models.CharField(max_length=16)
    edition_from = models.CharField(max_length=10)

    class Meta:
        ordering = ["case", "started_at", "key"]
        constraints = [models.UniqueConstraint(fields=["case", "key"], name="clock_key_once")]


class Paper(models.Model):
    """An uploaded document or photograph. `fact` says which papers fact it belongs to, and so who may see it."""

    token = models.CharField(max_length=32, unique=True)
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.CASCADE, related_name="papers")
    fact = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=160)
    media_type = models.CharField(max_length=80)
    size_bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    added_by = models.CharField(max_length=60)
    added_at = models.DateTimeField()
    upload_key = models.CharField(max_length=64, blank=True, help_text="session of an upload before its case exists")


class Letter(models.Model):
    """A document that the case issued. `content` is what it says, per language; the PDF is drawn from it."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="letters")
    letter = models.CharField(max_length=64)
    number = models.CharField(max_length=40, unique=True)
    audience = models.CharField(max_length=64)
    content = models.JSONField()
    issued_at = models.DateTimeField()

    class Meta:
        ordering = ["issued_at", "id"]


class Message(models.Model):
    """A message of a case: written by a person (`text`), or a notice of the practice (`notice` and its values)."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="messages")
    audience = models.CharField(max_length=64, help_text="requester, or staff")
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="notices")
    sender = models.CharField(max_length=60)
    notice = models.CharField(max_length=64, blank=True)
    values = models.JSONField(default=dict)
    text = models.TextField(blank=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["person", "read_at"])]


class Delivery(models.Model):
    """One text on its way out of the house to one address: written with its cause, sent by a worker, never twice."""

    class Status(models.TextChoices):
        """Waiting for its time or a worker; out; given up after the attempts allowed; no longer wanted."""

        WAITING = "waiting"
        SENT = "sent"
        FAILED = "failed"
        DROPPED = "dropped"

    idempotency_key = models.CharField(max_length=120, unique=True, help_text="same cause, address and occasion: once")
    channel = models.CharField(max_length=8, help_text="sms, email, webhook")
    address = models.CharField(max_length=200)
    subject = models.CharField(max_length=160, blank=True)
    body = models.TextField()
    urgent = models.BooleanField(default=False, help_text="goes out in quiet hours too")
    outage = models.ForeignKey(Outage, null=True, blank=True, on_delete=models.CASCADE, related_name="deliveries")
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.CASCADE, related_name="deliveries")
    status = models.CharField(max_length=8, choices=Status, default=Status.WAITING)
    created_at = models.DateTimeField()
    not_before = models.DateTimeField(help_text="end of the quiet hours, or when it is tried again")
    claimed_until = models.DateTimeField(
        null=True, blank=True, help_text="a worker is sending it; then it is free again"
    )
    attempts = models.PositiveSmallIntegerField(default=0, help_text="counted when a worker takes it, sent or not")
    sent_at = models.DateTimeField(null=True, blank=True)
    receipt = models.CharField(max_length=120, blank=True, help_text="what the receiving system answered, to trace it")
    fault = models.CharField(max_length=64, blank=True, help_text="fault code of the last attempt")
    fault_values = models.JSONField(default=dict, help_text="what the sentence of that fault speaks of")

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["status", "channel", "urgent", "not_before", "id"], name="delivery_next")]


class QuietHoursEdition(models.Model):
    """From `starts_on` on: between which times of day texts that can wait are not sent to people, and who said so."""

    starts_on = models.DateField(primary_key=True)
    begins = models.TimeField(help_text="by the clocks of the company's zone")
    ends = models.TimeField(help_text="the same as `begins`: no quiet hours")
    source = models.CharField(max_length=200)

    class Meta:
        ordering = ["-starts_on"]


class RecurringStart(models.Model):
    """The case that began by itself for a body and period; the row decides that there is one. `fault`: why not yet."""

    practice = models.CharField(max_length=64)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    period = models.CharField(max_length=12)
    case = models.ForeignKey(Case, null=True, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    fault = models.CharField(max_length=64, blank=True)
    fault_values = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["practice", "organisation", "period"], name="recurring_once"),
        ]


class News(models.Model):
    """A message from one case to another, written with what caused it and delivered once, when that case waits for it.

    `tried_version` is the receiving case's version at the last try: only when it has moved on is it tried again.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="news")
    about = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=64)
    payload = models.JSONField(default=dict)
    branch = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    tried_version = models.PositiveIntegerField(default=0)
    settled_at = models.DateTimeField(null=True, blank=True, help_text="delivered, or the case was over by then")
    too_late = models.BooleanField(default=False)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["id"], condition=models.Q(settled_at=None), name="news_waiting")]


class RegisterRow(models.Model):
    """A row of a practice's register (台账), as its facts were when an event of the case wrote it; never deleted.

    The subject is whose row it is: `person:12`, an organisation's code, an address, a customer number, or the case's
    own number. `person` is set when it is somebody known, who sees the row wherever it was written.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="register_rows")
    practice = models.CharField(max_length=64)
    register = models.CharField(max_length=64)
    key = models.CharField(max_length=40)
    branch = models.CharField(max_length=200, blank=True)
    trigger = models.CharField(max_length=80)
    subject_kind = models.CharField(max_length=12, help_text="person, requester, organisation, place, customer, case")
    subject_id = models.CharField(max_length=160, blank=True)
    subject_name = models.CharField(max_length=160, blank=True)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="register_rows")
    values = models.JSONField()
    entered_at = models.DateTimeField()
    entered_on = models.DateField(help_text="the company's day")
    until_on = models.DateField(null=True, blank=True, help_text="last day on which the row counts")
    struck_at = models.DateTimeField(null=True, blank=True)
    struck_reason = models.CharField(max_length=80, blank=True, help_text="the event that struck it")

    class Meta:
        ordering = ["-entered_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["case", "key"], name="register_row_once")]
        indexes = [
            models.Index(fields=["practice", "register", "entered_on"], name="register_by_day"),
            models.Index(fields=["practice", "register", "subject_id"], name="register_by_subject"),
        ]


class Rating(models.Model):
    """The requester's own rating of how the case was handled, 1 to 5."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="rating")
    stars = models.PositiveSmallIntegerField()
    rated_at = models.DateTimeField()


class CalendarYear(models.Model):
    """A year whose working days the company has entered, with where they were published."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    source = models.CharField(max_length=200)
    revision = models.PositiveIntegerField(default=1, help_text="raised by every correction, so that readers notice")


class CalendarDay(models.Model):
    """A day that differs from the week: a holiday on a weekday, or a make-up working day on a weekend."""

    day = models.DateField(primary_key=True)
    working = models.BooleanField()
    name = models.CharField(max_length=60, blank=True)


class HistoryEntry(models.Model):
    """Append-only, hash-chained per subject (`case:12`, `post:7`, `practice:x`): each row seals the one before."""

    subject = models.CharField(max_length=80)
    sequence = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=60)
    actor_name = models.CharField(max_length=60, blank=True)
    verb = models.CharField(max_length=48)
    data = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    entry_hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["subject", "sequence"]
        constraints = [models.UniqueConstraint(fields=["subject", "sequence"], name="history_once")]


class PersonalDataRead(models.Model):
    """Somebody unmasked personal data: who, whose, what, why, when."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    subject = models.CharField(max_length=80)
    fields = models.CharField(max_length=200)
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]


__all__ = [
    "CalendarDay",
    "CalendarYear",
    "Case",
    "CaseCounter",
    "Clock",
    "Delivery",
    "HistoryEntry",
    "Letter",
    "Message",
    "News",
    "Outsider",
    "Paper",
    "PersonalDataRead",
    "Post",
    "PracticeArchive",
    "PracticeVersion",
    "QuietHoursEdition",
    "Rating",
    "RecurringStart",
    "RecurringSwitch",
    "RegisterRow",
    "Task",
    "TrustedSigner",
]  # fmt: skip
