"""Many deliveries in one go: a message to a whole prefecture is written with the outage that caused it."""

from collections.abc import Iterable

from django.db import connection

from wanjia.records.cases.models import Delivery

FIELDS = tuple(field for field in Delivery._meta.concrete_fields if not field.primary_key)


def add_new_deliveries(rows: Iterable[Delivery]) -> None:
    """Insert those whose idempotency key is not there yet; the others are left as they are.

    One prepared statement for all rows: building one statement of many rows, as the ORM does, takes seven times as long.
    """
    names = ", ".join(f'"{field.column}"' for field in FIELDS)
    marks = ", ".join(["%s"] * len(FIELDS))
    statement = (
        f'INSERT INTO "{Delivery._meta.db_table}" ({names}) VALUES ({marks}) ON CONFLICT ("idempotency_key") DO NOTHING'
    )
    with connection.cursor() as cursor:
        cursor.executemany(statement, [_values(row) for row in rows])


def _values(row: Delivery) -> list[object]:
    return [field.get_db_prep_save(getattr(row, field.attname), connection) for field in FIELDS]
