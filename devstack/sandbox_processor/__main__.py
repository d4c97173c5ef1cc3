"""`python -m devstack.sandbox_processor --port 8090 --db FILE --webhook-url URL --secret S`"""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from devstack.sandbox_processor.server import Processor


def main() -> None:
    parser = argparse.ArgumentParser(prog="processor", description="The sandbox payment processor.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--db", type=Path, required=True, help="SQLite file; created if missing, kept on exit")
    parser.add_argument("--webhook-url", default="", help="the URL for webhooks; if empty, none are sent")
    parser.add_argument("--public-url", default="", help="the URL of its pages for browsers, if it differs")
    parser.add_argument("--secret", default="whsec_sandbox", help="signs the webhooks")
    parser.add_argument("--payout-delay", type=float, default=1.0, help="seconds until a payout arrives")
    parser.add_argument("--thin-webhook-url", default="", help="the URL for thin events; if empty, none are sent")
    parser.add_argument("--thin-secret", default="whsec_sandbox_thin", help="signs the thin events")
    parser.add_argument(
        "--available-delay", type=float, help="seconds until paid-in money is available; stored in the file"
    )
    options = parser.parse_args()
    options.db.parent.mkdir(parents=True, exist_ok=True)
    processor = Processor(
        host=options.host,
        port=options.port,
        db=options.db,
        webhook_url=options.webhook_url,
        public_url=options.public_url,
        secret=options.secret,
        thin_url=options.thin_webhook_url,
        thin_secret=options.thin_secret,
        payout_delay=options.payout_delay,
        available_delay=options.available_delay,
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: processor.stopping.set())
    processor.start()
    sys.stdout.write(f"Sandbox payment processor on {processor.url}\n")
    sys.stdout.flush()
    processor.wait()


if __name__ == "__main__":
    main()
