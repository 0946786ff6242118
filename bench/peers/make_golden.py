"""Writes the golden files of the safetensors tests from a real PyTorch state dict.

    python bench/peers/make_golden.py src/engine/test/resources/dev/fusedvae/tensors

golden.safetensors         the state dict of a small VAE, an input, its noise, and the results that PyTorch computes from them
golden-dtypes.safetensors  the same six values in every dtype that the engine reads, as PyTorch converts them

The script needs no package but torch. It writes the format itself, byte for byte as the safetensors library does: a compact
header, padded with blanks to a multiple of 8, and the tensors sorted by decreasing element size and then by name.
"""

import json
import pathlib
import struct
import sys

import torch
from torch import nn
from torch.nn import functional as F

DTYPES = {
    torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16",
    torch.int64: "I64", torch.int32: "I32", torch.uint8: "U8",
}


def write(path, tensors, metadata):
    header, data = {"__metadata__": metadata}, b""
    for name, t in sorted(tensors.items(), key=lambda item: (-item[1].element_size(), item[0])):
        raw = t.detach().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
        header[name] = {"dtype": DTYPES[t.dtype], "shape": list(t.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)
    print(f"{path.name}: {len(tensors)} tensors, {8 + len(text) + len(data)} bytes")


class Vae(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(12, 7), nn.Tanh())
        self.mu = nn.Linear(7, 3)
        self.log_var = nn.Linear(7, 3)
        self.decoder = nn.Sequential(nn.Linear(3, 7), nn.Tanh(), nn.Linear(7, 12))

    def forward(self, x, eps):
        h = self.encoder(x)
        mu, log_var = self.mu(h), self.log_var(h)
        logits = self.decoder(mu + torch.exp(0.5 * log_var) * eps)
        log_likelihood = -F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(1)
        kl = 0.5 * (mu.square() + log_var.exp() - 1 - log_var).sum(1)
        return mu, log_var, logits, log_likelihood - kl


def main(folder):
    torch.manual_seed(20260101)
    vae = Vae()
    x = torch.bernoulli(torch.rand(5, 12))
    eps = torch.randn(5, 3)
    with torch.no_grad():
        mu, log_var, logits, elbo = vae(x, eps)
    tensors = dict(vae.state_dict())
    tensors |= {"x": x, "eps": eps, "expected.mu": mu, "expected.log_var": log_var, "expected.logits": logits, "expected.elbo": elbo}
    write(folder / "golden.safetensors", tensors, {"format": "pt", "likelihood": "bernoulli-on-logits"})

    reals = torch.tensor([[0.0, -1.5, 1 / 3], [1e-5, 6.1e4, -0.1]], dtype=torch.float64)
    integers = torch.tensor([[0, 1, 2], [3, 127, 255]])
    dtypes = {}
    for dtype, name in DTYPES.items():
        values = (reals if dtype.is_floating_point else integers).to(dtype)
        dtypes[name] = values
        dtypes[f"expected.{name}"] = values.to(torch.float32)
    write(folder / "golden-dtypes.safetensors", dtypes, {"format": "pt"})


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
