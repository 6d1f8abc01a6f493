#!/usr/bin/env python3
"""Judges the corpus of healthy services and leaking twins with `soak analyze`. Python 3.11 standard library only.

    check.py [--soak PATH] [--corpus DIR] [--list] [--csv FILE]

One table of the healthy ones by framework and by duration: a leak there is a false alarm. One of the twins by what they keep of each
request: what a rule against false alarms costs. Exit 1 where more than 0.3 % of the healthy runs are called a leak. --list prints each
false alarm and each twin that is called stable, --csv writes a line a run.
"""
import argparse
import collections
import concurrent.futures
import csv
import json
import os
import sys
import tempfile
from pathlib import Path

import corpus

#: False alarms allowed among the healthy runs.
ALLOWED = 0.003
VERDICTS = ("leak", "inconclusive", "stable", "failed")


def main():
    built = Path(__file__).resolve().parents[2] / "target" / "release" / "soak"
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--soak", default=str(built), help="the binary (target/release/soak)")
    p.add_argument("--corpus", type=Path, default=corpus.CORPUS, help="where the archives are")
    p.add_argument("--list", action="store_true", help="print each false alarm and each twin called stable")
    p.add_argument("--csv", type=Path, help="write what was judged, a line a run")
    args = p.parse_args()
    rows = judge_all(args.soak, args.corpus)
    healthy, twins = [r for r in rows if not r["leak"]], [r for r in rows if r["leak"]]
    alarms = sum(r["verdict"] == "leak" for r in healthy)
    table("healthy", healthy, "framework")
    table("healthy", healthy, "seconds")
    table("twins", twins, "leak")
    if args.list:
        wrong = [r for r in healthy if r["verdict"] == "leak"] + [r for r in twins if r["verdict"] == "stable"]
        print("\n".join(f"{r['name']}: {r['headline']}" for r in wrong))
    if args.csv:
        with open(args.csv, "w", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
    print(f"{alarms} false alarms in {len(healthy)} healthy runs: {alarms / len(healthy):.2%}, allowed {ALLOWED:.1%}")
    sys.exit(1 if alarms > ALLOWED * len(healthy) else 0)


def judge_all(soak, archives):
    with tempfile.TemporaryDirectory(prefix="warmup-") as scratch, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = [run for archive in sorted(archives.glob("*.tar.xz")) for run in corpus.unpack(archive, Path(scratch) / archive.stem)]
        if not runs:
            sys.exit(f"check.py: {archives} holds no recordings")
        return list(pool.map(lambda run: judge(soak, run), runs))


def judge(soak, run):
    about = json.loads((run / "about.json").read_text())
    report = corpus.judged(soak, run)
    return {k: about[k] for k in ("name", "framework", "service", "kind", "leak", "rate", "seconds")} | {
        "verdict": report["verdict"], "headline": report["headline"],
    }


def table(title, rows, key):
    counts = collections.defaultdict(collections.Counter)
    for row in rows:
        counts[row[key]][row["verdict"]] += 1
        counts["all"][row["verdict"]] += 1
    print(f"{title} by {key:<12} runs " + "".join(f"{v:>14}" for v in VERDICTS) + "    leak")
    for name in [*sorted(k for k in counts if k != "all"), "all"]:
        verdicts, total = counts[name], counts[name].total()
        print(f"  {name:<20} {total:>5} " + "".join(f"{verdicts[v]:>14}" for v in VERDICTS) + f"  {verdicts['leak'] / max(total, 1):>6.1%}")
    print()


if __name__ == "__main__":
    main()
