"""Is the product alive, and can it reach its rows?"""

from django.db import connection
from django.http import HttpRequest, JsonResponse

from wanjia import __version__


def healthz(request: HttpRequest) -> JsonResponse:
    """200 with the version when a row can be read, 503 otherwise."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:  # whatever the store raises, the answer to a load balancer is the same
        return JsonResponse({"status": "unavailable"}, status=503)
    return JsonResponse({"status": "ok", "version": __version__, "store": connection.vendor})
