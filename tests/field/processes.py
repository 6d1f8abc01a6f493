"""What the scripts that soak other people's software share: packages of Debian unpacked into a folder, a server started as a child that
leads a session of its own, and ended with all that it started. Python 3.11 standard library only."""
import concurrent.futures
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

#: How long a server may take until it answers.
PATIENCE_S = 60
children, lock, stopping = [], threading.Lock(), threading.Event()


class Flaw(Exception):
    """What does not hold."""


def give_up(why):
    print(f"{Path(sys.argv[0]).name}: {why}", file=sys.stderr)
    sys.exit(2)


def cache_folder(name):
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / name


def find_soak(path):
    return shutil.which(path) or give_up(f"{path} is missing: build it with cargo build --release, or pass --soak")


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def fill_in(text, words):
    """The text with its @words@ replaced by what they mean."""
    for word, meaning in words.items():
        text = text.replace(word, meaning)
    return text


def library_folder(root):
    """Where packages unpacked below root keep the libraries of this machine's architecture."""
    return next(iter(sorted((root / "usr/lib").glob("*-linux-gnu*"))), root / "usr/lib")


def start_server(run, env, words, log, url, cwd):
    """The server as a child, once the URL answers. The caller's own settings of interpreters do not reach it."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("LD_", "PYTHON", "RUBY", "GEM_", "JAVA_", "NODE_"))}
    env = inherited | {k: fill_in(v, words) for k, v in env.items()}
    with open(log, "w") as file:
        child = launch([fill_in(word, words) for word in shlex.split(run)], cwd=cwd, env=env, stdout=file, stderr=file)
    deadline = time.monotonic() + PATIENCE_S
    while not answers(url):
        if child.poll() is not None or time.monotonic() > deadline:
            end(child)
            raise Flaw(f"it did not start: {Path(log).read_text().strip()[-300:]}")
        time.sleep(0.2)
    return child


def launch(command, **how):
    """A child that leads a session of its own, so that all it starts ends with it."""
    if stopping.is_set():
        raise Flaw("stopped")
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True, **how)
    with lock:
        children.append(child)
    return child


def end(child):
    """SIGTERM, then SIGKILL, to the session that the child leads, and to nothing else."""
    with lock:
        if child not in children:
            return
        children.remove(child)
    for sig, seconds in ((signal.SIGTERM, 10), (signal.SIGKILL, 5)):
        try:
            os.killpg(child.pid, sig)
        except ProcessLookupError:
            pass
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            pass


def try_all(jobs, trial, many, done):
    """Calls `trial` with each of these tuples of arguments, so many at a time, and `done` with what each gave, in the order in which they
    end. Whatever ends it, no process that was started stays."""
    pool = concurrent.futures.ThreadPoolExecutor(jobs)
    try:
        for ended in concurrent.futures.as_completed([pool.submit(trial, *one) for one in many]):
            done(ended.result())
    finally:
        stopping.set()
        pool.shutdown(wait=False, cancel_futures=True)
        for child in list(children):
            end(child)


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as reply:
            return reply.status < 300
    except OSError:
        return False


def run(command, seconds, log):
    """What a command said on stdout, and its exit code."""
    with open(log, "w") as stderr:
        child = launch(command, stdout=subprocess.PIPE, stderr=stderr, text=True)
    try:
        return child.communicate(timeout=seconds)[0], child.returncode
    except subprocess.TimeoutExpired:
        raise Flaw(f"{command[1]} had not ended after {seconds:.0f} s") from None
    finally:
        end(child)


def tree(pid):
    """A process and all that it started and they did, as far as they are there."""
    found, todo = [], [pid]
    while todo:
        one = todo.pop()
        found.append(one)
        try:
            for task in os.listdir(f"/proc/{one}/task"):
                todo += map(int, Path(f"/proc/{one}/task/{task}/children").read_text().split())
        except OSError:
            pass
    return found


def unpacked(names, cache):
    """The folder that the packages of these names are unpacked in, fetched where they are not there yet."""
    store, root = cache.absolute() / "debs", cache.absolute() / "root"
    store.mkdir(parents=True, exist_ok=True)
    root.mkdir(exist_ok=True)
    missing = sorted(n for n in names if not any(store.glob(f"{n}_*.deb")))
    if missing:
        got = subprocess.run(["apt-get", "download", *missing], cwd=store, capture_output=True, text=True, timeout=600)
        if got.returncode:
            give_up(f"apt-get download failed; apt-get update first? {got.stderr.strip()[-300:]}")
    for name in sorted(names):
        deb = max(store.glob(f"{name}_*.deb"), key=lambda file: file.stat().st_mtime)
        mark = store / f"{deb.name}.unpacked"
        if not mark.exists():
            subprocess.run(["dpkg", "-x", deb, root], check=True, timeout=120)
            mark.touch()
    return root
