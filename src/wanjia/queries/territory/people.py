"""People who work here: who they are, what they hold, and whether they can sign in."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch, Q

from wanjia.queries.cases.rows import Rows
from wanjia.queries.cases.visible import below
from wanjia.records.territory.holders import in_office, organisation_line
from wanjia.records.territory.models import ApiToken, Person, Tenure


@dataclass(frozen=True)
class HeldPost:
    """A post in somebody's hands, from one day to another."""

    tenure_id: int
    post: str
    role: str
    organisation: str
    cell_code: str
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True)
class PersonRow:
    """One person; `login` is empty without an account."""

    pk: int
    name: str
    phone: str
    language: str
    organisation_code: str
    organisation: str
    line: frozenset[str]
    posts: tuple[HeldPost, ...]
    login: str
    active: bool
    last_login: datetime | None


@dataclass(frozen=True)
class TokenRow:
    """A key for programs, without the key."""

    pk: int
    name: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True)
class PersonFilters:
    """What the address says. `account` is `yes`, `no`, `closed` or empty; `post` is `yes`, `no` or empty."""

    text: str = ""
    organisation: str = ""
    account: str = ""
    post: str = ""


def search_people(filters: PersonFilters, on: date, language: str) -> Rows[PersonRow]:
    """Staff, partner staff and electricians by name; requesters stand in their cases and nowhere else."""
    query = _rows(on).exclude(organisation=None).filter(_text(filters.text), _rest(filters, on)).distinct()
    return Rows(query.order_by("name", "pk"), lambda rows: [_value(row, language) for row in rows])


def person(person_id: int, on: date, language: str) -> PersonRow | None:
    """One person with the posts held on that day."""
    row = _rows(on).filter(pk=person_id).first()
    return _value(row, language) if row else None


def past_and_planned(person_id: int, language: str) -> tuple[HeldPost, ...]:
    """Every tenure of a person, newest first."""
    rows = Tenure.objects.filter(person=person_id).select_related("post__organisation").order_by("-starts_on")
    return tuple(_held(row, language) for row in rows)


def tokens_of(person_id: int) -> tuple[TokenRow, ...]:
    """The person's keys, newest first."""
    rows = ApiToken.objects.filter(person=person_id)
    return tuple(TokenRow(row.pk, row.name, row.created_at, row.last_used_at, row.revoked_at) for row in rows)


def people_to_choose(text: str, language: str, most: int = 40) -> tuple[tuple[int, str], ...]:
    """(id, name · organisation · login) of people whom a search finds, for an appointment."""
    if not text.strip():
        return ()
    query = Person.objects.exclude(organisation=None).filter(_text(text)).select_related("organisation", "account")
    return tuple((row.pk, _label(row, language)) for row in query.distinct().order_by("name", "pk")[:most])


def _rows(on: date):
    held = Tenure.objects.filter(in_office(on)).select_related("post__organisation")
    return Person.objects.select_related("organisation__parent__parent__parent", "account").prefetch_related(
        Prefetch("tenures", queryset=held, to_attr="held")
    )


def _text(text: str) -> Q:
    text = text.strip()
    if not text:
        return Q()
    return (
        Q(name__icontains=text) | Q(phone=text) | Q(account__username__icontains=text)
        | Q(tenures__post__code__iexact=text) | Q(tenures__post__cell_code__iexact=text)
    )  # fmt: skip


def _rest(filters: PersonFilters, on: date) -> Q:
    wanted = Q(organisation__in=below([filters.organisation])) if filters.organisation else Q()
    account = {"yes": Q(account__is_active=True), "no": Q(account=None), "closed": Q(account__is_active=False)}
    wanted &= account.get(filters.account, Q())
    if filters.post in ("yes", "no"):
        holding = Tenure.objects.filter(in_office(on)).values("person")
        wanted &= Q(pk__in=holding) if filters.post == "yes" else ~Q(pk__in=holding)
    return wanted


def _value(row, language: str) -> PersonRow:
    account = getattr(row, "account", None)
    return PersonRow(
        row.pk, row.name, row.phone, row.language, row.organisation_id or "", _name(row.organisation, language),
        frozenset(organisation_line(row.organisation)), tuple(_held(tenure, language) for tenure in row.held),
        account.username if account else "", bool(account and account.is_active),
        account.last_login if account else None,
    )  # fmt: skip


def _held(row: Tenure, language: str) -> HeldPost:
    post = row.post
    return HeldPost(
        row.pk, post.code, post.role, _name(post.organisation, language), post.cell_code, row.starts_on, row.ends_on
    )


def _name(organisation, language: str) -> str:
    if organisation is None:
        return ""
    return organisation.name_en if language == "en" else organisation.name_zh


def _label(row, language: str) -> str:
    account = getattr(row, "account", None)
    parts = (row.name, _name(row.organisation, language), account.username if account else "")
    return " · ".join(part for part in parts if part)
