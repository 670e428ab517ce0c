"""Answers a change that a client sends again as it was answered before.

A client that lost the connection repeats the request under the same invocation id. AWS takes most of them for one; moto
makes the change twice, or says that what was just made already exists.
"""

import threading


class Once:
    def __init__(self, app):
        self.app = app
        self.lock = threading.Lock()
        # Per invocation id: a lock that its attempts take in turn, and the answer of the first that succeeded.
        self.invocations = {}

    def __call__(self, environ, start_response):
        invocation = environ.get("HTTP_AMZ_SDK_INVOCATION_ID")
        if invocation is None or environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            return self.app(environ, start_response)
        with self.lock:
            entry = self.invocations.setdefault(invocation, {"turn": threading.Lock(), "answer": None})
        with entry["turn"]:
            if entry["answer"] is None:
                answer = self.ask(environ)
                if not answer[0].startswith("2"):
                    return self.give(answer, start_response)
                entry["answer"] = answer
        return self.give(entry["answer"], start_response)

    def ask(self, environ):
        head = []
        body = self.app(environ, lambda status, headers, exc_info=None: head.append((status, headers)))
        try:
            chunks = list(body)
        finally:
            if hasattr(body, "close"):
                body.close()
        return (*head[-1], chunks)

    def give(self, answer, start_response):
        status, headers, chunks = answer
        start_response(status, headers)
        return chunks
