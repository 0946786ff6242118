#!/usr/bin/env python3
"""The PyTorch peer: the VAE training step and encoder that FusedVAE is compared with, written as a PyTorch user would write them.

The mathematics is that of the engine: Bernoulli likelihood on logits, analytic KL, loss = mean over the batch of the
negative ELBO in nats, Adam at 1e-3. The whole data set is in memory; gather, noise, loss and optimizer are timed.

Commands are given as arguments (one command, one answer), or with --serve as lines on stdin (one answer per line; the state stays
warm between commands, so that a runner can alternate between this peer and the engine):

    step MODE NET BATCH STEPS     time training steps; MODE is eager (Adam in the form that PyTorch chooses: for each tensor on the
                                  CPU, foreach on CUDA), fused (fused Adam), compile (with fused Adam too), and with --device cuda
                                  also reduce (compile with CUDA graphs) or graph (one captured graph per step)
    encode MODE NET BATCH CALLS   time the posterior mean; MODE is eager or compile
    mean MODE NET BATCH FILE.npz  load the weights of FILE into the encoder that encode times from then on, and give the means of the
                                  first BATCH images, row after row; FILE as for same, but order and eps may be absent
    losses MODE NET BATCH STEPS   the losses of the next STEPS steps
    same MODE NET BATCH FILE.npz  start a new training from the weights, order of examples and noise of FILE; the losses of its steps
    settle MODE NET BATCH STEPS RATE  STEPS more steps; the learning rate is RATE from then on
    heldout MODE NET BATCH        negative ELBO of the held-out images with one sample each, with the parameters trained so far
    threads N                     set the number of CPU threads
    dump NET FILE.npz             write the initial weights, under the names of the state dict
    quit

NET is S, I, big, or dimensions such as 784-400-20:relu. With @iwae50 after it, the loss is the negative importance-weighted bound of
50 samples per example (Burda et al. 2016) instead of the negative ELBO; heldout is the ELBO in any case. An answer is one JSON
object; if it has the key "error", that says what was wrong. Times are milliseconds per step: median, minimum and quartiles over
windows. They are taken after --warm steps, because the moments of dead units in Adam become denormal, and slow the CPU, only after
about a thousand steps.
"""

import argparse
import gzip
import json
import math
import platform
import statistics
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

NETS = {"S": "784-400-20:relu", "I": "784-200-200-50:tanh", "big": "784-1024-1024-64:relu"}
# The parameter `fused` of Adam: None leaves the choice to the library; False would disable its foreach form as well.
FUSED = {"eager": None, "fused": True, "compile": True, "reduce": True, "graph": True}
ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "elu": nn.ELU, "gelu": nn.GELU, "silu": nn.SiLU}


class Vae(nn.Module):
    """Encoder and mirrored decoder; `heads` stacks mu and log_var, so that one matrix product computes both."""

    def __init__(self, dims, activation):
        super().__init__()
        features, *hidden, latent = dims
        self.encoder = self._layers([features, *hidden], activation)
        self.heads = nn.Linear(([features] + hidden)[-1], 2 * latent)
        self.decoder = self._layers([latent, *reversed(hidden)], activation)
        self.decoder.append(nn.Linear(([latent] + hidden[::-1])[-1], features))
        self.latent = latent

    @staticmethod
    def _layers(widths, activation):
        layers = nn.Sequential()
        for k, n in zip(widths, widths[1:]):
            layers.append(nn.Linear(k, n)).append(activation())
        return layers

    def encode_mean(self, x):
        return F.linear(self.encoder(x), self.heads.weight[:self.latent], self.heads.bias[:self.latent])

    def forward(self, x, eps=None):
        mu, log_var = self.heads(self.encoder(x)).chunk(2, dim=1)
        z = mu + torch.exp(0.5 * log_var) * (torch.randn_like(mu) if eps is None else eps)
        return self.decoder(z), mu, log_var


def negative_elbo(model, x, eps=None):
    """Mean over the batch, in nats per example."""
    logits, mu, log_var = model(x, eps)
    reconstruction = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
    kl = 0.5 * torch.sum(mu.square() + log_var.exp() - 1 - log_var)
    return (reconstruction + kl) / x.shape[0]


def negative_bound(model, x, k, eps=None):
    """The negative importance-weighted bound of k samples, mean over the batch, in nats per example. Sample s of example i is row
    i * k + s of eps and of all that the decoder computes."""
    mu, log_var = model.heads(model.encoder(x)).chunk(2, dim=1)
    mu, log_var = mu.unsqueeze(1), log_var.unsqueeze(1)
    eps = torch.randn(len(x), k, model.latent, device=x.device) if eps is None else eps.view(len(x), k, model.latent)
    z = mu + torch.exp(0.5 * log_var) * eps
    logits = model.decoder(z)
    log_px = -F.binary_cross_entropy_with_logits(logits, x.unsqueeze(1).expand_as(logits), reduction="none").sum(2)
    log_ratio = 0.5 * torch.sum(eps.square() + log_var - z.square(), dim=2)          # log p(z) - log q(z|x)
    return (math.log(k) - torch.logsumexp(log_px + log_ratio, dim=1)).mean()


def parse_samples(name):
    """The k of NET@iwaeK; 0 for a plain net."""
    _, _, objective = name.partition("@")
    if objective and not (objective.startswith("iwae") and objective[4:].isdigit() and int(objective[4:])):
        raise ValueError(f"the objective after @ must be iwaeK, such as iwae50, got {objective}")
    return int(objective[4:] or 0)


def parse_net(name):
    name = name.partition("@")[0]
    dims, _, activation = NETS.get(name, name).partition(":")
    try:
        dims = [int(d) for d in dims.split("-")]
        return dims, ACTIVATIONS[activation or "relu"]
    except (ValueError, KeyError):
        raise ValueError(f"net must be one of {', '.join(NETS)} or like 784-400-20:relu"
                         f" with one of {', '.join(ACTIVATIONS)}, got {name}") from None


def read_idx(path):
    """MNIST images as floats in [0, 1]; plain or gzip."""
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    if raw[:4] != b"\x00\x00\x08\x03":
        raise ValueError(f"{path} is not an IDX file of images (magic 00000803)")
    n, rows, columns = np.frombuffer(raw, ">u4", 3, 4)
    pixels = np.frombuffer(raw, np.uint8, offset=16).reshape(n, rows * columns)
    return torch.from_numpy(pixels.astype(np.float32) / np.float32(255))


def load_weights(model, arrays):
    """Copies the arrays into the tensors of the model. If one does not fit, it raises a ValueError and copies none."""
    state = model.state_dict()
    found = {name: torch.from_numpy(arrays[name]) for name in state if name in arrays}
    for name, tensor in state.items():
        if name not in found or found[name].shape != tensor.shape:
            raise ValueError(f"the file of weights must have {name} of shape {list(tensor.shape)}, it has"
                             f" {list(found[name].shape) if name in found else 'none'}")
    model.load_state_dict(found)


class Training:
    """The training of one (mode, net, batch): model, optimizer, data order. Each command continues where the last one stopped."""

    def __init__(self, peer, mode, net, batch, start=None):
        if mode not in FUSED:
            raise ValueError(f"mode must be one of {', '.join(FUSED)}, got {mode}")
        if mode in ("reduce", "graph") and peer.device.type != "cuda":
            raise ValueError(f"mode {mode} needs CUDA graphs: run with --device cuda")
        self.model, self.samples = peer.model(net), parse_samples(net)
        self.data = peer.data(parse_net(net)[0][0])
        self.batch, self.order, self.binarize = batch, peer.order, peer.options.binarize
        self.orders = None
        if start is not None:
            load_weights(self.model, start)
            self.orders = torch.from_numpy(start["order"].astype(np.int64)).to(self.data.device)
        self.epoch = 0
        examples = len(self.data) if self.order is None else len(self.order)
        if not 1 <= batch <= examples:
            raise ValueError(f"batch must be in 1..{examples}, the number of examples in an epoch, got {batch}")
        if self.order is not None and not 0 <= self.order.min() <= self.order.max() < len(self.data):
            raise ValueError(f"--order must name examples 0..{len(self.data) - 1},"
                             f" got {self.order.min()}..{self.order.max()}")
        rate = torch.tensor(1e-3, device=peer.device) if mode == "graph" else 1e-3      # a number would be fixed in the captured graph
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=rate, fused=FUSED[mode], capturable=mode == "graph")
        # This compiles gather, forward, loss and, through the loss, backward. Dynamo does not compile the fused Adam. Compiling the
        # whole of step(), or Adam's foreach form as well, gave times within 2 % of this.
        self.loss, self.given = self.loss_of, self.loss_given
        if mode == "reduce":                    # without this the graph copies the whole data set, 188 MB for MNIST, before each step
            torch._dynamo.mark_static_address(self.data)
        if mode in ("compile", "reduce"):
            how = {"dynamic": False, "mode": "reduce-overhead" if mode == "reduce" else None}
            self.loss, self.given = torch.compile(self.loss_of, **how), torch.compile(self.loss_given, **how)
        self.steps = 0
        self.batches = iter(())

    def loss_of(self, index):
        x = self.data[index]
        return self.objective(torch.bernoulli(x) if self.binarize else x)

    def loss_given(self, index, eps):
        return self.objective(self.data[index], eps)

    def objective(self, x, eps=None):
        return negative_bound(self.model, x, self.samples, eps) if self.samples else negative_elbo(self.model, x, eps)

    def step(self, index):
        return self.update(self.loss(index))

    def update(self, loss):
        loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad()
        return loss.detach()

    def set_rate(self, rate):
        for group in self.optimizer.param_groups:
            if isinstance(group["lr"], torch.Tensor):
                group["lr"].fill_(rate)
            else:
                group["lr"] = rate

    def replay(self, noise):
        """The losses of steps with the given noise, to compare them with those of another engine."""
        self.steps += len(noise)
        return [self.update(self.given(self.next_index(), eps)).item() for eps in noise]

    def epoch_order(self):
        self.epoch += 1
        if self.orders is not None:
            return self.orders[(self.epoch - 1) % len(self.orders)]
        return torch.randperm(len(self.data), device=self.data.device) if self.order is None else self.order

    def next_index(self):
        index = next(self.batches, None)
        if index is None:                       # a new epoch; no partial batch, as with DataLoader(drop_last=True)
            order = self.epoch_order()
            self.batches = iter(order[:len(order) // self.batch * self.batch].split(self.batch))
            index = next(self.batches)
        return index

    def next_step(self):
        self.steps += 1
        return self.step(self.next_index())


class CapturedTraining(Training):
    """The whole step in one CUDA graph, with gather, noise and Adam. The order of the epoch and the position in it are on the
    device, so that a step is one replay and nothing else. The next step overwrites its loss.

    Unverified on hardware. The requirements of a graph, and how they are met: every tensor that it reads or writes keeps its address
    (parameters, moments, order_now, position, data). Only gradients are allocated by the graph; for that they must be None before
    the capture (zero_grad of the step before). The learning rate is a tensor, which set_rate fills. Adam counts its steps on the
    device (capturable). The offset of the default generator advances with each replay, so that each replay has new noise."""

    def __init__(self, peer, net, batch, start=None):
        super().__init__(peer, "graph", net, batch, start)
        self.order_now = self.full_batches().clone()
        self.position = torch.zeros(1, dtype=torch.int64, device=peer.device)
        self.done = 0
        self.graph, self.captured_loss = self.capture(self.whole_step)

    def full_batches(self):
        order = self.epoch_order()
        return order[:len(order) // self.batch * self.batch].view(-1, self.batch)

    def device_index(self):
        index = self.order_now.index_select(0, self.position).view(-1)
        self.position.add_(1)
        return index

    def whole_step(self):
        return self.step(self.device_index())

    def state(self):
        """All tensors that a step changes; those of Adam exist after its first step."""
        return [*self.model.parameters(), self.position, *(value for p in self.model.parameters() for value in self.optimizer.state[p].values())]

    def capture(self, step):
        """A graph of `step`, and the tensor to which it writes the loss; the state of the training does not change."""
        before = [tensor.detach().clone() for tensor in self.state()]
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):                        # warm up on another stream, as PyTorch's notes "CUDA graphs" say
            for _ in range(3):
                step()
                self.position.zero_()
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            loss = step()
        with torch.no_grad():
            for i, tensor in enumerate(self.state()):
                tensor.copy_(before[i]) if i < len(before) else tensor.zero_()
        return graph, loss

    def before_replay(self):
        if self.done == len(self.order_now):
            self.order_now.copy_(self.full_batches())
            self.position.zero_()
            self.done = 0
        self.done += 1
        self.steps += 1

    def replay(self, noise):
        """The losses of steps with the given noise, by a second graph that reads the noise from a tensor; it is used here only."""
        eps = noise[0].clone()
        graph, loss = self.capture(lambda: self.update(self.given(self.device_index(), eps)))
        losses = []
        for values in noise:
            self.before_replay()
            eps.copy_(values)
            graph.replay()
            losses.append(loss.item())
        return losses

    def next_step(self):
        self.before_replay()
        self.graph.replay()
        return self.captured_loss


class Peer:
    """The state that all commands share."""

    def __init__(self, options):
        self.options = options
        self.device = torch.device(options.device)
        self.images = read_idx(options.images).to(self.device) if options.images else None
        self.held_out = read_idx(options.test_images).to(self.device) if options.test_images else None
        order = np.load(options.order).astype(np.int64) if options.order else None
        self.order = None if order is None else torch.from_numpy(order).to(self.device)
        self.sessions, self.encoders, self.random = {}, {}, {}

    def model(self, net):
        torch.manual_seed(self.options.seed)
        model = Vae(*parse_net(net))
        if self.options.load:
            with np.load(self.options.load) as weights:
                model.load_state_dict({name: torch.from_numpy(weights[name]) for name in weights})
        return model.to(self.device)

    def data(self, features):
        if self.images is not None:
            if self.images.shape[1] != features:
                raise ValueError(f"the net reads {features} features, the images have {self.images.shape[1]}")
            return self.images
        if features not in self.random:
            noise = torch.Generator().manual_seed(self.options.seed)
            self.random[features] = torch.rand(self.options.examples, features, generator=noise).to(self.device)
        return self.random[features]

    def session(self, mode, net, batch):
        key = (mode, net, batch)
        if key not in self.sessions:
            self.sessions[key] = self.training(mode, net, batch)
        return self.sessions[key]

    def training(self, mode, net, batch, start=None):
        return CapturedTraining(self, net, batch, start) if mode == "graph" else Training(self, mode, net, batch, start)

    def synchronize(self):
        if self.device.type == "cuda":
            torch.cuda.synchronize()

    def step(self, mode, net, batch, steps):
        training = self.session(mode, net, int(batch))
        steps, window = int(steps), self.options.window
        started = time.perf_counter()
        # At least one window is not timed, even if this peer is warm, because the engine, or another number of threads, ran in between.
        warm_up = max(window, self.options.warm - training.steps)
        for _ in range(warm_up):
            training.next_step()
        self.synchronize()
        warm_seconds = time.perf_counter() - started
        times = []
        for _ in range(max(1, steps // window)):
            start = time.perf_counter()
            for _ in range(window):
                loss = training.next_step()
            self.synchronize()
            times.append((time.perf_counter() - start) / window * 1e3)
        return {"batch": training.batch, "data": "images" if self.images is not None else "random",
                **summary(times, window), "warmUpSteps": warm_up, "warmUpSeconds": round(warm_seconds, 3),
                "firstTimedStep": training.steps - len(times) * window, "loss": loss.item()}

    def settle(self, mode, net, batch, steps, rate):
        training = self.session(mode, net, int(batch))
        if int(steps) < 1:
            raise ValueError(f"settle takes at least one step, got {steps}")
        training.set_rate(float(rate))
        for _ in range(int(steps)):
            loss = training.next_step()
        return {"batch": training.batch, "loss": loss.item()}

    def losses(self, mode, net, batch, steps):
        training = self.session(mode, net, int(batch))
        first = training.steps
        losses = [training.next_step().clone() for _ in range(int(steps))]
        return {"batch": training.batch, "firstStep": first, "losses": torch.stack(losses).tolist()}

    def same(self, mode, net, batch, file):
        with np.load(file) as start:
            self.sessions[(mode, net, int(batch))] = training = self.training(mode, net, int(batch), start)
            return {"losses": training.replay(torch.from_numpy(start["eps"]).to(self.device))}

    def heldout(self, mode, net, batch):
        if self.held_out is None:
            raise ValueError("heldout needs --test-images")
        model = self.session(mode, net, int(batch)).model      # not in inference mode, in which a new session could not train
        with torch.inference_mode():
            return {"negativeElbo": negative_elbo(model, self.held_out).item()}

    def encoder(self, mode, net, batch):
        """The only encoder of (mode, net, batch): its model, the function that is timed, and its input images."""
        if mode not in ("eager", "compile"):
            raise ValueError(f"mode must be eager or compile, got {mode}")
        key = (mode, net, batch)
        if key not in self.encoders:
            data = self.data(parse_net(net)[0][0])
            if not 1 <= batch <= len(data):
                raise ValueError(f"batch must be in 1..{len(data)}, the number of images, got {batch}")
            model = self.model(net).eval()
            call = torch.compile(model.encode_mean, dynamic=False) if mode == "compile" else model.encode_mean
            self.encoders[key] = (model, call, data[:batch].clone())
        return self.encoders[key]

    @torch.inference_mode()                                      # like encode, else another encoder would be compiled
    def mean(self, mode, net, batch, file):
        model, call, x = self.encoder(mode, net, int(batch))
        with np.load(file) as arrays:
            load_weights(model, arrays)
        return {"batch": len(x), "means": call(x).flatten().tolist()}

    @torch.inference_mode()
    def encode(self, mode, net, batch, calls):
        _, call, x = self.encoder(mode, net, int(batch))
        call(x)                                                  # compiles
        until = time.perf_counter() + self.options.encode_warm
        while time.perf_counter() < until:
            call(x)
        calls, window = int(calls), self.options.window
        times = []
        for _ in range(max(1, calls // window)):
            self.synchronize()
            start = time.perf_counter()
            for _ in range(window):
                call(x)
            self.synchronize()
            times.append((time.perf_counter() - start) / window * 1e3)
        return {"batch": len(x), **summary(times, window)}

    def threads(self, n):
        torch.set_num_threads(int(n))
        return {}

    def dump(self, net, file):
        state = self.model(net).state_dict()
        np.savez(file, **{name: tensor.cpu().numpy() for name, tensor in state.items()})
        return {"file": file, "shapes": {name: list(tensor.shape) for name, tensor in state.items()}}

    COMMANDS = {"step": "MODE NET BATCH STEPS", "encode": "MODE NET BATCH CALLS", "mean": "MODE NET BATCH FILE", "losses": "MODE NET BATCH STEPS",
                "same": "MODE NET BATCH FILE", "settle": "MODE NET BATCH STEPS RATE", "heldout": "MODE NET BATCH",
                "threads": "N", "dump": "NET FILE"}

    def answer(self, words):
        command, *arguments = words
        try:
            usage = self.COMMANDS.get(command)
            if usage is None:
                raise ValueError(f"commands are {', '.join(self.COMMANDS)} and quit, got {command}")
            if len(arguments) != len(usage.split()):
                raise ValueError(f"usage: {command} {usage}")
            result = getattr(self, command)(*arguments)
        except (ValueError, KeyError, OSError, RuntimeError) as e:
            return {"command": " ".join(words), "error": str(e)}
        return {"command": " ".join(words), **result, "threads": torch.get_num_threads()}

    def environment(self):
        device = torch.cuda.get_device_name(self.device) if self.device.type == "cuda" else platform.processor()
        return {"peer": "torch", "version": torch.__version__, "numpy": np.__version__,
                "python": platform.python_version(), "device": device or platform.machine(),
                "capability": torch.backends.cpu.get_cpu_capability(), "threads": torch.get_num_threads(),
                "flushDenormals": self.options.flush_denormals, "tf32": torch.backends.cuda.matmul.allow_tf32}


def summary(times, window):
    """Statistics of windows; the spread is the distance between the quartiles divided by the median."""
    low, median, high = statistics.quantiles(times, n=4, method="inclusive") if len(times) > 1 else times * 3
    return {"msMedian": round(median, 5), "msMin": round(min(times), 5), "msMax": round(max(times), 5),
            "spread": round((high - low) / median, 4), "windows": len(times), "window": window}


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", nargs="*", help="one command; see above")
    parser.add_argument("--serve", action="store_true", help="read commands from stdin")
    parser.add_argument("--images", type=Path, help="IDX file of images (.gz or plain); random data without it")
    parser.add_argument("--test-images", type=Path, help="IDX file of held-out images, for heldout")
    parser.add_argument("--examples", type=int, default=60_000, help="size of the random data set")
    parser.add_argument("--order", type=Path, help="NPY file with the order of the examples; torch.randperm without it")
    parser.add_argument("--binarize", action="store_true", help="sample binary pixels again at each step")
    parser.add_argument("--load", type=Path, help="NPZ file of initial weights (see dump)")
    parser.add_argument("--threads", type=int, help="CPU threads (PyTorch's choice without it)")
    parser.add_argument("--warm", type=int, default=1500, help="steps of a (net, batch, mode) before any is timed")
    parser.add_argument("--encode-warm", type=float, default=1.0, help="seconds of encoding before any is timed")
    parser.add_argument("--window", type=int, default=20, help="steps or calls per timing window")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--flush-denormals", action="store_true", help="flush denormals (not PyTorch's default)")
    options = parser.parse_args()
    if bool(options.command) == options.serve:
        parser.error("give one command, or --serve and commands on stdin")
    return options


def main():
    options = parse_options()
    if torch.device(options.device).type == "cuda" and not torch.cuda.is_available():
        sys.exit(f"PyTorch {torch.__version__} sees no CUDA device, which --device {options.device} needs")
    if options.threads:
        torch.set_num_threads(options.threads)
    torch.set_float32_matmul_precision("highest")             # no TF32, whatever the environment says
    torch._dynamo.config.recompile_limit = 64                 # the server compiles for many (net, batch, threads)
    if options.flush_denormals and not torch.set_flush_denormal(True):
        sys.exit("this CPU cannot flush denormals: drop --flush-denormals")
    try:
        peer = Peer(options)
    except (ValueError, OSError) as e:
        sys.exit(str(e))
    if not options.serve:
        answer = peer.answer(options.command)
        print(json.dumps({**peer.environment(), **answer}))
        sys.exit(2 if "error" in answer else 0)
    print(json.dumps(peer.environment()), flush=True)
    for line in sys.stdin:
        words = line.split()
        if words == ["quit"]:
            break
        if words:
            print(json.dumps(peer.answer(words)), flush=True)


if __name__ == "__main__":
    main()
