#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Peak memory of embedding a study of 128 clips with a bundle of the published size (random weights), minus the weights."""
import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

ASKED = 2 * 1024  # MiB above the weights


def run(command):
    """(peak resident MiB, wall seconds, processor seconds) of one command; the output of --json, parsed."""
    start = time.perf_counter()
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, text=True)
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status):
        sys.exit(f"{command[0]} ended with {os.waitstatus_to_exitcode(status)}: {said[:500]}")
    return usage.ru_maxrss / 1024, wall, usage.ru_utime + usage.ru_stime, said


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=Path, required=True, help="folder of the built programs")
    parser.add_argument("--out", type=Path, default=Path("out/bench"), help="where made inputs are kept")
    parser.add_argument("--clips", type=int, default=128)
    arguments = parser.parse_args()

    program = arguments.bin / "echo2ecg"
    study, bundle = arguments.out / f"study{arguments.clips}", arguments.out / "published"
    subprocess.run([arguments.bin / "e2e_bench_prep", "study", study, str(arguments.clips)], check=True)
    if not (bundle / "bundle.json").exists():
        run([program, "bundle", "random", "--architecture", "published", "--out", bundle])
    weights = sum(file.stat().st_size for file in bundle.glob("*.safetensors") if file.name != "golden.safetensors") / 2**20

    peak, wall, cpu, said = run([program, "--json", "--quiet", "embed", study, "--bundle", bundle, "--out", arguments.out / "study.npz"])
    views = sum(part.get("views", 0) for part in json.loads(said)["embeddings"])
    decode, decode_cpu = 0.0, 0.0
    files = sorted(study.glob("*.dcm"))[:8]
    for file in files:
        _, one, one_cpu, _ = run([program, "--json", "--quiet", "echo", "preprocess", file, "--bundle", bundle, "--out", arguments.out / "clip.npy"])
        decode, decode_cpu = decode + one, decode_cpu + one_cpu
    print(f"{views or arguments.clips} clips (32 frames of 400x300), published sizes, random weights")
    print(f"weights            {weights:8.0f} MiB")
    print(f"peak resident      {peak:8.0f} MiB")
    print(f"above the weights  {peak - weights:8.0f} MiB   asked: at most {ASKED} MiB: {'yes' if peak - weights <= ASKED else 'NO'}")
    print(f"whole command      {wall:8.1f} s     {1000 * wall / arguments.clips:.0f} ms a clip, {cpu:.1f} s of processor time")
    print(f"of which decoding  at most {1000 * decode_cpu / len(files):.0f} ms of processor time a clip (a whole `echo preprocess` command, start included)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
