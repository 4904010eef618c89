"""The first request with a key does the work; the others get its answer, or are told to wait."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.core.db import atomic
from apps.core.errors import Conflict, Invalid
from apps.core.idempotency import Answer, KeyedRequest, KeyReused, answer_once, forget_old_answers
from apps.core.models import Event, IdempotentAnswer
from apps.core.tests.racing import race

pytestmark = pytest.mark.django_db
BODY = {"parcels": [{"weight_g": 800}], "note": "é", "lat": 48.0}


def keyed(key="k-1", *, body=BODY, principal="bakery", operation="POST /v1/orders") -> KeyedRequest:
    return KeyedRequest(principal=principal, operation=operation, key=key, body=body)


def work() -> Answer:
    Event.objects.create(name="Worked", payload={})
    return Answer(201, {"id": "ord_1", "nested": {"list": [1, 2.0, None, "é"]}})


def worked() -> int:
    return Event.objects.filter(name="Worked").count()


def test_the_second_request_gets_the_answer_of_the_first():
    first, second = answer_once(keyed(), work), answer_once(keyed(), work)
    assert (first.status, first.body, first.replayed) == (201, work().body, False)
    assert (second.status, second.body, second.replayed) == (201, first.body, True)
    assert worked() == 2  # once by the request, once by this test's own call above


def test_the_order_of_the_fields_does_not_matter():
    answer_once(keyed(), work)
    assert answer_once(keyed(body=dict(reversed(BODY.items()))), work).replayed


@pytest.mark.parametrize("other", [{"body": {}}, {"body": {**BODY, "note": "e"}}, {"body": None}])
def test_another_body_under_the_same_key_is_refused(other):
    answer_once(keyed(), work)
    with pytest.raises(KeyReused):
        answer_once(keyed(**other), work)
    assert worked() == 1


@pytest.mark.parametrize("other", [{"key": "k-2"}, {"principal": "florist"}, {"operation": "POST /v1/orders/1/cancel"}])
def test_another_key_caller_or_operation_is_another_request(other):
    answer_once(keyed(), work)
    assert not answer_once(keyed(**other), work).replayed
    assert worked() == 2


def test_operations_that_differ_only_far_behind_are_not_taken_for_one():
    long = "POST /v1/" + "x" * 200
    answer_once(keyed(operation=f"{long}1"), work)
    with pytest.raises(KeyReused):
        answer_once(keyed(operation=f"{long}2"), work)


def test_a_request_that_died_leaves_its_key_to_the_next():
    class Died(BaseException):
        """A process that ends says nothing on its way out."""

    def dying() -> Answer:
        work()
        raise Died

    with pytest.raises(Died):
        answer_once(keyed(), dying)
    assert (worked(), IdempotentAnswer.objects.count()) == (0, 0)
    assert not answer_once(keyed(), work).replayed


def test_work_that_refuses_to_be_done_twice_is_answered_as_the_first_time():
    answer_once(keyed(), work)

    def refusing() -> Answer:
        raise Conflict("This was done already.")

    assert answer_once(keyed(), refusing).replayed
    with pytest.raises(KeyReused):
        answer_once(keyed(body={}), refusing)
    assert worked() == 1


@pytest.mark.parametrize("error", [Invalid, Conflict, ZeroDivisionError])
def test_an_error_undoes_the_work_and_frees_the_key(error):
    def failing() -> Answer:
        work()
        raise error

    with pytest.raises(error):
        answer_once(keyed(), failing)
    assert (worked(), IdempotentAnswer.objects.count()) == (0, 0)
    assert not answer_once(keyed(), work).replayed


def test_a_lost_race_inside_the_work_is_run_again():
    attempts = []

    def losing_once() -> Answer:
        attempts.append(1)
        if len(attempts) == 1:
            work()
            raise Conflict
        return work()

    assert answer_once(keyed(), losing_once).status == 201
    assert (len(attempts), worked()) == (2, 1)


def test_the_work_joins_the_transaction_of_its_answer():
    inner = atomic(work)

    def failing_after() -> Answer:
        inner()
        raise Invalid

    with pytest.raises(Invalid):
        answer_once(keyed(), failing_after)
    assert worked() == 0


def test_answers_are_forgotten_after_two_days():
    answer_once(keyed("old"), work)
    answer_once(keyed("new"), work)
    old = datetime.now(UTC) - timedelta(hours=48, seconds=1)
    IdempotentAnswer.objects.filter(key="old").update(created_at=old)
    assert forget_old_answers() == 1
    assert [row.key for row in IdempotentAnswer.objects.all()] == ["new"]


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_has_one_to_255_characters(key):
    with pytest.raises(Invalid) as refused:
        keyed(key)
    assert [field.path for field in refused.value.fields] == ["Idempotency-Key"]


@pytest.mark.django_db(transaction=True)
def test_of_sixteen_at_once_one_works_and_all_get_its_answer():
    answers = race(16, lambda _: answer_once(keyed(), work))
    assert [answer.replayed for answer in answers].count(False) == 1
    assert {answer.status for answer in answers} == {201}
    assert worked() == 1
