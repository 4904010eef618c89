"""A connection that goes on: who sees it, pauses and resumes it, changes its terms, ends it."""

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from apps.accounts.services import create_organisation
from apps.core.ids import public_id
from apps.core.models import Event
from apps.networks.lifecycle import Right
from apps.networks.selectors import rights_of
from apps.networks.tests.connecting import code, connect, heard, nothing_changes, row_of, tariff, with_key, wrong_fields

pytestmark = pytest.mark.django_db


@pytest.fixture
def known(dee, ada, cast) -> str:
    """Dee's bakery and Vélo Express, connected."""
    return connect(dee, ada, cast.fleet, rights=["reject"], priority=10)


def test_both_sides_list_and_read_it_each_as_its_own(dee, ada, cast, known):
    assert dee.lists() == ada.lists() == [known]
    of_dee, of_ada = dee.gets(f"/{known}").json(), ada.gets(f"/{known}").json()
    assert (of_dee["side"], of_ada["side"]) == ("orderer", "executor")
    assert (of_dee["priority"], of_ada["priority"]) == (10, None)  # whom they ask first is the orderer's business
    assert {key for key in of_dee if of_dee[key] != of_ada[key]} == {"side", "priority"}


def test_a_stranger_sees_nothing_and_moves_nothing(stranger, known):
    assert stranger.lists() == []
    with nothing_changes():
        assert code(stranger.gets(f"/{known}")) == (404, "connection_not_found")
        assert code(stranger.changes(known, priority=1)) == (404, "connection_not_found")
        assert code(stranger.accepts(known, version=1)) == (404, "connection_not_found")
        for what in ("decline", "pause", "resume", "end"):
            assert code(stranger.does(what, known)) == (404, "connection_not_found")


@pytest.mark.parametrize("malformed", ["con_1", "ord_" + "0" * 32, "x" * 300])
def test_a_malformed_id_names_nothing(dee, known, malformed):
    with nothing_changes():
        assert dee.gets(f"/{malformed}").status_code == 404
        assert dee.does("end", malformed).status_code == 404


def test_the_list_is_filtered_by_side_status_and_fleet(dee, ada, cast, known):
    other = cast.fleet_owner.fleets.create(name="Other", is_open=True)
    own = cast.bakery.fleets.create(name="Bakery boys", accepts_invitations=True)
    invited, of_own = dee.invites(other).json()["id"], ada.invites(own).json()["id"]
    assert dee.lists() == [of_own, invited, known]
    assert dee.lists(side="executor") == ada.lists(side="orderer") == [of_own]
    assert dee.lists(status="accepted") == [known]
    assert dee.lists(fleet=public_id("flt", other.pk)) == [invited]
    assert dee.lists(side="orderer", status="ended") == []
    assert wrong_fields(dee.gets(state="ended")) == {"state": "unknown_field"}


def test_pages_follow_each_other_and_need_the_same_number_of_queries(dee, cast, known):
    def rows(**query):
        with CaptureQueriesContext(database) as context:
            answer = dee.gets(**query).json()
        return answer, len(context)

    _, few = rows()
    for number in range(5):
        dee.invites(cast.fleet_owner.fleets.create(name=f"Fleet {number}", is_open=True))
    whole, many = rows()
    assert many == few
    first, _ = rows(limit=4)
    second, _ = rows(limit=4, cursor=first["next_cursor"])
    assert [row["id"] for row in first["data"] + second["data"]] == [row["id"] for row in whole["data"]]
    assert (len(whole["data"]), second["next_cursor"]) == (6, None)


def test_what_one_side_paused_the_other_does_not_resume(dee, ada, cast, known):
    assert ada.does("pause", known).json()["paused_by"] == ["executor"]
    with nothing_changes():
        assert code(dee.does("resume", known)) == (409, "paused_by_other_side")
        assert code(ada.does("pause", known)) == (409, "illegal_connection_move")
    assert ada.does("resume", known).json()["status"] == "accepted"
    assert heard(cast.bakery.pk)[-2:] == heard(cast.fleet_owner.pk)[-2:] == ["ConnectionPaused", "ConnectionResumed"]


def test_when_both_paused_both_resume(dee, ada, known):
    ada.does("pause", known)
    assert dee.does("pause", known).json()["paused_by"] == ["orderer", "executor"]
    assert ada.does("resume", known).json()["status"] == "paused"
    resumed = dee.does("resume", known).json()
    assert (resumed["status"], resumed["paused_by"]) == ("accepted", [])


def test_an_invitation_is_neither_paused_nor_resumed(dee, ada, cast):
    invited = dee.invites(cast.fleet).json()["id"]
    with nothing_changes():
        for what in ("pause", "resume"):
            assert code(ada.does(what, invited)) == (409, "illegal_connection_move")
    assert row_of(invited).accepted_at is None


@pytest.mark.parametrize("side", ["orderer", "executor"])
def test_either_side_ends_it_for_good(dee, ada, cast, known, side):
    who, other = (dee, ada) if side == "orderer" else (ada, dee)
    ended = who.does("end", known, reason="moved away").json()
    assert (ended["status"], ended["ended_by"], ended["end_reason"]) == ("ended", side, "moved away")
    told = Event.objects.filter(organisation_id=other.organisation.pk, name="ConnectionEnded").get()
    assert (told.payload["by"], told.payload["was_declined"]) == (side, False)
    with nothing_changes():
        for what in ("end", "pause", "resume"):
            assert code(other.does(what, known)) == (409, "illegal_connection_move")
        assert code(other.does("decline", known)) == (409, "nothing_to_answer")
        assert code(other.changes(known, rights=[])) == (409, "illegal_connection_move")


def test_other_rights_hold_when_the_other_side_accepts_them(dee, ada, cast, known):
    proposed = ada.changes(known, rights=["see", "reject"]).json()
    assert (proposed["rights"], proposed["proposal"]["rights"]) == (["reject"], ["reject", "see"])
    assert proposed["proposal"]["by"] == "executor"
    assert rights_of(cast.bakery.pk, cast.fleet.pk) == {Right.REJECT}
    with nothing_changes():
        assert code(ada.accepts(known)) == (403, "other_side_only")
    agreed = dee.accepts(known).json()
    assert (agreed["rights"], agreed["proposal"]) == (["reject", "see"], None)
    assert rights_of(cast.bakery.pk, cast.fleet.pk) == {Right.REJECT, Right.SEE}
    assert heard(cast.fleet_owner.pk)[-2:] == ["ConnectionChanged"] * 2


def test_a_proposal_that_was_replaced_is_not_accepted_unseen(dee, ada, cast, known):
    dear = tariff(cast.fleet_owner)
    harmless = ada.changes(known, rights=["reject", "edit"]).json()
    ada.changes(known, tariff_id=public_id("tar", dear.pk))
    with nothing_changes():
        assert code(dee.accepts(known, version=harmless["version"])) == (409, "terms_changed")
    assert row_of(known).tariff_id is None


def test_a_declined_proposal_leaves_the_terms_as_they_were(dee, ada, cast, known):
    dee.changes(known, rights=[])
    declined = ada.does("decline", known).json()
    assert (declined["status"], declined["rights"], declined["proposal"]) == ("accepted", ["reject"], None)
    with nothing_changes():
        assert code(ada.accepts(known)) == (409, "nothing_to_answer")
        assert code(ada.does("decline", known)) == (409, "nothing_to_answer")


def test_proposing_what_holds_takes_the_proposal_back(dee, known):
    dee.changes(known, rights=["see"])
    assert dee.changes(known, rights=["reject"]).json()["proposal"] is None
    with nothing_changes():
        dee.changes(known, rights=["reject"])


def test_a_tariff_is_agreed_on_and_dropped_the_same_way(dee, ada, cast, known):
    shown = public_id("tar", tariff(cast.fleet_owner).pk)
    assert ada.changes(known, tariff_id=shown).json()["tariff_id"] is None
    assert dee.accepts(known).json()["tariff_id"] == shown
    ada.changes(known, tariff_id=None)
    assert dee.accepts(known).json()["tariff_id"] is None


def test_the_priority_is_the_orderers_alone_and_nobody_else_hears_of_it(dee, ada, cast, known):
    before = heard(cast.fleet_owner.pk)
    assert dee.changes(known, priority=3).json()["priority"] == 3
    assert (heard(cast.bakery.pk)[-1], heard(cast.fleet_owner.pk)) == ("ConnectionChanged", before)
    with nothing_changes():
        assert code(ada.changes(known, priority=1)) == (403, "other_side_only")
        assert code(ada.changes(known, priority=1, rights=["see"])) == (403, "other_side_only")
        dee.changes(known, priority=3)


def test_a_paused_connection_keeps_its_rights_and_an_ended_one_has_none(dee, ada, cast, known):
    dee.does("pause", known)
    assert rights_of(cast.bakery.pk, cast.fleet.pk) == {Right.REJECT}
    dee.does("end", known)
    assert rights_of(cast.bakery.pk, cast.fleet.pk) == frozenset()


def test_an_invitation_gives_no_rights(dee, cast):
    dee.invites(cast.fleet, rights=["see"])
    assert rights_of(cast.bakery.pk, cast.fleet.pk) == frozenset()


def test_the_other_fleets_of_an_owner_get_nothing_from_it(dee, ada, cast, known):
    other = cast.fleet_owner.fleets.create(name="Other")
    assert rights_of(cast.bakery.pk, other.pk) == frozenset()
    elsewhere = create_organisation(name="Elsewhere", slug="elsewhere")
    assert rights_of(elsewhere.pk, cast.fleet.pk) == frozenset()
    assert with_key(elsewhere).lists() == []
