#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps of the contrastive training: ours beside the same networks in PyTorch, eager. Both begin with the same weights and the same batch of 16 pairs.

Ours and the peer's take turns, as table.py says; the losses of every step are compared.
"""
import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

import table

PAIRS = 16
ROWS = [("published", "published sizes"), ("small", "small")]
ALIKE = 1e-4


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("out/bench"))
    parser.add_argument("--python", default=os.environ.get("E2E_PEER_PYTHON", "/usr/bin/python3"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=[task for task, _ in ROWS])
    arguments = parser.parse_args()
    rows = [row for row in ROWS if arguments.only in (None, row[0])]
    program = arguments.bin / "e2e_bench_training"
    subprocess.run([program, "make", arguments.out], check=True)

    start, busy = time.perf_counter(), table.busy_seconds()
    cpu, flags, cores = table.processor()
    notes, sides = [], [table.Side("ours", [program, "lines", arguments.out])]
    lacking = table.importable(arguments.python, ["torch"])
    if not lacking:
        env, words = table.best_environment(arguments.python, flags, cores)
        notes.append("the peer's OpenBLAS  " + "; ".join(words))
        sides.append(table.Side("PyTorch", [arguments.python, table.HERE / "peers/training.py", arguments.out, cores], env))
    print(f"{cpu}, {cores} cores; steps of {PAIRS} pairs; medians of {arguments.rounds} rounds after one that isn't counted, ours and the peer's in turn")
    losses = {(side.label, task): [] for side in sides for task, _ in rows}
    for turn in range(-1, arguments.rounds):
        for task, _ in rows:
            for side in sides if turn % 2 == 0 else reversed(sides):
                time.sleep(0.02)  # threads of the last side that still spin for work go to sleep
                side.do(task)
                losses[side.label, task].append(side.checks.get(task))
                if turn < 0:
                    side.times.get(task, []).clear()
    print(f"{'':<18} {'ours':>10} {'pairs/s':>8}  {'PyTorch':>10} {'pairs/s':>8}  {'ratio':>6}  losses differ by")
    failed = False
    for task, what in rows:
        mine, theirs = sides[0].median(task), sides[-1].median(task) if len(sides) > 1 else None
        if mine is None or (len(sides) > 1 and theirs is None):
            failed = True
            print(f"{what:<18} failed: {sides[0].errors.get(task) or sides[-1].errors.get(task)}")
            continue
        line = f"{what:<18} {table.text(mine):>10} {1000 * PAIRS / mine:>8.1f}"
        if theirs:
            apart = max(abs(a - b) for a, b in zip(losses["ours", task], losses["PyTorch", task]))
            failed |= apart > ALIKE
            line += f"  {table.text(theirs):>10} {1000 * PAIRS / theirs:>8.1f}  {theirs / mine:>5.2f}x  {apart:.1e} of {losses['ours', task][-1]:.4f}"
            line += ": THEY DIFFER" if apart > ALIKE else f" ({len(losses['ours', task])} steps)"
        else:
            line += f"  peer not installed ({lacking})"
        print(line)
    for side in sides:
        side.end()
    table.tell(notes, start, busy)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
