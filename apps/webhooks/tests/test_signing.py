"""Signatures that the reference libraries accept, and secrets that no copy of the database gives away."""

import base64
import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from apps.webhooks.catalogue import KINDS
from apps.webhooks.errors import SecretLost
from apps.webhooks.signing import new_seed, secret_of, signatures
from tests.missing import missing

BODY = '{"type":"order.delivered","data":{"note":"à la porte"}}'.encode()
PROJECT = Path(__file__).resolve().parents[3]
GUIDE = (PROJECT / "docs" / "webhooks.md").read_text()
REFERENCE_JS = """
const { Webhook } = require("standardwebhooks");
function isGenuine(secret, headers, body) {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}
"""
DRIVER_JS = """
const [secret, headers, body] = process.argv.slice(1);
console.log(isGenuine(secret, JSON.parse(headers), body) ? "right" : "wrong");
"""


def code_of_guide(language: str) -> str:
    """The example of docs/webhooks.md in a language."""
    return GUIDE.partition(f"```{language}\n")[2].partition("```")[0]


def signed(*seeds: str, timestamp: int | None = None) -> dict[str, str]:
    timestamp = timestamp or int(datetime.now(UTC).timestamp())
    header = signatures(list(seeds), message_id="msg_1", timestamp=timestamp, body=BODY)
    return {"webhook-id": "msg_1", "webhook-timestamp": str(timestamp), "webhook-signature": header}


def test_the_reference_library_accepts_a_signature():
    seed = new_seed()
    assert Webhook(secret_of(seed)).verify(BODY, signed(seed))["type"] == "order.delivered"


def test_a_signature_is_the_one_that_the_reference_library_makes():
    seed, moment = new_seed(), datetime(2026, 6, 10, 10, tzinfo=UTC)
    theirs = Webhook(secret_of(seed)).sign("msg_1", moment, BODY.decode())
    assert signed(seed, timestamp=int(moment.timestamp()))["webhook-signature"] == theirs


@pytest.mark.parametrize("change", ["webhook-id", "webhook-timestamp", "body", "secret"])
def test_whatever_is_changed_makes_the_signature_wrong(change):
    seed = new_seed()
    headers, body, secret = signed(seed), BODY, secret_of(seed)
    if change == "body":
        body += b" "
    elif change == "secret":
        secret = secret_of(new_seed())
    else:
        headers[change] = headers[change][:-1] + ("2" if headers[change][-1] != "2" else "3")
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body, headers)


@pytest.fixture(params=[code_of_guide("js"), REFERENCE_JS], ids=["of the guide", "of the reference library"])
def javascript(request) -> str:
    """A function `isGenuine` in JavaScript. Raises where Node.js is missing in CI."""
    if not (shutil.which("node") and (PROJECT / "node_modules" / "standardwebhooks").is_dir()):
        missing("Node.js or the packages of package-lock.json are not installed here")
    return request.param


def test_javascript_accepts_a_signature_and_no_other(javascript):
    seed = new_seed()

    def verdict(headers: dict[str, str], body: str) -> str:
        command = ["node", "-e", javascript + DRIVER_JS, secret_of(seed), json.dumps(headers), body]
        return subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True).stdout.strip()

    assert verdict(signed(new_seed(), seed), BODY.decode()) == "right"
    assert verdict(signed(seed), BODY.decode() + " ") == "wrong"
    assert verdict(signed(new_seed()), BODY.decode()) == "wrong"
    assert verdict(signed(seed, timestamp=1_700_000_000), BODY.decode()) == "wrong"


def test_the_python_of_the_guide_accepts_a_signature_and_no_other():
    known: dict[str, Any] = {}
    exec(code_of_guide("python"), known)  # noqa: S102 - our own documentation
    seed = new_seed()
    assert known["verified"](secret_of(seed), BODY, signed(seed))["type"] == "order.delivered"
    with pytest.raises(WebhookVerificationError):
        known["verified"](secret_of(seed), BODY + b" ", signed(seed))


def test_the_guide_names_every_kind():
    told = GUIDE.partition("## Kinds")[2].partition("\n## ")[0]
    shortened = {f"connection.{name}" for name in ("accepted", "paused", "resumed", "ended", "changed")}
    assert [kind for kind in KINDS if f"`{kind}`" not in told and kind not in shortened] == []


def test_while_a_rotation_lasts_either_secret_verifies():
    new, former = new_seed(), new_seed()
    headers = signed(new, former)
    assert len(headers["webhook-signature"].split(" ")) == 2
    for seed in (new, former):
        Webhook(secret_of(seed)).verify(BODY, headers)


def test_a_secret_has_32_bytes_and_no_two_are_alike():
    secrets = {secret_of(new_seed()) for _ in range(100)}
    assert len(secrets) == 100
    assert {len(base64.b64decode(secret.removeprefix("whsec_"))) for secret in secrets} == {32}


def test_a_seed_alone_makes_no_secret(settings):
    seed = new_seed()
    settings.SECRET_KEY = "another platform's key, or the guess of whoever has a copy of the database"
    with pytest.raises(SecretLost):
        secret_of(seed)


def test_a_secret_outlives_the_replacement_of_the_platforms_key(settings):
    seed = new_seed()
    before = secret_of(seed)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "the new key of the platform, " + "n" * 40
    assert secret_of(seed) == before
    assert secret_of(new_seed()) != before
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(SecretLost):
        secret_of(seed)
