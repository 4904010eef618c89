"""The load benchmark as tables."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from apps.simulation.benchmarks.load_results import Latencies, Rates, Round, StoreResult

NOTE = """\
Web servers, database, Redis and the generator share the cores. The probe is a bare Django view on the same database:
no REST framework, middleware, key or check; it writes or reads the same rows. Rates: 16 connections that ask again at
once, product and probe in turns, medians of the rounds. Times at a rate: a Poisson process, each request timed from the
moment it was due; a request without the right answer counts as 10 s. The rate limit is off. While rates are taken
nobody hands on what happened; the relay does so afterwards, and goes on while times are taken.
goal, floor: reached; BELOW: neither. Times are milliseconds. CPU ms: what all servers together took for one answer."""


LEAST_BUSY = 0.005
HEAD = (
    *("store", "what", "product", "probe", "ratio", "goal", "floor", "reached"),
    *("p50", "p95", "p99", "slowest", "errors"),
)
PROGRAMS = ("product", "probe", "relay", "database", "redis", "generator", "others")
HEAD_OF_CORES = ("store", "what", "asked", "CPU ms", *PROGRAMS, "each process")


def markdown(machine: Mapping[str, str | int], results: Sequence[StoreResult]) -> str:
    """The whole page."""
    lines = ["# Load", "", ", ".join(f"{name} {value}" for name, value in machine.items()), "", NOTE, ""]
    lines += [_row(HEAD), "|---" * len(HEAD) + "|"]
    for result in results:
        lines += [_rate_row(result, rates) for rates in result.rates]
        lines += [_latency_row(result, latencies) for latencies in result.latencies]
    lines += ["", "## Busy cores", "", _row(HEAD_OF_CORES), "|---" * len(HEAD_OF_CORES) + "|"]
    lines += [row for result in results for row in _core_rows(result)]
    for result in results:
        lines += [f"\n{result.store}: {result.orders:,} orders, written in {result.seconds_to_fill:.0f} s."]
        lines += [f"{result.store}: {line}" for line in (_relayed_line(result), *_error_lines(result))]
    return "\n".join(lines)


def _rate_row(result: StoreResult, rates: Rates) -> str:
    cells = (
        result.store,
        rates.what,
        f"{_rate(rates.product)}/s",
        f"{_rate(rates.probe)}/s",
        f"{rates.ratio:.2f}",
        f">= {rates.bounds.goal:g}",
        f">= {rates.bounds.floor:g}",
        rates.verdict,
        *_times(rates.product),
        str(sum(sum(each.errors.values()) for each in (*rates.product, *rates.probe))),
    )
    return _row(cells)


def _latency_row(result: StoreResult, latencies: Latencies) -> str:
    product, probe = latencies.product, latencies.probe
    cells = (
        result.store,
        latencies.what,
        f"p95 {product.times.p95_ms:.1f}",
        f"p95 {probe.times.p95_ms:.1f}" if probe else "",
        f"{product.times.p95_ms / probe.times.p95_ms:.2f}" if probe and probe.times.p95_ms else "",
        f"< {latencies.bounds.goal:g}",
        f"< {latencies.bounds.floor:g}",
        latencies.verdict,
        *_times([product]),
        str(sum(product.errors.values())),
    )
    return _row(cells)


def _core_rows(result: StoreResult) -> Iterator[str]:
    return (_core_row(result.store, *asked) for asked in _all_rounds(result))


def _core_row(store: str, what: str, asked: str, rounds: Sequence[Round]) -> str:
    """Medians of the rounds; of each process of the server that was asked, those of the first round."""
    cores = [
        f"{median(each.cores.get(name, 0.0) for each in rounds):.2f}" if name in rounds[0].cores else ""
        for name in PROGRAMS
    ]
    each_process = " ".join(f"{busy:.2f}" for busy in rounds[0].by_process.get(asked, []) if busy >= LEAST_BUSY)
    return _row((store, what, asked, f"{median(each.cpu_ms for each in rounds):.2f}", *cores, each_process))


def _all_rounds(result: StoreResult) -> Iterator[tuple[str, str, Sequence[Round]]]:
    """What was asked for, of whom, and how it went."""
    for rates in result.rates:
        yield rates.what, "product", rates.product
        yield rates.what, "probe", rates.probe
    for latencies in result.latencies:
        yield latencies.what, "product", [latencies.product]
        if latencies.probe:
            yield latencies.what, "probe", [latencies.probe]


def _error_lines(result: StoreResult) -> Iterator[str]:
    for what, asked, rounds in _all_rounds(result):
        errors: Counter[str] = Counter()
        for each in rounds:
            errors.update(each.errors)
        for error, times in errors.items():
            yield f"{what}, {asked}: {times} x {error}"


def _relayed_line(result: StoreResult) -> str:
    found = result.relayed
    return (
        f"the relay handed on {found.events:,} events in {found.seconds:.1f} s, its start among them, "
        f"{found.cpu_ms:.2f} ms of processor each."
    )


def _rate(rounds: Sequence[Round]) -> str:
    return f"{median(each.per_second for each in rounds):.0f}"


def _times(rounds: Sequence[Round]) -> tuple[str, str, str, str]:
    times = [each.times for each in rounds]
    return (
        f"{median(each.p50_ms for each in times):.1f}",
        f"{median(each.p95_ms for each in times):.1f}",
        f"{median(each.p99_ms for each in times):.1f}",
        f"{max(each.slowest_ms for each in times):.0f}",
    )


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
