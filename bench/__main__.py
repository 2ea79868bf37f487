"""Run the benchmarks, print a table, write `var/bench.json`.

Each module of this package offers `run() -> {name: {"value", "unit", "bar", "better"}}`; those with a long run offer
`run_long()` too. A figure with a bar is compared with a baseline measured in the same run wherever machines differ.
"""

import argparse
import importlib
import json
import pkgutil
import sys
import time
from pathlib import Path
from typing import Any

import bench
from redemption.web import logs

Figures = dict[str, dict[str, Any]]
OUT = Path("var/bench.json")


def passes(figure: dict[str, Any]) -> bool:
    """Whether a figure is on the right side of its bar; one without a bar always is."""
    if figure.get("bar") is None:
        return True
    good = (
        figure["value"] <= figure["bar"] if figure["better"] == "lower" else figure["value"] >= figure["bar"]
    )
    return bool(good)


def show(figures: Figures) -> None:
    width = max((len(name) for name in figures), default=10)
    for name, figure in figures.items():
        bar = (
            ""
            if figure.get("bar") is None
            else f"{'≤' if figure['better'] == 'lower' else '≥'} {figure['bar']:g}"
        )
        mark = "" if figure.get("bar") is None else ("pass" if passes(figure) else "MISSED")
        print(f"{name:<{width}}  {figure['value']:>12.4g} {figure['unit']:<14} {bar:>10}  {mark}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="modules to run; all by default")
    parser.add_argument("--long", action="store_true", help="also the runs of many minutes")
    arguments = parser.parse_args()
    logs.configure("ERROR")
    known = sorted(
        module.name for module in pkgutil.iter_modules(bench.__path__) if not module.name.startswith("_")
    )
    figures: Figures = {}
    failed = False
    for name in arguments.names or known:
        module = importlib.import_module(f"bench.{name}")
        for entry in ("run", *(["run_long"] if arguments.long else [])):
            function = getattr(module, entry, None)
            if function is None:
                continue
            began = time.monotonic()
            try:
                figures.update(function())
            except Exception as error:
                failed = True
                print(f"{name}.{entry}: {type(error).__name__}: {error}", file=sys.stderr)
            print(f"-- {name}.{entry}: {time.monotonic() - began:.1f} s", flush=True)
    show(figures)
    OUT.parent.mkdir(exist_ok=True)
    before = json.loads(OUT.read_text()) if arguments.names and OUT.exists() else {}
    OUT.write_text(json.dumps({**before, **figures}, ensure_ascii=False, indent=1) + "\n")
    missed = [name for name, figure in figures.items() if not passes(figure)]
    if missed:
        print(f"below the bar: {', '.join(missed)}")
    return int(bool(missed) or failed)


if __name__ == "__main__":
    sys.exit(main())
