"""The pages: who may open them, what they load, what they look like when something is wrong."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from apps.core.ids import public_id
from apps.dashboard.security import content_security_policy
from apps.orders.models import Order
from tests.cast import RING, Cast, placed


def test_the_front_door_leads_to_the_board(cast: Cast, client: Client):
    assert client.get("/")["Location"] == "/board/"
    assert client.get("/board/")["Location"] == "/sign-in?next=/board/"


@pytest.mark.parametrize("path", ["/sign-in", "/board/"])
def test_a_page_loads_nothing_from_elsewhere_and_runs_no_inline_script(cast: Cast, ada: Client, path: str):
    answer = (Client() if path == "/sign-in" else ada).get(path)
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    page = answer.content.decode()
    assert not re.search(r"<script(?![^>]*(src=|application/json))", page)
    assert not re.search(r"\s(style|on\w+)=", page)
    assert "://" not in page.replace("http://www.w3.org", "")


def test_every_file_that_the_board_names_is_there(cast: Cast, ada: Client):
    page = ada.get("/board/").content.decode()
    named = re.findall(r'"/static/([^"]+)"', page)
    assert len(named) >= 8
    scripts = Path(str(finders.find("board/js/board.js"))).parent
    named += [f"board/js/{name}" for file in scripts.iterdir() for name in _imports(file)]
    assert [name for name in named if not finders.find(name)] == []


def test_a_tile_server_is_let_in_when_it_is_set(settings: Any):
    settings.MAP_TILES_URL = "https://tiles.example.org/{z}/{x}/{y}.png"
    policy = content_security_policy()
    assert "connect-src 'self' https://tiles.example.org;" in policy
    assert "img-src 'self' data: blob: https://tiles.example.org;" in policy


def test_the_drawn_map_is_the_file_of_the_city(cast: Cast, ada: Client, settings: Any, tmp_path: Path):
    settings.VAR_DIR = tmp_path
    outline = ada.get("/board/basemap.json").json()["features"]
    assert outline[0]["properties"]["kind"] == "outline"
    assert outline[0]["geometry"]["coordinates"] == [RING]
    drawn = {"type": "FeatureCollection", "features": []}
    (tmp_path / "basemap.json").write_text(json.dumps(drawn))
    assert ada.get("/board/basemap.json").json() == drawn
    assert Client().get("/board/basemap.json").status_code == 302


def test_a_page_that_is_not_there_looks_like_the_product(cast: Cast, ada: Client):
    answer = ada.get("/nowhere")
    assert answer.status_code == 404
    assert "There is no such page" in answer.content.decode()


def test_an_error_of_ours_looks_like_the_product(cast: Cast, ada: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("apps.dashboard.views.screens.base_map", lambda: 1 / 0)
    ada.raise_request_exception = False
    answer = ada.get("/board/basemap.json")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.content.decode()


def test_an_unknown_order_is_not_found(cast: Cast, ada: Client):
    assert ada.get("/board/orders/ord_nonsense").status_code == 404
    assert ada.get("/board/orders/ord_" + "0" * 32).status_code == 404


def _imports(script: Path) -> list[str]:
    return re.findall(r'from "\./([^"]+)"', script.read_text())


def test_error_pages_and_the_admin_carry_the_policy_too(client):
    for path in ("/nowhere", "/admin/", "/sign-in"):
        answer = client.get(path, follow=True)
        assert "script-src 'self'" in answer["Content-Security-Policy"], path


@pytest.mark.parametrize(("currency", "shown"), [("EUR", "€ 12.34"), ("JPY", "JPY 1,234"), ("TND", "TND 1.234")])
def test_a_price_has_the_decimals_of_its_currency(cast: Cast, ada: Client, currency: str, shown: str):
    order, _ = placed(cast)
    Order.objects.filter(pk=order.pk).update(amount_cents=1_234, currency=currency)
    assert f"<b>{shown}</b>" in ada.get(f"/board/orders/{public_id('ord', order.pk)}").content.decode()
