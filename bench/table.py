#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our figures beside the peers', from one run on one machine. Standard library alone; the peers run in processes of their own.

Ours and the peer's take turns, task by task and round by round, so that a machine that drifts drifts for both. Every figure is
the median over the rounds, after one that isn't counted. docs/performance.md says what is compared.
"""
import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
GFLOP = {"clip1": 128.5, "ecg1": 9.5, "ecg16": 16 * 9.5}
NETWORKS = [("clip1", "echo clip, float32", 1.7), ("ecg1", "ECG, batch of 1", 1.4), ("ecg16", "ECG, batch of 16", 2.0)]
PREPARATION = [("ecg_prep", "ECG preprocessing, 12 x 5000", 50.0), ("clip60", "DICOM clip to tensor, 60 x 800x600", 4.0),
               ("clip", "DICOM clip to tensor, {clip}", 4.0)]

# Ours alone: no peer does the same. Milliseconds that are asked for.
ALONE = [("ecg_measure", "ECG measurements, 12 x 5000", 30.0), ("ecg_gate", "ECG quality gate, 12 x 5000", 20.0)]


EVALUATION = [("bootstrap", "AUROC, 1,000 resamples of 10,000 x 3", 1.0), ("retrieval", "retrieval, 4,000 x 4,000, both directions", 1.0)]


class Side:
    """One process that answers names of tasks with times."""

    def __init__(self, label, command, env=None):
        self.label, self.times, self.checks, self.errors = label, {}, {}, {}
        self.process = subprocess.Popen([str(part) for part in command], env=env, text=True, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def do(self, task, counts=True):
        if task in self.errors:
            return
        try:
            self.process.stdin.write(task + "\n")
            self.process.stdin.flush()
            answer = json.loads(self.process.stdout.readline())
        except (OSError, ValueError):
            answer = {"error": f"{self.label} ended"}
        if "error" in answer:
            self.errors[task] = answer["error"]
        elif counts:
            self.times.setdefault(task, []).append(answer["ms"])
            self.checks[task] = answer["check"]

    def median(self, task):
        return statistics.median(self.times[task]) if self.times.get(task) else None

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def processor():
    """(name, flags, real cores): two hardware threads of one core count once, as in our own choice of threads."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return "unknown processor", "", os.cpu_count() or 1
    facts = dict(reversed([[part.strip() for part in line.split(":", 1)] for line in lines if ":" in line]))
    cores = set()
    for cpu in os.sched_getaffinity(0):
        try:
            folder = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology")
            cores.add(((folder / "physical_package_id").read_text(), (folder / "core_id").read_text()))
        except OSError:
            cores.add(cpu)
    return facts.get("model name", "unknown processor"), facts.get("flags", ""), len(cores)


def busy_seconds():
    """Processor seconds that all programs have used since the start of the machine; None where that isn't told."""
    try:
        fields = [int(part) for part in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
        return (sum(fields) - fields[3] - fields[4]) / os.sysconf("SC_CLK_TCK")  # all but idle and waiting
    except (OSError, ValueError, IndexError):
        return None


def importable(python, modules):
    """The first of the modules that this Python lacks, or None."""
    if not shutil.which(python):
        return modules[0]
    for module in modules:
        run = subprocess.run([python, "-c", f"import {module}"], capture_output=True)
        if run.returncode:
            return module
    return None


def best_environment(python, flags, cores):
    """The environment in which the peer's matrix products are right and fastest, and words about it."""
    base = dict(os.environ)
    openmp = sorted(Path("/usr/lib").glob("*/openblas-openmp"))
    if openmp:
        base["LD_LIBRARY_PATH"] = ":".join(filter(None, (str(openmp[0]), base.get("LD_LIBRARY_PATH"))))
    variables = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
    plain = {k: v for k, v in base.items() if k not in variables}
    tries = [("its own choice", plain)]
    if any(name in base for name in variables):
        tries.append((" ".join(f"{n}={base[n]}" for n in variables if n in base), base))
    if "avx2" in flags:
        tries += [(f"OPENBLAS_CORETYPE={kernel}", {**plain, "OPENBLAS_CORETYPE": kernel}) for kernel in ("Haswell", "Zen")]
    found, words = None, []
    for label, env in tries:
        run = subprocess.run([python, HERE / "peers/networks.py", "blas", str(cores)], env=env, capture_output=True, text=True)
        if run.returncode:
            words.append(f"{label}: failed")
            continue
        facts = json.loads(run.stdout)
        words.append(f"{label}: kernel {facts['kernel']}, {facts['gflops']:.0f} GFLOP/s" + ("" if facts["right"] else ", WRONG"))
        # Another choice must be clearly faster than the first one that is right.
        if facts["right"] and (not found or facts["gflops"] > 1.05 * found[0]):
            found = facts["gflops"], label, env, facts
    if not found:
        return base, ["the peer's matrix products are wrong with every kernel"]
    return found[2], words + [f"taken: {found[1]} ({found[3]['library']})"]


def take_turns(sides, tasks, rounds, floor):
    for task in tasks:
        for side in sides:
            side.do(task, counts=False)
    for turn in range(rounds):
        for task in tasks:
            for side in sides if turn % 2 == 0 else reversed(sides):
                time.sleep(0.02)  # threads of the last side that still spin for work go to sleep
                side.do(task)
        if floor:
            for side in sides:
                if not side.label.startswith("stock"):
                    side.do("floor")


def text(ms):
    return "-" if ms is None else f"{ms:.2f} ms" if ms < 10 else f"{ms:.1f} ms" if ms < 100 else f"{ms:.0f} ms"


def print_rows(rows, ours, peers, missing, rate, clip_name=""):
    """peers: the sides that are compared with ours; the faster one counts."""
    for task, what, asked in rows:
        mine = ours.median(task)
        theirs = [(peer.median(task), peer) for peer in peers if peer.median(task) is not None]
        best = min(theirs, key=lambda pair: pair[0]) if theirs else None
        floor = f"{1000 * GFLOP[task] / rate:.0f} ms" if rate and task in GFLOP else ""
        if best and mine:
            ratio = best[0] / mine
            figures = f"{text(best[0]):>10}  {ratio:6.2f}x  {asked:4.1f}x  {'yes' if ratio >= asked else 'NO':>7}"
        else:
            why = missing or (peers[0].errors.get(task, "no figure") if peers else "no peer")
            figures = f"{why[:24]:>24}  {asked:4.1f}x  {'unknown':>7}" if mine else f"{'':>10}  {'':>7}  {asked:4.1f}x  {'unknown':>7}"
        print(f"{what.format(clip=clip_name):<42} {text(mine):>10}  {figures}  {floor:>7}")
        if task in ours.errors:
            print(f"    ours failed: {ours.errors[task]}")
        if len(theirs) > 1:
            print("    " + "; ".join(f"{peer.label}: {text(ms)}" for ms, peer in theirs))


def print_alone(rows, ours):
    for task, what, asked in rows:
        mine = ours.median(task)
        met = "unknown" if mine is None else "yes" if mine <= asked else "NO"
        print(f"{what:<42} {text(mine):>10}  {'no peer':>10}  {'':>7}  {f'{asked:.0f} ms':>5}  {met:>7}")
        if task in ours.errors:
            print(f"    ours failed: {ours.errors[task]}")


def networks(arguments, notes, flags, cores):
    ours = Side("ours", [arguments.bin / "e2e_bench_nn_lines"])
    lacking = importable(arguments.python, ["torch", "torchvision"])
    sides, missing = [ours], "peer not installed" if lacking else None
    if lacking:
        notes.append(f"networks: {arguments.python} has no {lacking} (Debian: python3-{lacking})")
    else:
        env, words = best_environment(arguments.python, flags, cores)
        notes += ["the peer's OpenBLAS  " + "; ".join(words)]
        peer = HERE / "peers/networks.py"
        sides += [Side(f"{cores} ATen threads, OpenBLAS with OpenMP", [arguments.python, peer, "lines", cores], env),
                  Side("stock settings", [arguments.python, peer, "lines"])]
    take_turns(sides, [row[0] for row in NETWORKS], arguments.rounds, floor=True)
    rates = {side.label: side.checks["floor"] / side.median("floor") * 1000 for side in sides if side.median("floor")}
    rate = max(rates.values(), default=None)
    if rate:
        notes.append("the machine's own matrix products (1536 cubed, every core): " +
                     "; ".join(f"{value:.0f} GFLOP/s ({label})" for label, value in rates.items()) +
                     "; floor = FLOPs of the network / the best of them")
    print_rows(NETWORKS, ours, sides[1:], missing, rate)
    for side in sides:
        side.end()


def preparation(arguments, notes):
    subprocess.run([arguments.bin / "e2e_bench_prep", "make", arguments.out], check=True)
    clip = arguments.clip if arguments.clip and arguments.clip.exists() else None
    rows = PREPARATION if clip else PREPARATION[:-1]
    others = [clip] if clip else []
    ours = Side("ours", [arguments.bin / "e2e_bench_prep", "lines", arguments.out, *others])
    sides = [ours]
    lacking = importable(arguments.python, ["numpy", "scipy", "pydicom", "PIL", "cv2"])
    if lacking:
        notes.append(f"preprocessing: {arguments.python} has no {lacking}")
    else:
        sides.append(Side("peer", [arguments.python, HERE / "peers/preparation.py", arguments.out, *others]))
    take_turns(sides, [row[0] for row in rows], arguments.rounds, floor=False)
    take_turns([ours], [row[0] for row in ALONE], arguments.rounds, floor=False)
    print_rows(rows, ours, sides[1:], "peer not installed" if lacking else None, None, clip.name if clip else "")
    print_alone(ALONE, ours)
    if not lacking and "ecg_prep" in ours.checks and "ecg_prep" in sides[1].checks:
        a, b = ours.checks["ecg_prep"], sides[1].checks["ecg_prep"]
        notes.append(f"both made the same ECG: second moments differ by {abs(a - b) / abs(b):.1e}"
                     if abs(a - b) <= 1e-5 * abs(b) else f"THE ECGs DIFFER: {a} here, {b} there")
    for side in sides:
        side.end()


def evaluation(arguments, notes):
    subprocess.run([arguments.bin / "e2e_bench_evaluation", "make", arguments.out], check=True)
    sides = [Side("ours", [arguments.bin / "e2e_bench_evaluation", "lines", arguments.out])]
    lacking = importable(arguments.python, ["numpy"])
    if not lacking:
        sides.append(Side("peer", [arguments.python, HERE / "peers/evaluation.py", arguments.out]))
    take_turns(sides, [row[0] for row in EVALUATION], arguments.rounds, floor=False)
    print_rows(EVALUATION, sides[0], sides[1:], "peer not installed" if lacking else None, None)
    for task, what, allowed in (("bootstrap", "width of the interval", 0.15), ("retrieval", "mean average precision", 1e-4)):
        if not lacking and task in sides[0].checks and task in sides[1].checks:
            a, b = sides[0].checks[task], sides[1].checks[task]
            notes.append(f"{what}: {a:.6g} here, {b:.6g} there" + ("" if abs(a - b) <= allowed * abs(b) else ": THEY DIFFER"))
    for side in sides:
        side.end()


def profile_peer(arguments):
    """The peer's own profile, in its best configuration."""
    _, flags, cores = processor()
    lacking = importable(arguments.python, ["torch", "torchvision"])
    if lacking:
        print(f"peer not installed: {arguments.python} has no {lacking}")
        return 0
    env, words = best_environment(arguments.python, flags, cores)
    print(f"the peer, {words[-1]}", flush=True)
    return subprocess.run([arguments.python, HERE / "peers/networks.py", "profile", str(cores)], env=env).returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=Path, required=True, help="folder of the built benchmarks")
    parser.add_argument("--out", type=Path, default=Path("out/bench"), help="where made inputs are kept")
    parser.add_argument("--python", default=os.environ.get("E2E_PEER_PYTHON", "/usr/bin/python3"), help="the peers' Python")
    parser.add_argument("--clip", type=Path, help="one more DICOM clip")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=["networks", "preparation", "evaluation", "profile"])
    arguments = parser.parse_args()

    if arguments.only == "profile":
        return profile_peer(arguments)
    notes = []
    start, busy = time.perf_counter(), busy_seconds()
    cpu, flags, cores = processor()
    print(f"{cpu}, {cores} cores; medians of {arguments.rounds} rounds, ours and the peer's in turn")
    print(f"{'':<42} {'ours':>10}  {'peer':>10}  {'ratio':>7}  {'asked':>5}  {'reached':>7}  {'floor':>7}")
    if arguments.only in (None, "networks"):
        networks(arguments, notes, flags, cores)
    if arguments.only in (None, "preparation"):
        preparation(arguments, notes)
    if arguments.only in (None, "evaluation"):
        evaluation(arguments, notes)
    tell(notes, start, busy)
    return 0


def tell(notes, start, busy):
    """Prints the notes and what other programs took since `start`, when the processor had been busy for `busy` seconds. Children must have ended."""
    if busy is not None:
        children, own = resource.getrusage(resource.RUSAGE_CHILDREN), resource.getrusage(resource.RUSAGE_SELF)
        others = busy_seconds() - busy - sum(use.ru_utime + use.ru_stime for use in (children, own))
        share = 100 * max(0.0, others) / ((time.perf_counter() - start) * (os.cpu_count() or 1))
        notes.append(f"other programs took {share:.0f} % of the processor meanwhile" +
                     (": THE FIGURES ARE DISTURBED, above all those of threads that wait for each other" if share > 10 else ""))
    for note in notes:
        print("  " + note)


if __name__ == "__main__":
    sys.exit(main())
