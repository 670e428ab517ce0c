"""Symptom: an operation that moto lacks answers 500, which clients retry; Terraform 25 times, so it seems to hang.

501 is not retried. And moto has no locks: a request that met "changed size during iteration" is run again.
"""

import io
import json
import sys
import time
import traceback

ATTEMPTS = 6


class Unimplemented:
    def __init__(self, app):
        self.app = app

    def __call__(self, environ, start_response):
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length) if length else None
        for attempt in range(ATTEMPTS):
            if body is not None:
                environ["wsgi.input"] = io.BytesIO(body)
            try:
                return list(self.app(environ, start_response))
            except Exception as raised:
                error = raised
                races = isinstance(error, RuntimeError) and "during iteration" in str(error)
                if not races or attempt + 1 == ATTEMPTS:
                    break
                time.sleep(0.01)
        traceback.print_exception(error, file=sys.stderr)
        return self.refuse(environ, start_response, f"{type(error).__name__}: {error}")

    @staticmethod
    def refuse(environ, start_response, reason):
        message = f"moto: {reason}"
        is_query = environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded")
        if is_query:
            body = (
                "<ErrorResponse><Error><Type>Sender</Type><Code>NotImplemented</Code>"
                f"<Message>{message}</Message></Error></ErrorResponse>"
            )
        else:
            body = json.dumps({"__type": "NotImplemented", "message": message})
        start_response(
            "501 Not Implemented",
            [
                ("Content-Type", "text/xml" if is_query else "application/json"),
                ("x-amzn-ErrorType", "NotImplemented"),
                ("Content-Length", str(len(body))),
            ],
        )
        return [body.encode()]
