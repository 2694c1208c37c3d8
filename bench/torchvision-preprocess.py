"""Preprocesses the file named on each line of standard input as the original did; answers with the milliseconds it took."""

import io
import sys
import time

import torch
from PIL import Image
from torchvision import transforms

transform = transforms.Compose(
    [
        transforms.Resize(256),
        transforms.CenterCrop(224),
        transforms.ToTensor(),
        transforms.Normalize(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225]),
    ]
)
# More threads than the work has use for only make it wait.
torch.set_num_threads(1)

for line in sys.stdin:
    with open(line.strip(), "rb") as file:
        content = file.read()
    started = time.perf_counter()
    transform(Image.open(io.BytesIO(content)).convert("RGB")).unsqueeze(0)
    print((time.perf_counter() - started) * 1000, flush=True)
