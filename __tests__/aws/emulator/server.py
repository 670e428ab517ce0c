#!/usr/bin/env python3
"""A local AWS: moto with mends. Usage: server.py PORT.

Listens on loopback only, ends on SIGTERM; GET /moto-api/ answers once it is ready.
"""

import logging
import os
import signal
import sys

PORT = int(sys.argv[1])
# Functions that run inside call back to this port.
os.environ["MOTO_PORT"] = str(PORT)
# Without them, attaching a policy that AWS manages fails.
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app  # noqa: E402
from werkzeug.serving import run_simple  # noqa: E402

import mends  # noqa: E402
from calls import Calls  # noqa: E402
from once import Once  # noqa: E402

# Ends by way of the interpreter, which then removes what the functions left.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
logging.getLogger("werkzeug").setLevel(logging.ERROR)
run_simple(
    "127.0.0.1",
    PORT,
    Calls(Once(mends.wrap(DomainDispatcherApplication(create_backend_app)))),
    threaded=True,
    use_reloader=False,
)
