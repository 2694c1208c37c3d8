"""
The Python original's work, for comparison: decode, shrink a side over 1024 by Lanczos, torchvision's preprocessing, ResNet-50 in
torch float32 with two threads, top five. The weights are random, which changes no time; they are read from a file as a trained
network's are. `original.py weights FILE` writes it, `original.py local FILE` answers each line of standard input (a picture's file)
with the milliseconds it took, `original.py function FILE` speaks Lambda's Runtime API.
"""

import base64
import io
import json
import os
import resource
import sys
import time
import urllib.request

import torch
from PIL import Image
from torchvision import models, transforms

mode, weights = sys.argv[1:]
torch.set_num_threads(2)
if mode == "weights":
    torch.manual_seed(1)
    torch.save(models.resnet50(weights=None).state_dict(), weights)
    sys.exit()

model = models.resnet50(weights=None)
model.load_state_dict(torch.load(weights))
model.eval()
transform = transforms.Compose(
    [
        transforms.Resize(256),
        transforms.CenterCrop(224),
        transforms.ToTensor(),
        transforms.Normalize(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225]),
    ]
)


def classify(content):
    started = time.perf_counter()
    image = Image.open(io.BytesIO(content)).convert("RGB")
    original = image.size
    if max(image.size) > 1024:
        image.thumbnail((1024, 1024), Image.LANCZOS)
    batch = transform(image).unsqueeze(0)
    prepared = time.perf_counter()
    with torch.no_grad():
        probabilities = torch.nn.functional.softmax(model(batch)[0], dim=0)
    inferred = time.perf_counter()
    top, classes = torch.topk(probabilities, 5)
    predictions = [
        {"label": f"class {c}", "class_id": c, "probability": round(p * 100, 2)}
        for p, c in zip(top.tolist(), classes.tolist())
    ]
    metrics = {"image_processing_ms": (prepared - started) * 1000, "inference_ms": (inferred - prepared) * 1000}
    return predictions, original, metrics


def answer(event):
    started = time.perf_counter()
    body = json.loads(event["body"]) if "body" in event else event
    content = base64.b64decode(body["image"])
    parsed = time.perf_counter()
    predictions, original, metrics = classify(content)
    metrics.update(
        request_size_kb=len(body["image"]) / 1024,
        parse_time_ms=(parsed - started) * 1000,
        memory_used_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        memory_utilization=0,
        total_time_ms=(time.perf_counter() - started) * 1000,
    )
    result = {
        "predictions": predictions,
        "image_size": {"original": original, "processed": [224, 224]},
        "performance_metrics": metrics,
    }
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(result)}


if mode == "local":
    for line in sys.stdin:
        with open(line.strip(), "rb") as file:
            content = file.read()
        started = time.perf_counter()
        classify(content)
        print((time.perf_counter() - started) * 1000, flush=True)
else:
    api = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"
    while True:
        with urllib.request.urlopen(f"{api}/next") as response:
            request_id = response.headers["Lambda-Runtime-Aws-Request-Id"]
            event = json.load(response)
        body = json.dumps(answer(event)).encode()
        urllib.request.urlopen(urllib.request.Request(f"{api}/{request_id}/response", body)).close()
