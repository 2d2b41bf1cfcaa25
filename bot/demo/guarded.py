"""Runs another program's module in a process that does not outlive its parent.

`python -m bot.demo.guarded MODULE [ARGUMENT ...]` does what `python -m MODULE [ARGUMENT ...]` does, and
watches its standard input, a pipe that nobody ever writes to. The kernel closes the other end when the parent
ends, however it ends; then this process stops itself. A pipe was chosen over prctl(PR_SET_PDEATHSIG): it works
on every Unix, does not fire when merely the *thread* that started the process ends, and needs no code between
fork and exec.
"""

import os
import runpy
import signal
import sys
import threading

PATIENCE_SECONDS = 5.0
"""How long the module may take to stop after SIGTERM before the process is ended without asking."""


def main() -> None:
    """Run the module named on the command line as `__main__`; its exit code is the exit code."""
    threading.Thread(target=_end_with_parent, name="end-with-parent", daemon=True).start()
    module = sys.argv[1]
    sys.argv = sys.argv[1:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _end_with_parent() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(PATIENCE_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    main()
