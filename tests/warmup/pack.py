#!/usr/bin/env python3
"""Packs the runs that record.py left into the corpus. Python 3.11 standard library only.

    pack.py RUNS … [--soak PATH] [--corpus DIR]

A run is left out, with a line that says so, where it says nothing about the service: the load was not held (under 90 % of the rate, or
1 % of errors). Trimming drops columns that have no vote: soak must give each trimmed run the same verdict in the same words as the
whole one, or nothing is written. Exit 0, or 1 with what differs.
"""
import argparse
import concurrent.futures
import json
import os
import sys
import tempfile
from pathlib import Path

import corpus


def main():
    built = Path(__file__).resolve().parents[2] / "target" / "release" / "soak"
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("runs", nargs="+", type=Path, help="folders that record.py filled")
    p.add_argument("--soak", default=str(built), help="the binary (target/release/soak)")
    p.add_argument("--corpus", type=Path, default=corpus.CORPUS, help="where the archives go")
    args = p.parse_args()
    places = [about.parent for folder in args.runs for about in sorted(folder.glob("*/about.json")) if about.parent.suffix != ".part"]
    services, different = {}, []
    with tempfile.TemporaryDirectory(prefix="warmup-") as scratch, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for run, files, why in pool.map(lambda place: checked(args.soak, place, Path(scratch)), places):
            if why and why.startswith("left out"):
                print(f"{run.name}: {why}")
            elif why:
                different.append(f"{run.name}: {why}")
            else:
                services.setdefault(json.loads(files["about.json"])["service"], {})[run.name] = files
    if different:
        print("\n".join(different))
        sys.exit(1)
    args.corpus.mkdir(parents=True, exist_ok=True)
    for service, runs in sorted(services.items()):
        archive = args.corpus / f"{service}.tar.xz"
        corpus.pack(runs, archive)
        print(f"{archive.name}: {len(runs)} runs, {archive.stat().st_size / 1024:.0f} KiB")


def checked(soak, place, scratch):
    """(the run, its trimmed files, why it is not packed)"""
    about = json.loads((place / "about.json").read_text())
    if about["rate_held"] < 0.9 * about["rate"] or about["errors"] >= 0.01:
        return place, None, f"left out: {about['rate_held']:.1f}/s of {about['rate']}/s held, {about['errors']:.1%} errors"
    files = corpus.trimmed(place)
    corpus.write(files, scratch / place.name)
    whole, trimmed = (corpus.judged(soak, run) for run in (place, scratch / place.name))
    if (whole["verdict"], whole["headline"]) != (trimmed["verdict"], trimmed["headline"]):
        return place, None, f"whole {whole['verdict']} ({whole['headline']}), trimmed {trimmed['verdict']} ({trimmed['headline']})"
    return place, files, None


if __name__ == "__main__":
    main()
