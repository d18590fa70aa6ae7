"""Where the program begins: Ctrl-C is heard before anything heavy is imported."""

from __future__ import annotations

import sys


def main() -> None:
    """Run `greffe`; exits with the documented code."""
    try:
        from app.cli import main as run

        run()
    except KeyboardInterrupt:  # before the error boundary of app/cli.py stands
        print("Interrompu avant d'avoir commencé.", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
