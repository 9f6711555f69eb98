"""Exact cover of a territory: the proof, the owner of a point, the days of a post. Look-ups by raster: `.raster`."""

from wanjia.kernels.cover.collection import Collection, read_collection
from wanjia.kernels.cover.hierarchy import InvalidCell
from wanjia.kernels.cover.index import NOBODY, CellIndex
from wanjia.kernels.cover.posts import POST_COLUMNS, Posts, read_posts
from wanjia.kernels.cover.proof import CoverReport, Gap, Overlap, invalid_cells, prove
from wanjia.kernels.cover.shapes import CellShape
from wanjia.kernels.cover.tenure import Unheld, UnheldDays, holders_on, unheld

__all__ = [
    "NOBODY",
    "POST_COLUMNS",
    "CellIndex",
    "CellShape",
    "Collection",
    "CoverReport",
    "Gap",
    "InvalidCell",
    "Overlap",
    "Posts",
    "Unheld",
    "UnheldDays",
    "holders_on",
    "invalid_cells",
    "prove",
    "read_collection",
    "read_posts",
    "unheld",
]
