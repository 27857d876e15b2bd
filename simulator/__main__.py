"""``python -m simulator``: serve the stand-in cloud until interrupted."""

import argparse
import asyncio
import json
import os
import signal
import sys

from aiohttp import web

import simulator
from simulator import door
from simulator.app import make_runner
from simulator.cloud import Cloud
from simulator.settings import BadSetting, Latency, Switches


def main() -> int:
    """Run the simulator; return the process's exit status."""
    arguments = _parser().parse_args()
    switches, latency = Switches(), Latency.profile(arguments.profile)
    try:
        latency.adjust(_pairs(arguments.latency))
        switches.adjust(_pairs(arguments.switch))
    except BadSetting as error:
        sys.stderr.write(f"simulator: {error}\n")
        return 2
    cloud = Cloud(switches, latency, arguments.public_url)
    try:
        asyncio.run(_serve(cloud, arguments.host, arguments.port))
    except OSError as error:
        where = f"{arguments.host}:{arguments.port}"
        sys.stderr.write(f"simulator: cannot listen on {where}: {os.strerror(error.errno or 0)}\n")
        return 1
    return 0


async def _serve(cloud: Cloud, host: str, port: int) -> None:
    runner = make_runner(cloud)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        sys.stdout.write(f"simulator ready on http://{host}:{runner.addresses[0][1]}\n")
        sys.stdout.flush()
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await stop.wait()
    finally:
        await runner.cleanup()


def _parser() -> argparse.ArgumentParser:
    options = "\n".join(f"  {line}" for line in Switches.described())
    latencies = "\n".join(f"  {line}" for line in Latency.described())
    parser = argparse.ArgumentParser(
        prog="python -m simulator",
        description=simulator.__doc__,
        epilog=f"{door.__doc__}\nswitches:\n{options}\n\nlatencies:\n{latencies}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8900, help="0 takes a free one")
    parser.add_argument(
        "--public-url", help="how browsers reach it, if not by the name in their request"
    )
    parser.add_argument("--profile", default="fast", choices=["fast", "typical"], help="latencies")
    parser.add_argument(
        "--latency", action="append", default=[], metavar="NAME=MS", help="one latency; repeatable"
    )
    parser.add_argument(
        "--switch", action="append", default=[], metavar="NAME=VALUE", help="one switch; repeatable"
    )
    return parser


def _pairs(given: list[str]) -> dict[str, object]:
    values: dict[str, object] = {}
    for each in given:
        name, _, text = each.partition("=")
        try:
            values[name] = json.loads(text)
        except ValueError:
            values[name] = text
    return values


if __name__ == "__main__":
    sys.exit(main())
