"""The WSGI callable that Granian serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wanjia.web.settings")
application = get_wsgi_application()

from wanjia.wiring.safety import start_safety_thread  # noqa: E402  (rows exist only after the line above)
from wanjia.wiring.telemetry import start_sensing_thread  # noqa: E402
from wanjia.wiring.warming import warm  # noqa: E402
from wanjia.wiring.worker import start_worker_thread  # noqa: E402

warm()

if os.environ.get("WANJIA_WORKER_THREAD") == "1":
    start_worker_thread()
    start_sensing_thread()
    start_safety_thread()
