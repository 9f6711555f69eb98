"""What the store holds, as one fingerprint per table: how a test sees that nothing was changed, or what was."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.apps import apps

from wanjia.model.faults import Denied, NotFound, Refused

SUBJECTS = ("territory", "network", "cases")


def fingerprint() -> dict[str, tuple[int, str]]:
    """Table -> (rows, hash over every value of every row in the order of the keys)."""
    found = {}
    for label in SUBJECTS:
        for model in apps.get_app_config(label).get_models():
            digest, rows = hashlib.sha256(), 0
            for row in model.objects.order_by("pk").values_list():
                digest.update(repr([bytes(v) if isinstance(v, memoryview) else v for v in row]).encode())
                rows += 1
            found[model.__name__] = (rows, digest.hexdigest()[:16])
    return found


@contextmanager
def refused(*codes: str) -> Iterator[None]:
    """The block is refused with exactly these codes, and no row of any table differs afterwards."""
    before = fingerprint()
    with pytest.raises(Refused) as caught:
        yield
    assert sorted({fault.code for fault in caught.value.faults}) == sorted(codes)
    assert fingerprint() == before


@contextmanager
def denied() -> Iterator[None]:
    """The block is stopped by the permission table, and no row of any table differs afterwards."""
    before = fingerprint()
    with pytest.raises(Denied):
        yield
    assert fingerprint() == before


@contextmanager
def unknown() -> Iterator[None]:
    """The block asks for something that does not exist, and no row of any table differs afterwards."""
    before = fingerprint()
    with pytest.raises(NotFound):
        yield
    assert fingerprint() == before
