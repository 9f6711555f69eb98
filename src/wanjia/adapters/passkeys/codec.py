"""WebAuthn as values: questions for a device, and what its answers prove."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from wanjia.model.faults import Fault, Refused

ANSWER_BYTES_MAX = 16 * 1024
"""Bytes of a device's answer: the largest, with an attestation, have about three thousand."""
WAIT_MS_MAX = 120_000
"""How long the device may wait for a finger: somebody looks for reading glasses first."""
NOT_VERIFIED = "passkey.not_verified"


@dataclass(frozen=True)
class Site:
    """This installation as devices know it: `rp_id` is the host name; a key for one site opens no other."""

    rp_id: str
    origins: tuple[str, ...]
    name: str


@dataclass(frozen=True)
class Device:
    """A device that was registered: its public key (COSE) and what it said of itself."""

    credential_id: str
    public_key: bytes
    sign_count: int
    synced: bool


@dataclass(frozen=True)
class Question:
    """What a browser hands to the device (JSON), and the challenge in it, which the session keeps."""

    options: dict[str, Any]
    challenge: str


def ask_to_register(site: Site, handle: bytes, login: str, name: str, known: tuple[str, ...]) -> Question:
    """Register a new device of a person; `handle` tells people apart without saying who; `known` are their others."""
    options = generate_registration_options(
        rp_id=site.rp_id, rp_name=site.name, user_id=handle, user_name=login, user_display_name=name,
        timeout=WAIT_MS_MAX, authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, require_resident_key=True,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in known],
    )  # fmt: skip
    return Question(json.loads(options_to_json(options)), bytes_to_base64url(options.challenge))


def ask_to_sign_in(site: Site) -> Question:
    """Sign in with whatever device of this site the person has; nobody has to say first who they are."""
    options = generate_authentication_options(
        rp_id=site.rp_id, timeout=WAIT_MS_MAX, user_verification=UserVerificationRequirement.REQUIRED
    )
    return Question(json.loads(options_to_json(options)), bytes_to_base64url(options.challenge))


def registered(site: Site, challenge: str, answer: Mapping[str, Any]) -> Device:
    """The device that answered; it was unlocked by its owner. Raises Refused."""
    try:
        found = verify_registration_response(
            credential=dict(answer), expected_challenge=base64url_to_bytes(challenge), expected_rp_id=site.rp_id,
            expected_origin=list(site.origins), require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise Refused([Fault(NOT_VERIFIED)]) from error
    return Device(
        bytes_to_base64url(found.credential_id), found.credential_public_key, found.sign_count,
        found.credential_device_type == CredentialDeviceType.MULTI_DEVICE,
    )  # fmt: skip


def signed(site: Site, challenge: str, answer: Mapping[str, Any], public_key: bytes) -> int:
    """How often the device says that it has signed (0: it does not count). Raises Refused for a wrong signature.

    Whether the count has grown is for the caller, who knows the last one and what to do about it.
    """
    try:
        found = verify_authentication_response(
            credential=dict(answer), expected_challenge=base64url_to_bytes(challenge), expected_rp_id=site.rp_id,
            expected_origin=list(site.origins), credential_public_key=public_key, credential_current_sign_count=0,
            require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise Refused([Fault(NOT_VERIFIED)]) from error
    return found.new_sign_count


def answer_of(body: bytes) -> dict[str, Any]:
    """A device's answer out of a request. Raises Refused for what is none."""
    try:
        answer = json.loads(body) if len(body) <= ANSWER_BYTES_MAX else None
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict) or not isinstance(answer.get("id"), str):
        raise Refused([Fault(NOT_VERIFIED)])
    return answer
