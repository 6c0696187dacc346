"""A stand-in of the Lambda Runtime API on the loopback, for tests and for measuring.

    runtime.py measure target/lambda/*.zip [--runs 10] [--json FILE]
        What each program costs before its first invocation: CPU time to the first `next`, memory, size.
    runtime.py invoke target/lambda/sweep.zip event.json
        One invocation; prints the answer, and the program's log lines to the standard error.

Lambda Developer Guide, "Using the Lambda runtime API": GET /2018-06-01/runtime/invocation/next, POST …/<id>/response,
POST …/<id>/error, POST /2018-06-01/runtime/init/error. Programs are started with settings that lead nowhere: none of
them may speak to a service before it is invoked. For `invoke`, the caller's environment comes on top.
"""

import argparse
import json
import os
import queue
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ROOT = "/2018-06-01/runtime"
# What no program may exceed: CPU milliseconds to the first `next`, MB resident, MB of the zip.
AIMS = {"cpu_ms": 15.0, "resident_mb": 16.0, "zip_mb": 6.0}
# The program that people look at carries the portal's files, a router and four SDKs, and describes itself.
OTHER_AIMS = {"api": {"resident_mb": 24.0, "zip_mb": 10.0}}
NOWHERE = "http://127.0.0.1:9"
SETTINGS = {
    "AWS_REGION": "eu-west-2",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_ENDPOINT_URL": NOWHERE,
    "ROLLCALL_TABLE_PREFIX": "rollcall-",
    "ROLLCALL_BUCKET_UPLOADS": "rollcall-uploads",
    "ROLLCALL_TOPIC_NOTICES": "arn:aws:sns:eu-west-2:111122223333:rollcall-notices",
    "ROLLCALL_STREAM_OUTCOMES": "rollcall-outcomes",
    "ROLLCALL_OIDC_ISSUER": "https://cognito-idp.eu-west-2.amazonaws.com/eu-west-2_Example",
    "ROLLCALL_OIDC_CLIENT_ID": "portal",
    "ROLLCALL_CONNECT_INSTANCE_ID": "5f9b2c1e-7a44-4d0b-9a3e-2d6c8e1f0a11",
    "ROLLCALL_CONNECT_FLOW_ID": "5f9b2c1e-7a44-4d0b-9a3e-2d6c8e1f0a12",
    "ROLLCALL_CONNECT_QUEUE_ID": "5f9b2c1e-7a44-4d0b-9a3e-2d6c8e1f0a13",
    **{f"ROLLCALL_QUEUE_{name}": f"{NOWHERE}/{name}" for name in ("UPLOADS", "ROWS", "CALL_REQUESTS")},
    **{
        f"ROLLCALL_DEAD_LETTERS_{name}": f"{NOWHERE}/{name}"
        for name in ("UPLOADS", "ROWS", "CALL_REQUESTS", "OUTCOMES", "CONTACT_EVENTS")
    },
}


class Runtime:
    """The API for one process: hands out events and takes answers."""

    def __init__(self, seconds=60):
        self.events, self.answers, self.asked = queue.Queue(), queue.Queue(), threading.Event()
        runtime = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                runtime.asked.set()
                event = runtime.events.get()
                if event is None:
                    # The process is gone.
                    self.close_connection = True
                    return
                request = str(uuid.uuid4())
                random = request.replace("-", "")
                self.answer(
                    200,
                    json.dumps(event).encode(),
                    {
                        "Lambda-Runtime-Aws-Request-Id": request,
                        "Lambda-Runtime-Deadline-Ms": str(int((time.time() + seconds) * 1000)),
                        "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-west-2:111122223333:function:f",
                        "Lambda-Runtime-Trace-Id": f"Root=1-{random[:8]}-{random[8:]};Parent={random[:16]};Sampled=1",
                    },
                )

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                runtime.answers.put((self.path.rsplit("/", 1)[1], json.loads(body or b"null")))
                self.answer(202, b'{"status":"OK"}')

            def answer(self, status, body, headers=None):
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def environment(self, name):
        return {
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self.server.server_address[1]}",
            "AWS_LAMBDA_FUNCTION_NAME": name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        }

    def close(self):
        self.events.put(None)
        self.server.shutdown()
        self.server.server_close()


def unpack(archive, folder):
    with zipfile.ZipFile(archive) as zipped:
        path = zipped.extract("bootstrap", folder)
    os.chmod(path, 0o755)
    return path


def name_of(archive):
    return os.path.basename(archive).removesuffix(".zip")


def once(program, name):
    """CPU milliseconds, wall milliseconds and MB resident at the first `next`."""
    runtime = Runtime()
    began = time.monotonic()
    process = subprocess.Popen([program], env={**SETTINGS, **runtime.environment(name)}, stdout=subprocess.PIPE)
    try:
        while not runtime.asked.wait(0.01):
            if process.poll() is not None or time.monotonic() > began + 30:
                log = process.stdout.read().decode() if process.poll() is not None else ""
                sys.exit(f"{name} never asked for an event: {log}")
        wall = time.monotonic() - began
        tasks = f"/proc/{process.pid}/task"
        # Nanoseconds on a processor, of every thread.
        cpu = sum(int(open(f"{tasks}/{task}/schedstat").read().split()[0]) for task in os.listdir(tasks))
        status = dict(line.split(":", 1) for line in open(f"/proc/{process.pid}/status"))
        return cpu / 1e6, wall * 1e3, int(status["VmHWM"].split()[0]) * 1024 / 1e6
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        runtime.close()


def measure(archives, runs, out):
    rows = []
    for archive in archives:
        with tempfile.TemporaryDirectory() as folder:
            program = unpack(archive, folder)
            taken = [once(program, name_of(archive)) for _ in range(runs)]
        cpu, wall, resident = zip(*taken)
        rows.append(
            {
                "program": name_of(archive),
                "cpu_ms": round(statistics.median(cpu), 1),
                "cpu_ms_most": round(max(cpu), 1),
                "wall_ms": round(statistics.median(wall), 1),
                "resident_mb": round(max(resident), 1),
                "zip_mb": round(os.path.getsize(archive) / 1e6, 2),
            }
        )
    print(f"{'program':<10} {'CPU ms':>7} {'(most)':>7} {'wall ms':>8} {'resident MB':>12} {'zip MB':>7}")
    for row in rows:
        print("{program:<10} {cpu_ms:>7} {cpu_ms_most:>7} {wall_ms:>8} {resident_mb:>12} {zip_mb:>7}".format(**row))
    if out:
        with open(out, "w") as file:
            json.dump({"runs": runs, "aims": AIMS, "other_aims": OTHER_AIMS, "programs": rows}, file, indent=2)
    missed = [
        f"{row['program']}: {aim} is {row[aim]}, aimed at {most}"
        for row in rows
        for aim, most in {**AIMS, **OTHER_AIMS.get(row["program"], {})}.items()
        if row[aim] > most
    ]
    print("\n".join(missed) or "every aim is met")
    return 1 if missed else 0


def invoke(archive, event):
    runtime = Runtime()
    with tempfile.TemporaryDirectory() as folder:
        environment = {**SETTINGS, **os.environ, **runtime.environment(name_of(archive))}
        process = subprocess.Popen([unpack(archive, folder)], env=environment, stdout=sys.stderr)
        try:
            runtime.events.put(event)
            kind, answer = runtime.answers.get(timeout=60)
            print(json.dumps(answer, indent=2))
            return 0 if kind == "response" else 1
        finally:
            process.kill()
            process.wait()
            runtime.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    measuring = commands.add_parser("measure")
    measuring.add_argument("zips", nargs="+")
    measuring.add_argument("--runs", type=int, default=10)
    measuring.add_argument("--json")
    invoking = commands.add_parser("invoke")
    invoking.add_argument("zip")
    invoking.add_argument("event", type=argparse.FileType())
    given = parser.parse_args()
    if given.command == "measure":
        return measure(given.zips, given.runs, given.json)
    return invoke(given.zip, json.load(given.event))


if __name__ == "__main__":
    sys.exit(main())
