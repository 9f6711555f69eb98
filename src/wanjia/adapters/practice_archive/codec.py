"""A signed archive of a practice: bytes from its parts, and its parts from bytes, with the whole list of faults.

manifest.json     what is inside: name, version, digest, settings, results, the SHA-256 of every file
signature.json    algorithm, public key and Ed25519 signature (RFC 8032), in hex, over the bytes of manifest.json
practice/…        the folder
"""

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from wanjia.adapters.practice_archive.entries import unzipped
from wanjia.model.faults import Fault, Where
from wanjia.model.jsonvalue import Facts, Json
from wanjia.practice.archived import Archive

FORMAT, FORMAT_VERSION = "wanjia-practice-archive", 1
MANIFEST, SIGNATURE, FOLDER = "manifest.json", "signature.json", "practice/"
ALGORITHM = "ed25519"
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""Every entry's time: the same parts make the same archive, byte for byte."""
_NEEDED: Mapping[str, type] = {
    "name": str, "version": str, "digest": str, "signer": str, "made_at": str, "files": dict, "settings": dict,
    "results": list,
}  # fmt: skip


@dataclass(frozen=True)
class Opened:
    """An archive taken apart: complete when there is no fault. `public_key` (hex) is who signed it."""

    archive: Archive | None
    public_key: str
    faults: tuple[Fault, ...]

    @property
    def fingerprint(self) -> str:
        """Of the key, as people compare it over the telephone."""
        return fingerprint(self.public_key)


def packed(archive: Archive, key: Ed25519PrivateKey) -> bytes:
    """The archive's bytes, signed with the key."""
    manifest = _manifest(archive)
    signature = {
        "algorithm": ALGORITHM, "public_key": public_hex(key), "signature": key.sign(manifest).hex(),
    }  # fmt: skip
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as sheet:
        _put(sheet, MANIFEST, manifest)
        _put(sheet, SIGNATURE, _json(signature))
        for path in sorted(archive.files):
            _put(sheet, FOLDER + path, archive.files[path])
    return out.getvalue()


def opened(content: bytes) -> Opened:
    """The archive's parts, if every one of them is what the signed manifest says; else every fault."""
    entries, faults = unzipped(content)
    if faults:
        return Opened(None, "", tuple(faults))
    manifest, wrong = _read_manifest(entries)
    public_key, unsigned = _read_signature(entries)
    files = {name.removeprefix(FOLDER): data for name, data in entries.items() if name.startswith(FOLDER)}
    strange = [name for name in sorted(entries) if name not in (MANIFEST, SIGNATURE) and not name.startswith(FOLDER)]
    faults = [*wrong, *unsigned, *(_named("archive.unknown_entry", name) for name in strange)]
    faults += _file_faults(files, manifest.get("files"))
    if faults:
        return Opened(None, public_key, tuple(faults))
    return Opened(_archive(manifest, files), public_key, ())


def fingerprint(public_key: str) -> str:
    """Eight groups of four hex digits of the SHA-256 of a public key; empty without one."""
    digest = hashlib.sha256(bytes.fromhex(public_key)).hexdigest() if public_key else ""
    return " ".join(digest[at : at + 4] for at in range(0, min(len(digest), 32), 4))


def public_hex(key: Ed25519PrivateKey) -> str:
    """The public half, 64 hex digits."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def key_from(text: str) -> Ed25519PrivateKey:
    """The private key that is kept as base64 of its 32 bytes. Raises ValueError."""
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(text.strip(), validate=True))


def _manifest(archive: Archive) -> bytes:
    return _json(
        {
            "format": FORMAT, "format_version": FORMAT_VERSION, "name": archive.name, "version": archive.version,
            "digest": archive.digest, "signer": archive.signer, "made_at": archive.made_at,
            "settings": archive.settings, "results": list(archive.results),
            "files": {path: hashlib.sha256(data).hexdigest() for path, data in sorted(archive.files.items())},
        }
    )  # fmt: skip


def _json(value: Json | Mapping[str, Json]) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1).encode()


def _put(sheet: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, _FIRST_DAY)
    entry.compress_type = zipfile.ZIP_DEFLATED
    sheet.writestr(entry, data)


def _read_manifest(entries: Mapping[str, bytes]) -> tuple[Facts, list[Fault]]:
    found = _parsed(entries.get(MANIFEST, b""))
    if found is None:
        return {}, [Fault("archive.manifest_wrong", Where(MANIFEST), {"key": MANIFEST})]
    if found.get("format") != FORMAT or found.get("format_version") != FORMAT_VERSION:
        values = {"found": str(found.get("format_version"))[:20], "known": FORMAT_VERSION}
        return {}, [Fault("archive.format_unknown", Where(MANIFEST), values)]
    wrong = [key for key, kind in _NEEDED.items() if not isinstance(found.get(key), kind)]
    return found, [Fault("archive.manifest_wrong", Where(MANIFEST, 0, key), {"key": key}) for key in wrong]


def _read_signature(entries: Mapping[str, bytes]) -> tuple[str, list[Fault]]:
    """The key by which the manifest is signed; empty, with a fault, when it is not."""
    found = _parsed(entries.get(SIGNATURE, b"")) or {}
    if found.get("algorithm") != ALGORITHM:
        return "", [Fault("archive.not_signed", Where(SIGNATURE))]
    public_key = str(found.get("public_key"))
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(str(found.get("signature"))), entries.get(MANIFEST, b""))
    except (ValueError, InvalidSignature):
        return "", [Fault("archive.signature_wrong", Where(SIGNATURE))]
    return public_key.lower(), []


def _file_faults(files: Mapping[str, bytes], listed: Json) -> list[Fault]:
    """Every file is listed with its digest, and every listed one is there."""
    known = listed if isinstance(listed, dict) else {}
    faults = [_named("archive.file_unlisted", path) for path in sorted(set(files) - set(known))]
    faults += [_named("archive.file_missing", path) for path in sorted(set(known) - set(files))]
    for path in sorted(set(files) & set(known)):
        if hashlib.sha256(files[path]).hexdigest() != known[path]:
            faults.append(_named("archive.file_changed", path))
    return faults


def _archive(manifest: Facts, files: Mapping[str, bytes]) -> Archive:
    text = {key: str(manifest[key]) for key in ("name", "version", "digest", "signer", "made_at")}
    settings, results = manifest["settings"], manifest["results"]
    return Archive(
        **text, files=files, settings=settings if isinstance(settings, dict) else {},
        results=tuple(row for row in results if isinstance(row, dict)) if isinstance(results, list) else (),
    )  # fmt: skip


def _parsed(data: bytes) -> Facts | None:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _named(code: str, name: str) -> Fault:
    return Fault(code, Where(name[:80]), {"name": name[:80]})
