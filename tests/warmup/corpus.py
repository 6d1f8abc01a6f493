"""The corpus of recordings: a .tar.xz a service with the run directories of its runs, each trimmed to what judging reads. Whole and
exact: every sample of the columns that are kept, none thinned. RUN/about.json says what was recorded; a leaking twin has leak above 0.
Packing is reproducible: sorted names, no times, no owners. Python 3.11 standard library only."""
import csv
import io
import json
import subprocess
import tarfile
from pathlib import Path

CORPUS = Path(__file__).resolve().parent / "corpus"
#: The columns of samples.csv that vote, or say when; the others have no say in a verdict, which pack.py holds for each run.
COLUMNS = ("elapsed_s", "phase", "requests_total", "rss_bytes", "rss_anon_bytes", "threads", "fds", "children", "tasks")


def trimmed(run):
    """The files of a run directory as they are packed: {name: bytes}."""
    whole = ("about.json", "env.json", "plan.toml", "events.jsonl", "load.csv", "groups.csv", "instances.csv")
    files = {name: (run / name).read_bytes() for name in whole}
    with open(run / "samples.csv", newline="") as text:
        rows = list(csv.reader(text))
    kept = [n for n, name in enumerate(rows[0]) if name in COLUMNS]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([row[n] for n in kept] for row in rows)
    return files | {"samples.csv": out.getvalue().encode()}


def write(files, place):
    place.mkdir(parents=True)
    for name, content in files.items():
        (place / name).write_bytes(content)


def pack(runs, archive):
    """Writes an archive of {run's name: its files}."""
    with tarfile.open(archive, "w:xz", format=tarfile.USTAR_FORMAT, preset=9) as tar:
        for run in sorted(runs):
            for name, content in sorted(runs[run].items()):
                entry = tarfile.TarInfo(f"{run}/{name}")
                entry.size = len(content)
                tar.addfile(entry, io.BytesIO(content))


def unpack(archive, place):
    """The run directories of an archive, below a folder."""
    with tarfile.open(archive) as tar:
        tar.extractall(place, filter="data")
    return sorted(path.parent for path in Path(place).glob("*/about.json"))


def judged(soak, run):
    """What soak analyze says of a run directory, as in report.json."""
    got = subprocess.run([soak, "analyze", str(run), "--json"], capture_output=True, text=True, timeout=120)
    if not got.stdout.strip():
        raise RuntimeError(f"{run.name}: soak analyze ended with {got.returncode}: {got.stderr.strip()[-300:]}")
    return json.loads(got.stdout)
