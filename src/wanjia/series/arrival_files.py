"""An arrival being written: Parquet as it comes, and the digest by which the same readings are known again."""

from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from wanjia.series.arrival_rows import Piece
from wanjia.series.digest import note_column
from wanjia.series.disk import sync_file

DIGEST_CHARACTERS = 24
"""Of the digest in the name; 96 bits do not meet by chance among a company's arrivals."""
ROW_GROUP_ROWS_MAX = 524_288
"""Rows that are read again at a time."""
WAITING_BYTES_MAX = 16 * 1024**2
"""Of rows that are gathered before they are written, where few days are written at a time."""
PLAIN_COLUMNS = ("meter_id", "slots")
"""Not worth a dictionary: a meter stands once in most batches."""


class ArrivalFile:
    """The digest is of the readings, not of the batches in which they came, nor of the file's bytes."""

    def __init__(self, path: Path, form: str, schema: pa.Schema) -> None:
        self.path, self.readings = path, 0
        packed = [name for name in schema.names if name not in PLAIN_COLUMNS]
        self._writer = pq.ParquetWriter(path, schema, use_dictionary=packed, compression="zstd", write_statistics=False)
        self._form, self._waiting, self._bytes = form, list[pa.Table](), 0
        self._hashes = {name: [sha256()] for name in schema.names}
        self._hashes["meter_id"].append(sha256())

    def write(self, piece: Piece, waiting_bytes: int = WAITING_BYTES_MAX) -> None:
        """Adds the readings behind those before; so many bytes may wait to be written with those to come."""
        self.readings += piece.readings
        self._waiting.append(piece.table)
        self._bytes += piece.table.nbytes
        if self._bytes >= min(waiting_bytes, WAITING_BYTES_MAX):
            self._flush()
        for name, hashes in self._hashes.items():
            for chunk in piece.table[name].chunks:
                note_column(hashes, chunk)

    def close(self) -> str:
        """Ends and syncs the file; the digest of its readings."""
        self._flush()
        self._writer.close()
        sync_file(self.path)
        whole = sha256(self._form.encode())
        for hashes in self._hashes.values():
            for one in hashes:
                whole.update(one.digest())
        return whole.hexdigest()[:DIGEST_CHARACTERS]

    def _flush(self) -> None:
        if self._waiting:
            self._writer.write_table(pa.concat_tables(self._waiting), row_group_size=ROW_GROUP_ROWS_MAX)
        self._waiting, self._bytes = [], 0
