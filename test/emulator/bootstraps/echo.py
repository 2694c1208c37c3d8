"""A Lambda runtime in Python's standard library alone: answers with the event, and with what it is."""
import json
import os
import platform
import urllib.request

api = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime"
calls = 0

while True:
    with urllib.request.urlopen(f"{api}/invocation/next") as response:
        request_id = response.headers["Lambda-Runtime-Aws-Request-Id"]
        event = json.load(response)
    calls += 1
    path, answer = "response", {"python": platform.python_version(), "calls": calls, "event": event}
    if event.get("raise"):
        path, answer = "error", {"errorType": "ValueError", "errorMessage": event["raise"], "stackTrace": []}
    body = json.dumps(answer).encode()
    urllib.request.urlopen(urllib.request.Request(f"{api}/invocation/{request_id}/{path}", body)).close()
