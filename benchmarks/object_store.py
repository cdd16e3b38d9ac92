"""An S3 server on loopback for tests and benchmarks: moto's, with a journal, so that it survives
kill -9 as a real one does. `python -m benchmarks.object_store PORT JOURNAL`"""

from __future__ import annotations

import io
import os
import pickle
import re
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

_CHANGES = ("PUT", "POST", "DELETE")
_UPLOAD = re.compile(r"(?<=<UploadId>)[^<]+")


def environment(port: int) -> dict[str, str]:
    """What AWS clients need to find it."""
    return {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def start(port: int, journal: Path) -> subprocess.Popen[bytes]:
    """The server in a process of its own, as soon as it answers."""
    command = [sys.executable, "-m", "benchmarks.object_store", str(port), str(journal)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/moto-api/", timeout=5)
            return process
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"the S3 server ended with {process.returncode}")


class Journal:
    """The application behind a file of all changes; they happen again when it starts."""

    def __init__(self, application: Any, file: Path) -> None:
        from werkzeug.test import Client

        self._application, self._lock = application, threading.Lock()
        uploads: dict[str, str] = {}  # a multipart upload has another id when it is repeated
        client = Client(application)
        changes = file.open("rb") if file.exists() else None
        while changes and changes.peek(1):
            request, upload = pickle.load(changes)
            for old, new in uploads.items():
                request["query_string"] = request["query_string"].replace(old, new)
            again = _UPLOAD.search(client.open(**request).get_data(as_text=True))
            if upload and again:
                uploads[upload] = again[0]
        self._file = file.open("ab")

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if environ["REQUEST_METHOD"] not in _CHANGES:
            return self._application(environ, start_response)
        from werkzeug.wrappers import Request, Response

        request = Request(environ)
        body = request.get_data()
        environ |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        with self._lock:
            response = Response.from_app(self._application, environ)
            upload = _UPLOAD.search(response.get_data(as_text=True)) if not body else None
            change = {
                "method": request.method,
                "path": request.path,
                "query_string": request.query_string.decode(),
                "headers": list(request.headers.items()),
                "data": body,
            }
            pickle.dump((change, upload and upload[0]), self._file)
            self._file.flush()
        result: Iterable[bytes] = response(environ, start_response)
        return result


def main() -> None:
    port, journal = int(sys.argv[1]), Path(sys.argv[2])
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import run_simple

    application = Journal(DomainDispatcherApplication(create_backend_app), journal)
    run_simple("127.0.0.1", port, application, threaded=True)


if __name__ == "__main__":
    main()
