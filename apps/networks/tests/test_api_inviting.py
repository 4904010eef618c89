"""POST /v1/connections, and the answer to an invitation."""

import pytest

from apps.core.ids import public_id
from apps.networks.models import Connection
from apps.networks.tests.connecting import code, connect, heard, nothing_changes, row_of, tariff, with_key, wrong_fields

pytestmark = pytest.mark.django_db


def test_a_merchant_invites_a_fleet_and_its_owner_accepts(dee, ada, cast):
    invited = dee.invites(cast.fleet, rights=["reject", "see"], priority=10)
    assert invited.status_code == 201, invited.json()
    shown = invited.json()
    assert (shown["status"], shown["side"], shown["invited_by"], shown["priority"]) == (
        "invited",
        "orderer",
        "orderer",
        10,
    )
    accepted = ada.accepts(shown["id"]).json()
    assert (accepted["status"], accepted["side"], accepted["rights"]) == ("accepted", "executor", ["reject", "see"])
    assert accepted["accepted_at"] == "2026-06-10T10:00:00Z"
    for side in (cast.bakery, cast.fleet_owner):
        assert heard(side.pk) == ["ConnectionInvited", "ConnectionAccepted"]


@pytest.mark.parametrize("by_slug", [True, False])
def test_the_owner_of_a_fleet_invites_an_organisation(dee, ada, cast, by_slug):
    named = cast.bakery.slug if by_slug else public_id("org", cast.bakery.pk)
    invited = ada.invites(cast.fleet, organisation=named)
    assert invited.status_code == 201, invited.json()
    assert (invited.json()["side"], invited.json()["organisation"]["name"]) == ("executor", "Dee's bakery")
    assert dee.accepts(invited.json()["id"]).json()["status"] == "accepted"


def test_nobody_accepts_or_declines_their_own_invitation(dee, ada, cast):
    of_dee = dee.invites(cast.fleet).json()["id"]
    with nothing_changes():
        assert code(dee.accepts(of_dee)) == (403, "other_side_only")
        assert code(dee.does("decline", of_dee)) == (403, "other_side_only")


def test_a_declined_invitation_is_over_and_not_sent_again_at_once(dee, ada, cast, hand_clock):
    invited = dee.invites(cast.fleet).json()["id"]
    declined = ada.does("decline", invited, reason="No room this month").json()
    assert (declined["status"], declined["ended_by"], declined["end_reason"]) == (
        "ended",
        "executor",
        "No room this month",
    )
    assert heard(cast.bakery.pk)[-1] == "ConnectionEnded"
    with nothing_changes():
        assert code(dee.invites(cast.fleet)) == (409, "declined_recently")
    assert ada.invites(cast.fleet, organisation=cast.bakery.slug).status_code == 201  # who declined may ask


def test_a_week_after_a_refusal_the_fleet_may_be_invited_again(dee, ada, cast, hand_clock):
    ada.does("decline", dee.invites(cast.fleet).json()["id"])
    hand_clock.advance(days=7, seconds=1)
    assert dee.invites(cast.fleet).status_code == 201


def test_ending_the_other_sides_invitation_is_declining_it(dee, ada, cast):
    ada.does("end", dee.invites(cast.fleet).json()["id"])
    with nothing_changes():
        assert code(dee.invites(cast.fleet)) == (409, "declined_recently")


def test_an_invitation_that_was_withdrawn_may_be_made_again(dee, ada, cast):
    withdrawn = dee.invites(cast.fleet).json()["id"]
    assert dee.does("end", withdrawn).json()["status"] == "ended"
    with nothing_changes():
        assert code(ada.accepts(withdrawn)) == (409, "nothing_to_answer")
    assert dee.invites(cast.fleet).status_code == 201


def test_a_pair_has_one_connection(dee, ada, cast):
    first = connect(dee, ada, cast.fleet)
    with nothing_changes():
        refused = dee.invites(cast.fleet)
        assert code(refused) == (409, "connection_exists")
        assert code(ada.invites(cast.fleet, organisation=cast.bakery.slug)) == (409, "connection_exists")
    assert refused.json()["error"]["state"] == {"id": first, "status": "accepted"}
    dee.does("end", first)
    assert dee.invites(cast.fleet).status_code == 201


def test_the_same_request_again_invites_once(dee, cast):
    body = {"fleet": public_id("flt", cast.fleet.pk)}
    answers = [dee.client.post("/v1/connections", body, headers={"Idempotency-Key": "once"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert Connection.objects.count() == 1


def test_a_fleet_that_is_closed_to_invitations_is_not_found(dee, cast):
    closed = cast.fleet_owner.fleets.create(name="Closed")
    unknown = type(closed)(organisation=cast.fleet_owner, name="Never saved")
    with nothing_changes():
        answers = [dee.invites(fleet) for fleet in (closed, unknown)]
    assert [code(answer) for answer in answers] == [(404, "fleet_not_found")] * 2
    assert answers[0].json()["error"]["message"] == answers[1].json()["error"]["message"]


def test_a_closed_fleet_still_invites_others(ada, cast):
    closed = cast.fleet_owner.fleets.create(name="Closed")
    assert ada.invites(closed, organisation=cast.bakery.slug).status_code == 201


def test_what_is_for_the_other_side_to_say_is_refused(dee, ada, cast):
    with nothing_changes():
        assert wrong_fields(dee.invites(cast.fleet, organisation="fays-flowers")) == {"organisation": "not_yours"}
        assert wrong_fields(ada.invites(cast.fleet)) == {"organisation": "required"}
        of_priority = ada.invites(cast.fleet, organisation=cast.bakery.slug, priority=1)
        assert wrong_fields(of_priority) == {"priority": "not_yours"}
        assert wrong_fields(ada.invites(cast.fleet, organisation="velo-express")) == {"organisation": "own_fleet"}
        assert code(ada.invites(cast.fleet, organisation="nobody")) == (404, "organisation_not_found")


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"rights": ["fly"]}, {"rights[0]": "invalid_choice"}),
        ({"rights": ["see"] * 5}, {"rights": "max_length"}),
        ({"priority": -1}, {"priority": "min_value"}),
        ({"priority": "1"}, {"priority": "invalid"}),
        ({"tariff_id": "tar_1"}, {"tariff_id": "malformed"}),
        ({"status": "accepted"}, {"status": "unknown_field"}),
        ({"organisation": "x" * 51}, {"organisation": "max_length"}),
    ],
)
def test_an_invitation_is_read_strictly(dee, cast, body, wrong):
    with nothing_changes():
        refused = dee.invites(cast.fleet, **body)
    assert (refused.status_code, wrong_fields(refused)) == (400, wrong)


def test_a_tariff_must_be_the_fleets_owners_and_not_retired(dee, ada, cast, hand_clock):
    own, retired = tariff(cast.fleet_owner), tariff(cast.fleet_owner, retired_at=hand_clock())
    with nothing_changes():
        for wrong in (tariff(cast.bakery), retired):
            assert code(dee.invites(cast.fleet, tariff_id=public_id("tar", wrong.pk))) == (404, "tariff_not_found")
    shown = dee.invites(cast.fleet, tariff_id=public_id("tar", own.pk)).json()
    assert shown["tariff_id"] == public_id("tar", own.pk)


def test_an_invitation_whose_tariff_was_retired_is_not_accepted(dee, ada, cast, hand_clock):
    own = tariff(cast.fleet_owner)
    invited = dee.invites(cast.fleet, tariff_id=public_id("tar", own.pk)).json()["id"]
    own.retired_at = hand_clock()
    own.save()
    with nothing_changes():
        assert code(ada.accepts(invited)) == (404, "tariff_not_found")


def test_nobody_floods_others_with_invitations(dee, cast, monkeypatch):
    monkeypatch.setattr("apps.networks.services.inviting.MOST_UNANSWERED", 1)
    dee.invites(cast.fleet)
    other = cast.fleet_owner.fleets.create(name="Other", is_open=True)
    with nothing_changes():
        assert code(dee.invites(other)) == (409, "too_many_invitations")


def test_terms_that_changed_after_they_were_read_are_not_accepted(dee, ada, cast):
    invited = dee.invites(cast.fleet, rights=["see", "reject"]).json()
    revised = dee.changes(invited["id"], rights=[]).json()
    assert (revised["rights"], revised["status"]) == ([], "invited")
    with nothing_changes():
        assert code(ada.accepts(invited["id"], version=invited["version"])) == (409, "terms_changed")
    assert ada.accepts(invited["id"], version=revised["version"]).status_code == 200
    assert row_of(invited["id"]).rights == []


def test_the_invited_side_does_not_change_an_invitation(dee, ada, cast):
    invited = dee.invites(cast.fleet).json()["id"]
    with nothing_changes():
        assert code(ada.changes(invited, rights=["see"])) == (403, "other_side_only")


def test_a_key_without_the_scope_neither_reads_nor_writes(cast, hand_clock, dee, ada):
    known = connect(dee, ada, cast.fleet)
    blind = with_key(cast.bakery, scopes=("orders:read", "orders:write"))
    reader = with_key(cast.bakery, scopes=("connections:read",))
    with nothing_changes():
        assert blind.gets().status_code == 403
        assert reader.gets().status_code == 200
        for what in ("pause", "end", "decline"):
            assert reader.does(what, known).status_code == 403
        assert reader.changes(known, priority=1).status_code == 403
