"""What integrators get back about connections, each side as it may see it."""

from typing import Any
from uuid import UUID

from rest_framework import serializers

from apps.core.api.fields import Moment, PublicId
from apps.core.api.serializers import OutputSerializer
from apps.networks.lifecycle import ConnectionStatus, Right, Side
from apps.networks.models import Connection


class OrganisationOut(OutputSerializer):
    """An organisation, as others may know it."""

    id = PublicId(prefix="org", source="pk")
    name = serializers.CharField()
    slug = serializers.CharField()


class ConnectedFleetOut(OutputSerializer):
    """The fleet of a connection."""

    id = PublicId(prefix="flt", source="pk")
    name = serializers.CharField()


class ProposalOut(OutputSerializer):
    """Other terms that one side proposes; they hold when the other side accepts them."""

    by = serializers.SerializerMethodField()
    rights = serializers.ListField(child=serializers.ChoiceField(choices=Right.choices), source="proposed_rights")
    tariff_id = PublicId(prefix="tar", source="proposed_tariff_id", allow_null=True)
    proposed_at = Moment()

    def get_by(self, connection: Connection) -> str:
        """`orderer` or `executor`."""
        return connection.side_of(_known(connection.proposed_by_id)).value


class ConnectionOut(OutputSerializer):
    """A connection. Reads the organisations and the fleet that a selector has at hand: no query of its own."""

    id = PublicId(prefix="con", source="pk")
    side = serializers.SerializerMethodField(help_text="Which side you are.")
    status = serializers.ChoiceField(choices=ConnectionStatus.choices)
    version = serializers.IntegerField(help_text="Name it when you accept.")
    organisation = OrganisationOut(help_text="Who orders.")
    fleet = ConnectedFleetOut()
    executor = OrganisationOut(help_text="Who owns the fleet.")
    invited_by = serializers.SerializerMethodField()
    priority = serializers.SerializerMethodField(help_text="The lowest is asked first; null for the executor.")
    rights = serializers.ListField(child=serializers.ChoiceField(choices=Right.choices))
    tariff_id = PublicId(prefix="tar", allow_null=True)
    proposal = serializers.SerializerMethodField()
    paused_by = serializers.SerializerMethodField()
    created_at = Moment()
    accepted_at = Moment(allow_null=True)
    ended_at = Moment(allow_null=True)
    ended_by = serializers.SerializerMethodField()
    end_reason = serializers.CharField()

    def get_side(self, connection: Connection) -> str:
        """`orderer` or `executor`."""
        return self._side(connection).value

    def get_invited_by(self, connection: Connection) -> str:
        """`orderer` or `executor`."""
        return connection.side_of(connection.invited_by_id).value

    def get_priority(self, connection: Connection) -> int | None:
        """The orderer's own business: whom they would rather have carry is not for a fleet to know."""
        return connection.priority if self._side(connection) is Side.ORDERER else None

    def get_proposal(self, connection: Connection) -> dict[str, Any] | None:
        """Other terms that wait for an answer."""
        return dict(ProposalOut(connection).data) if connection.proposed_by_id else None

    def get_paused_by(self, connection: Connection) -> list[str]:
        """One side, or both."""
        return [side.value for side in connection.paused_by]

    def get_ended_by(self, connection: Connection) -> str | None:
        """`orderer` or `executor`; null while it goes on."""
        return connection.side_of(connection.ended_by_id).value if connection.ended_by_id else None

    def _side(self, connection: Connection) -> Side:
        caller: UUID = self.context["organisation_id"]
        return connection.side_of(caller)


def _known(key: UUID | None) -> UUID:
    assert key is not None  # noqa: S101 - asked of a proposal that is there
    return key
