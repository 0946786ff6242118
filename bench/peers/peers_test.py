#!/usr/bin/env python3
"""Tests of the scripts of the peers, on the CPU with small nets; peers whose libraries are not installed are skipped.

    bench/peers/.venv/bin/python bench/peers/peers_test.py
"""

import importlib
import os
import shutil
import struct
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

os.environ["JAX_PLATFORMS"] = "cpu"
sys.path.insert(0, str(Path(__file__).resolve().parent))

try:
    import numpy as np
except ImportError:
    np = None

NET, BATCH, FEATURES, HIDDEN, LATENT = "12-8-3:tanh", 4, 12, 8, 3
SHAPES = {"encoder.0": (HIDDEN, FEATURES), "heads": (2 * LATENT, HIDDEN), "decoder.0": (HIDDEN, LATENT), "decoder.2": (FEATURES, HIDDEN)}


class PeerCase(unittest.TestCase):
    script = None

    def setUp(self):
        try:
            self.module = importlib.import_module(self.script)
        except ImportError as e:
            self.skipTest(f"skipped: {e}")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder, random = Path(folder.name), np.random.default_rng(5)
        self.pixels = random.integers(0, 256, (20, FEATURES), np.uint8)
        (self.folder / "images").write_bytes(struct.pack(">4I", 0x803, 20, 3, 4) + self.pixels.tobytes())
        self.weights = {f"{name}.{part}": random.standard_normal(shape if part == "weight" else shape[0]).astype(np.float32)
                        for name, shape in SHAPES.items() for part in ("weight", "bias")}
        self.file = self.folder / "weights.npz"
        np.savez(self.file, **self.weights)
        with mock.patch.object(sys, "argv", [self.script, "--serve", "--images", str(self.folder / "images"), "--window", "2", "--warm", "2"]):
            options = self.module.parse_options()
        options.encode_warm = 0.01
        self.peer = self.module.Peer(options)

    def ask(self, *words):
        answer = self.peer.answer([str(w) for w in words])
        self.assertNotIn("error", answer)
        return answer

    def expected(self):
        w, x = {name: value.astype(np.float64) for name, value in self.weights.items()}, self.pixels[:BATCH] / 255
        hidden = np.tanh(x @ w["encoder.0.weight"].T + w["encoder.0.bias"])
        return (hidden @ w["heads.weight"].T + w["heads.bias"])[:, :LATENT]

    def assert_mean(self, mode):
        """The encoder exists before the weights are loaded, and afterwards encode uses these weights."""
        self.ask("encode", mode, NET, BATCH, 2)
        answer = self.ask("mean", mode, NET, BATCH, self.file)
        np.testing.assert_allclose(np.array(answer["means"]).reshape(BATCH, LATENT), self.expected(), atol=1e-5)
        self.assertEqual(BATCH, self.ask("encode", mode, NET, BATCH, 2)["batch"])
        self.assertEqual(1, len(self.peer.encoders))

    def assert_refusals(self, mode):
        before = self.ask("mean", mode, NET, BATCH, self.file)["means"]
        np.savez(self.folder / "other.npz", **{**self.weights, "encoder.0.weight": np.zeros((HIDDEN, FEATURES)), "heads.bias": np.zeros(2)})
        np.savez(self.folder / "few.npz", **{"heads.bias": self.weights["heads.bias"]})
        for file, reason in (("other.npz", "must have heads.bias of shape [6], it has [2]"), ("few.npz", "must have encoder.0.weight of shape [8, 12], it has none")):
            self.assertIn(reason, self.peer.answer(["mean", mode, NET, str(BATCH), str(self.folder / file)])["error"])
        self.assertIn("batch must be in 1..20", self.peer.answer(["mean", mode, NET, "21", str(self.file)])["error"])
        self.assertIn("mode must be", self.peer.answer(["mean", "scan", NET, str(BATCH), str(self.file)])["error"])
        return before


class TorchTest(PeerCase):
    script = "torch_vae"

    def test_mean_is_that_of_the_given_weights_and_of_the_encoder_that_is_timed(self):
        self.assert_mean("eager")
        weights = self.peer.encoder("eager", NET, BATCH)[0].state_dict()
        for name, value in self.weights.items():
            np.testing.assert_array_equal(value, weights[name].numpy())

    def test_mean_compiled_is_the_same(self):
        if not shutil.which("g++"):
            self.skipTest("skipped: torch.compile needs g++")
        self.assert_mean("compile")

    def test_weights_that_do_not_fit_are_refused_and_change_nothing(self):
        before = self.assert_refusals("eager")
        model, call, x = self.peer.encoder("eager", NET, BATCH)
        with self.module.torch.inference_mode():
            self.assertEqual(before, call(x).flatten().tolist())

    def test_adam_is_fused_where_the_mode_says_so_and_else_the_librarys_choice(self):
        for mode, fused in (("eager", None), ("fused", True)):
            defaults = self.peer.session(mode, NET, BATCH).optimizer.defaults
            self.assertEqual((fused, None), (defaults["fused"], defaults["foreach"]), mode)

    def test_tf32_is_what_torch_was_set_to(self):
        before = self.module.torch.get_float32_matmul_precision()
        self.addCleanup(self.module.torch.set_float32_matmul_precision, before)
        for precision, tf32 in (("high", True), ("highest", False)):
            self.module.torch.set_float32_matmul_precision(precision)
            self.assertIs(tf32, self.peer.environment()["tf32"])


class JaxTest(PeerCase):
    script = "jax_vae"

    def test_mean_is_that_of_the_given_weights_and_of_the_encoder_that_is_timed(self):
        self.assert_mean("jit")
        call, weights, _ = self.peer.encoder("jit", NET, BATCH)
        for name, value in self.weights.items():
            np.testing.assert_array_equal(value, weights[name])
        self.assertEqual(1, call._cache_size())             # loading the weights did not compile the encoder again

    def test_weights_that_do_not_fit_are_refused_and_change_nothing(self):
        before = self.assert_refusals("jit")
        call, weights, x = self.peer.encoder("jit", NET, BATCH)
        self.assertEqual(before, np.asarray(call(weights, x)).ravel().tolist())

    def test_jitted_step_is_handed_an_index_that_costs_no_dispatch_and_learns_what_scan_learns(self):
        training, kinds = self.peer.session("jit", NET, BATCH), []
        one = training.one
        training.one = lambda state, data, index: kinds.append(type(index)) or one(state, data, index)
        losses = [self.ask("step", mode, NET, BATCH, 4)["loss"] for mode in ("jit", "scan")]
        self.assertEqual([np.ndarray] * 6, kinds)
        self.assertAlmostEqual(*losses, places=4)

    def test_answers_carry_the_threads_that_the_process_has(self):
        threads = self.peer.environment()["threads"]
        self.assertEqual(threads, self.ask("step", "jit", NET, BATCH, 2)["threads"])
        self.assertEqual(threads, self.ask("threads", threads)["threads"])
        self.assertIn(f"this process has {threads}", self.peer.answer(["threads", str(threads + 1)])["error"])


if __name__ == "__main__":
    unittest.main()
