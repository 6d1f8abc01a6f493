import json as text

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.urls import path

import shared

settings.configure(
    SECRET_KEY=shared.SECRET, ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], LOGGING_CONFIG=None, USE_TZ=True,
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    INSTALLED_APPS=["django.contrib.sessions"],
    MIDDLEWARE=["django.middleware.security.SecurityMiddleware", "django.contrib.sessions.middleware.SessionMiddleware",
                "django.middleware.common.CommonMiddleware", "django.middleware.clickjacking.XFrameOptionsMiddleware"],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "OPTIONS": {}}],
)

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.template import engines  # noqa: E402

application = get_wsgi_application()
template = engines["django"].from_string(shared.PAGE)


def json(request):
    return JsonResponse(shared.order(text.loads(request.body)))


def page(_request):
    return HttpResponse(template.render({"title": "articles", "rows": shared.rows()}))


def cached(_request):
    return JsonResponse(shared.look_up())


def visit(request):
    return JsonResponse(shared.visit(request.session))


def mix(request):
    return {"json": json, "page": page, "cached": cached, "session": visit}[shared.pick()](request)


def counted(view):
    def whole(request):
        shared.count_request()
        return view(request)

    return whole


urlpatterns = [path("ready", lambda _: HttpResponse("yes")), *(path(name, counted(view)) for name, view in
               {"json": json, "page": page, "cached": cached, "session": visit, "mix": mix}.items())]
