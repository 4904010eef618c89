"""The same piece, brought to two processes at once: one result. Real threads, real transactions."""

import threading
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.db import connections

from apps.core import clock
from apps.core.models import Event
from apps.mobile.tests.giving import given_to
from apps.mobile.tests.outcomes import of
from apps.mobile.tests.pictures import photo
from apps.orders.models import ProofFile
from tests.cast import assemble_cast

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 4


@pytest.fixture
def cast(transactional_db):
    return assemble_cast()


@pytest.fixture
def leg(cast, storage):
    return given_to(cast.bo, cast)


@pytest.fixture
def _all_store_before_any_notes(monkeypatch):
    """Each thread waits, after it stored what it has, until all have."""
    barrier, original = Barrier(THREADS), default_storage.save

    def and_wait(name, content):
        stored = original(name, content)
        if threading.current_thread() is not threading.main_thread():
            barrier.wait(timeout=30)
        return stored

    monkeypatch.setattr(default_storage, "save", and_wait)


def at_once(call):
    def run(_):
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


def stored(storage):
    return [path for path in storage.rglob("*") if path.is_file()]


@pytest.mark.usefixtures("_all_store_before_any_notes")
def test_a_piece_brought_four_times_at_once_counts_once(bos_phone, leg, storage):
    picture = photo()
    key = bos_phone.tell(picture, leg).json()["id"]
    answers = at_once(lambda: bos_phone.put(key, 0, picture[:1000]))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    for answer in answers:
        body = answer.json()
        state = body["error"]["state"] if "error" in body else body
        assert state["received_bytes"] == 1000
    assert len(stored(storage)) == 1
    assert bos_phone.put(key, 1000, picture[1000:]).json()["is_complete"]


@pytest.mark.usefixtures("_all_store_before_any_notes")
def test_the_last_piece_brought_four_times_at_once_completes_it_once(bos_phone, leg, storage):
    picture = photo()
    key = bos_phone.tell(picture, leg).json()["id"]
    answers = at_once(lambda: bos_phone.put(key, 0, picture))
    whole = {"id": key, "received_bytes": len(picture), "is_complete": True}
    assert [(answer.status_code, answer.json()) for answer in answers] == [(200, whole)] * THREADS
    assert Event.objects.filter(name="ProofArrived").count() == 1
    assert [str(path.relative_to(storage)) for path in stored(storage)] == [ProofFile.objects.get().stored_as]


@pytest.mark.parametrize("seed", range(3))
def test_a_proof_told_three_times_and_named_at_the_same_moment_is_one(bos_phone, leg, seed):
    key, picture, made_at = str(uuid4()), photo(seed=seed), clock.now().isoformat()
    bos_phone.send(*bos_phone.way_of(leg)[:3])
    deliver = bos_phone.action("deliver", proofs=[key], **of(leg))

    def tell():
        return bos_phone.tell(picture, leg, id=key, device_time=made_at).status_code

    calls = iter([lambda: bos_phone.send(deliver)[0], tell, tell, tell])
    answers = at_once(lambda: (call := next(calls)) and call())
    (result,) = [answer for answer in answers if isinstance(answer, dict)]
    if result["outcome"] == "refused":  # the proof came at that moment: the phone sends the action again
        assert result["error"]["retry"]
        assert bos_phone.send(deliver)[0]["outcome"] == "applied"
    codes = [answer for answer in answers if isinstance(answer, int)]
    assert set(codes) <= {200, 201, 409}
    assert codes.count(201) <= 1
    assert tell() in (200, 201)
    file = ProofFile.objects.get()
    assert file.named_at
    assert file.told_at
