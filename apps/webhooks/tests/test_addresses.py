"""Nothing inside is connected to, however a URL spells it: a listener on this machine sees no connection."""

import ipaddress
import socket
import ssl
import subprocess

import pytest

from apps.webhooks import sending, targets
from apps.webhooks.addresses import is_public
from apps.webhooks.errors import WrongUrl
from apps.webhooks.sending import post
from tests.hooks import LOOPBACK, Sink, answers

REAL_LOOK_UP = socket.getaddrinfo
PUBLIC, ALSO_PUBLIC = "93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"
PRIVATE_NAMES = {  # what a name server that is not ours may answer
    "loopback.example.org": ["127.0.0.1"],
    "loopback-six.example.org": ["::1"],
    "private.example.org": ["10.0.0.7"],
    "neighbour.example.org": ["192.168.1.1"],
    "cluster.example.org": ["172.16.0.10"],
    "cgnat.example.org": ["100.64.0.1"],
    "metadata.example.org": ["169.254.169.254"],
    "azure.example.org": ["168.63.129.16"],
    "metadata-six.example.org": ["fd00:ec2::254"],
    "link-local-six.example.org": ["fe80::1%2"],
    "unique-local.example.org": ["fc00::1"],
    "mapped.example.org": ["::ffff:127.0.0.1"],
    "nat64.example.org": ["64:ff9b::7f00:1"],
    "six-to-four.example.org": ["2002:7f00:1::1"],
    "teredo.example.org": ["2001:0:7f00:1::1"],
    "isatap.example.org": ["2606:2800:220:1:0:5efe:127.0.0.1"],
    "multicast.example.org": ["224.0.0.1"],
    "multicast-six.example.org": ["ff02::1"],
    "unspecified.example.org": ["0.0.0.0"],  # noqa: S104
    "broadcast.example.org": ["255.255.255.255"],
    "one-of-two.example.org": [PUBLIC, "127.0.0.1"],
    "one-of-three.example.org": [PUBLIC, ALSO_PUBLIC, "::1"],
}
HOSTS = (
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.0.0.1.",
    "127.255.255.254",
    "2130706433",
    "0x7f000001",
    "0x7f.0x0.0x0.0x1",
    "0x7f.1",
    "0X7F.0.0.1",
    "017700000001",
    "0177.0.0.1",
    "0177.0.0.01",
    "00000177.0.0.1",
    "0",
    "0.0.0.0",  # noqa: S104
    "10.0.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "100.127.255.255",
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "168.63.129.16",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "[::]",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:127.0.0.1]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::1]",
    "[fe80::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[ff02::1]",
    "localhost",
    "LOCALHOST",
    "localhost.",
    *PRIVATE_NAMES,
)
WHOLE_URLS = (  # how a URL hides its host, {} being the port that listens
    "https://hooks.example.org@127.0.0.1:{}/",
    "https://user:password@127.0.0.1:{}/",
    "https://127.0.0.1:{}#@hooks.example.org/",
    "https://hooks.example.org\\@127.0.0.1:{}/",
    "https://127.0.0.1:{}\\.example.org/",
    "https://１２７.0.0.1:{}/",
    "https://①②⑦.0.0.1:{}/",
    "https://127。0。0。1:{}/",
    "https://%31%32%37.0.0.1:{}/",
    "https://127.0.0.1%2f.example.org:{}/",
    "https://[::ffff:127.0.0.1%251]:{}/",
    "https://127.0.0.1 .example.org:{}/",
    "https:127.0.0.1:{}/",
    "https:///127.0.0.1:{}/",
    "//127.0.0.1:{}/",
    "http://127.0.0.1:{}/",
    "HTTP://127.0.0.1:{}/",
    "ftp://127.0.0.1:{}/",
    "gopher://127.0.0.1:{}/_GET",
    "file:///etc/passwd",
    "https://127.0.0.1:{}\r\nHost: hooks.example.org/",
    "https://hooks.example.org:{}:443@127.0.0.1/",
)


class Names:
    """A name server that answers by a script; addresses in any spelling go to the C library, as they would."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answers: dict[str, list[list[str]]] = {name: [found] for name, found in PRIVATE_NAMES.items()}
        self.asked: list[str] = []
        monkeypatch.setattr(socket, "getaddrinfo", self.look_up)

    def look_up(self, host, port, *arguments, **options):
        name = host.decode() if isinstance(host, bytes) else str(host)
        name = name.lower().removesuffix(".")
        if name not in self.answers:
            return REAL_LOOK_UP(host, port, *arguments, **options)
        self.asked.append(name)
        found = self.answers[name].pop(0) if len(self.answers[name]) > 1 else self.answers[name][0]
        return [self._entry(address, port) for address in found]

    @staticmethod
    def _entry(address, port):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return (family, socket.SOCK_STREAM, 6, "", (address, port, 0, 0) if ":" in address else (address, port))


@pytest.fixture
def names(monkeypatch):
    return Names(monkeypatch)


@pytest.fixture
def everywhere(monkeypatch):
    """Listens on every address of this machine, on a port that webhooks may be sent to."""
    sink = Sink(host="::")
    monkeypatch.setattr(targets, "PORTS", targets.PORTS | {sink.port})
    yield sink
    sink.close()


def sent_to(url: str) -> str:
    return post(url, headers={"content-type": "application/json"}, body=b"{}").error


REFUSED = {"webhook_url_refused", "address_refused", "name_unknown"}


@pytest.mark.parametrize("host", HOSTS)
def test_no_spelling_of_a_host_inside_is_connected_to(host, everywhere, names):
    assert sent_to(f"https://{host}:{everywhere.port}/") in REFUSED
    assert everywhere.connections == 0


@pytest.mark.parametrize("host", HOSTS)
def test_the_guard_of_the_connection_is_enough_by_itself(host, everywhere, names, monkeypatch):
    monkeypatch.setattr(targets, "_check_host", lambda _host: None)
    assert sent_to(f"https://{host}:{everywhere.port}/") in {"address_refused", "name_unknown"}
    assert everywhere.connections == 0


@pytest.mark.parametrize("url", WHOLE_URLS)
def test_no_trick_with_a_whole_url_reaches_inside(url, everywhere, names):
    names.answers["hooks.example.org"] = [["127.0.0.1"]]
    assert sent_to(url.format(everywhere.port)) in REFUSED
    assert everywhere.connections == 0


def test_the_listener_is_reached_where_the_settings_allow_it(everywhere, settings):
    settings.WEBHOOK_ALLOWED_ADDRESSES = [LOOPBACK]
    assert sent_to(f"http://127.0.0.1:{everywhere.port}/") == ""
    assert everywhere.connections == 1


def test_there_are_more_than_forty_spellings():
    assert len(HOSTS) + len(WHOLE_URLS) > 80


class Dials:
    """Notes where connections are made to, and makes none beyond this machine."""

    def __init__(self, monkeypatch):
        self.to: list[str] = []
        self._connect = socket.create_connection
        monkeypatch.setattr(socket, "create_connection", self.dial)

    def dial(self, address, *arguments, **options):
        self.to.append(address[0])
        if not ipaddress.ip_address(address[0]).is_loopback:
            raise ConnectionRefusedError("nobody is there in a test")
        return self._connect(address, *arguments, **options)


def test_a_name_that_turns_private_after_the_check_gains_nothing(everywhere, names, monkeypatch):
    dials = Dials(monkeypatch)
    names.answers["rebinding.example.org"] = [[PUBLIC], ["127.0.0.1"]]
    assert sent_to(f"https://rebinding.example.org:{everywhere.port}/") == "connection_failed"
    assert dials.to == [PUBLIC]
    assert names.asked == ["rebinding.example.org"]
    assert everywhere.connections == 0


def test_an_address_that_does_not_answer_is_followed_by_the_next(everywhere, names, monkeypatch):
    dials = Dials(monkeypatch)
    names.answers["two.example.org"] = [[ALSO_PUBLIC, PUBLIC]]
    assert sent_to(f"https://two.example.org:{everywhere.port}/") == "connection_failed"
    assert dials.to == [ALSO_PUBLIC, PUBLIC]


def test_a_redirect_leads_nowhere(new_sink):
    inside = new_sink()
    outside = new_sink(answers(302, Location=inside.url), answers(307, Location="http://169.254.169.254/"))
    for status in (302, 307):
        answer = post(outside.url, headers={}, body=b"{}")
        assert (answer.status, answer.is_success) == (status, False)
    assert inside.connections == 0


def test_a_proxy_of_the_environment_is_not_asked(new_sink, monkeypatch):
    proxy, sink = new_sink(), new_sink()
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    assert post(sink.url, headers={}, body=b"{}").is_success
    assert (proxy.connections, sink.connections) == (0, 1)


def test_a_slow_name_server_costs_no_more_than_the_deadline(monkeypatch, short_deadline):
    import threading

    told = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: told.wait(10) and [])
    answer = post("https://slow.example.org/", headers={}, body=b"{}")
    told.set()
    assert answer.error == "timeout"
    assert answer.duration_ms < 2000


def test_plain_http_is_sent_only_to_what_the_settings_name(everywhere, names, settings):
    settings.WEBHOOK_ALLOWED_ADDRESSES = ["sink.example.org"]
    names.answers["sink.example.org"] = names.answers["other.example.org"] = [["127.0.0.1"]]
    assert sent_to(f"http://other.example.org:{everywhere.port}/") == "webhook_url_refused"
    assert everywhere.connections == 0
    assert sent_to(f"http://sink.example.org:{everywhere.port}/") == ""


@pytest.mark.parametrize("port", [1, 22, 80, 444, 8080, 8444, 27017, 65535])
def test_other_ports_are_refused(port):
    with pytest.raises(WrongUrl):
        targets.target_of(f"https://hooks.example.org:{port}/")


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.org",
        "https://hooks.example.org/a/b?c=d&e=%20f",
        "https://hooks.example.org:443/",
        "https://hooks.example.org:8443/",
        "https://xn--bcker-gra.example.org/",
        "https://hooks.example.org./",
        "https://1st.example.org/",
        f"https://{PUBLIC}/",
        f"https://[{ALSO_PUBLIC}]/",
    ],
)
def test_a_proper_url_is_accepted(url):
    assert targets.target_of(url).scheme == "https"


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "100.63.255.255", "172.32.0.1", "2606:4700::1111"])
def test_addresses_of_the_open_internet_are_public(address):
    assert is_public(ipaddress.ip_address(address))


@pytest.fixture
def certificate(tmp_path):
    """A certificate for `hooks.example.org`, signed by itself."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    names = "subjectAltName=DNS:hooks.example.org"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "2", "-subj", "/CN=hooks", "-addext", names, "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key


def test_the_certificate_must_be_that_of_the_name_though_the_address_is_what_is_dialled(
    certificate, names, settings, monkeypatch
):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    asked: list[str | None] = []
    context.sni_callback = lambda _socket, name, _context: asked.append(name)
    trusting = ssl.create_default_context(cafile=str(certificate[0]))
    monkeypatch.setattr(sending, "_tls", lambda: trusting)
    settings.WEBHOOK_ALLOWED_ADDRESSES = [LOOPBACK]
    sink = Sink(tls=context)
    monkeypatch.setattr(targets, "PORTS", targets.PORTS | {sink.port})
    names.answers["hooks.example.org"] = names.answers["other.example.org"] = [["127.0.0.1"]]
    assert sent_to(f"https://hooks.example.org:{sink.port}/") == ""
    assert sent_to(f"https://other.example.org:{sink.port}/") == "tls_failed"
    sink.close()
    assert asked == ["hooks.example.org", "other.example.org"]
    assert len(sink.received) == 1
