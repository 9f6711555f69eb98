"""The one API object, with every router."""

from typing import Any

from django.urls import reverse
from ninja import NinjaAPI
from ninja.renderers import JSONRenderer

from wanjia import __version__
from wanjia.web.api import cases, faults, outages, plans, practices, readings, tasks, territory
from wanjia.web.api.reading import StrictParser


class Renderer(JSONRenderer):
    """Chinese stays readable."""

    json_dumps_params = {"ensure_ascii": False}


class Api(NinjaAPI):
    """Ninja's API without its documentation pages, which fetch their programs from a foreign server."""

    def get_root_path(self, path_params: Any) -> str:
        """Where the API begins; Ninja looks for its namespace at the root, ours stands inside `api`."""
        return reverse("api:reference")

    def get_openapi_schema(self, *args: Any, **values: Any) -> Any:
        """The description, with the answer that every call may give when something is wrong."""
        schema = super().get_openapi_schema(*args, **values)
        for methods in schema["paths"].values():
            for operation in methods.values():
                for status in (401, 403, 404, 409, 413, 422, 429):
                    operation["responses"].setdefault(str(status), _FAULTS)
        schema["components"]["schemas"].setdefault("Faults", _FAULTS_SCHEMA)
        return schema


_FAULTS_SCHEMA = {
    "title": "Faults", "type": "object", "required": ["faults"],
    "properties": {
        "faults": {
            "type": "array",
            "items": {
                "type": "object", "required": ["code", "where", "sentence"],
                "properties": {name: {"type": "string"} for name in ("code", "where", "sentence")},
            },
        }
    },
}  # fmt: skip
_FAULTS = {
    "description": "Every fault; nothing was changed",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Faults"}}},
}

api = Api(
    title="Wanjia", version=__version__, urls_namespace="wanjia_api", docs_url=None, openapi_url="/openapi.json",
    parser=StrictParser(), renderer=Renderer(),
    description="Requests, tasks, territory and indicators of a power-supply company. Every refusal lists all faults.",
)  # fmt: skip
for router in (
    practices.router, cases.router, tasks.router, territory.router, outages.router, readings.router, plans.router,
):  # fmt: skip
    api.add_router("", router)
faults.install(api)
