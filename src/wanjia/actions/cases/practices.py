"""The practice that a case runs on; its files are fetched only when it is not in memory yet."""

from collections.abc import Iterator, Mapping

from wanjia.practice.nouns import Practice
from wanjia.practice.stored import stored_practice
from wanjia.records.cases.models import PracticeVersion

FILES_LEFT_OUT = "practice__files"
"""For `defer`: a practice's folder is some hundred kilobytes of text, too much to read with every case."""


class _Files(Mapping[str, str]):
    """The files of a version as a mapping that asks the store when it is first looked into."""

    def __init__(self, version: PracticeVersion) -> None:
        self._version = version

    def __getitem__(self, path: str) -> str:
        return str(self._version.files[path])

    def __iter__(self) -> Iterator[str]:
        return iter(self._version.files)

    def __len__(self) -> int:
        return len(self._version.files)


def practice_of(version: PracticeVersion) -> Practice:
    """The version, read. Raises ValueError when what is stored is broken."""
    return stored_practice(version.digest, _Files(version))
