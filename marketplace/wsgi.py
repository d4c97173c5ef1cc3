import os

from django.core.wsgi import get_wsgi_application

from marketplace.telemetry import start_traces

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
os.environ.setdefault("PROCESS_KIND", "web")
start_traces()  # before the middleware is loaded
django_application = get_wsgi_application()

# the applications are loaded by now
from apps.matching.operations.warm_up import warm_up  # noqa: E402
from marketplace.fast_path import FastPath  # noqa: E402
from marketplace.kept_responses import IntoMemory, KeptResponses  # noqa: E402

_memory = KeptResponses()
application = FastPath(_memory, IntoMemory(_memory, django_application))
warm_up()
