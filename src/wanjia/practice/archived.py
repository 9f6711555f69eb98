"""A practice on its way from one company to another: its folder, its settings there, and what it brought there."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from wanjia.model.faults import Fault, Where
from wanjia.model.jsonvalue import Facts
from wanjia.practice.nouns import Practice
from wanjia.practice.reader import read
from wanjia.practice.stored import settings_faults


@dataclass(frozen=True)
class Archive:
    """What leaves one company and enters another. `results` are rows of figures, `made_at` an instant in UTC."""

    name: str
    version: str
    digest: str
    signer: str
    made_at: str
    files: Mapping[str, bytes]
    settings: Facts = field(default_factory=dict)
    results: tuple[Facts, ...] = ()


def archive_faults(archive: Archive) -> tuple[Fault, ...]:
    """What the folder inside does not keep of what the archive says of it: it is read, without its scenarios run."""
    reading = read(archive.files)
    if reading.practice is None:
        return reading.faults
    practice = reading.practice
    told = {"name": archive.name, "version": archive.version, "digest": archive.digest}
    found = {"name": practice.name, "version": practice.version, "digest": practice.digest}
    other = [key for key in told if told[key] != found[key]]
    faults = [Fault("archive.says_other", Where("manifest.json", 0, key), {"key": key}) for key in other]
    return (*faults, *settings_faults(practice, archive.settings))


def fitting(settings: Facts, practice: Practice) -> Facts:
    """Those of a company's figures that another version still takes; what it does not know or allow is left out."""
    return {name: value for name, value in settings.items() if not settings_faults(practice, {name: value})}
