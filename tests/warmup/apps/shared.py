"""What the Python apps have in common: how much of what a run of them does, drawn from its seed, and the mistake of a leaking twin."""
import functools
import itertools
import os
import random

draw = random.Random(os.environ["SEED"])
ROWS = draw.choice([10, 25, 60, 120])
FIELDS = draw.choice([3, 10, 30])
CACHE = draw.choice([32, 64, 128, 256])
KEYS = CACHE * 3
SECRET = "a secret of this test"
PAGE = """<!doctype html><title>{{ title }}</title><h1>{{ title }}</h1><table>
{% for row in rows %}<tr><td>{{ row.id }}</td><td>{{ row.name }}</td><td>{{ row.price }}</td></tr>
{% endfor %}</table>"""
#: Bytes kept of each request for ever; 0 in a healthy one. A slot of the dict, its key and the head of the value cost about 170.
LEAK = int(os.environ.get("LEAK", 0))
kept, serial = {}, itertools.count()


def rows():
    return [{"id": n, "name": f"article {random.randrange(10**6)}", "price": random.random() * 100} for n in range(ROWS)]


def order(asked):
    """What /json answers to what it was sent."""
    lines = [{"sku": f"{random.getrandbits(64):x}", "count": n, "price": round(random.random() * 90, 2)} for n in range(FIELDS)]
    return {"for": asked.get("user", "-"), "items": asked.get("items", []), "lines": lines, "sum": sum(line["price"] for line in lines)}


@functools.lru_cache(maxsize=CACHE)
def looked_up(key):
    return {"key": key, "text": f"{key} " * 40, "stock": [random.random() for _ in range(20)]}


def look_up():
    return looked_up(random.randrange(KEYS))


def visit(session):
    """A visit noted in a session that the client holds."""
    session["visits"] = session.get("visits", 0) + 1
    session["last"] = f"{random.getrandbits(128):x}"
    return {"visits": session["visits"]}


def count_request():
    """Called once a request."""
    if LEAK:
        kept[next(serial)] = os.urandom(max(LEAK - 170, 1))


def pick():
    """Which of the four kinds /mix does this time."""
    return random.choice(["json", "page", "cached", "session"])
