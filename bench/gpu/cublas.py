#!/usr/bin/env python3
"""Times of cuBLAS for the matrix products of a training step, in fp32 without TF32; the kernel ladder compares ours with them.

    cublas.py S:128,I:20        prints one JSON object

Measured like the warm column of the ladder: two events around a graph of 20 products, divided by 20; random operands, which stay in
L2 if they fit.
"""

import json
import statistics
import sys

import torch

NETS = {"S": (784, 400, 20), "I": (784, 200, 200, 50), "big": (784, 1024, 1024, 64)}
NODES, REPEATS = 20, 31


def layers(net):
    """(name, N, K) of every product y = x W^T."""
    features, *hidden, latent = NETS[net]
    widths = [features, *hidden]
    encoder = [(f"encoder.{2 * i}", n, k) for i, (k, n) in enumerate(zip(widths, widths[1:]))]
    back = [latent, *reversed(hidden), features]
    decoder = [(f"decoder.{2 * i}", n, k) for i, (k, n) in enumerate(zip(back, back[1:]))]
    return [*encoder, ("heads", 2 * latent, widths[-1]), *decoder]


def micros(product):
    """Median of one product."""
    side = torch.cuda.Stream()
    with torch.cuda.stream(side):
        product()                                            # cuBLAS chooses its algorithm before the capture
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        for _ in range(NODES):
            product()
    graph.replay()
    times = []
    for _ in range(REPEATS):
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        start.record()
        graph.replay()
        end.record()
        end.synchronize()
        times.append(1e3 * start.elapsed_time(end) / NODES)
    return {"median": statistics.median(times), "min": min(times), "max": max(times)}


def rows(net, batch):
    for name, n, k in layers(net):
        x, w, dy = (torch.randn(shape, device="cuda") for shape in ((batch, k), (n, k), (batch, n)))
        y, dx, dw, bias = torch.empty_like(dy), torch.empty_like(x), torch.empty_like(w), torch.randn(n, device="cuda")
        products = {"linear": lambda: torch.mm(x, w.t(), out=y), "linear_bias": lambda: torch.addmm(bias, x, w.t(), out=y),
                    "linear_backward_data": lambda: torch.mm(dy, w, out=dx), "linear_backward_weight": lambda: torch.mm(dy.t(), x, out=dw)}
        for op, product in products.items():
            yield {"name": f"{net}:{batch} {op} {name}", "op": op, "B": batch, "N": n, "K": k, "flops": 2 * batch * n * k,
                   "warmMicros": micros(product)}


def main():
    if len(sys.argv) != 2 or not all(word.partition(":")[0] in NETS and word.partition(":")[2].isdigit() for word in sys.argv[1].split(",")):
        sys.exit(f"usage: cublas.py NET:BATCH,... with NET one of {', '.join(NETS)}")
    if not torch.cuda.is_available():
        sys.exit(f"PyTorch {torch.__version__} sees no CUDA device, which cuBLAS needs")
    torch.backends.cuda.matmul.allow_tf32 = False
    nets = [(net, int(batch)) for net, _, batch in (word.partition(":") for word in sys.argv[1].split(","))]
    print(json.dumps({"torch": torch.__version__, "cuda": torch.version.cuda, "device": torch.cuda.get_device_name(),
                      "tf32": torch.backends.cuda.matmul.allow_tf32, "rows": [row for net, batch in nets for row in rows(net, batch)]}))


if __name__ == "__main__":
    main()
