"""Whole files of vehicles, couriers and shifts: good rows are in, the others come back to be mended."""

from collections.abc import Callable
from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api.operations import operation
from apps.accounts.api.views import principal_of
from apps.core.api.csv_parsing import CsvParser, table_of
from apps.core.api.csv_rows import CSV, ImportOut, import_answer, read_rows
from apps.core.api.idempotent import answered_once
from apps.core.api.serializers import StrictSerializer
from apps.core.rows import Imported, Wish
from apps.couriers.api.requests import CourierRow, ShiftRow, VehicleRow
from apps.couriers.api.views import TO_OWNERS, NetworkView
from apps.couriers.services import (
    CourierWish,
    ShiftWish,
    VehicleWish,
    import_couriers,
    import_shifts,
    import_vehicles,
)


class FileView(NetworkView):
    """Base: takes CSV."""

    parser_classes = (CsvParser,)  # type: ignore[assignment] # another body than elsewhere
    http_method_names: ClassVar[list[str]] = ["post"]  # type: ignore[misc]

    def imported(
        self, request: Request, row: type[StrictSerializer], wish: type[Wish], take: Callable[..., Imported]
    ) -> Response:
        """Read the file's rows as wishes, take them, and say what became of each."""
        table = table_of(request)
        read = read_rows(table, row, wish)
        taken = take(organisation_id=principal_of(request).organisation_id, rows=read.good)
        return Response(import_answer(table, read, taken))


class VehiclesImportView(FileView):
    """`/v1/vehicles/import`."""

    @operation("import_vehicles", tag="Vehicles", request=CSV, answers={200: ImportOut}, refusals=TO_OWNERS)
    @answered_once
    def post(self, request: Request) -> Response:
        """Add and change vehicles by a CSV file."""
        return self.imported(request, VehicleRow, VehicleWish, import_vehicles)


class CouriersImportView(FileView):
    """`/v1/couriers/import`."""

    @operation("import_couriers", tag="Couriers", request=CSV, answers={200: ImportOut}, refusals=TO_OWNERS)
    @answered_once
    def post(self, request: Request) -> Response:
        """Add and change couriers by a CSV file."""
        return self.imported(request, CourierRow, CourierWish, import_couriers)


class ShiftsImportView(FileView):
    """`/v1/shifts/import`."""

    @operation("import_shifts", tag="Shifts", request=CSV, answers={200: ImportOut}, refusals=TO_OWNERS)
    @answered_once
    def post(self, request: Request) -> Response:
        """Plan and move shifts by a CSV file."""
        return self.imported(request, ShiftRow, ShiftWish, import_shifts)
