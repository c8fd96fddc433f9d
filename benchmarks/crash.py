"""kill -9 at random moments of medallion runs, many times, with every row counted each time.

Run it with `uv run python -m benchmarks.crash`; --rounds says how often, --mixed for how many
seconds two bots on one database are given random commands, --cancels how often a run is cancelled.
The scenario is that of the fault tests.
"""

import argparse
import asyncio
import json
import os
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.commands import RunPipeline
from tests.faults.mixed import Crowd, Mixture
from tests.faults.quiet import seconds_to_quiet
from tests.faults.rounds import Rounds, Tally
from tests.faults.scenario import Scenario, Shape, opened, until
from tests.faults.servers import own_server
from tests.faults.slow import BUILDING


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for."""

    rounds: int
    mixed: float
    cancels: int
    seed: int


@dataclass(slots=True)
class Figures:
    """What came of it."""

    tally: Tally = field(default_factory=Tally)
    cancels: list[float] = field(default_factory=list)
    mixture: Mixture = field(default_factory=Mixture)


async def measure(options: Options) -> Figures:
    """Each part on a server of its own, which waits for the disk as a real one does."""
    figures = Figures()
    async with own_server() as server, opened(server.url, Shape(options.seed)) as scenario:
        figures.tally = await Rounds(scenario, options.seed).play(options.rounds)
    if options.cancels:
        async with (
            own_server() as server,
            opened(server.url, Shape(options.seed, changed=BUILDING)) as scenario,
        ):
            figures.cancels = await cancelled(scenario, options.cancels)
    if options.mixed:
        async with own_server() as server, opened(server.url, Shape(options.seed)) as scenario:
            for _ in range(2):
                await scenario.bot(at_once=2)
            figures.mixture = await Crowd(scenario, options.seed).act(options.mixed)
    return figures


async def cancelled(scenario: Scenario, times: int) -> list[float]:
    """Seconds from each cancellation until nothing of the run works in PostgreSQL any more."""
    await scenario.worker()
    scenario.deliveries.arrive()
    for pipeline in ("ingest", "bronze_to_silver"):
        await scenario.ended(await scenario.order(RunPipeline(pipeline)))
    return [await _cancelled_once(scenario) for _ in range(times)]


async def _cancelled_once(scenario: Scenario) -> float:
    run_id = await scenario.order(RunPipeline("silver_to_gold", "activity"))

    async def working() -> bool:
        return bool(await scenario.ledger.asleep())

    await until(working, 20.0, f"{run_id} to be at work")
    begin = time.perf_counter()
    await scenario.cancel(run_id)
    seconds = await seconds_to_quiet(scenario, run_id, begin)
    await scenario.ended(run_id)
    return seconds


def median(values: Sequence[float], scale: float = 1.0) -> float | None:
    """The median, or nothing of nothing."""
    return round(statistics.median(values) * scale, 3) if values else None


def longest(values: Sequence[float], scale: float = 1.0) -> float | None:
    """The longest, or nothing of nothing."""
    return round(max(values) * scale, 3) if values else None


def report(figures: Figures, options: Options) -> None:
    """What went wrong, then one JSON line for machines."""
    tally, mixture = figures.tally, figures.mixture
    for wrong in (*tally.wrongs, *mixture.wrongs):
        print(wrong)
    print(json.dumps({
        "benchmark": "crash",
        "cores": os.cpu_count(),
        "seed": options.seed,
        "rounds": tally.rounds,
        "killed_in_a_run": tally.killed,
        "bots_killed": tally.bots,
        "lost_rows": tally.lost,
        "doubled_rows": tally.doubled,
        "resumed_at_first_uncommitted_step": tally.resumed,
        "wrongs": len(tally.wrongs) + len(mixture.wrongs),
        "takeover_seconds": {"p50": median(tally.takeovers), "max": longest(tally.takeovers)},
        "cancel_to_quiet_ms": {
            "p50": median(figures.cancels, 1_000), "max": longest(figures.cancels, 1_000),
        },
        "mixed": {"said": sum(mixture.said.values()), "ends": dict(mixture.ends)},
    }))  # fmt: skip


def main() -> None:
    """Read the options, measure, and fail where anything went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--mixed", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--cancels", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = Options(**vars(parser.parse_args()))
    figures = asyncio.run(measure(options))
    report(figures, options)
    if figures.tally.wrongs or figures.mixture.wrongs:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
