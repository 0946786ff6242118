"""One stage of a run: its commands, its log, its time limit, its outcome."""

import json
import os
import signal
import subprocess
import time

from machine import BUNDLE, ROOT, WORK, gpu


class Failed(Exception):
    """The stage failed; `results` is what there is all the same."""

    def __init__(self, reason, results=None):
        super().__init__(reason)
        self.results = results or {}


class Skipped(Exception):
    """The stage has nothing to run on here."""


def brief(failures):
    """The first few reasons; the results and the log hold them all."""
    more = f"; and {len(failures) - 3} more" if len(failures) > 3 else ""
    return "; ".join(failures[:3]) + more


class Stage:
    """Runs commands for one stage until its limit."""

    def __init__(self, run, name, limit):
        self.run, self.name, self.limit = run, name, limit
        self.started = time.monotonic()
        self.folder = WORK / name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log = open(run.logs / f"{name}.log", "w")

    def left(self):
        return self.limit - (time.monotonic() - self.started)

    def command(self, argv, check=True, limit=None):
        """Runs one command, output to the log; gives (exit code, output). At the limit its whole process group ends."""
        argv = [str(a) for a in argv]
        self.log.write(f"\n$ {' '.join(argv)}\n")
        self.log.flush()
        start = self.log.tell()
        limit = max(1, min(self.left(), limit or self.left()))
        process = subprocess.Popen(argv, stdout=self.log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=self.run.env, cwd=ROOT,
                                   start_new_session=True)
        self.run.child = process
        try:
            code = process.wait(timeout=limit)
        except subprocess.TimeoutExpired:
            self.kill(process)
            raise Failed(f"no end after {limit:.0f} s: {' '.join(argv[-6:])}") from None
        finally:
            self.run.child = None
        self.log.flush()
        with open(self.log.name, errors="replace") as text:
            text.seek(start)
            output = text.read()
        if check and code != 0:
            said = [line for line in output.splitlines() if line.strip()]
            raise Failed(f"exit code {code}: {said[-1] if said else argv[0]}")
        return code, output

    @staticmethod
    def kill(process):
        try:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        except ProcessLookupError:
            pass

    def java(self, main, *arguments, options=(), before=(), check=True, limit=None):
        """Runs a main class of the bundle."""
        argv = [*before, self.run.java / "bin/java", "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED",
                "-Djava.awt.headless=true", f"-Dfvae.kernels={ROOT / 'kernels'}", *options, "-cp", f"{BUNDLE / 'lib'}/*", main, *arguments]
        return self.command(argv, check, limit)

    def bench(self, program, *arguments, file):
        """Runs a program of dev.fusedvae.bench.gpu; what it wrote counts also where it failed."""
        result = self.folder / file
        result.unlink(missing_ok=True)
        failure = None
        try:
            self.java(f"dev.fusedvae.bench.gpu.{program}", result, *arguments)
        except Failed as e:
            failure = str(e)
        rows = json.loads(result.read_text()) if result.exists() else {}
        errors = [f"{row['name']}: {row['error']}" for row in rows.get("rows", []) if "error" in row]
        return rows, errors or ([failure] if failure else [])


def perform(run, name, function, limit):
    """The record of one stage, whatever becomes of it."""
    record = {"name": name, "limitSeconds": round(limit), "clocksBefore": gpu()}
    stage = Stage(run, name, limit)
    try:
        results = function(stage)
        record.update(status="ok", reason=None, results=results)
    except Skipped as e:
        record.update(status="skipped", reason=str(e), results={})
    except Failed as e:
        record.update(status="failed", reason=str(e), results=e.results)
    except Exception as e:  # a fault of the harness must not cost the other stages
        record.update(status="failed", reason=f"{type(e).__name__}: {e}", results={})
    stage.log.close()
    record.update(seconds=round(time.monotonic() - stage.started, 2), clocksAfter=gpu())
    return record
