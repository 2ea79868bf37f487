"""python -m redemption.catalogue.extraction FILE [--json|--text]"""

from __future__ import annotations

import argparse
import sys

from redemption.catalogue.extraction.command import run
from redemption.policies.reading import ReadingError


def main() -> int:
    """Print and return the exit status: 0, or 1 with the reason on standard error."""
    parser = argparse.ArgumentParser(
        prog="extract", description="Extract draft benefit items from a policy file."
    )
    parser.add_argument("file")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true")
    form.add_argument("--text", action="store_true")
    arguments = parser.parse_args()
    try:
        output = run(arguments.file, as_json=not arguments.text)
    except (ReadingError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    print(output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
