"""One stage of a run: its commands, its log, its time limit, its outcome."""

import json
import os
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor, as_completed

from machine import BUNDLE, ROOT, WORK, gpu


class Failed(Exception):
    """The stage failed; `results` are the results that it has nevertheless."""

    def __init__(self, reason, results=None):
        super().__init__(reason)
        self.results = results or {}


class Skipped(Exception):
    """The stage cannot run on this machine."""


def brief(failures):
    """The first few reasons; the results and the log have all of them."""
    more = f"; and {len(failures) - 3} more" if len(failures) > 3 else ""
    return "; ".join(failures[:3]) + more


def answered(output):
    """The JSON object in the output of a command: from the first "{" at the end of a line, else the last line."""
    lines = output.strip().splitlines() or [""]
    text = output[output.index("{\n"):output.rfind("}") + 1] if "{\n" in output else lines[-1]
    try:
        return json.loads(text)
    except ValueError:
        raise Failed(f"printed no JSON that can be read; its last line is: {lines[-1][:120]}") from None


class Stage:
    """Runs the commands of one stage, within its time limit."""

    def __init__(self, run, name, limit):
        self.run, self.name, self.limit = run, name, limit
        self.started = time.monotonic()
        self.folder = WORK / name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log = open(run.logs / f"{name}.log", "w")

    def left(self):
        return self.limit - (time.monotonic() - self.started)

    def command(self, argv, check=True, limit=None):
        """Runs one command with its output in the log, and returns (exit code, output). At the limit its whole process group is
        killed."""
        argv = [str(a) for a in argv]
        self.log.write(f"\n$ {' '.join(argv)}\n")
        self.log.flush()
        start = self.log.tell()
        limit = max(1, min(self.left(), limit or self.left()))
        process = subprocess.Popen(argv, stdout=self.log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=self.run.env, cwd=ROOT,
                                   start_new_session=True)
        self.run.children.append(process)
        try:
            code = process.wait(timeout=limit)
        except subprocess.TimeoutExpired:
            self.kill(process)
            raise Failed(f"still running after {limit:.0f} s: {' '.join(argv[-6:])}") from None
        finally:
            self.run.children.remove(process)
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
        return self.command(self.argv(main, *arguments, options=options, before=before), check, limit)

    def argv(self, main, *arguments, options=(), before=()):
        return [str(a) for a in (*before, self.run.java / "bin/java", "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED",
                                 "-Djava.awt.headless=true", f"-Dfvae.kernels={ROOT / 'kernels'}", *options, "-cp", f"{BUNDLE / 'lib'}/*", main, *arguments)]

    def report(self, program, *arguments, file):
        """Runs a program of dev.fusedvae.bench.gpu that writes rows and judges them; its rows are used even if it fails."""
        rows, failure = self.written(lambda result: self.java(f"dev.fusedvae.bench.gpu.{program}", result, *arguments), file)
        errors = [f"{row['name']}: {row['error']}" for row in rows.get("rows", []) if "error" in row]
        return rows, errors or ([failure] if failure else [])

    def bench(self, work, file):
        """Runs work(path), which writes a results file of dev.fusedvae.lab.BenchResults to path, and keeps it for bench.tar.gz."""
        results, failure = self.written(work, file)
        if results:
            said = self.run.results
            results["environment"]["commit"] = said["commit"] + ("+" if said["changed"] else "")
            results["environment"]["driver"] = (gpu() or {}).get("driver_version", "none")
            (self.run.bench / file).write_text(json.dumps(results, indent=1) + "\n")
        errors = [f"{row['name']}, {s['who']}: {s['ran']}" for row in results.get("rows", []) for s in row["series"] if "samples" not in s]
        return results, errors or ([failure] if failure else [])

    def written(self, work, file):
        """Runs work(path); returns what it wrote to path, and the reason if it failed."""
        result = self.folder / file
        result.unlink(missing_ok=True)
        failure = None
        try:
            work(result)
        except Failed as e:
            failure = str(e)
        return json.loads(result.read_text()) if result.exists() else {}, failure

    def cli(self, *arguments, **options):
        """Runs the command line of the bundle."""
        return self.java("dev.fusedvae.cli.Main", *arguments, **options)

    def together(self, jobs, workers):
        """Runs several commands of the command line at the same time, each with its own log; yields (arguments, exit code or None,
        output) in the order in which they end."""
        def one(number, arguments):
            log = self.run.logs / f"{self.name}-{number}.log"
            with open(log, "w") as file:
                process = subprocess.Popen(self.argv("dev.fusedvae.cli.Main", *arguments), stdout=file, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                           env=self.run.env, cwd=ROOT, start_new_session=True)
                self.run.children.append(process)
                try:
                    code = process.wait(timeout=max(1, self.left()))
                except subprocess.TimeoutExpired:
                    self.kill(process)
                    code = None
                self.run.children.remove(process)
            return arguments, code, log.read_text(errors="replace")
        with ThreadPoolExecutor(workers) as pool:
            yield from (f.result() for f in as_completed([pool.submit(one, i, a) for i, a in enumerate(jobs)]))


def perform(run, name, function, limit):
    """Runs one stage and returns its record, whether it succeeds or not."""
    record = {"name": name, "limitSeconds": round(limit), "clocksBefore": gpu()}
    stage = Stage(run, name, limit)
    try:
        results = function(stage)
        record.update(status="ok", reason=None, results=results)
    except Skipped as e:
        record.update(status="skipped", reason=str(e), results={})
    except Failed as e:
        record.update(status="failed", reason=str(e), results=e.results)
    except Exception as e:  # an error in the harness must not prevent the other stages
        record.update(status="failed", reason=f"{type(e).__name__}: {e}", results={})
    stage.log.close()
    record.update(seconds=round(time.monotonic() - stage.started, 2), clocksAfter=gpu())
    return record
