"""Hands messages to the mail server over one connection that is kept while there is something to send."""

import contextlib
import smtplib
import ssl

from wanjia.adapters.email.codec import MailServer, message, message_id, refusal
from wanjia.model.deliveries import NotSent, Outcome, Outgoing, Retry, Sent
from wanjia.model.faults import Fault

TIMEOUT_SECONDS = 5.0
"""For connecting and for each reply; the server that a company hands its mail to is near."""


class Mailer:
    """Sends through one server; for one thread."""

    def __init__(self, server: MailServer, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._server, self._timeout = server, timeout_seconds
        self._connection: smtplib.SMTP | None = None

    def __call__(self, outgoing: Outgoing) -> Outcome:
        """One attempt. Until the message is handed in, trouble is the channel's; after that it is this message's."""
        content = message(outgoing, self._server.sender)
        if isinstance(content, NotSent):
            return content
        try:
            connection = self._ready()
        except smtplib.SMTPResponseException as error:
            self.close()
            return NotSent(Fault("delivery.not_let_in", values=_values(error)), Retry.CHANNEL)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            return NotSent(Fault("delivery.unreachable", values={"reason": _reason(error)}), Retry.CHANNEL)
        return self._hand_in(connection, outgoing, content)

    def close(self) -> None:
        """End the conversation."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                connection.close()

    def _hand_in(self, connection: smtplib.SMTP, outgoing: Outgoing, content: bytes) -> Outcome:
        try:
            connection.sendmail(self._server.sender, [outgoing.address.strip()], content)
        except smtplib.SMTPRecipientsRefused as error:
            return self._refused(*next(iter(error.recipients.values())))
        except smtplib.SMTPSenderRefused as error:
            self.close()
            return NotSent(Fault("delivery.not_let_in", values=_values(error)), Retry.CHANNEL)
        except smtplib.SMTPResponseException as error:
            return self._refused(error.smtp_code, error.smtp_error)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            return NotSent(Fault("delivery.no_answer", values={"reason": _reason(error)}), Retry.LATER)
        return Sent(message_id(outgoing.key, self._server.sender))

    def _refused(self, code: int, answer: bytes | str) -> NotSent:
        verdict = refusal(code, answer)
        if verdict.retry is Retry.CHANNEL:
            self.close()
        return verdict

    def _ready(self) -> smtplib.SMTP:
        """The open connection if the server still answers on it, else a new one."""
        if self._connection is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                if self._connection.noop()[0] == 250:
                    return self._connection
            self.close()
        self._connection = self._opened()
        return self._connection

    def _opened(self) -> smtplib.SMTP:
        to, tls = self._server, ssl.create_default_context()
        name = to.sender.rpartition("@")[2]  # how we greet; asking the resolver for our own name may take seconds
        if to.secure:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(to.host, to.port, name, timeout=self._timeout, context=tls)
        else:
            connection = smtplib.SMTP(to.host, to.port, name, timeout=self._timeout)
        try:
            if to.starttls:
                connection.starttls(context=tls)
            if to.user:
                connection.login(to.user, to.password)
            connection.ehlo_or_helo_if_needed()
        except BaseException:
            connection.close()
            raise
        return connection


def _values(error: smtplib.SMTPResponseException) -> dict[str, object]:
    return dict(refusal(error.smtp_code, error.smtp_error).fault.values)


def _reason(error: Exception) -> str:
    return "timeout" if isinstance(error, TimeoutError) else type(error).__name__
