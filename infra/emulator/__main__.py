"""The emulator's process, `python -m infra.emulator PARENT_PID`, which ends with its parent."""

import os
import signal
import sys
import threading
import time

from ministack.app import main

from infra.emulator import patches


def _end_with(parent: int) -> None:
    """Wait until the parent process has ended, then kill this process group."""
    while os.getppid() == parent:
        time.sleep(1)
    os.killpg(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    threading.Thread(target=_end_with, args=[int(sys.argv[1])], daemon=True).start()
    del sys.argv[1:]
    patches.apply()
    sys.exit(main())
