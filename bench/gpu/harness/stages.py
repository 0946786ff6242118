"""The stages of a run, in the order of their worth: what is right first, then what is fast."""

import json

from machine import BUNDLE, ROOT
from stage import Failed, Skipped, brief
from tools import micro, ncu, sanitize

LEVELS = ("none", "epilogue", "layer")
EVERY_ENGINE = [f"{level}/{replay}/{launcher}" for level in LEVELS for replay in ("stream", "graph") for launcher in ("jcuda", "ffm")]
BEST_ENGINES = ["layer/graph/jcuda", "epilogue/graph/jcuda", "none/graph/jcuda", "epilogue/graph/jcuda/gemm"]
NETS = "S:128,I:20,S:1024,big:256"
SMALL = "64-32-4:128"
SMOKE10_LIMIT = 106.1       # nats; PyTorch's own example reaches 105.56
AGREEMENT = 0.1             # nats between backends after an epoch


def doctor(stage):
    """what the program finds on this machine; the cuda backend must be ready"""
    _, output = stage.java("dev.fusedvae.cli.Main", "doctor", "--json")
    found = json.loads(output[output.index("{"):])
    if not found["backend cuda"].startswith("ready"):
        raise Failed(f"the cuda backend is not ready: {found['backend cuda']}", {"doctor": found})
    return {"doctor": found}


def tests(stage):
    """the tests for GPUs; a skipped one is a failure"""
    file = stage.folder / "tests.json"
    file.unlink(missing_ok=True)
    code, output = stage.java("dev.fusedvae.TestRunner", BUNDLE / "lib/tests.jar", "gpu", file, check=False,
                              options=[f"-Dfvae.gpu={'rehearse' if stage.run.rehearse() else 'required'}"])
    results = json.loads(file.read_text()) if file.exists() else {}
    if code != 0:
        bad = [f"{t['test']} {t['status']}" for t in results.get("tests", []) if t["status"] != "passed"]
        raise Failed(brief(bad) or f"exit code {code}: {output.strip().splitlines()[-1]}", results)
    return results


def training(stage):
    """smoke10 on MNIST: the first ten losses are the CPU's, and ten epochs reach the published figure"""
    rehearse = stage.run.rehearse()
    data, net = ("digits", SMALL) if rehearse else ("mnist", "S:128")
    losses, failures = stage.bench("Losses", data, net, 10, ",".join(EVERY_ENGINE), file="losses.json")
    results = {"losses": losses, "trainings": []}
    reference = _train(stage, "cpu", "layer", "graph")["test"]["elbo"] if rehearse else None
    for level, replay in [(level, "graph") for level in LEVELS] + [("epilogue", "stream")]:
        try:
            figures = _train(stage, "cuda", level, replay)
            results["trainings"].append({"fusion": level, "replay": replay, **figures})
            elbo = figures["test"]["elbo"]
            if rehearse and abs(elbo - reference) > AGREEMENT:
                failures.append(f"{level}/{replay}: test ELBO {elbo:.2f}, on the CPU {reference:.2f}")
            if not rehearse and not -elbo <= SMOKE10_LIMIT:
                failures.append(f"{level}/{replay}: negative test ELBO {-elbo:.2f} is over {SMOKE10_LIMIT}")
        except Failed as e:
            failures.append(f"{level}/{replay}: {e}")
    if failures:
        raise Failed(brief(failures), results)
    return results


def _train(stage, backend, level, replay):
    setup = ["--data", "digits", "--hidden", "32", "--latent", "4", "--epochs", "2"] if stage.run.rehearse() else [
        "--data", "mnist", "--hidden", "400", "--latent", "20", "--epochs", "10"]
    engine = ["--backend", backend, "--fusion", level] + (["--replay", replay] if backend == "cuda" else [])
    out = stage.folder / f"{backend}-{level}-{replay}"
    _, output = stage.java("dev.fusedvae.cli.Main", "train", *setup, *engine, "--seed", "42", "--quiet", "--json", "--out", _fresh(out))
    return json.loads(output[output.index("{\n"):output.rindex("}") + 1])


def _fresh(folder):
    """An earlier run may have been stopped in the middle of a training."""
    for file in ("checkpoint.safetensors", "training.json"):
        (folder / file).unlink(missing_ok=True)
    return folder


def epochs(stage):
    """epoch times of every level, stream or graph, JCuda or Panama, in turns"""
    rehearse, quick = stage.run.rehearse(), stage.run.quick()
    data, nets = ("digits", SMALL) if rehearse else ("mnist", "S:128" if quick else NETS)
    rounds = 1 if rehearse else 7 if quick else 31
    results, failures = stage.bench("Epochs", data, rounds, nets, ",".join([*EVERY_ENGINE, "epilogue/graph/jcuda/gemm"]), file="epochs.json")
    if failures:
        raise Failed(brief(failures), results)
    return results


def ladder(stage):
    """every launch of a step and every variant of every op by device events, cuBLAS beside"""
    rehearse, quick = stage.run.rehearse(), stage.run.quick()
    data, nets = ("digits", SMALL) if rehearse else ("mnist", "S:128" if quick else NETS)
    results, failures = stage.bench("Ladder", data, 3 if rehearse else 30, nets, ",".join(LEVELS), ROOT / "kernels", file="ladder.json")
    results = {"ladder": results}
    if not rehearse:
        try:
            _, output = stage.command(["python3", ROOT / "bench/gpu/cublas.py", nets])
            results["cublas"] = json.loads(output.strip().splitlines()[-1])
        except Failed as e:
            failures.append(f"cublas.py: {e}")
    if failures:
        raise Failed(brief(failures), results)
    return results


def peers(stage):
    """the engine and PyTorch (eager, fused Adam, compile, graphs) on this device, in turns"""
    if stage.run.rehearse():
        raise Skipped("PyTorch needs a GPU here")
    images = BUNDLE / "data/mnist/train-images-idx3-ubyte.gz"
    quick = stage.run.quick()
    results, failures = stage.bench("PeerContest", "mnist", 3 if quick else 9, "S:128" if quick else NETS, ",".join(BEST_ENGINES),
                                    "eager,fused,compile,reduce,graph", stage.run.which("python3"), ROOT / "bench/peers/torch_vae.py",
                                    "--device", "cuda", "--warm", "300", "--images", images, file="peers.json")
    if failures:
        raise Failed(brief(failures), results)
    return results


# name: function, limit in seconds of a quick run, of a full run
STAGES = {
    "doctor": (doctor, 60, 120),
    "tests": (tests, 150, 600),
    "training": (training, 150, 600),
    "epochs": (epochs, 90, 600),
    "ladder": (ladder, 120, 600),
    "micro": (micro, 60, 120),
    "peers": (peers, 180, 900),
    "sanitize": (sanitize, 240, 1200),
    "ncu": (ncu, 90, 300),
}
