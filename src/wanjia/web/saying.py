"""What a page says after something was done, with a button that takes it back where that is possible."""

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils.html import format_html, format_html_join

from wanjia.texts import say


def said(request: HttpRequest, key: str, **values: object) -> None:
    """A note on the next page."""
    messages.add_message(request, messages.SUCCESS, say(key, request.language, **values), extra_tags="done")


def said_undoable(
    request: HttpRequest, key: str, action: str, fields: Mapping[str, str], **values: object
) -> None:  # fmt: skip
    """The same with an undo button: a form that posts `fields` to `action`."""
    text = say(key, request.language, **values)
    inputs = format_html_join("", '<input type="hidden" name="{}" value="{}">', fields.items())
    form = format_html(
        '{} <form method="post" action="{}" class="undo">'
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}">{}'
        '<button class="button button--plain">{}</button></form>',
        text, action, get_token(request), inputs, say("desk.undo", request.language),
    )  # fmt: skip
    messages.add_message(request, messages.SUCCESS, form, extra_tags="done")
