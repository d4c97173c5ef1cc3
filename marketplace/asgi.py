import os

from django.core.asgi import get_asgi_application

from marketplace.telemetry import start_traces

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
os.environ.setdefault("PROCESS_KIND", "web")
start_traces()  # before the middleware is loaded
application = get_asgi_application()

from apps.matching.operations.warm_up import warm_up  # noqa: E402 - the applications are loaded by now

warm_up()
