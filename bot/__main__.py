"""The entry point of `ag4-bot` and of `python -m bot`."""

import gc
import sys

INTERRUPTED = 130


def main() -> None:
    """Run the command line; Ctrl-C ends it without a trace, from the first import on."""
    try:
        gc.disable()  # imports make lasting objects only: collecting meanwhile costs a third of the start
        from bot.cli import app  # noqa: PLC0415 (imports take long enough to be interrupted)

        gc.enable()
        app()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
