"""Office files and EPUBs are zip archives, which can be bombs."""

from __future__ import annotations

from pathlib import Path
from zipfile import BadZipFile, ZipFile

from retrieval.errors import DocumentError, PasswordRequired

# A million rows of a real workbook are 0.2 GB unpacked and pack to a tenth; a bomb packs to a
# thousandth. zipfile never gives more than the size a member declares.
_MOST = 2 << 30  # bytes unpacked
_FREE = 64 << 20  # below this no ratio is suspect: a small file of blanks packs well
_RATIO = 150


def open_zip(path: Path) -> ZipFile:
    """Raises DocumentError for an archive that is damaged, encrypted or a bomb."""
    try:
        archive = ZipFile(path)
    except (BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise DocumentError(f"{path.name} is damaged: its zip archive cannot be read.") from error
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    if unpacked > _MOST or unpacked > max(_FREE, _RATIO * path.stat().st_size):
        archive.close()
        raise DocumentError(
            f"{path.name} unpacks to {unpacked / 1e9:.1f} GB: that is a zip bomb, or too large."
        )
    if any(member.flag_bits & 1 for member in members):
        archive.close()
        raise PasswordRequired(f"{path.name} is encrypted: save a copy without a password.")
    for member in members:  # as some programs of Windows name them
        name = member.filename.replace("\\", "/").lstrip("/")
        if name != member.filename:
            member.filename = name
            archive.NameToInfo.setdefault(name, member)
    return archive
