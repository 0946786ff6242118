#!/usr/bin/env python3
"""Tests of the scripts of bench/gpu that need neither a GPU nor a bundle: python3 bench/gpu/harness_test.py"""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "harness"))

import machine  # noqa: E402
import stage  # noqa: E402
import stages  # noqa: E402


class WithFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def put(self, name, text, mode=0o644):
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)
        return file


class Digest(WithFolder):
    def digest(self):
        return subprocess.run([self.folder / "bench/gpu/digest"], capture_output=True, text=True, check=True).stdout

    def test_digest_is_the_same_with_what_git_ignores_and_another_with_a_changed_source(self):
        for name in ("pom.xml", "src/A.java", "kernels/a.cu", "bench/pom.xml", "bench/src/B.java", "bench/peers/p.py", "bench/peers/dl4j/pom.xml"):
            self.put(name, name)
        self.put("bench/gpu/digest", (HERE / "digest").read_text(), 0o755)
        before = self.digest()
        for name in ("bench/gpu/bundle/x", "bench/peers/__pycache__/x", "bench/peers/.venv/lib/x.py", "bench/peers/dl4j/target/x.class"):
            self.put(name, "built here only")
        self.assertEqual(before, self.digest())
        for name in ("bench/pom.xml", "bench/peers/p.py", "bench/peers/dl4j/pom.xml", "src/target"):
            self.put(name, "another")
            self.assertNotEqual(before, self.digest(), name)
            before = self.digest()


class Machine(WithFolder):
    def nvidia_smi(self, text):
        self.put("bin/nvidia-smi", text, 0o755)
        return mock.patch.dict(os.environ, PATH=f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}")

    def test_gpu_has_a_value_for_each_name_that_is_asked(self):
        with self.nvidia_smi("#!/bin/sh\necho " + ",".join(str(i) for i in range(len(machine.QUERY))) + "\n"):
            self.assertEqual("0", machine.gpu()["name"])

    def test_gpu_that_does_not_answer_is_said_and_ends_nothing(self):
        with self.nvidia_smi("#!/bin/sh\nexec sleep 60\n"), mock.patch.object(machine, "PATIENCE", 1):
            self.assertEqual({"error": "nvidia-smi did not answer in 1 s"}, machine.gpu())
        with self.nvidia_smi("no program"):
            self.assertRegex(machine.gpu()["error"], "nvidia-smi did not answer: ")

    def test_program_that_does_not_answer_is_said_in_place_of_its_version(self):
        tool = self.put("tool", "#!/bin/sh\necho first; echo last; exec sleep ${1:-0}\n", 0o755)
        env = dict(os.environ)
        self.assertEqual(("last", "first"), (machine.version(env, str(tool)), machine.version(env, str(tool), line=0)))
        with mock.patch.object(machine, "PROGRAM_PATIENCE", 1):
            self.assertEqual("tool did not answer in 1 s", machine.version(env, str(tool), "60"))
        self.assertIsNone(machine.version(env, "no-such-program"))

    def test_stage_is_performed_where_nvidia_smi_does_not_answer(self):
        (self.folder / "logs").mkdir()
        with self.nvidia_smi("no program"), mock.patch.object(stage, "WORK", self.folder):
            record = stage.perform(SimpleNamespace(logs=self.folder / "logs"), "doctor", lambda _: {"done": 1}, 10)
        self.assertEqual(("ok", {"done": 1}), (record["status"], record["results"]))
        self.assertIn("did not answer", record["clocksBefore"]["error"])
        self.assertIn("did not answer", record["clocksAfter"]["error"])


class Answers(WithFolder):
    def test_answer_is_the_object_among_messages_or_the_last_line(self):
        self.assertEqual({"a": {"b": 1}}, stage.answered('WARNING: {x}\n{\n "a": {\n  "b": 1}\n}\ndone\n'))
        self.assertEqual({"a": 1}, stage.answered('a warning\n{"a": 1}\n'))

    def test_output_without_an_answer_fails_with_its_last_line(self):
        for output in ("", "one\nkilled", '{\n "a": 1'):
            with self.assertRaisesRegex(stage.Failed, "printed no JSON"):
                stage.answered(output)

    def test_explain_keeps_the_plans_around_one_that_printed_none(self):
        outputs = iter([(0, '{\n "launches": 1}'), (0, "no JSON"), (0, '{\n "launches": 3}')])
        run = SimpleNamespace(rehearse=lambda: True, quick=lambda: True)
        with self.assertRaisesRegex(stage.Failed, "S:128 epilogue: printed no JSON") as failed:
            stages.explain(SimpleNamespace(run=run, cli=lambda *_: next(outputs)))
        self.assertEqual([1, 3], [plan["launches"] for plan in failed.exception.results["plans"]])

    def test_verify_keeps_the_ops_around_one_that_was_cut_off(self):
        texts = {"linear_bias_act": json.dumps({"ops": [{"op": "linear_bias_act", "passed": True}]}, indent=1), "linear_backward_update": '{\n "ops": ['}
        listed = json.dumps({"kernels": [{"op": op} for op in texts]}, indent=1)
        work = SimpleNamespace(run=SimpleNamespace(rehearse=lambda: True), cli=lambda *_: (0, listed),
                               together=lambda jobs, _: ((job, 0, texts[job[1]]) for job in jobs))
        with self.assertRaisesRegex(stage.Failed, "linear_backward_update: printed no JSON") as failed:
            stages.verify(work)
        self.assertEqual(["linear_bias_act"], [o["op"] for o in failed.exception.results["ops"]])


class Images(WithFolder):
    def test_images_are_found_with_gzip_and_without(self):
        with mock.patch.object(stages, "BUNDLE", self.folder):
            with self.assertRaisesRegex(stage.Failed, "neither train-images-idx3-ubyte.gz nor"):
                stages._images("train")
            plain = self.put("data/mnist/train-images-idx3-ubyte", "")
            packed = self.put("data/mnist/t10k-images-idx3-ubyte.gz", "")
            self.assertEqual((plain, packed), (stages._images("train"), stages._images("t10k")))


if __name__ == "__main__":
    unittest.main()
