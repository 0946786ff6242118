#!/usr/bin/env python3
"""The JAX peer: the VAE training step and encoder that FusedVAE is compared with, written as a JAX user would write them.

The mathematics and the commands are those of torch_vae.py, which describes them. MODE is

    jit     one jitted step per call, donated buffers, the loss left on the device
    scan    lax.scan over a whole window of steps in one call, the fastest way in JAX

Commands: step MODE NET BATCH STEPS, same MODE NET BATCH FILE.npz, settle MODE NET BATCH STEPS RATE, heldout MODE NET BATCH,
encode jit NET BATCH CALLS, mean jit NET BATCH FILE.npz, threads N (only the number that the process was started with), quit.
"""

import argparse
import functools
import gzip
import json
import os
import platform
import statistics
import sys
import time
from pathlib import Path

import numpy as np

NETS = {"S": "784-400-20:relu", "I": "784-200-200-50:tanh", "big": "784-1024-1024-64:relu"}


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", nargs="*", help="one command; see above")
    parser.add_argument("--serve", action="store_true", help="read commands from stdin")
    parser.add_argument("--images", type=Path, help="IDX file of images (.gz or plain); random data without it")
    parser.add_argument("--test-images", type=Path, help="IDX file of held-out images, for heldout")
    parser.add_argument("--examples", type=int, default=60_000, help="size of the random data set")
    parser.add_argument("--threads", type=int, help="CPU threads (JAX's choice without it)")
    parser.add_argument("--warm", type=int, default=1500, help="steps of a (net, batch, mode) before any is timed")
    parser.add_argument("--window", type=int, default=20, help="steps or calls per timing window")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    options = parser.parse_args()
    if bool(options.command) == options.serve:
        parser.error("give one command, or --serve and commands on stdin")
    return options


OPTIONS = parse_options() if __name__ == "__main__" else None
if OPTIONS and OPTIONS.threads:                       # XLA reads the number of processors once, at start
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:OPTIONS.threads])

if OPTIONS:                                           # and the platform; without it JAX falls back to the CPU with a warning
    os.environ["JAX_PLATFORMS"] = OPTIONS.device
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")      # leaves memory for the other programs that are compared

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402

ACTIVATIONS = {"relu": jax.nn.relu, "tanh": jnp.tanh, "sigmoid": jax.nn.sigmoid, "elu": jax.nn.elu,
               "gelu": functools.partial(jax.nn.gelu, approximate=False), "silu": jax.nn.silu}
RATE, BETA1, BETA2, EPSILON = 1e-3, 0.9, 0.999, 1e-8


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
        return tuple(int(d) for d in dims.split("-")), activation or "relu", ACTIVATIONS[activation or "relu"]
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
    return jnp.asarray(pixels.astype(np.float32) / np.float32(255))


def layer_names(dims):
    """Parameters under PyTorch's names, so that all peers read the same file of weights: in PyTorch's Sequential, every second
    entry is a Linear."""
    hidden = len(dims) - 2
    return [f"encoder.{2 * i}" for i in range(hidden)], "heads", [f"decoder.{2 * i}" for i in range(hidden + 1)]


def initial(dims, seed):
    features, *hidden, latent = dims
    widths = [features, *hidden]
    encoder, heads, decoder = layer_names(dims)
    shapes = dict(zip(encoder, zip(widths, widths[1:])))
    shapes[heads] = (widths[-1], 2 * latent)
    back = [latent, *hidden[::-1], features]
    shapes.update(zip(decoder, zip(back, back[1:])))
    random = np.random.default_rng(seed)
    parameters = {}
    for name, (k, n) in shapes.items():
        bound = 1 / np.sqrt(k)
        parameters[name + ".weight"] = jnp.asarray(random.uniform(-bound, bound, (n, k)), jnp.float32)
        parameters[name + ".bias"] = jnp.asarray(random.uniform(-bound, bound, n), jnp.float32)
    return parameters


def stored(arrays, like):
    """Those arrays of a file that are parameters: the names and shapes of `like`."""
    found = {name: jnp.asarray(arrays[name], jnp.float32) for name in like if name in arrays}
    for name, value in like.items():
        if name not in found or found[name].shape != value.shape:
            raise ValueError(f"the file of weights must have {name} of shape {list(value.shape)}, it has"
                             f" {list(found[name].shape) if name in found else 'none'}")
    return found


def linear(parameters, name, x):
    return x @ parameters[name + ".weight"].T + parameters[name + ".bias"]


def encode(parameters, dims, activation, x):
    encoder, heads, _ = layer_names(dims)
    for name in encoder:
        x = activation(linear(parameters, name, x))
    return jnp.split(linear(parameters, heads, x), 2, axis=1)


def negative_elbo(parameters, dims, activation, x, eps):
    """Mean over the batch, in nats per example."""
    mu, log_var = encode(parameters, dims, activation, x)
    h = mu + jnp.exp(0.5 * log_var) * eps
    *hidden, output = layer_names(dims)[2]
    for name in hidden:
        h = activation(linear(parameters, name, h))
    logits = linear(parameters, output, h)
    reconstruction = jnp.sum(jnp.maximum(logits, 0) - logits * x + jnp.log1p(jnp.exp(-jnp.abs(logits))))
    kl = 0.5 * jnp.sum(mu ** 2 + jnp.exp(log_var) - 1 - log_var)
    return (reconstruction + kl) / x.shape[0]


def negative_bound(parameters, dims, activation, x, eps, k):
    """The negative importance-weighted bound of k samples, mean over the batch, in nats per example; see torch_vae.py."""
    mu, log_var = (t[:, None, :] for t in encode(parameters, dims, activation, x))
    eps = eps.reshape(x.shape[0], k, -1)
    z = h = mu + jnp.exp(0.5 * log_var) * eps
    *hidden, output = layer_names(dims)[2]
    for name in hidden:
        h = activation(linear(parameters, name, h))
    logits = linear(parameters, output, h)
    log_px = -jnp.sum(jnp.maximum(logits, 0) - logits * x[:, None, :] + jnp.log1p(jnp.exp(-jnp.abs(logits))), axis=2)
    log_ratio = 0.5 * jnp.sum(eps ** 2 + log_var - z ** 2, axis=2)                    # log p(z) - log q(z|x)
    return jnp.mean(jnp.log(float(k)) - jax.nn.logsumexp(log_px + log_ratio, axis=1))


def adam(parameters, moments, gradients, t, rate):
    first, second = moments
    first = jax.tree.map(lambda m, g: BETA1 * m + (1 - BETA1) * g, first, gradients)
    second = jax.tree.map(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, second, gradients)
    bc1, bc2 = 1 - BETA1 ** t, 1 - BETA2 ** t
    updated = jax.tree.map(lambda p, m, v: p - rate / bc1 * m / (jnp.sqrt(v) / jnp.sqrt(bc2) + EPSILON), parameters, first, second)
    return updated, (first, second)


class Training:
    """The training of one (mode, net, batch): parameters, moments, data order. Each command continues where the last one stopped."""

    def __init__(self, peer, mode, net, batch, start=None):
        if mode not in ("jit", "scan"):
            raise ValueError(f"mode must be jit or scan, got {mode}")
        self.dims, _, self.activation = parse_net(net)
        self.samples = parse_samples(net)
        self.data, self.batch, self.mode = peer.data(self.dims[0]), batch, mode
        if not 1 <= batch <= len(self.data):
            raise ValueError(f"batch must be in 1..{len(self.data)}, the number of examples in an epoch, got {batch}")
        parameters = initial(self.dims, peer.options.seed)
        self.orders = None
        if start is not None:
            parameters = stored(start, parameters)
            self.orders = start["order"]
        zeros = jax.tree.map(jnp.zeros_like, parameters)
        self.state = (parameters, (zeros, jax.tree.map(jnp.copy, zeros)), jax.random.key(peer.options.seed), jnp.float32(0), jnp.float32(RATE))
        self.steps, self.epoch, self.queue = 0, 0, np.zeros((0, batch), np.int32)
        self.random = np.random.default_rng(peer.options.seed)
        self.one = jax.jit(self.step_of, donate_argnums=0)
        self.many = jax.jit(lambda state, data, indices: jax.lax.scan(lambda s, i: self.step_of(s, data, i), state, indices),
                            donate_argnums=0)
        self.given = jax.jit(self.step_given, donate_argnums=0)

    def step_of(self, state, data, index):
        key, noise = jax.random.split(state[2])
        eps = jax.random.normal(noise, (self.batch * max(1, self.samples), self.dims[-1]))
        return self.update((*state[:2], key, *state[3:]), data[index], eps)

    def step_given(self, state, data, index, eps):
        return self.update(state, data[index], eps)

    def update(self, state, x, eps):
        parameters, moments, key, t, rate = state
        loss, gradients = jax.value_and_grad(self.loss)(parameters, x, eps)
        parameters, moments = adam(parameters, moments, gradients, t + 1, rate)
        return (parameters, moments, key, t + 1, rate), loss

    def loss(self, parameters, x, eps):
        if self.samples:
            return negative_bound(parameters, self.dims, self.activation, x, eps, self.samples)
        return negative_elbo(parameters, self.dims, self.activation, x, eps)

    def next_indices(self, steps):
        while len(self.queue) < steps:            # a new epoch; no partial batch, as with DataLoader(drop_last=True)
            order = self.random.permutation(len(self.data)) if self.orders is None else self.orders[self.epoch % len(self.orders)]
            full = len(order) // self.batch * self.batch
            self.queue = np.concatenate([self.queue, order[:full].reshape(-1, self.batch).astype(np.int32)])
            self.epoch += 1
        indices, self.queue = self.queue[:steps], self.queue[steps:]
        return indices

    def run(self, steps):
        """Runs steps and returns the last loss, still on the device."""
        indices = self.next_indices(steps)
        self.steps += steps
        if self.mode == "scan":
            self.state, losses = self.many(self.state, self.data, jnp.asarray(indices))
            return losses[-1]
        for index in indices:                     # NumPy arrays: slicing an array on the device would be a second dispatch per step
            self.state, loss = self.one(self.state, self.data, index)
        return loss

    def replay(self, eps):
        indices = jnp.asarray(self.next_indices(len(eps)))
        losses = []
        for i, noise in enumerate(eps):
            self.state, loss = self.given(self.state, self.data, indices[i], jnp.asarray(noise))
            losses.append(float(loss))
        self.steps += len(eps)
        return losses


class Peer:
    """The state that all commands share."""

    def __init__(self, options):
        self.options = options
        self.images = read_idx(options.images) if options.images else None
        self.held_out = read_idx(options.test_images) if options.test_images else None
        self.sessions, self.encoders, self.random = {}, {}, {}
        self.processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()     # XLA's threads

    def data(self, features):
        if self.images is not None:
            if self.images.shape[1] != features:
                raise ValueError(f"the net reads {features} features, the images have {self.images.shape[1]}")
            return self.images
        if features not in self.random:
            noise = np.random.default_rng(self.options.seed)
            self.random[features] = jnp.asarray(noise.random((self.options.examples, features)), jnp.float32)
        return self.random[features]

    def session(self, mode, net, batch):
        key = (mode, net, int(batch))
        if key not in self.sessions:
            self.sessions[key] = Training(self, mode, net, int(batch))
        return self.sessions[key]

    def step(self, mode, net, batch, steps):
        training = self.session(mode, net, batch)
        steps, window = int(steps), self.options.window
        started = time.perf_counter()
        # At least one window is not timed, even if this peer is warm, because another program ran in between.
        warm_up = max(window, self.options.warm - training.steps)
        for _ in range(max(1, warm_up // window)):
            loss = training.run(window)
        loss.block_until_ready()
        warm_seconds = time.perf_counter() - started
        times = []
        for _ in range(max(1, steps // window)):
            start = time.perf_counter()
            loss = training.run(window)
            loss.block_until_ready()
            times.append((time.perf_counter() - start) / window * 1e3)
        return {"batch": training.batch, **summary(times, window), "warmUpSteps": warm_up, "warmUpSeconds": round(warm_seconds, 3),
                "loss": float(loss)}

    def same(self, mode, net, batch, file):
        """Starts a new training from the weights, order and noise of FILE, and returns the losses of the steps for which FILE has
        noise."""
        with np.load(file) as start:
            self.sessions[(mode, net, int(batch))] = training = Training(self, mode, net, int(batch), start)
            return {"losses": training.replay(start["eps"])}

    def settle(self, mode, net, batch, steps, rate):
        training = self.session(mode, net, batch)
        if int(steps) < 1 or int(steps) % self.options.window:
            raise ValueError(f"settle takes whole windows of {self.options.window} steps, got {steps}")
        training.state = (*training.state[:-1], jnp.float32(rate))
        for _ in range(int(steps) // self.options.window):
            loss = training.run(self.options.window)
        return {"batch": training.batch, "loss": float(loss)}

    def heldout(self, mode, net, batch):
        """Negative ELBO of the held-out images with one sample each, in nats per example."""
        if self.held_out is None:
            raise ValueError("heldout needs --test-images")
        training = self.session(mode, net, batch)
        noise = jnp.asarray(np.random.default_rng(7).standard_normal((len(self.held_out), training.dims[-1])), jnp.float32)
        return {"negativeElbo": float(negative_elbo(training.state[0], training.dims, training.activation, self.held_out, noise))}

    def encoder(self, mode, net, batch):
        """The only encoder of (net, batch): the function that is timed, its weights, and its input images."""
        if mode != "jit":
            raise ValueError(f"mode must be jit, got {mode}")
        dims, _, activation = parse_net(net)
        if (net, batch) not in self.encoders:
            data = self.data(dims[0])
            if not 1 <= batch <= len(data):
                raise ValueError(f"batch must be in 1..{len(data)}, the number of images, got {batch}")
            call = jax.jit(lambda p, x: encode(p, dims, activation, x)[0])
            self.encoders[net, batch] = (call, initial(dims, self.options.seed), jnp.array(data[:batch]))
        return self.encoders[net, batch]

    def mean(self, mode, net, batch, file):
        """Loads the weights of FILE into the encoder that encode times from then on, and returns its means, row after row."""
        call, parameters, x = self.encoder(mode, net, int(batch))
        with np.load(file) as arrays:
            parameters = stored(arrays, parameters)
        self.encoders[net, int(batch)] = (call, parameters, x)
        return {"batch": len(x), "means": np.asarray(call(parameters, x)).ravel().tolist()}

    def encode(self, mode, net, batch, calls):
        call, parameters, x = self.encoder(mode, net, int(batch))
        calls, window = int(calls), self.options.window
        until = time.perf_counter() + 1
        while time.perf_counter() < until:
            call(parameters, x).block_until_ready()
        times = []
        for _ in range(max(1, calls // window)):
            start = time.perf_counter()
            for _ in range(window):
                mu = call(parameters, x)
                mu.block_until_ready()
            times.append((time.perf_counter() - start) / window * 1e3)
        return {"batch": len(x), **summary(times, window)}

    def threads(self, n):
        if self.processors != int(n):
            raise ValueError(f"XLA sets its number of threads at start: this process has {self.processors}; start another one with --threads {n}")
        return {}

    COMMANDS = {"step": "MODE NET BATCH STEPS", "same": "MODE NET BATCH FILE", "heldout": "MODE NET BATCH",
                "settle": "MODE NET BATCH STEPS RATE", "encode": "MODE NET BATCH CALLS", "mean": "MODE NET BATCH FILE",
                "threads": "N"}

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
        return {"command": " ".join(words), **result, "threads": self.processors}

    def environment(self):
        return {"peer": "jax", "version": jax.__version__, "numpy": np.__version__, "python": platform.python_version(),
                "device": str(jax.devices()[0]), "threads": self.processors}


def summary(times, window):
    """Statistics of windows; the spread is the distance between the quartiles divided by the median."""
    low, median, high = statistics.quantiles(times, n=4, method="inclusive") if len(times) > 1 else times * 3
    return {"msMedian": round(median, 5), "msMin": round(min(times), 5), "msMax": round(max(times), 5),
            "spread": round((high - low) / median, 4), "windows": len(times), "window": window}


def main():
    jax.config.update("jax_default_matmul_precision", "highest")     # no TF32, whatever the environment says
    try:
        jax.devices()
    except (RuntimeError, AssertionError) as e:                      # the latter where JAX has no CUDA plugin
        why = " ".join(str(e).split())[:200] or "its plugin is not installed"
        sys.exit(f"JAX {jax.__version__} has no device for --device {OPTIONS.device}: {why}")
    try:
        peer = Peer(OPTIONS)
    except (ValueError, OSError) as e:
        sys.exit(str(e))
    if not OPTIONS.serve:
        answer = peer.answer(OPTIONS.command)
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
