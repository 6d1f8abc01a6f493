from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from jinja2 import Template
from pydantic import BaseModel
from starlette.middleware.sessions import SessionMiddleware

import shared

app = FastAPI()
app.add_middleware(SessionMiddleware, secret_key=shared.SECRET)
template = Template(shared.PAGE, autoescape=True)


class Order(BaseModel):
    user: str
    items: list[int] = []


@app.post("/json")
async def json(order: Order):
    shared.count_request()
    return shared.order(order.model_dump())


@app.post("/page", response_class=HTMLResponse)
async def page():
    shared.count_request()
    return template.render(title="articles", rows=shared.rows())


@app.post("/cached")
def cached():
    """Not async: in a thread of the pool, as calls that block are."""
    shared.count_request()
    return shared.look_up()


@app.post("/session")
async def visit(request: Request):
    shared.count_request()
    return shared.visit(request.session)


@app.post("/mix")
async def mix(order: Order, request: Request):
    kind = shared.pick()
    if kind == "page":
        return HTMLResponse(await page())
    if kind == "cached":
        return cached()
    return await (json(order) if kind == "json" else visit(request))


@app.get("/ready")
def ready():
    return "yes"
