import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
os.environ.setdefault("PROCESS_KIND", "web")
application = get_wsgi_application()

from apps.matching.operations import warm_up  # noqa: E402 - the applications are loaded by now

warm_up()
