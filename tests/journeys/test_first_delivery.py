"""The page "First delivery in five minutes", as printed, on a running platform: every block of it, by a shell."""

import json
import re
import subprocess
import time

import pytest

from coursier.embedded.stack import PROJECT
from tests.running import City

pytestmark = pytest.mark.stack
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    city = City(tmp_path_factory.mktemp("first"))
    try:
        city.wait_until_live()
        yield city
    finally:
        city.end()


class Reader:
    """Somebody who pastes the blocks of the page into one shell, one after the other."""

    def __init__(self, platform):
        key = json.loads((platform.var / "demo.json").read_text())["sandbox_api_key"]
        self.pasted = f"HOST=http://127.0.0.1:{platform.port}\nKEY={key}\n"

    def paste(self, block):
        """Returns what the last command of the block printed, as JSON."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", f"{{ {self.pasted}\n}} > /dev/null\n{block}"],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert done.stdout, f"{block} printed nothing: {done.stderr}"
        if block.startswith(("ORDER=", "TOKEN=")):
            self.pasted += block.splitlines()[0] + "\n"
        return json.JSONDecoder().raw_decode(done.stdout[done.stdout.index("{") :])[0]


def test_the_page_works_as_printed(platform):
    blocks = BLOCK.findall((PROJECT / "docs/first-delivery.md").read_text(encoding="utf-8"))
    setting, quote, order, follow, history, tracking, absent, refused = blocks
    assert setting.startswith("HOST=")
    reader = Reader(platform)

    assert reader.paste(quote)["price_lines"]
    placed = reader.paste(order)
    assert placed["status"] == "placed"
    assert reader.paste(order)["id"] == placed["id"]

    def status():
        return reader.paste(follow)["data"][0]["status"]

    deadline = time.monotonic() + 60
    while status() != "delivered":
        assert time.monotonic() < deadline, f"still {status()}"
        time.sleep(0.5)
    moves = [entry["details"]["after"] for entry in reader.paste(history)["data"] if entry["name"] == "LegMoved"]
    assert moves[-1] == "delivered"
    assert reader.paste(tracking)["status"] == "delivered"
    assert reader.paste(absent)["external_id"] == "nobody-home"
    assert reader.paste(refused)["error"]["code"] == "address_out_of_zone"
