"""Stages made of NVIDIA's tools: microbenchmarks by nvcc, compute-sanitizer, ncu."""

import csv
import json
import re

from machine import ROOT
from stage import Failed, Skipped, brief

METRICS = ("gpu__time_duration.sum", "dram__bytes_read.sum", "dram__bytes_write.sum", "sm__throughput.avg.pct_of_peak_sustained_elapsed",
           "launch__registers_per_thread", "launch__grid_size", "smsp__warps_active.avg.pct_of_peak_sustained_active")
TOOLS = ("memcheck", "racecheck", "synccheck")


def need(stage, tool):
    """The program's path; without it the stage fails, or is skipped in a rehearsal."""
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
    """launches, graph nodes, grid barriers, bandwidth, arithmetic: by CUDA C++, and launches through Java"""
    engines = ",".join(f"none/stream/{launcher}" for launcher in ("jcuda", "ffm"))
    rounds = 1 if stage.run.rehearse() else 31
    launches, failures = stage.bench("Epochs", "digits", rounds, "64-16-4:8", engines, file="launches.json")
    results = {"java": launches, "cuda": None}
    if stage.run.rehearse():
        results["note"] = "micro.cu needs a GPU"
    else:
        _, output = stage.command([built(stage)])
        results["cuda"] = json.loads(output.strip().splitlines()[-1])
    if failures:
        raise Failed(brief(failures), results)
    return results


def found(tool, output):
    """How many errors and hazards compute-sanitizer reports; refused where it reports nothing at all."""
    counts = [int(n) for n in re.findall(r"ERROR SUMMARY: (\d+) error", output)]
    counts += [int(n) for n in re.findall(r"RACECHECK SUMMARY: (\d+) hazard", output)]
    if not counts:
        raise Failed(f"{tool} printed no summary")
    return sum(counts)


def sanitize(stage):
    """compute-sanitizer over a short training, after it has found two planted faults"""
    tool = need(stage, "compute-sanitizer")
    binary = built(stage)
    results = {"planted": {}, "runs": []}
    for check, fault in (("memcheck", "out-of-bounds"), ("racecheck", "race")):
        results["planted"][fault] = found(check, stage.command([tool, "--tool", check, binary, "--plant", fault], check=False, limit=60)[1])
    blind = [fault for fault, count in results["planted"].items() if count == 0]
    failures = [f"the planted {fault} was not found" for fault in blind]
    levels = ("epilogue", "layer") if stage.run.quick() else ("none", "epilogue", "layer")
    for check in TOOLS[:2] if stage.run.quick() else TOOLS:
        for level in levels:
            try:
                code, output = stage.java("dev.fusedvae.cli.Main", "train", "--data", "digits", "--hidden", "32", "--latent", "4", "--epochs", "1",
                                          "--backend", "cuda", "--fusion", level, "--quiet", "--out", stage.folder / f"{check}-{level}",
                                          before=[tool, "--tool", check, "--target-processes", "all", "--print-limit", "20"], check=False)
                errors = found(check, output)
                results["runs"].append({"tool": check, "fusion": level, "errors": errors, "exit": code})
                if errors or code:
                    failures.append(f"{check} at {level}: {errors} errors, exit code {code}")
            except Failed as e:
                failures.append(f"{check} at {level}: {e}")
    if failures:
        raise Failed(brief(failures), results)
    return results


def ncu(stage):
    """hardware counters of the kernels of S at epilogue and layer; the clocks stay as they are"""
    tool = need(stage, "ncu")
    results, failures = {}, []
    for level in ("epilogue", "layer"):
        try:
            out = stage.folder / f"{level}.json"
            _, output = stage.java("dev.fusedvae.bench.gpu.Losses", out, "mnist", "S:128", 2, f"{level}/stream/jcuda", check=False, before=[
                tool, "--clock-control", "none", "--target-processes", "all", "--csv", "--metrics", ",".join(METRICS), "--launch-count", "40"])
            results[level] = kernels(output)
        except Failed as e:
            failures.append(f"{level}: {e}")
    if failures:
        raise Failed(brief(failures), results)
    return results


def kernels(output):
    """One row a launch, from ncu's CSV of one row a metric."""
    lines = [line for line in output.splitlines() if line.startswith('"')]
    if not lines:
        said = [line for line in output.splitlines() if "ERROR" in line]
        raise Failed(said[0] if said else "ncu printed no table")
    rows = {}
    for row in csv.DictReader(lines):
        launch = rows.setdefault(row["ID"], {"kernel": row["Kernel Name"]})
        launch[row["Metric Name"]] = f"{row['Metric Value']} {row['Metric Unit']}".strip()
    return list(rows.values())
