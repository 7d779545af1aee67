"""Makes the tables of docs/dev/performance.md.

tables.py engine JSON          JMH's results as Markdown, on standard output
tables.py size HPI             the size of the plugin
tables.py page PAGE TABLES     puts all tables of a directory between the marks in the page
tables.py compare OLD NEW      the tables of two directories, cell by cell, as "old → new"
"""

import datetime
import glob
import json
import os
import platform
import re
import subprocess
import sys

BEGIN = "<!-- figures: make bench replaces what follows -->"
END = "<!-- end of the figures -->"

TITLES = {
    "PolicyReading.read": ("reading a policy and its fingerprint", "rules", "rules"),
    "Evaluating.evaluate": ("evaluating", "checks", "checks"),
    "RunParsing.parse": ("parsing a run", "metrics", "metrics"),
    "Slices.evaluate": ("evaluating the slices of one metric", "metrics", "slices"),
}


def engine(file):
    with open(file, encoding="utf-8") as handle:
        results = json.load(handle)
    lines = [
        "### Engine",
        "",
        "JMH, average time, mean ± 99.9 % confidence interval. Linear growth is a time for each that stays the same.",
        "",
        "| what | of | time, µs | for each, µs | each second | bytes allocated for each |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for result in results:
        title, parameter, noun = TITLES[".".join(result["benchmark"].split(".")[-2:])]
        count = int(result["params"][parameter])
        time, error = result["primaryMetric"]["score"], result["primaryMetric"]["scoreError"]
        allocated = next(m["score"] for name, m in result["secondaryMetrics"].items() if name.endswith("gc.alloc.rate.norm"))
        lines.append(
            f"| {title} | {count:,} {noun} | {time:,.1f} ± {float(error):,.1f} | {time / count:.3f} | {1e6 * count / time:,.0f}"
            f" | {allocated / count:,.0f} |"
        )
    print("\n".join(lines))


def size(file):
    print(f"\nThe plugin's file (`.hpi`) has {os.path.getsize(file) / 1e6:.1f} MB.")


def processors():
    name = platform.processor()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as info:
            name = next(line.split(":")[1].strip() for line in info if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return f"{os.cpu_count()} processors{f' ({name})' if name else ''}"


def page(file, tables):
    with open(file, encoding="utf-8") as handle:
        text = handle.read()
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    if not tail:
        sys.exit(f"{file} has lost its marks")
    java = subprocess.run(["java", "-version"], capture_output=True, text=True, check=True).stderr.splitlines()[0]
    parts = [f"{datetime.date.today()}, {processors()}, {platform.system()}, {java}."]
    for name in sorted(glob.glob(os.path.join(tables, "*.md"))):
        with open(name, encoding="utf-8") as handle:
            parts.append(handle.read().strip())
    with open(file, "w", encoding="utf-8") as handle:
        handle.write(head + BEGIN + "\n\n" + "\n\n".join(parts) + "\n\n" + END + tail)


def cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def compare(old, new):
    """Rows are the same if their first cells without a figure are; a row or table without its like is left as it is."""
    for name in sorted(glob.glob(os.path.join(new, "*.md"))):
        with open(name, encoding="utf-8") as handle:
            lines = handle.read().strip().splitlines()
        try:
            with open(os.path.join(old, os.path.basename(name)), encoding="utf-8") as handle:
                before = handle.read().splitlines()
        except FileNotFoundError:
            before = []
        rows = {key(cells(line)): cells(line) for line in before if line.startswith("|")}
        for line in lines:
            now = cells(line)
            then = rows.get(key(now)) if line.startswith("|") else None
            if then is None or len(then) != len(now):
                print(line)
            else:
                pairs = [one if one == other else f"{one} → {other}" for one, other in zip(then, now)]
                print("| " + " | ".join(pairs) + " |")
        print()


def key(row):
    """The cells that name a row."""
    names = []
    for cell in row:
        if names and re.match(r"^[\d.,-]+( |$)", cell):
            break
        names.append(cell)
    return tuple(names[:2])


if __name__ == "__main__":
    {"engine": engine, "size": size, "page": page, "compare": compare}[sys.argv[1]](*sys.argv[2:])
