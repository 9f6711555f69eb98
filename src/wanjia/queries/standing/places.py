"""Names of the places by which indicators are broken down."""

from wanjia.records.territory.models import Cell, Organisation


def place_names(language: str, cells: bool) -> dict[str, str]:
    """Code -> name of cells or of organisations."""
    column = "name_en" if language == "en" else "name_zh"
    rows = Cell.objects.filter(level=3, ends_on=None) if cells else Organisation.objects.all()
    return dict(rows.values_list("code", column))
