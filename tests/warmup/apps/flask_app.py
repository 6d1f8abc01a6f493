from flask import Flask, jsonify, render_template_string, request, session

import shared

app = Flask(__name__)
app.secret_key = shared.SECRET


@app.before_request
def count_request():
    shared.count_request()


@app.post("/json")
def json():
    return jsonify(shared.order(request.get_json()))


@app.post("/page")
def page():
    return render_template_string(shared.PAGE, title="articles", rows=shared.rows())


@app.post("/cached")
def cached():
    return jsonify(shared.look_up())


@app.post("/session")
def visit():
    return jsonify(shared.visit(session))


@app.post("/mix")
def mix():
    return {"json": json, "page": page, "cached": cached, "session": visit}[shared.pick()]()


@app.get("/ready")
def ready():
    return "yes"
