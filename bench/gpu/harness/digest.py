"""The important results of a run in few lines, for terminals and logs that show only the end of the output."""

from statistics import median

MOST = 10_000               # characters, without the lines of the stages' outcomes
SHARE = {"ladder": 3200, "steps": 2600, "training": 1500, "verify": 1300, "peers": 1800, "explain": 1800}


def digest(results):
    lines, left = [], MOST
    for stage in results["stages"]:
        show = SHOW.get(stage["name"])
        if show and stage["results"]:
            try:
                said = list(show(stage["results"]))
            except (KeyError, TypeError, ValueError, IndexError) as e:      # an incomplete result must not prevent the rest
                said = [f"cannot be summarized: {type(e).__name__}: {e}"]
            text = [f"== {stage['name']}", *said]
            budget = min(left, SHARE.get(stage["name"], 900))
            while text and sum(len(line) + 1 for line in text) > budget:
                text.pop()
            if len(text) < len(said) + 1:
                text.append(f"… {len(said) + 1 - len(text)} more lines; see results.json")
            lines += text
            left -= sum(len(line) + 1 for line in text)
    return lines


def doctor(r):
    for key, value in r["doctor"].items():
        if any(word in key.lower() for word in ("cuda", "cublas", "curand", "nvrtc", "nvcc", "kernel")):
            yield f"{key}: {value}"[:160]


def tests(r):
    yield f"{r['passed']} passed, {r['failed']} failed, {r['skipped']} skipped"
    for t in r["tests"]:
        if t["status"] != "passed":
            yield f"{t['status']} {t['test']}: {t.get('reason') or ''}"[:200]


def verify(r):
    ops = sorted(r["ops"], key=lambda o: -(o["worst"] or 0))
    yield f"{len(ops)} variants, {sum(o['passed'] for o in ops)} pass; largest error / tolerance (largest first; all variants on tensor cores):"
    yield ", ".join(f"{o['op']} {o['worst']}"[:70] if o["worst"] is None else f"{o['op']} {o['worst']:.2f}"
                    for i, o in enumerate(ops) if i < 8 or "tensor" in o["op"])
    for o in ops:
        for d in o["defects"][:2]:
            yield f"FAIL {o['op']} {d['guard']} {d['shape']}: {d['what']}"[:220]


def training(r):
    for key in ("losses", "lossesOfNets"):
        rows = [x for x in r.get(key, {}).get("rows", []) if "worstRelativeError" in x]
        if rows:
            worst = max(rows, key=lambda x: x["worstRelativeError"])
            yield f"{len(rows)} engines, relative difference to the CPU's losses at most {worst['worstRelativeError']:.1e} ({worst['name']})"
        yield from (f"FAIL {x['name']}: {x['error']}"[:160] for x in r.get(key, {}).get("rows", []) if "error" in x)
    for t in r["trainings"]:
        yield f"{t['fusion']} {t['flags']}: test ELBO {t['test']['elbo']:.2f}, {t['secondsPerEpoch']:.4f} s per epoch"


def steps(r):
    for row in r["rows"]:
        yield f"{row['name']}, {row['unit']} per step:"
        medians = [(s["who"], s["median"]) for s in row["series"] if "median" in s]
        yield "  " + ", ".join(f"{who} {m:.1f}" for who, m in medians)
        yield from (f"  FAIL {s['who']}: {s['ran']}"[:160] for s in row["series"] if "median" not in s)


def ladder(r):
    for op, found in r["ops"].items():
        for row in found.get("rows", []):
            best = min((s for s in row["series"] if s["who"] != "cublas"), key=lambda s: s["median"])
            all_of = ", ".join(f"{s['who']} {s['median']:.2f}" for s in row["series"])
            yield f"{op} {row['name'].replace(op + ' ', '')}: {all_of} µs -> {best['who']}"


def ablate(r):
    for row in r["rows"]:
        for s in row["series"]:
            if "median" in s and row.get("facts", {}).get("kind") == "step":
                yield f"{row['name']}: {s['median']:.1f} µs"


def explain(r):
    for plan in r["plans"]:
        if "time" not in plan:
            continue
        time = plan["time"]
        yield (f"{plan['net']} {plan['fusion']}: {plan['launches']} launches, {time['stepNanos'] / 1e3:.1f} µs, waiting {time['waitingNanos'] / 1e3:.1f}; roofs "
               f"{time['roofs']['flopsPerSecond'] / 1e12:.1f} TFLOP/s {time['roofs']['bytesPerSecond'] / 1e12:.2f} TB/s")
        if plan["fusion"] == "layer":
            yield "  " + "; ".join(f"{c['title'][:60]} {c['nanos'] / 1e3:.1f} µs ({100 * c['roofShare']:.0f} %)" for c in time["calls"])


def micro(r):
    if r.get("cuda"):
        yield ", ".join(f"{k} {v:g}" for k, v in r["cuda"].items())
    yield from steps(r["java"])


def peers(r):
    for row in r["rows"]:
        yield f"{row['name']}, µs per step: " + ", ".join(f"{s['who']} {1e3 * s['median']:.1f}" for s in row["series"] if "median" in s)
        yield from (f"  FAIL {s['who']}: {s['ran']}"[:200] for s in row["series"] if "median" not in s)
        yield f"  {ratio(row)}"[:200]


def ratio(row):
    """The median over the turns of (time of the fastest peer / time of the engine), as in PeerTable; or why there is none."""
    if "noRatio" in row.get("facts", {}):
        return f"no ratio: {row['facts']['noRatio']}"
    timed = {s["who"]: s for s in row["series"] if s.get("samples")}
    ours = timed.pop("fusedvae", None)
    if not ours or not timed:
        return "no ratio: the engine or all peers have no times"
    fastest = min(timed.values(), key=lambda s: s["median"])
    return f"fastest peer / ours: {median(b / a for a, b in zip(ours['samples'], fastest['samples'])):.2f} ({fastest['who']})"


def sanitize(r):
    yield "planted: " + ", ".join(f"{k} {v}" for k, v in r["planted"].items())
    yield "; ".join(f"{x['tool']} {x['what']}: {x['errors']}" for x in r["runs"])


def ncu(r):
    for level, rows in r.items():
        yield level + ": " + "; ".join(f"{x['kernel'][:40]} {x.get('gpu__time_duration.sum', '?')}, {x.get('launch__registers_per_thread', '?')}" for x in rows[:15])


SHOW = {name: globals()[name] for name in ("doctor", "tests", "verify", "training", "steps", "ladder", "ablate", "explain", "micro", "peers", "sanitize", "ncu")}
