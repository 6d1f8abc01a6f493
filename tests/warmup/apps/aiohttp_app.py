import sys

from aiohttp import web
from itsdangerous import BadSignature, URLSafeSerializer
from jinja2 import Template

import shared

template = Template(shared.PAGE, autoescape=True)
signer = URLSafeSerializer(shared.SECRET)


@web.middleware
async def count_request(request, handler):
    shared.count_request()
    return await handler(request)


async def json(request):
    return web.json_response(shared.order(await request.json()))


async def page(_request):
    return web.Response(text=template.render(title="articles", rows=shared.rows()), content_type="text/html")


async def cached(_request):
    return web.json_response(shared.look_up())


async def visit(request):
    try:
        session = signer.loads(request.cookies.get("session", ""))
    except BadSignature:
        session = {}
    answer = web.json_response(shared.visit(session))
    answer.set_cookie("session", signer.dumps(session))
    return answer


async def mix(request):
    return await {"json": json, "page": page, "cached": cached, "session": visit}[shared.pick()](request)


async def ready(_request):
    return web.Response(text="yes")


app = web.Application(middlewares=[count_request])
app.add_routes([web.get("/ready", ready), *(web.post(f"/{name}", do) for name, do in
                {"json": json, "page": page, "cached": cached, "session": visit, "mix": mix}.items())])

if __name__ == "__main__":
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)
