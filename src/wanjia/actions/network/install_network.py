"""Make a network model the one that sensing works on."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

import numpy as np
from django.db import transaction

from wanjia.actions.network.customers import district_codes
from wanjia.actions.permission import require
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.jsonvalue import Facts
from wanjia.model.network import Network
from wanjia.records.cases.history import write_history
from wanjia.records.network.models import DistrictState, NetworkModel, PlannedWork, SensingPosition, TransformerDistrict

NAMED_MAX = 20
"""Unknown districts named in the fault; the rest is counted."""
ROWS_PER_STATEMENT = 500


@dataclass(frozen=True)
class InstalledNetwork:
    """The model, and open plans whose device it does not know."""

    model: NetworkModel
    orphaned_plans: tuple[str, ...]


def install_network(network: Network, digest: str, folder: str, actor: Actor, now: datetime) -> InstalledNetwork:
    """Activate a network whose tables are kept in `folder` (relative to the data folder). Raises Denied, Refused.

    The network that was active before stays installed. Its open outages stay open: what is sensed again on the new one
    goes on under the same number.
    """
    require(actor, "network", "install")
    codes = district_codes(network)
    faults = [*_folder_faults(folder), *_district_faults(codes)]
    if faults:
        raise Refused(faults)
    with transaction.atomic():
        NetworkModel.objects.filter(active=True).exclude(digest=digest).update(active=False)
        counts = {"nodes": len(network.nodes.ids), "branches": len(network.branches.ids)}
        counts |= {"districts": len(codes), "meters": len(network.meters.ids)}
        model, _ = NetworkModel.objects.update_or_create(
            digest=digest, defaults={**counts, "folder": folder, "active": True, "installed_at": now}
        )
        SensingPosition.objects.get_or_create(network=model)
        _write_states(network, codes, now)
        orphaned = _orphaned_plans(network, codes, now)
        data: Facts = {**counts, "folder": folder, "orphaned_plans": list(orphaned)}
        write_history(f"network:{digest}", actor, now, [("network_installed", data)])
        return InstalledNetwork(model, orphaned)


def _folder_faults(folder: str) -> list[Fault]:
    path = PurePosixPath(folder)
    inside = folder and not path.is_absolute() and ".." not in path.parts
    return [] if inside else [Fault("network.folder", Where("folder"), {"folder": folder})]


def _district_faults(codes: tuple[str, ...]) -> list[Fault]:
    if not codes:
        return [Fault("network.empty", Where("districts"))]
    unknown = sorted(set(codes) - set(TransformerDistrict.objects.values_list("code", flat=True)))
    values = {"count": len(unknown), "districts": ", ".join(unknown[:NAMED_MAX])}
    return [Fault("network.districts_unknown", Where("districts"), values)] if unknown else []


def _write_states(network: Network, codes: tuple[str, ...], now: datetime) -> None:
    """One row for every district; what is known of it from before stays."""
    meters = np.bincount(network.meters.district, minlength=len(codes)).tolist()
    rows = [
        DistrictState(district_id=code, meters=count, changed_at=now)
        for code, count in zip(codes, meters, strict=True)
    ]  # fmt: skip
    DistrictState.objects.bulk_create(
        rows, ROWS_PER_STATEMENT, update_conflicts=True, unique_fields=["district"],
        update_fields=["meters", "changed_at"],
    )  # fmt: skip
    DistrictState.objects.exclude(district__in=TransformerDistrict.objects.filter(code__in=codes)).delete()


def _orphaned_plans(network: Network, codes: tuple[str, ...], now: datetime) -> tuple[str, ...]:
    known = {*codes, *network.branches.ids.tolist()}
    open_plans = PlannedWork.objects.filter(cancelled_at=None, ends_at__gt=now).values_list("code", "device_id")
    return tuple(code for code, device in open_plans if device not in known)
