#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the headers of a folder of echo files: ours beside pydicom. The real samples, linked until there are enough; the file cache is warm for both."""
import argparse
import json
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import time

ASKED = 500  # files/s


def linked(sources, folder, count):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for i in range(count):
        source = sources[i % len(sources)]
        target = folder / f"{i:05d}_{source.name}"
        try:
            os.link(source, target)
        except OSError:
            shutil.copyfile(source, target)


def pydicom_scan(folder):
    import pydicom
    facts = 0
    for path in sorted(folder.iterdir()):
        data = pydicom.dcmread(path, force=True, stop_before_pixels=True)
        facts += len(str(data.get("SOPInstanceUID", ""))) + int(data.get("NumberOfFrames", 1) or 1) + int(data.get("Rows", 0) or 0)
        facts += len(data.get("SequenceOfUltrasoundRegions", []) or [])
    return facts


def timed(work):
    kind = resource.RUSAGE_CHILDREN
    before, start = resource.getrusage(kind), time.perf_counter()
    work()
    wall, after = time.perf_counter() - start, resource.getrusage(kind)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--data", type=pathlib.Path, required=True, help="folder with echo samples")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("out/bench"))
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peer", type=pathlib.Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.peer:
        return print(pydicom_scan(arguments.peer))

    sources = sorted(path for name in ("echo_multiframe", "echo_stills", "echo_other") for path in (arguments.data / name).glob("*.dcm"))
    if not sources:
        sources = sorted(arguments.data.rglob("us_clip*.dcm"))
    if not sources:
        sys.exit(f"no echo samples in {arguments.data}")
    folder = arguments.out / "scan"
    linked(sources, folder, arguments.files)
    mib = sum(path.stat().st_size for path in folder.iterdir()) / 2**20
    ours = [str(arguments.bin / "echo2ecg"), "echo", "info", "--json", str(folder)]
    peer = [sys.executable, __file__, "--bin", ".", "--data", ".", "--peer", str(folder)]
    rows = {"ours, everything that `echo info` prints": [], "pydicom, header up to the pixels": []}
    found = 0
    for _ in range(arguments.rounds):
        for name, command in zip(rows, (ours, peer)):
            said = []
            rows[name].append(timed(lambda: said.append(subprocess.run(command, stdout=subprocess.PIPE, check=False).stdout)))
            if command is ours:
                found = sum(len(study["clips"]) for study in json.loads(said[0])["studies"])
    print(f"{arguments.files} files of {len(sources)} kinds, {mib:.0f} MiB, median of {arguments.rounds}; {found} of them read as images by ours\n")
    print("| | files/s | processor ms a file |\n|---|---|---|")
    for name, times in rows.items():
        wall, processor = sorted(times)[len(times) // 2]
        print(f"| {name} | {arguments.files / wall:.0f} | {1000 * processor / arguments.files:.2f} |")
    rate = arguments.files / sorted(rows["ours, everything that `echo info` prints"])[arguments.rounds // 2][0]
    print(f"\nasked: {ASKED} files/s: {'holds' if rate >= ASKED else 'DOES NOT HOLD'}")
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
