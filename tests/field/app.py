"""The flask application behind gunicorn: / is healthy, so is /recent/KEY, which keeps 200 pages; the others have a mistake that one meets.

/cached keeps a view under a key that holds the time, so nothing is ever found again and all of it is kept: 4 KiB per request.
/store/KEY keeps a page of that size for each key, without a bound. Far less would fill, for minutes, what the workers freed
after their start, and resident memory would not move.
"""
import functools
import time

from flask import Flask, render_template_string

PAGE = "<title>{{ title }}</title><ul>{% for n in range(150) %}<li>{{ title }} {{ n }}</li>{% endfor %}</ul>"
app = Flask(__name__)


def cached_for_ever(view):
    kept = {}

    @functools.wraps(view)
    def wrapped():
        key = f"{view.__name__}:{time.time_ns()}"
        if key not in kept:
            kept[key] = view()
        return kept[key]

    return wrapped


@app.get("/")
def index():
    return render_template_string(PAGE, title="stock")


@app.get("/cached")
@cached_for_ever
def cached():
    return render_template_string(PAGE, title="cached stock")


@functools.lru_cache(maxsize=None)
def stored(key):
    return render_template_string(PAGE, title=f"stock of {key}")


@app.get("/store/<key>")
def store(key):
    return stored(key)


@functools.lru_cache(maxsize=200)
def recently(key):
    return render_template_string(PAGE, title=f"stock of {key}")


@app.get("/recent/<key>")
def recent(key):
    return recently(key)
