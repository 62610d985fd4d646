"""Unpacked Lambda packages, which all execution environments of the emulator share.

ministack unpacks code and layers anew for each environment. That took longer than the rest of a
cold start, and files that none of them changes filled the disk during bursts.
"""

import hashlib
import tempfile
import threading
import zipfile
from os import PathLike
from pathlib import Path
from types import SimpleNamespace

import ministack.core.lambda_runtime as runtime

_folders: dict[str, Path] = {}
_lock = threading.Lock()


def share() -> None:
    """Make ministack unpack each package once in this process."""
    runtime.zipfile = SimpleNamespace(**vars(zipfile) | {"ZipFile": SharedArchive})


class SharedArchive(zipfile.ZipFile):
    """A zip file that is unpacked once; where it is to be unpacked again, it is linked."""

    def namelist(self) -> list[str]:
        """Return no names: ministack checks them at every start, and unpacking is safe as it is."""
        return []

    def extractall(self, path: str | PathLike[str] | None = None, *_: object) -> None:
        """Replace the empty folder `path` by a link to the unpacked files."""
        link = Path(path or "")
        link.rmdir()
        link.symlink_to(self._unpacked(), target_is_directory=True)

    def _unpacked(self) -> Path:
        """Return the folder with the files, unpacking them if no archive had the same."""
        files = repr([(info.filename, info.CRC, info.file_size) for info in self.infolist()])
        name = hashlib.sha256(files.encode()).hexdigest()
        with _lock:
            if name not in _folders:
                folder = Path(tempfile.mkdtemp(prefix="package-"))
                super().extractall(folder, self.infolist())
                _folders[name] = folder
        return _folders[name]
