"""The stages of a run in the order of their importance: correctness first, then speed."""

import json
import re

from machine import BUNDLE, ROOT
from stage import Failed, Skipped, answered, brief
from tools import micro, ncu, sanitize

LEVELS = ("none", "epilogue", "layer")
EVERY_ENGINE = [f"{level}/{replay}/{launcher}" for level in LEVELS for replay in ("stream", "graph") for launcher in ("jcuda", "ffm")]
VENDOR_ENGINES = ["none/stream/jcuda/gemm", "epilogue/stream/jcuda/gemm", "epilogue/stream/ffm/gemm", "epilogue/stream/jcuda/noise", "epilogue/stream/jcuda/gemm+noise"]
GRAPHS = [f"{level}/graph/jcuda" for level in LEVELS]
BEST_ENGINE = "layer/graph/jcuda"
NETS = "S:128,S:1024,I:20,I@iwae50:20,big:256"
PEER_NETS = ("S:128", "big:256", "I:20", "I@iwae50:20")
TIMES_ALONE = ("I:20", "I@iwae50:20")       # only timed in a quick run: training them for three epochs (9000 steps) for seven peers and three seeds would take too long
SMALL = "64-32-4:128"
SMOKE10_LIMIT = 106.1       # nats; PyTorch's own example reaches 105.56
AGREEMENT = 0.1             # nats between backends after an epoch
SHAPE = "13of17x35-21-5-11-35"
VERIFY_WORKERS = 4
# Shapes at which the variants of an op are compared: batches and widths around the half tiles in the cards, and the nets of the table.
SWEEP = [f"{b}x784-{h}-20-{h}-784" for b in (16, 32, 64, 128, 512, 1024) for h in (32, 200, 400, 1024)]
QUICK_SWEEP = [f"{b}x784-{h}-20-{h}-784" for b, h in ((16, 400), (32, 400), (64, 400), (128, 400), (1024, 400), (128, 32), (128, 200), (256, 1024))]
# Ops with more than one variant, the most expensive first.
LADDERS = ("linear_bias_act", "linear_backward_update", "linear_backward_weight_bias", "linear_backward_data_act", "output_likelihood",
           "gather_linear_bias_act")


def doctor(stage):
    """`fvae doctor`: what was found on this machine; the cuda backend must be ready"""
    _, output = stage.cli("doctor", "--json")
    found = answered(output)
    if not found["backend cuda"].startswith("ready"):
        raise Failed(f"the cuda backend is not ready: {found['backend cuda']}", {"doctor": found})
    return {"doctor": found}


def tests(stage):
    """the tests for GPUs; a test that is skipped is a failure"""
    file = stage.folder / "tests.json"
    file.unlink(missing_ok=True)
    code, output = stage.java("dev.fusedvae.TestRunner", BUNDLE / "lib/tests.jar", "gpu", file, check=False,
                              options=[f"-Dfvae.gpu={'rehearse' if stage.run.rehearse() else 'required'}"])
    results = json.loads(file.read_text()) if file.exists() else {}
    if code != 0:
        bad = [f"{t['test']} {t['status']}" for t in results.get("tests", []) if t["status"] != "passed"]
        raise Failed(brief(bad) or f"exit code {code}: {output.strip().splitlines()[-1]}", results)
    return results


def verify(stage):
    """every variant of every kernel against its definition, one process per op, so that a fault ends one op only"""
    rehearse = stage.run.rehearse()
    _, output = stage.cli("kernels", "--json")
    ops = list(dict.fromkeys(k["op"] for k in answered(output)["kernels"]))
    ops = [op for op in ops if op in LADDERS[:3]] if rehearse else sorted(ops, key=lambda op: op not in LADDERS)
    how = ["--backend", "cuda", *(["--shape", SHAPE] if rehearse else [])]
    results, failures = {"ops": []}, []
    for (_, op, *_), code, text in stage.together([["verify", op, *how, "--json"] for op in ops], VERIFY_WORKERS):
        if code in (0, 1) and "{\n" in text:
            try:
                results["ops"] += answered(text)["ops"]
            except Failed as e:
                failures.append(f"{op}: {e}")
        elif code == 2 and "no plan of these shapes" in text:
            results.setdefault("notInSweep", []).append(op)
        else:
            failures.append(f"{op}: " + ("no end in time" if code is None else f"exit code {code}: {text.strip().splitlines()[-1] if text.strip() else ''}"))
    failures += [f"{o['op']}: {o['defects'][0]['shape']}: {o['defects'][0]['what']}" if o["defects"] else f"{o['op']}: nothing was verified"
                 for o in results["ops"] if not o["passed"]]
    if failures:
        raise Failed(brief(failures), {**results, "failures": failures})
    return results


def training(stage):
    """the first ten losses equal those of the CPU, and ten epochs of smoke10 on MNIST reach the published figure"""
    rehearse = stage.run.rehearse()
    data, net = ("digits", SMALL) if rehearse else ("mnist", "S:128")
    losses, failures = stage.report("Losses", data, 10, net, ",".join(EVERY_ENGINE + VENDOR_ENGINES), file="losses.json")
    results = {"losses": losses, "trainings": []}
    nets = "64-32-4@iwae5:20" if rehearse else "I:20,I@iwae50:20,big:256"
    results["lossesOfNets"], more = stage.report("Losses", data, 10, nets, ",".join(GRAPHS), file="losses-nets.json")
    failures += more
    reference = _train(stage, "cpu", "layer")["test"]["elbo"] if rehearse else None
    for level, *flags in [(level,) for level in LEVELS] + [("layer", "--replay", "stream"), ("epilogue", "--vendor", "gemm,noise")]:
        name = " ".join((level, *flags))
        try:
            figures = _train(stage, "cuda", level, *flags)
            results["trainings"].append({"fusion": level, "flags": " ".join(flags), **figures})
            elbo = figures["test"]["elbo"]
            if rehearse and "--vendor" not in flags and abs(elbo - reference) > AGREEMENT:
                failures.append(f"{name}: test ELBO {elbo:.2f}, on the CPU {reference:.2f}")
            if not rehearse and not -elbo <= SMOKE10_LIMIT:
                failures.append(f"{name}: negative test ELBO {-elbo:.2f} is over {SMOKE10_LIMIT}")
        except Failed as e:
            failures.append(f"{name}: {e}")
    if failures:
        raise Failed(brief(failures), results)
    return results


def _train(stage, backend, level, *flags):
    setup = ["--data", "digits", "--hidden", "32", "--latent", "4", "--epochs", "2"] if stage.run.rehearse() else [
        "--data", "mnist", "--hidden", "400", "--latent", "20", "--epochs", "10"]
    out = stage.folder / "-".join((backend, level, *(f.strip("-").replace(",", "-") for f in flags)))
    _, output = stage.cli("train", *setup, "--backend", backend, "--fusion", level, *flags, "--seed", "42", "--quiet", "--json", "--out", _fresh(out))
    return answered(output)


def _fresh(folder):
    """The folder without the checkpoint of an earlier run that was stopped in the middle of a training."""
    for file in ("checkpoint.safetensors", "training.json"):
        (folder / file).unlink(missing_ok=True)
    return folder


def steps(stage):
    """step times of five nets at every level, by streams and graphs, JCuda and Java's FFM, cuBLAS and cuRAND, in turns"""
    rehearse, quick = stage.run.rehearse(), stage.run.quick()
    data, nets = ("digits", SMALL + ",64-32-4@iwae5:20") if rehearse else ("mnist", NETS)
    rounds, seconds = (1, 0.01) if rehearse else (7, 0.05) if quick else (31, 0.2)
    results, failures = stage.bench(lambda to: stage.java("dev.fusedvae.bench.gpu.Steps", to, data, seconds, rounds, nets, ",".join(EVERY_ENGINE + VENDOR_ENGINES)),
                                    "steps.json")
    if failures:
        raise Failed(brief(failures), results)
    return results


def ladder(stage):
    """all variants of the ops that have several, verified and timed over a sweep of shapes, with cuBLAS and the roof"""
    rehearse, quick = stage.run.rehearse(), stage.run.quick()
    shapes = [SHAPE] if rehearse else QUICK_SWEEP if quick else SWEEP
    results, failures = {"ops": {}}, []
    for op in LADDERS[:1] if rehearse else LADDERS:
        where = ["--shape", SHAPE] if rehearse else [word for shape in shapes for word in ("--time-shape", shape)]
        said = []
        found, errors = stage.bench(lambda to: said.append(stage.cli("ladder", op, *where, "--out", to, "--json")), f"ladder-{op}.json")
        results["ops"][op] = found or {"output": said[-1][1] if said else ""}
        failures += [f"{op}: {e}" for e in errors]
    if not rehearse:
        try:
            _, output = stage.command(["python3", ROOT / "bench/gpu/cublas.py", "S:128" if quick else "S:128,I:20,S:1024,big:256"])
            results["cublas"] = answered(output)
        except Failed as e:
            failures.append(f"cublas.py: {e}")
    if failures:
        raise Failed(brief(failures), results)
    return results


def ablate(stage):
    """what every fusion gains: all levels, then the highest level with one rule off at a time"""
    net = ["--data", "digits", "--hidden", "32", "--latent", "4", "--backends", "cuda"] if stage.run.rehearse() else [
        "--data", "mnist", "--hidden", "400", "--latent", "20", "--backends", "cuda"]
    results, failures = stage.bench(lambda to: stage.cli("ablate", *net, "--out", to, "--json"), "ablate.json")
    expected = ("without", "not timed") if stage.run.rehearse() else ("without",)     # a backend may lack kernels for some of the plans
    failures = [f for f in failures if not any(word in f for word in expected)]
    if failures:
        raise Failed(brief(failures), results)
    return results


def explain(stage):
    """how the time of a step divides among its calls, by device events, with their roofs"""
    rehearse, quick = stage.run.rehearse(), stage.run.quick()
    s = ["--data", "digits", "--hidden", "32", "--latent", "4"] if rehearse else ["--data", "mnist", "--hidden", "400", "--latent", "20"]
    i = ["--data", "mnist", "--hidden", "200,200", "--latent", "50", "--activation", "tanh", "--batch-size", "20"]
    big = ["--data", "mnist", "--hidden", "1024,1024", "--latent", "64", "--batch-size", "256"]
    jobs = [("S:128", level, s) for level in LEVELS]
    if not rehearse:
        iwae = [*i, "--objective", "iwae", "--samples", "50"]
        jobs += [(net, level, flags) for net, flags in (("big:256", big), ("I@iwae50:20", iwae), ("I:20", i), ("S:1024", [*s, "--batch-size", "1024"]))
                 for level in (("layer",) if quick else LEVELS)]
    results, failures = {"plans": []}, []
    for net, level, flags in jobs:
        try:
            _, output = stage.cli("explain", *flags, "--fusion", level, "--backend", "cuda", "--json", *([] if rehearse else ["--time"]))
            results["plans"].append({"net": net, "fusion": level, **answered(output)})
        except Failed as e:
            failures.append(f"{net} {level}: {e}")
    if failures:
        raise Failed(brief(failures), results)
    return results


def peers(stage):
    """the engine, PyTorch (eager, fused Adam, compile, graphs) and JAX (jit, scan) on this device, in turns"""
    if stage.run.rehearse():
        raise Skipped("PyTorch and JAX need a GPU; without one they say in one sentence: " + _refusals(stage))
    rounds = 3 if stage.run.quick() else 9
    nets = [net + ":times" if stage.run.quick() and net in TIMES_ALONE else net for net in PEER_NETS]
    modes = "torch:eager,torch:fused,torch:compile,torch:reduce,torch:graph,jax:jit,jax:scan"
    images, held_out = _images("train"), _images("t10k")
    results, failures = stage.bench(lambda to: stage.java(
        "dev.fusedvae.bench.gpu.PeerContest", to, "mnist", rounds, ",".join(nets), BEST_ENGINE, modes, stage.run.which("python3"), ROOT / "bench/peers",
        "--device", "cuda", "--images", images, "--test-images", held_out), "peers.json")
    if failures:
        raise Failed(brief(failures), results)
    return results


def _images(half):
    """The IDX file, gzip or plain, as prepare found it."""
    name = f"{half}-images-idx3-ubyte"
    found = [BUNDLE / "data/mnist" / n for n in (name + ".gz", name) if (BUNDLE / "data/mnist" / n).exists()]
    if not found:
        raise Failed(f"the bundle has neither {name}.gz nor {name}: run bench/gpu/prepare again on a machine that has MNIST")
    return found[0]


def _refusals(stage):
    """The messages of the peers without CUDA, which must be one line each."""
    said = []
    for script in ("torch_vae.py", "jax_vae.py"):
        code, output = stage.command(["python3", ROOT / "bench/peers" / script, "--device", "cuda", "step", "eager", "S", "128", "1"], check=False)
        lines = [line for line in output.splitlines() if line.strip()]
        missing = re.fullmatch(r"ModuleNotFoundError: No module named '(torch|jax|numpy)'", lines[-1] if lines else "")
        if code == 0 or (len(lines) != 1 and not missing):
            raise Failed(f"{script} --device cuda must fail with one sentence here (exit code {code}, {len(lines)} lines)")
        said.append(lines[-1])
    return "; ".join(said)


# name: function, time limit in seconds in a quick run, in a full run
STAGES = {
    "doctor": (doctor, 30, 120),
    "tests": (tests, 120, 600),
    "verify": (verify, 150, 900),
    "training": (training, 150, 600),
    "steps": (steps, 120, 600),
    "ladder": (ladder, 150, 900),
    "ablate": (ablate, 90, 300),
    "explain": (explain, 90, 300),
    "micro": (micro, 60, 120),
    "peers": (peers, 400, 1200),
    "sanitize": (sanitize, 240, 1200),
    "ncu": (ncu, 90, 300),
}
# Parts for machines on which a command may take ten minutes at most: the limits of the stages of a quick part add up to less.
PARTS = {
    "right": ["doctor", "tests", "verify", "training"],
    "fast": ["steps", "ladder", "ablate", "explain", "micro"],
    "peers": ["peers"],
    "tools": ["sanitize", "ncu"],
}
