"""bench/gpu/run: runs one stage after the other, each with its own time limit, log and outcome."""

import argparse
import datetime
import json
import shutil
import signal
import sys
import tarfile
import time
from pathlib import Path

import machine
import stages
from digest import digest
from schema import faults
from stage import Stage, perform

QUICK_MINUTES = 9
FULL_MINUTES = 60
REHEARSAL = 6            # factor of the time limits in a rehearsal, which runs on a CPU


class Run:
    """The state that all stages share."""

    def __init__(self, options):
        self.options = options
        self.out = options.out.resolve()
        self.out.mkdir(parents=True, exist_ok=True)
        self.logs = machine.WORK / "logs"
        shutil.rmtree(self.logs, ignore_errors=True)
        self.logs.mkdir(parents=True)
        self.bench = machine.WORK / "bench"
        shutil.rmtree(self.bench, ignore_errors=True)
        self.bench.mkdir()
        self.patience = REHEARSAL if options.rehearse else 1
        self.ends = time.monotonic() + 60 * (options.minutes or self.patience * (QUICK_MINUTES if options.quick else FULL_MINUTES))
        said = {"commit": "unknown", "changed": False, "prepared": None} if options.dry else machine.manifest()
        self.results = {"schema": "fusedvae-gpu-run/1", "commit": said["commit"], "changed": said["changed"], "prepared": said["prepared"],
                        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
                        "mode": "dry" if options.dry else "rehearsal" if options.rehearse else "gpu", "quick": options.quick,
                        "command": sys.argv[1:], "machine": {}, "stages": []}
        self.children = []
        if not options.dry:
            self.java = machine.unpack()
            self.env = machine.environment(options.rehearse)
            self.results["machine"] = machine.describe(self.env, self.java)

    def rehearse(self):
        return self.options.rehearse

    def quick(self):
        return self.options.quick

    def which(self, tool):
        return shutil.which(tool, path=self.env["PATH"])

    def write(self):
        """Writes the four result files; called after every stage, so that the results so far are kept if the run is killed."""
        wrong = faults(self.results)
        if wrong:
            print("run: the results do not fit bench/gpu/harness/schema.py: " + "; ".join(wrong), file=sys.stderr)
        (self.out / "results.json").write_text(json.dumps(self.results, indent=1) + "\n")
        (self.out / "summary.txt").write_text(self.summary())
        for name, folder in (("logs", self.logs), ("bench", self.bench)):
            with tarfile.open(self.out / f"{name}.tar.gz", "w:gz") as tar:
                tar.add(folder, name)
        return not wrong

    def summary(self):
        lines = [self.line(s) for s in self.results["stages"]]
        return "\n".join([*lines, "", *digest(self.results)]) + "\n"

    @staticmethod
    def line(stage):
        return f"{stage['name']:10} {stage['status']:8} {stage['seconds']:8.1f} s  {stage['reason'] or ''}".rstrip()[:300]

    def all(self, names):
        for name in names:
            function, quick, full = stages.STAGES[name]
            left = self.ends - time.monotonic()
            print(f"run: {name}", file=sys.stderr)
            if self.options.dry or left < 5:
                reason = "dry run" if self.options.dry else "no time left"
                record = {"name": name, "status": "skipped", "reason": reason, "seconds": 0, "limitSeconds": 0, "results": {},
                          "clocksBefore": None, "clocksAfter": None}
            else:
                record = perform(self, name, function, min(left, self.patience * (quick if self.quick() else full)))
            self.results["stages"].append(record)
            fits = self.write()
            print(self.line(self.results["stages"][-1]), flush=True)
            if not fits:
                return False
        print("\n" + self.summary(), flush=True)
        return all(s["status"] in ("ok", "skipped") for s in self.results["stages"])


def parse():
    parser = argparse.ArgumentParser(prog="bench/gpu/run", description="Runs all measurements on this machine's GPU.")
    parser.add_argument("out", nargs="?", type=Path, metavar="OUT", help="folder for results.json, summary.txt, bench.tar.gz and logs.tar.gz")
    parser.add_argument("--quick", action="store_true", help="fewer repeats; under ten minutes")
    parser.add_argument("--part", choices=stages.PARTS, help="only the stages of one part, for machines on which a command may take ten minutes at most")
    parser.add_argument("--only", metavar="STAGE,...", help="only these stages, in this order")
    parser.add_argument("--minutes", type=float, help=f"end after this many minutes (default {QUICK_MINUTES} with --quick, else {FULL_MINUTES})")
    parser.add_argument("--rehearse", action="store_true", help="run on the SIMT device, without a GPU: tests the scripts, its times mean nothing")
    parser.add_argument("--dry", action="store_true", help="run no stage, write results without figures")
    parser.add_argument("--list", action="store_true", help="list the stages")
    options = parser.parse_args()
    options.stages = options.only.split(",") if options.only else stages.PARTS[options.part] if options.part else list(stages.STAGES)
    unknown = [s for s in options.stages if s not in stages.STAGES]
    if unknown:
        parser.error(f"no stage is called {', '.join(unknown)}; there are {', '.join(stages.STAGES)}")
    if not options.list and not options.out:
        parser.error("name the folder for the results")
    return options


def main():
    options = parse()
    if options.list:
        for name, (function, quick, full) in stages.STAGES.items():
            part = next(p for p, names in stages.PARTS.items() if name in names)
            print(f"{part:6} {name:10} {quick:4} s {full:4} s  {function.__doc__.splitlines()[0]}")
        return 0
    run = Run(options)

    def ended(number, frame):
        for child in list(run.children):
            Stage.kill(child)
        run.results["ended"] = f"by signal {number}"
        run.write()
        sys.exit(128 + number)

    signal.signal(signal.SIGTERM, ended)
    signal.signal(signal.SIGINT, ended)
    return 0 if run.all(options.stages) else 1


sys.exit(main())
