import os

from django.core.wsgi import get_wsgi_application

from marketplace.telemetry import start_traces

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
os.environ.setdefault("PROCESS_KIND", "web")
start_traces()  # before the middleware is loaded
application = get_wsgi_application()

from apps.matching.operations.warm_up import warm_up  # noqa: E402 - the applications are loaded by now

warm_up()
