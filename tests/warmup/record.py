#!/usr/bin/env python3
"""Records healthy services of the usual frameworks with soak, and twins of them that leak. Python 3.11 standard library only.

    record.py --runs DIR [--soak PATH] [--only NAME …] [--rounds 1] [--twins] [--durations 30 60] [--jobs 6] [--packages DIR]

An interpreter fills its pools for the first minutes, in lines as straight as a leak's. These recordings say how much and for how long;
check.py judges them. The services are those of services.toml, whose head says what its fields mean. What they need is fetched into
--packages (the user's cache) with pip, npm, `apt-get download` and `dpkg -x`; no package is installed and no service is started.

Each run has a process of its own, started on a free loopback port as a child and ended by its pid, and a seed that draws how large its
answers and its cache are. It is driven and recorded by soak, without pprof and inspector, so that resident memory is all there is:
each service at each rate for each duration, as often as --rounds says. --twins records the leaking twins: 300 B, 1 KiB and 5 KiB kept
of each request. A run that is in --runs already is not done again. What soak needs to judge it stays there: check.py --pack makes the
corpus of it. One round takes about 6 h of runs, an hour with six at a time. Node must be on PATH.
"""
import argparse
import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "field"))
from processes import (Flaw, cache_folder, end, find_soak, free_ports, give_up, library_folder, run,  # noqa: E402
                       start_server, try_all, unpacked)

RATES = (20, 50, 100, 200)
DURATIONS = (30, 60, 120, 300)
KINDS = ("mix", "json", "page", "cached", "session")
BODY = '{"user": "ann", "items": [1, 2, 3]}'
#: The twins: bytes kept per request, requests a second, seconds.
TWINS = ((300, 100, 60), (300, 200, 120), (300, 50, 300), (1024, 50, 60), (1024, 100, 120), (5120, 20, 60), (5120, 50, 120),
         (1024, 200, 60), (1024, 200, 60))
#: What of a run directory is evidence, and not drawn from it.
EVIDENCE = ("plan.toml", "env.json", "events.jsonl", "samples.csv", "load.csv", "groups.csv", "instances.csv")


def main():
    args = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    config = tomllib.loads((HERE / "services.toml").read_text())
    services = [s for s in config["service"] if not args.only or s["name"] in args.only]
    unknown = set(args.only) - {s["name"] for s in services}
    if unknown:
        give_up(f"services.toml has no {', '.join(sorted(unknown))}")
    words = packages(config, args.packages.absolute())
    args.runs.mkdir(parents=True, exist_ok=True)
    todo = [r for r in (twins(services) if args.twins else grid(services, args)) if not (args.runs / r["name"]).exists()]
    print(f"{len(todo)} runs, {sum(r['seconds'] for r in todo) / 3600:.1f} h, {args.jobs} at a time", flush=True)
    failed = 0

    def done(line):
        nonlocal failed
        failed += line.startswith("FAIL")
        print(line, flush=True)

    try_all(args.jobs, trial, [(r, config, args, words) for r in todo], done)
    sys.exit(1 if failed else 0)


def arguments():
    built = HERE.parents[1] / "target" / "release" / "soak"
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--soak", default=str(built), help="the binary (target/release/soak)")
    p.add_argument("--runs", type=Path, required=True, help="where the runs are kept")
    p.add_argument("--only", nargs="+", default=[], metavar="NAME", help="these services")
    p.add_argument("--rounds", type=int, nargs="+", default=[1], help="the numbers of the rounds (1); each draws other seeds")
    p.add_argument("--rates", type=int, nargs="+", default=RATES, help="requests a second (20 50 100 200)")
    p.add_argument("--durations", type=int, nargs="+", default=DURATIONS, help="seconds (30 60 120 300)")
    p.add_argument("--twins", action="store_true", help="the leaking twins instead")
    p.add_argument("--jobs", type=int, default=6, help="runs at a time (6)")
    p.add_argument("--packages", type=Path, default=cache_folder("soak-warmup"), help="where packages are kept")
    args = p.parse_args()
    args.soak = find_soak(args.soak)
    return args


# what is run


def grid(services, args):
    """Each service at each rate for each duration; the kind of request changes from one to the next, in an order drawn once."""
    runs = []
    for turn in args.rounds:
        cells = [(s, rate, seconds) for s in services for rate in args.rates for seconds in args.durations]
        random.Random(turn).shuffle(cells)
        for n, (service, rate, seconds) in enumerate(cells):
            kind = KINDS[(n + turn) % len(KINDS)]
            runs.append(planned(service, kind, 0, rate, seconds, f"r{turn}"))
    return runs


def twins(services):
    runs = []
    for n, service in enumerate(services):
        for m, (leak, rate, seconds) in enumerate(TWINS):
            runs.append(planned(service, KINDS[(n + m) % len(KINDS)], leak, rate, seconds, f"leak{leak}"))
    random.Random(0).shuffle(runs)
    return runs


def planned(service, kind, leak, rate, seconds, label):
    name = f"{service['name']}-{kind}-{rate}ps-{seconds}s-{label}"
    return {"name": name, "service": service, "kind": kind, "leak": leak, "rate": rate, "seconds": seconds}


# packages


def packages(config, cache):
    """Fetches what is missing; the words by which services.toml names where things are."""
    if not shutil.which("node") or not shutil.which("npm"):
        give_up("node and npm must be on PATH")
    pip, npm = cache / "pip", cache / "npm"
    fetch(pip, config["pip"], [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(pip)], cache)
    fetch(npm, config["npm"], ["npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", str(npm)], cache)
    root = unpacked(config["debs"], cache)
    return {
        "@python@": sys.executable, "@apps@": str(HERE / "apps"), "@pip@": str(pip), "@npm@": str(npm), "@debs@": str(root),
        "@libs@": str(library_folder(root)),
    }


def fetch(folder, names, command, cache):
    """Runs the installer once for a list of names; again when the list is another one."""
    mark = folder.with_suffix(".installed")
    if mark.exists() and mark.read_text() == " ".join(names):
        return
    folder.mkdir(parents=True, exist_ok=True)
    got = subprocess.run([*command, *names], cwd=cache, capture_output=True, text=True, timeout=900)
    if got.returncode:
        give_up(f"{command[0]} {' '.join(names)}: {got.stderr.strip()[-300:]}")
    mark.write_text(" ".join(names))


# one run


def trial(plan, config, args, words):
    """The line to print. A run that fails leaves no folder, so it is done again the next time."""
    begun, child, service = time.monotonic(), None, plan["service"]
    with tempfile.TemporaryDirectory(prefix="warmup-", ignore_cleanup_errors=True) as work:
        log = Path(work) / "server.log"
        try:
            words = words | {"@port@": str(free_ports(1)[0]), "@work@": work}
            env = config[service["env"]] | {"SEED": plan["name"], "LEAK": str(plan["leak"])}
            base = f"http://127.0.0.1:{words['@port@']}"
            child = start_server(service["run"], env, words, log, f"{base}/ready", work)
            report = soak(plan, args.soak, f"{base}/{plan['kind']}", Path(work))
            place = args.runs / plan["name"]
            half = place.with_suffix(".part")
            keep(Path(work) / "run", half, plan, report)
            half.rename(place)
            summary = f"{report['verdict']:<13} {report['headline'][:110]}"
        except Flaw as flaw:
            return f"FAIL {plan['name']}: {flaw}"
        except Exception as error:  # noqa: BLE001
            return f"FAIL {plan['name']}: {type(error).__name__}: {error}"
        finally:
            if child:
                end(child)
    return f"ok   {plan['name']:<48} {time.monotonic() - begun:>4.0f} s  {summary}"


def soak(plan, binary, url, work):
    command = [binary, url, "--duration", f"{plan['seconds']}s", "--rate", f"{plan['rate']}/s", "-X", "POST", "-d", BODY,
               "-H", "Content-Type: application/json", "--pprof", "off", "--no-tui", "--out", str(work / "run"), "--json"]
    text, code = run(command, plan["seconds"] + 90, work / "soak.log")
    if not text.strip():
        raise Flaw(f"soak ended with {code}: {(work / 'soak.log').read_text().strip()[-300:]}")
    return json.loads(text)


def keep(run_directory, place, plan, report):
    """The evidence alone, without what belongs to the machine."""
    if place.exists():
        shutil.rmtree(place)
    place.mkdir(parents=True)
    for name in EVIDENCE:
        if (run_directory / name).exists():
            shutil.copyfile(run_directory / name, place / name)
    env = json.loads((place / "env.json").read_text()) | {"kernel": "", "started": "2026-01-01T00:00:00+00:00[UTC]"}
    (place / "env.json").write_text(json.dumps(env, separators=(",", ":")))
    about = {k: plan[k] for k in ("name", "kind", "leak", "rate", "seconds")}
    about |= {"service": plan["service"]["name"], "framework": plan["service"]["framework"]}
    about |= {"verdict": report["verdict"], "errors": report["load"]["errors"]["ratio"], "rate_held": report["load"]["rate_held"]}
    (place / "about.json").write_text(json.dumps(about))


if __name__ == "__main__":
    main()
