"""The machine: unpacks the bundle, gives the environment of its programs, and describes the GPU by nvidia-smi (queries only)."""

import glob
import json
import os
import platform
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BUNDLE = ROOT / "bench" / "gpu" / "bundle"
WORK = ROOT / "target" / "gpu-run"
QUERY = ["name", "driver_version", "compute_cap", "memory.total", "clocks.sm", "clocks.mem", "clocks.max.sm", "clocks.max.mem",
         "temperature.gpu", "power.draw", "utilization.gpu"]
PATIENCE, PROGRAM_PATIENCE = 30, 120     # seconds after which nvidia-smi, or another program, counts as not answering
LIBRARIES = ["libcublas.so*", "libcublasLt.so*", "libcurand.so*", "libnvrtc.so*", "libnvrtc-builtins.so*"]


def manifest():
    """The manifest of the bundle; exits if the bundle was prepared from other sources than those here."""
    file = BUNDLE / "manifest.json"
    if not file.exists():
        sys.exit("run: there is no bundle in bench/gpu/bundle: run bench/gpu/prepare on a machine with a JDK and copy the folder here")
    said = json.loads(file.read_text())
    here = subprocess.run([ROOT / "bench/gpu/digest"], capture_output=True, text=True, check=True).stdout.strip()
    if said["digest"] != here:
        sys.exit("run: the bundle was prepared from other sources than those here; run bench/gpu/prepare again")
    return said


def unpack():
    """Unpacks the Java image, once for each bundle, and returns its folder."""
    WORK.mkdir(parents=True, exist_ok=True)
    stamp, packed = WORK / "java.stamp", BUNDLE / "java.tar.xz"
    mark = f"{packed.stat().st_size} {packed.stat().st_mtime_ns}"
    if not stamp.exists() or stamp.read_text() != mark:
        shutil.rmtree(WORK / "java", ignore_errors=True)
        with tarfile.open(packed) as tar:
            tar.extractall(WORK, filter="tar")
        stamp.write_text(mark)
    return WORK / "java"


def library_folders():
    """Folders with NVIDIA's libraries: those in Python packages, then those of the toolkit."""
    folders = []
    for place in [p for p in sys.path if p] + ["/usr/local/cuda"]:
        for pattern in LIBRARIES:
            for where in ("nvidia/*/lib", "nvidia/*/lib64", "lib64"):
                folders += [os.path.dirname(f) for f in glob.glob(os.path.join(place, where, pattern))]
    return list(dict.fromkeys(folders))


def environment(rehearse):
    """The environment of all programs. A rehearsal uses the simulated device and must not find the system's Java."""
    env = {k: v for k, v in os.environ.items() if k not in ("JAVA_HOME", "FVAE_CUDA", "FVAE_BACKEND", "CLASSPATH", "JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS")}
    env["XDG_CACHE_HOME"] = str(ROOT / "target" / "cache")         # the same cache of compiled kernels as that of the tests
    env["FVAE_DATA"] = str(BUNDLE / "data")
    env["LD_LIBRARY_PATH"] = os.pathsep.join(library_folders() + [p for p in [env.get("LD_LIBRARY_PATH")] if p])
    if rehearse:
        env["FVAE_CUDA"] = "simt"
        env["PATH"] = without_java(env["PATH"])
    elif not shutil.which("nvcc", path=env["PATH"]) and os.path.exists("/usr/local/cuda/bin/nvcc"):
        env["PATH"] += os.pathsep + "/usr/local/cuda/bin"
    return env


def without_java(path):
    """The PATH without Java and Maven: a folder that holds them is replaced by a folder of links to its other programs."""
    kept = []
    for i, folder in enumerate(path.split(os.pathsep)):
        if os.path.exists(os.path.join(folder, "java")) or os.path.exists(os.path.join(folder, "mvn")):
            shadow = WORK / "path" / str(i)
            shutil.rmtree(shadow, ignore_errors=True)
            shadow.mkdir(parents=True)
            for name in os.listdir(folder):
                if not name.startswith(("java", "mvn", "jlink", "jar")):
                    os.symlink(os.path.join(folder, name), shadow / name)
            kept.append(str(shadow))
        else:
            kept.append(folder)
    return os.pathsep.join(kept)


class Silent(Exception):
    """A program that only describes the machine did not answer; this must not end a run."""


def ask(command, patience, env=None):
    try:
        return subprocess.run(command, capture_output=True, text=True, env=env, timeout=patience)
    except subprocess.TimeoutExpired:
        raise Silent(f"{Path(command[0]).name} did not answer in {patience} s") from None
    except OSError as e:
        raise Silent(f"{Path(command[0]).name} did not answer: {e.strerror or e}") from None


def gpu():
    """One value for each name in QUERY; `error` and the reason if there are none; None if nvidia-smi does not exist."""
    tool = shutil.which("nvidia-smi")
    if not tool:
        return None
    try:
        done = ask([tool, "--query-gpu=" + ",".join(QUERY), "--format=csv,noheader"], PATIENCE)
    except Silent as e:
        return {"error": str(e)}
    values = [v.strip() for v in done.stdout.splitlines()[0].split(",")] if done.returncode == 0 and done.stdout else []
    return dict(zip(QUERY, values)) if len(values) == len(QUERY) else {"error": (done.stdout + done.stderr).strip()}


def version(env, *command, line=-1):
    """One line of the output of `command`; a message if it did not answer; None if it does not exist or fails."""
    tool = shutil.which(command[0], path=env["PATH"])
    if not tool:
        return None
    try:
        done = ask([tool, *command[1:]], PROGRAM_PATIENCE, env)
    except Silent as e:
        return str(e)
    lines = done.stdout.strip().splitlines()
    return lines[line] if done.returncode == 0 and lines else None


def describe(env, java):
    cpu = [line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return {"gpu": gpu(), "nvcc": version(env, "nvcc", "--version"), "sanitizer": version(env, "compute-sanitizer", "--version"),
            "ncu": version(env, "ncu", "--version"), "torch": version(env, "python3", "-c", "import torch; print(torch.__version__)"),
            "python": platform.python_version(), "kernel": platform.release(), "cpu": cpu[0] if cpu else None, "processors": os.cpu_count(),
            "java": version(env, str(java / "bin/java"), "--version", line=0),
            "javaOnPath": shutil.which("java", path=env["PATH"]), "libraries": library_folders()}
