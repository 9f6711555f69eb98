"""Organisations, cells, people, posts and their holders, contact cards."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class Organisation(models.Model):
    """A company of the supply tree (province, city, county, station) or a partner body."""

    class Kind(models.TextChoices):
        """What it is; the names people read are in texts under `organisation_kind.*`."""

        PROVINCE_COMPANY = "province_company"
        CITY_COMPANY = "city_company"
        COUNTY_COMPANY = "county_company"
        STATION = "station"
        GOVERNMENT = "government"
        SERVICE_WINDOW = "service_window"
        ELECTRICIAN_TEAM = "electrician_team"
        BRANCH = "branch"
        VILLAGE = "village"

    code = models.SlugField(primary_key=True, max_length=64)
    kind = models.CharField(max_length=24, choices=Kind)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    phone = models.CharField(max_length=24, blank=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name_zh


class Cell(models.Model):
    """One cell (网格) of the service grid, as it was drawn from `starts_on` to `ends_on` (inclusive; empty: still)."""

    code = models.CharField(max_length=64)
    level = models.PositiveSmallIntegerField()
    parent_code = models.CharField(max_length=64, blank=True)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="cells")
    area_class = models.CharField(max_length=8, default="rural")
    geometry_wkb = models.BinaryField()
    longitude = models.FloatField(help_text="degrees, a point inside the cell")
    latitude = models.FloatField(help_text="degrees, a point inside the cell")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["level", "code"]
        constraints = [models.UniqueConstraint(fields=["code", "starts_on"], name="cell_once_a_day")]
        indexes = [models.Index(fields=["level", "parent_code"])]

    def __str__(self) -> str:
        return f"{self.code} {self.name_zh}"


class Person(models.Model):
    """A human being the product has to name: staff, partner staff, electrician or a requester with an account."""

    name = models.CharField(max_length=60)
    phone = models.CharField(max_length=24, blank=True)
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT)
    language = models.CharField(max_length=8, default="zh-Hans")

    def __str__(self) -> str:
        return self.name


class AccountManager(BaseUserManager["Account"]):
    """Looks accounts up by user name for Django's login."""

    def get_by_natural_key(self, username: str | None) -> "Account":
        """The account with this user name; raises DoesNotExist."""
        return self.get(username=username)


class Account(AbstractBaseUser):
    """A login. What it may do follows from the posts that its person holds today, and from nothing else."""

    username = models.CharField(max_length=60, unique=True)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="account")
    is_active = models.BooleanField(default=True)
    objects = AccountManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: list[str] = []


class Post(models.Model):
    """A position that somebody holds: by role, in an organisation, and for grid roles in one cell."""

    code = models.CharField(max_length=64, unique=True)
    role = models.CharField(max_length=32)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="posts")
    cell_code = models.CharField(max_length=64, blank=True, db_index=True)

    class Meta:
        ordering = ["code"]
        indexes = [models.Index(fields=["organisation", "role"])]

    def __str__(self) -> str:
        return self.code


class Tenure(models.Model):
    """Who holds a post from `starts_on` to `ends_on`, both days included; an empty end is open.

    An appointment remembers the tenure that it cut short and until when that one would have lasted, so that taking the
    appointment back restores exactly what was.
    """

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="tenures")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="tenures")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    cut_short = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    cut_short_from = models.DateField(null=True, blank=True, help_text="its end before; empty: it had none")

    class Meta:
        ordering = ["post", "starts_on"]
        constraints = [
            models.UniqueConstraint(fields=["post", "starts_on"], name="tenure_starts_once_a_day"),
            models.UniqueConstraint(fields=["post"], condition=models.Q(ends_on=None), name="one_open_tenure_per_post"),
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")),
                name="tenure_ends_after_start",
            ),
        ]


class Electrician(models.Model):
    """A qualified village electrician (村电工) who repairs behind the meter."""

    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="electrician")
    team = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    licence_number = models.CharField(max_length=40)
    licence_valid_until = models.DateField()
    qualifications = models.JSONField(default=list)
    longitude = models.FloatField(help_text="degrees, where they usually start from")
    latitude = models.FloatField(help_text="degrees")
    available = models.BooleanField(default=True)


class ContactCard(models.Model):
    """A service contact card (服务联系卡): its QR leads to whoever answers for the cell."""

    code = models.CharField(max_length=24, unique=True)
    cell_code = models.CharField(max_length=64)
    village_zh = models.CharField(max_length=80)
    village_en = models.CharField(max_length=120, blank=True)
    longitude = models.FloatField()
    latitude = models.FloatField()
    issued_on = models.DateField()
    revoked_on = models.DateField(null=True, blank=True)


class ApiToken(models.Model):
    """A key with which a program acts as a person: only its hash is kept, and what it may do follows from the posts."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="api_tokens")
    name = models.CharField(max_length=60)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]


class Attempts(models.Model):
    """How often somebody tried something within a span of time; `key` says who and what as a hash."""

    key = models.CharField(max_length=120, primary_key=True)
    count = models.PositiveIntegerField()
    until = models.DateTimeField(db_index=True, help_text="when counting begins anew")


class Passkey(models.Model):
    """A device with which a person signs in: the public half of a key whose other half, and face or finger, stay there.

    `removed_at` keeps the row, so that the history can say which device it was; a removed one opens nothing.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="passkeys")
    name = models.CharField(max_length=60, help_text="what its owner calls the device")
    credential_id = models.CharField(max_length=1400, unique=True, help_text="base64url, up to 1,023 bytes (WebAuthn)")
    public_key = models.BinaryField(help_text="COSE")
    sign_count = models.PositiveBigIntegerField(help_text="as the device last said; 0 where it does not count")
    synced = models.BooleanField(help_text="the owner's own key ring copies it to their other devices")
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at", "id"]


class FieldSending(models.Model):
    """A piece of work that a device sent under a key of its own: this unique row decides that it counts once.

    `result` is what the device was answered, and is answered again when it asks again. No answers of a form stand here.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="field_sendings")
    key = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, help_text="paper, task, opinion, case or note")
    result = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="field_sending_once")]
