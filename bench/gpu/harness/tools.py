"""Stages that use NVIDIA's tools: microbenchmarks compiled by nvcc, compute-sanitizer, ncu."""

import csv
import re

from machine import ROOT
from stage import Failed, Skipped, answered, brief

METRICS = ("gpu__time_duration.sum", "dram__bytes_read.sum", "dram__bytes_write.sum", "sm__throughput.avg.pct_of_peak_sustained_elapsed",
           "launch__registers_per_thread", "launch__grid_size", "smsp__warps_active.avg.pct_of_peak_sustained_active")
TOOLS = ("memcheck", "racecheck", "initcheck", "synccheck")


def need(stage, tool):
    """The path of the program; if it does not exist, the stage fails, or is skipped in a rehearsal."""
    found = stage.run.which(tool)
    if stage.run.rehearse():
        raise Skipped(f"{tool} needs a GPU")
    if not found:
        raise Failed(f"{tool} is not on the PATH; install it")
    return found


def built(stage):
    binary = stage.folder / "micro"
    stage.command([need(stage, "nvcc"), "-O3", "-std=c++17", "-arch=native", "-lineinfo", "-o", binary, ROOT / "bench/gpu/micro.cu"], limit=60)
    return binary


def micro(stage):
    """launches, graph nodes, grid barriers, bandwidth and arithmetic in CUDA C++, and launches from Java"""
    rehearse = stage.run.rehearse()
    engines = ",".join(f"none/stream/{launcher}" for launcher in ("jcuda", "ffm"))
    launches, failures = stage.bench(lambda to: stage.java("dev.fusedvae.bench.gpu.Steps", to, "digits", 0.01 if rehearse else 0.1, 1 if rehearse else 31,
                                                           "64-16-4:8", engines), "launches.json")
    results = {"java": launches, "cuda": None}
    if rehearse:
        results["note"] = "micro.cu needs a GPU; " + compiled(stage)
    else:
        try:
            results["cuda"] = answered(stage.command([built(stage)])[1])
        except Failed as e:
            failures.append(f"micro.cu: {e}")
    if failures:
        raise Failed(brief(failures), results)
    return results


def compiled(stage):
    """Without a GPU the file must at least compile, if there is a compiler."""
    nvcc = stage.run.which("nvcc")
    if not nvcc:
        return "nvcc is not here to compile it"
    stage.command([nvcc, "-std=c++17", "-arch=sm_90", "-ptx", "-o", stage.folder / "micro.ptx", ROOT / "bench/gpu/micro.cu"])
    return "it compiles for sm_90"


def found(tool, output):
    """The number of errors and hazards that compute-sanitizer reports; it is a failure if there is no summary."""
    counts = [int(n) for n in re.findall(r"ERROR SUMMARY: (\d+) error", output)]
    counts += [int(n) for n in re.findall(r"RACECHECK SUMMARY: (\d+) hazard", output)]
    if not counts:
        raise Failed(f"{tool} printed no summary")
    return sum(counts)


def sanitize(stage):
    """compute-sanitizer on short trainings, after it has found two planted faults"""
    tool = need(stage, "compute-sanitizer")
    binary = built(stage)
    results = {"planted": {}, "runs": []}
    for check, fault in (("memcheck", "out-of-bounds"), ("racecheck", "race")):
        results["planted"][fault] = found(check, stage.command([tool, "--tool", check, binary, "--plant", fault], check=False, limit=60)[1])
    blind = [fault for fault, count in results["planted"].items() if count == 0]
    failures = [f"the planted {fault} was not found" for fault in blind]
    for check, what, arguments in checks(stage):
        try:
            code, output = stage.cli(*arguments, before=[tool, "--tool", check, "--target-processes", "all", "--print-limit", "20"], check=False)
            errors = found(check, output)
            results["runs"].append({"tool": check, "what": what, "errors": errors, "exit": code})
            if errors or code:
                failures.append(f"{check}, {what}: {errors} errors, exit code {code}")
        except Failed as e:
            failures.append(f"{check}, {what}: {e}")
    if failures:
        raise Failed(brief(failures), results)
    return results


def checks(stage):
    """(tool, what, command line): first variants that no plan chooses by itself, then trainings; those most likely to find a fault
    come first."""
    for op in ("linear_bias_act", "linear_backward_data_act", "linear_backward_weight_bias", "output_likelihood"):
        for check in TOOLS[:2]:
            yield check, f"verify {op}", ["verify", op, "--backend", "cuda", "--shape", "65of70x132-68-33-68-132"]
    for level in ("layer", "epilogue") if stage.run.quick() else ("layer", "epilogue", "none"):
        for check in TOOLS[:3] if stage.run.quick() else TOOLS:
            yield check, f"train {level}", ["train", "--data", "digits", "--hidden", "32", "--latent", "4", "--epochs", "1", "--backend", "cuda",
                                            "--fusion", level, "--quiet", "--out", stage.folder / f"{check}-{level}"]


def ncu(stage):
    """hardware counters of the kernels of net S at epilogue and layer; the clocks of the GPU are not changed"""
    tool = need(stage, "ncu")
    results, failures = {}, []
    for level in ("epilogue", "layer"):
        try:
            out = stage.folder / f"{level}.json"
            _, output = stage.java("dev.fusedvae.bench.gpu.Losses", out, "mnist", 2, "S:128", f"{level}/stream/jcuda", check=False, before=[
                tool, "--clock-control", "none", "--target-processes", "all", "--csv", "--metrics", ",".join(METRICS), "--launch-count", "40"])
            results[level] = kernels(output)
        except Failed as e:
            failures.append(f"{level}: {e}")
    if failures:
        raise Failed(brief(failures), results)
    return results


def kernels(output):
    """One row per launch, from the CSV of ncu, which has one row per metric."""
    lines = [line for line in output.splitlines() if line.startswith('"')]
    if not lines:
        said = [line for line in output.splitlines() if "ERROR" in line]
        raise Failed(said[0] if said else "ncu printed no table")
    rows = {}
    for row in csv.DictReader(lines):
        launch = rows.setdefault(row["ID"], {"kernel": row["Kernel Name"]})
        launch[row["Metric Name"]] = f"{row['Metric Value']} {row['Metric Unit']}".strip()
    return list(rows.values())
