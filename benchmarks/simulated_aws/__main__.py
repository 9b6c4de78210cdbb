"""Run the simulated AWS: `python -m simulated_aws --tables 500 --rates published`."""

import argparse
import asyncio
import contextlib
import gc
import os
import sys

from simulated_aws import models, services
from simulated_aws.server import Simulation, serve
from simulated_aws.size import Behaviour, Size


def _limit(text: str) -> tuple[str, float]:
    label, _, rate = text.partition("=")
    return label, float(rate)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulated_aws", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one (default)")
    parser.add_argument("--tables", type=int, default=Size().tables)
    parser.add_argument("--roles", type=int, default=Size().roles)
    parser.add_argument("--policies", type=int, default=Size().policies, help="customer managed policies")
    parser.add_argument("--latency-ms", type=float, default=Behaviour().latency_ms)
    parser.add_argument("--rates", choices=("none", "published"), default="none")
    parser.add_argument(
        "--limit", type=_limit, action="append", default=[], metavar="SERVICE:OPERATION=RATE",
        help="calls a second for one operation, in every Region on its own; repeatable",
    )  # fmt: skip
    parser.add_argument(
        "--preload",
        action="store_true",
        help="load the service models and encode the IAM entities before listening",
    )
    parser.add_argument("--until-stdin-closes", action="store_true", help="end with the parent process")
    return parser.parse_args()


async def _run(arguments: argparse.Namespace, simulation: Simulation) -> None:
    serving = asyncio.create_task(serve(simulation, arguments.port, _announce))
    if arguments.until_stdin_closes:
        await asyncio.get_running_loop().run_in_executor(None, os.read, sys.stdin.fileno(), 1)
        serving.cancel()
    await serving


def _announce(port: int) -> None:
    print(f"http://127.0.0.1:{port}", flush=True)


def _main() -> None:
    arguments = _arguments()
    size = Size(arguments.tables, arguments.roles, arguments.policies)
    behaviour = Behaviour(arguments.latency_ms, arguments.rates == "published", tuple(arguments.limit))
    if arguments.preload:
        for service in sorted({label.partition(":")[0] for label in services.HANDLERS}):
            models.protocol(service)
        services.prepare(size)
    gc.freeze()  # the models live as long as the process: the collector need not look at them again
    with contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(_run(arguments, Simulation(size, behaviour)))


if __name__ == "__main__":
    _main()
