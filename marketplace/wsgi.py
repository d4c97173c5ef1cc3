import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from marketplace.telemetry import start_traces

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
os.environ.setdefault("PROCESS_KIND", "web")
start_traces()  # before the middleware is loaded
_django = get_wsgi_application()

# the applications are loaded by now
from apps.matching.operations.warm_up import warm_up  # noqa: E402
from marketplace.admission import Admission, Report  # noqa: E402
from marketplace.fast_path import FastPath  # noqa: E402
from marketplace.garbage import leave_out_what_is_loaded  # noqa: E402
from marketplace.kept_responses import IntoMemory, KeptResponses  # noqa: E402

_memory = KeptResponses()
application = FastPath(_memory, Admission(IntoMemory(_memory, _django), settings.WEB_THREADS), Report())
warm_up()
leave_out_what_is_loaded()
