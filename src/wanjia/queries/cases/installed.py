"""Practices of cases, without fetching their files for every row of a list."""

from collections.abc import Iterator, Mapping

from wanjia.practice.nouns import Practice
from wanjia.practice.stored import stored_practice
from wanjia.records.cases.models import PracticeVersion


class _Files(Mapping[str, str]):
    """The files of a version, fetched only when somebody reads them: when its practice is not in memory."""

    def __init__(self, version: int) -> None:
        self._version = version

    def _fetched(self) -> Mapping[str, str]:
        return PracticeVersion.objects.values_list("files", flat=True).get(pk=self._version)

    def __getitem__(self, path: str) -> str:
        return self._fetched()[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fetched())

    def __len__(self) -> int:
        return len(self._fetched())

    def items(self):
        """All at once, so that reading a practice is one query."""
        return self._fetched().items()


def practice_of(version: PracticeVersion) -> Practice:
    """The practice of a version row whose `files` may be deferred."""
    return stored_practice(version.digest, _Files(version.pk))


def active_practices() -> list[Practice]:
    """The active version of every installed practice, by name."""
    return [practice_of(row) for row in PracticeVersion.objects.filter(active=True).defer("files").order_by("name")]


def practice_names(language: str) -> list[tuple[str, str]]:
    """(name, title) of the installed practices, for a filter."""
    return [(practice.name, practice.text("name", language)) for practice in active_practices()]
