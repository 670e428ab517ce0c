"""Answers questions from documents: GET /?q=... returns the passages that share most words with the question."""

import json
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

DOCUMENTS: list[str] = json.loads(Path(__file__).with_name("documents.json").read_text())


def words(text: str) -> Counter[str]:
    return Counter(word.strip(".,;:!?").lower() for word in text.split())


def search(question: str, documents: list[str], limit: int = 3) -> list[str]:
    asked = words(question)
    return sorted(documents, key=lambda text: -sum((asked & words(text)).values()))[:limit]


class Passages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        question = parse_qs(urlsplit(self.path).query).get("q", [""])[0]
        body = json.dumps(search(question, DOCUMENTS)).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    ThreadingHTTPServer(("", 8000), Passages).serve_forever()
