"""What nobody may write, held by reading the source: each rule is also shown to bite on a planted sample."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
FILES = sorted(
    path
    for folder in ("apps", "coursier", "workers")
    for path in (ROOT / folder).rglob("*.py")
    if not {"tests", "migrations"} & set(path.relative_to(ROOT).parts)
)
Nodes = Iterator[ast.expr | ast.stmt]


@dataclass(frozen=True)
class Rule:
    """Something that is written nowhere but in the listed places (path or folder: why), and what it looks like."""

    says: str
    finds: Callable[[ast.Module], Nodes]
    sample: str
    innocent: str
    except_in: dict[str, str] = field(default_factory=dict)
    allowed_by: str = ""  # a comment on the line that lets it pass

    def breaches(self, path: str, source: str) -> list[str]:
        """`path:line` of everything in the source that the rule forbids there."""
        if any(path == place or path.startswith(f"{place}/") for place in self.except_in):
            return []
        lines = source.splitlines()
        found = sorted({node.lineno for node in self.finds(ast.parse(source))})
        return [f"{path}:{n}" for n in found if not (self.allowed_by and self.allowed_by in lines[n - 1])]


def calls_of(*names: str) -> Callable[[ast.Module], Nodes]:
    """Finds calls of a method or function by the last part of its name."""

    def finds(tree: ast.Module) -> Nodes:
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and last_name(node.func) in names:
                yield node

    return finds


def last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def djangos_atomic(tree: ast.Module) -> Nodes:
    """`transaction.atomic` under any name: as an attribute, or imported."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "atomic" and "transaction" in last_name(node.value):
            yield node
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith("transaction"):
            yield from (node for alias in node.names if alias.name == "atomic")


def all_fields(tree: ast.Module) -> Nodes:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and any(last_name(target) == "fields" for target in node.targets):
            yield from (part for part in ast.walk(node.value) if isinstance(part, ast.Constant) and part.value == ALL)


ALL = "__all__"
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("timezone", "now")}
CLOCKS |= {("time", "time"), ("time", "time_ns"), ("timezone", "localdate"), ("timezone", "localtime")}


def other_clocks(tree: ast.Module) -> Nodes:
    """A wall clock read by its usual name; `time.monotonic` measures and tells no time."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and (last_name(node.value), node.attr) in CLOCKS:
            yield node
        if isinstance(node, ast.ImportFrom) and node.module in {"time", "django.utils.timezone"}:
            yield from (node for alias in node.names if (node.module.split(".")[-1], alias.name) in CLOCKS)


WRITERS = {"move_to", "follow", "end_offer"}  # the one function of a courier or leg, of an order, of an offer


def status_written(tree: ast.Module) -> Nodes:
    """`x.status = ...`, or `status=` given to update or swap, outside the one function that moves that kind of row."""
    inside = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef) and function.name in WRITERS
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        if id(node) in inside:
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(target, ast.Attribute) and target.attr == "status" for target in targets):
            yield node  # type: ignore[misc]
        if isinstance(node, ast.Call) and last_name(node.func) in {"update", "swap", "aupdate"}:
            yield from (node for word in node.keywords if word.arg == "status")


RULES = [
    Rule(
        "Transactions are apps.core.db.atomic: Django's own is a silent no-op on MongoDB",
        djangos_atomic,
        sample="from django.db import transaction\nwith transaction.atomic():\n    pass",
        innocent="from apps.core.db import atomic\n@atomic\ndef place(): ...",
        except_in={"apps/core/db.py": "it is what picks the right one"},
    ),
    Rule(
        "Nobody holds a row: SQLite and MongoDB ignore select_for_update",
        calls_of("select_for_update"),
        sample="Leg.objects.select_for_update().get(pk=1)",
        innocent="Leg.objects.filter(pk=1, version=3).update(version=4)",
    ),
    Rule(
        "Messages are sent by the workers and by the relay's wake-up only",
        calls_of("delay", "apply_async", "send_task"),
        sample="plan_zone.delay(1)",
        innocent="publish(OrderPlaced(order_id=1))",
        except_in={"workers": "they are Celery", "apps/core/events.py": "the relay's wake-up"},
    ),
    Rule(
        "Every field that a serializer or a form shows is named",
        all_fields,
        sample="class Meta:\n    fields = '__all__'",
        innocent="class Meta:\n    fields = ['id']",
    ),
    Rule(
        "The time comes from apps.core.clock",
        other_clocks,
        sample="from datetime import UTC, datetime\nat = datetime.now(UTC)",
        innocent="import time\nfrom apps.core import clock\nat, begun = clock.now(), time.monotonic()",
        except_in={
            "apps/core/clock.py": "the one clock",
            "apps/core/outbox.py": "leases on a batch end by the wall",
            "apps/core/idempotency.py": "answers are kept for so long on the wall",
        },
        allowed_by="# wall",
    ),
    Rule(
        "A status changes in one function a kind of row",
        status_written,
        sample="leg.status = 'open'",
        innocent="class Leg:\n    def move_to(self, status):\n        self.swap(status=status)",
        except_in={
            "apps/simulation": "notes of robots and of the replay's referee, who write no rows",
        },
    ),
]
MORE_SAMPLES = [
    (0, "from django.db.transaction import atomic"),
    (0, "from django_mongodb_backend import transaction as mongo_transaction\nmongo_transaction.atomic()"),
    (2, "plan_zone.apply_async(args=[1], countdown=3)"),
    (2, "app.send_task('dispatch.plan_zone')"),
    (4, "from django.utils import timezone\nat = timezone.now()"),
    (4, "from django.utils.timezone import now\nat = now()"),
    (4, "import datetime\nat = datetime.datetime.now()"),
    (4, "at = models.DateTimeField(default=timezone.now)"),
    (4, "import time\nat = time.time()"),
    (5, "Leg.objects.filter(pk=1).update(status='open')"),
    (5, "leg.swap(status='open', epoch=2)"),
    (5, "class Leg:\n    def save(self):\n        self.status = 'open'"),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.says)
def test_the_source_keeps_the_rule(rule):
    breaches = [
        breach for path in FILES for breach in rule.breaches(path.relative_to(ROOT).as_posix(), path.read_text())
    ]
    assert not breaches, rule.says


SAMPLES = [(rule, rule.sample) for rule in RULES] + [(RULES[index], sample) for index, sample in MORE_SAMPLES]


@pytest.mark.parametrize(("rule", "sample"), SAMPLES)
def test_a_planted_breach_is_found(rule, sample):
    assert rule.breaches("apps/orders/planted.py", sample)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.says)
def test_what_is_allowed_is_let_pass(rule):
    assert not rule.breaches("apps/orders/planted.py", rule.innocent)
    for place in rule.except_in:
        assert (ROOT / place).exists(), "an exception for what is no longer there"
        assert not rule.breaches(place, rule.sample)


def test_a_wall_clock_passes_only_on_the_line_that_says_so():
    clock_rule = next(rule for rule in RULES if rule.allowed_by)
    source = "at = datetime.now(UTC)  # wall: a lease\nlater = datetime.now(UTC)"
    assert clock_rule.breaches("apps/orders/planted.py", source) == ["apps/orders/planted.py:2"]


def test_all_the_product_is_read():
    read = {path.relative_to(ROOT).as_posix() for path in FILES}
    assert {"apps/orders/models/orders.py", "apps/core/db.py", "coursier/settings.py", "workers/relay.py"} <= read
    assert not any("/tests/" in path for path in read)
