#!/usr/bin/env python3
"""Soaks servers that nobody here wrote, brought from Debian's packages, and holds what soak says. Python 3.11 standard library only.

    run.py [--soak PATH] [--only NAME …] [--duration 3m] [--rate 50] [--jobs 2] [--out DIR] [--debs DIR]

The packages are fetched with `apt-get download` and unpacked with `dpkg -x` below --debs (the user's cache), so no package is
installed and no service started; neither needs root, only lists that `apt-get update` has brought. For each server of servers.toml,
whose head says what its fields mean: it is started on a free loopback port as a child in a session of its own; `soak doctor URL`
must find the probes named there and no others; `soak URL` runs for --duration; then these must hold:

    verdict    what leaks is called a leak and what does not is not; a healthy server that is 'inconclusive' is told as such, with the reason
    figures    as medians of steady within 4 % of what this script read meanwhile: private memory, threads and descriptors of the process
               and its children in /proc, resident memory where it has none; and resident memory, descriptors and goroutines as the
               server's own page of metrics tells them; private memory once more at the end of the run
    grows      a leak grows in one of the series named
    says       the headline or a note has these words

A line a server goes to stdout; what it said itself, and soak's report, stay in --out. Exit 0 only if every server held, 1 if one did
not, 2 if nothing could be tried. All eighteen take about half an hour, two at a time; `--duration 60s` is the short form, in which a healthy
server is more often inconclusive. Debian 12, x86-64 or arm64; Java must be there for tomcat, Debian's own python3 for gunicorn.
"""
import argparse
import csv
import json
import os
import re
import shutil
import signal
import statistics
import sys
import tempfile
import threading
import time
import tomllib
import urllib.request
from pathlib import Path

from processes import (Flaw, cache_folder, end, fill_in, find_soak, free_ports, give_up, library_folder, run, start_server, tree,
                       try_all, unpacked)

HERE = Path(__file__).resolve().parent
MIB = 1 << 20
#: How far two readings of one figure may be apart: a share of it, or so much. A page of metrics counts the connection it is asked over and
#: the goroutines that put it together; soak leaves out those that serve its own questions.
SHARE, FEW, SOME_BYTES = 0.04, 6, MIB
#: The last so many seconds of a run are its end.
END_S = 6


def main():
    args = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    servers = [s for s in tomllib.loads((HERE / "servers.toml").read_text())["server"] if not args.only or s["name"] in args.only]
    unknown = set(args.only) - {s["name"] for s in servers}
    if unknown:
        give_up(f"servers.toml has no {', '.join(sorted(unknown))}")
    out = args.out or Path(tempfile.mkdtemp(prefix="soak-field-"))
    out.mkdir(parents=True, exist_ok=True)
    root = unpacked({deb for s in servers for deb in s["debs"]}, args.debs)
    held = 0

    def done(result):
        nonlocal held
        right, line = result
        held += right
        print(line, flush=True)

    try_all(args.jobs, trial, [(s, args, root, out / s["name"]) for s in servers], done)
    print(f"{held} of {len(servers)} servers held; reports in {out}")
    sys.exit(0 if servers and held == len(servers) else 1)


def arguments():
    cache = cache_folder("soak-field")
    built = HERE.parents[1] / "target" / "release" / "soak"
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--soak", default=str(built), help="the binary (target/release/soak)")
    p.add_argument("--only", nargs="+", default=[], metavar="NAME", help="these servers")
    p.add_argument("--duration", default="3m", help="of each run (3m)")
    p.add_argument("--rate", type=float, default=50, help="requests a second (50)")
    p.add_argument("--jobs", type=int, default=2, help="servers at a time (2)")
    p.add_argument("--out", type=Path, help="where reports go (a new temporary folder)")
    p.add_argument("--debs", type=Path, default=cache, help=f"where packages are kept ({cache})")
    args = p.parse_args()
    args.soak = find_soak(args.soak)
    unit = {"s": 1, "m": 60, "h": 3600}.get(args.duration[-1:], 0)
    args.seconds = float(args.duration[:-1]) * unit if unit else float(args.duration)
    return args


# one server


def trial(server, args, root, out):
    """(whether it held, the line to print); whatever goes wrong is this server's failure, nobody else's."""
    begun, verdict, wrong, notes, child = time.monotonic(), "-", [], [], None
    with tempfile.TemporaryDirectory(prefix="field-", ignore_cleanup_errors=True) as work:
        try:
            absent = [n for n in server.get("needs", []) if not shutil.which(n)]
            if absent:
                raise Flaw(f"{', '.join(absent)} is not on PATH")
            out.mkdir(parents=True, exist_ok=True)
            words = vocabulary(root, work)
            child, base = start(server, words, work, out)
            pid, flaws = doctor(server, args, base, words, out)
            if pid not in tree(child.pid):
                raise Flaw(f"doctor takes pid {pid} for the target, which is none of {tree(child.pid)}")
            verdict, more, notes = soak(server, args, base, words, pid, out)
            wrong += flaws
            wrong += more
        except Flaw as flaw:
            wrong.append(str(flaw))
        except Exception as error:  # noqa: BLE001
            wrong.append(f"{type(error).__name__}: {error}")
        finally:
            if child:
                end(child)
    line = f"{'FAIL' if wrong else 'ok  '} {server['name']:<16} {verdict:<13} {time.monotonic() - begun:>4.0f} s  {'; '.join(wrong + notes)}"
    return not wrong, line


def vocabulary(root, work):
    ports = free_ports(2)
    return {
        "@debs@": str(root), "@libs@": str(library_folder(root)), "@work@": work, "@here@": str(HERE), "@port@": str(ports[0]), "@port2@": str(ports[1]),
        "@kilobyte@": "c29haw" * 170 + "cg==", "@root-only@": "" if os.geteuid() == 0 else "#",
    }


def start(server, words, work, out):
    """The server as a child, once it answers, and its URL without a path."""
    for name, text in server.get("files", {}).items():
        file = Path(work) / name
        file.parent.mkdir(parents=True, exist_ok=True)
        text = fill_in(text, words).lstrip("\n")
        copied = re.fullmatch(r"@file:(.*)@", text)
        file.write_text(Path(copied[1]).read_text() if copied else text)
    base = f"http://127.0.0.1:{words['@port@']}"
    ready = base + server.get("ready", server["path"])
    child = start_server(server["run"], server.get("env", {}), words, out / "server.log", ready, work)
    if "before" in server:
        path, body = server["before"]
        urllib.request.urlopen(base + path, data=body.encode(), timeout=10).read()
    return child, base


def doctor(server, args, base, words, out):
    flags = [fill_in(flag, words) for flag in server.get("doctor", [])]
    text, code = run([args.soak, "doctor", base + server["path"], "--json", *flags], 60, out / "doctor.log")
    if code:
        raise Flaw(f"doctor ended with {code}: {(out / 'doctor.log').read_text().strip()[-200:]}")
    (out / "doctor.json").write_text(text)
    checkup = json.loads(text)
    # whether soak can read a cgroup that is the target's alone is the machine's affair
    found = sorted(p["name"] for p in checkup["probes"] if p["found"] and p["name"] != "cgroup")
    wanted = sorted(server["probes"])
    flaws = [] if found == wanted else [f"doctor finds {', '.join(found)}; it should be {', '.join(wanted)}"]
    return (checkup["target"] or {}).get("pid"), flaws


def soak(server, args, base, words, pid, out):
    """Its verdict, what is wrong with it, and what is worth telling."""
    flags = [fill_in(flag, words) for flag in server.get("args", [])]
    place = out / "run"
    page = fill_in(server["metrics"], words) if "metrics" in server else None
    command = [args.soak, base + server["path"], "--duration", f"{args.seconds:g}s", "--rate", f"{args.rate:g}/s", "--out", str(place), "--replace", "--json", *flags]
    with Observer(pid, page) as seen:
        text, code = run(command, args.seconds + 60, out / "soak.log")
    if not text.strip():
        raise Flaw(f"soak ended with {code}: {(out / 'soak.log').read_text().strip()[-300:]}")
    report = json.loads(text)
    verdict, wrong, notes = report["verdict"], [], []
    if server["expect"] == "leak":
        if verdict != "leak" or code != 1:
            wrong.append(f"it leaks ({server['why']}), and soak says {verdict}, exit {code}: {report['headline']}")
        growing = [s["name"] for s in report["series"] if s["trend"] == "growing"]
        if not set(growing) & set(server["grows"]):
            wrong.append(f"growing: {', '.join(growing) or 'nothing'}; it should be one of {', '.join(server['grows'])}")
    elif verdict not in ("stable", "inconclusive") or report["culprits"]:
        wrong.append(f"it is healthy, and soak says {verdict}, exit {code}: {report['headline']}")
    if not any(server.get("says", "") in text for text in [report["headline"], *report["notes"]]):
        wrong.append(f"it does not say '{server['says']}': {report['headline']}")
    if not wrong and verdict != "stable":
        notes.append(report["headline"])
    errors = report["load"]["errors"]["ratio"]
    if errors > 0.01:
        wrong.append(f"{errors:.1%} of the requests failed: {report['load']['errors']['by_kind']}")
    apart, agree = seen.compare(place / "samples.csv")
    return verdict, wrong + apart, notes + agree


# figures


class Observer:
    """Reads /proc and the server's own page of metrics while soak runs, to be compared with what soak recorded."""

    FROM_METRICS = {"process_resident_memory_bytes": "rss_bytes", "process_open_fds": "fds", "go_goroutines": "goroutines"}

    def __init__(self, pid, page):
        self.pid, self.page, self.rows, self.own = pid, page, [], []
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def __enter__(self):
        self.begun = time.monotonic()
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def watch(self):
        turn = 0
        while not self.over.wait(0.5):
            self.rows.append((time.monotonic() - self.begun, of_tree(self.pid)))
            if self.page and turn % 10 == 0:
                self.own.append((time.monotonic() - self.begun, self.metrics()))
            turn += 1

    def metrics(self):
        try:
            with urllib.request.urlopen(self.page, timeout=5) as reply:
                lines = reply.read().decode(errors="replace").splitlines()
        except OSError:
            return {}
        pairs = (line.split() for line in lines if not line.startswith("#"))
        return {self.FROM_METRICS[p[0]]: float(p[1]) for p in pairs if len(p) >= 2 and p[0] in self.FROM_METRICS}

    def compare(self, samples):
        """What is apart, and what agrees, in words."""
        with open(samples, newline="") as file:
            rows = list(csv.DictReader(file))
        steady = [float(r["elapsed_s"]) for r in rows if r["phase"] == "steady"]
        if not steady:
            return ["samples.csv has no steady"], []
        told = {name: median(float(r[name]) for r in rows if r["phase"] == "steady" and r[name]) for name in rows[0] if name not in ("elapsed_s", "phase")}
        # soak's clock starts within a second of this one, which the median of a minute does not feel
        within = lambda readings: [values for at, values in readings if steady[0] <= at <= steady[-1]]  # noqa: E731
        pairs = []
        for source, readings in (("/proc", within(self.rows)), ("its metrics", within(self.own))):
            for name in sorted({name for values in readings for name in values} & told.keys()):
                pairs.append((name, source, told[name], median(v[name] for v in readings if name in v)))
        last = next(float(r["rss_anon_bytes"]) for r in reversed(rows) if r["rss_anon_bytes"])
        ending = [values["rss_anon_bytes"] for at, values in self.rows if values and at >= self.rows[-1][0] - END_S]
        if ending:
            # a runtime may be giving memory back just then
            pairs.append(("rss_anon_bytes at the end", "/proc", last, min(max(last, min(ending)), max(ending))))
        apart, agree = [], []
        for name, source, ours, theirs in pairs:
            bytes_ = "_bytes" in name
            far = abs(ours - theirs) > max(SHARE * theirs, SOME_BYTES if bytes_ else FEW)
            show = (lambda v: f"{v / MIB:.1f} MiB") if bytes_ else (lambda v: f"{v:g}")
            (apart if far else agree).append(f"{name} {show(ours)}, {source} {show(theirs)}")
        if not any("rss_anon" in name for name, *_ in pairs):
            apart.append("no memory to compare")
        return apart, [f"agree: {'; '.join(agree)}"] if agree else []


def median(values):
    values = list(values)
    return statistics.median(values) if values else 0.0


def of_tree(pid):
    """Figures of a process and its children, summed. Resident memory only of one that is alone: what several share, soak counts once."""
    total = dict.fromkeys(("rss_anon_bytes", "rss_bytes", "threads", "fds"), 0)
    pids = tree(pid)
    for one in pids:
        try:
            status = Path(f"/proc/{one}/status").read_text()
            total["rss_anon_bytes"] += int(re.search(r"^RssAnon:\s+(\d+)", status, re.M)[1]) * 1024
            total["rss_bytes"] += int(re.search(r"^VmRSS:\s+(\d+)", status, re.M)[1]) * 1024
            total["threads"] += int(re.search(r"^Threads:\s+(\d+)", status, re.M)[1])
            total["fds"] += len(os.listdir(f"/proc/{one}/fd"))
        except (OSError, TypeError):
            if one == pid:
                return {}
    if len(pids) > 1:
        del total["rss_bytes"]
    return total


if __name__ == "__main__":
    main()
