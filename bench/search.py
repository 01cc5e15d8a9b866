#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exact cosine top 10 of a million vectors of 512: our index beside PyTorch's topk of the full product.

Ours and the peer's take turns, as table.py says. Both make the same rows by a formula, and their hits are compared.
"""
import argparse
import os
import sys
import time
from pathlib import Path

import table

QUERIES = (1, 16, 256)
SAME = 2e-6  # scores this close may stand for each other: ties within the rounding of float


def hits(file):
    return [(int(row), float(score)) for row, score in (line.split() for line in file.read_text().splitlines())]


def agreement(out, count):
    """(queries with the same ten, queries, ties): a hit that the other side lacks is a tie when its score is the other's last."""
    ours, peers = (hits(out / f"search_{side}_{count}.txt") for side in ("ours", "peer"))
    same = ties = 0
    for first in range(0, len(ours), 10):
        mine, theirs = ours[first:first + 10], peers[first:first + 10]
        others = {row for row, _ in mine} ^ {row for row, _ in theirs}
        tied = all(abs(score - theirs[-1][1]) <= SAME for row, score in mine + theirs if row in others)
        same += len(mine) == len(theirs) == 10 and tied
        ties += bool(others) and tied
    return same, len(ours) // 10, ties


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("out/bench"))
    parser.add_argument("--python", default=os.environ.get("E2E_PEER_PYTHON", "/usr/bin/python3"))
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)

    start, busy = time.perf_counter(), table.busy_seconds()
    cpu, flags, cores = table.processor()
    notes, peers = [], []
    lacking = table.importable(arguments.python, ["torch"])
    ours = table.Side("ours", [arguments.bin / "e2e_bench_search", arguments.rows, arguments.out])
    if not lacking:
        env, words = table.best_environment(arguments.python, flags, cores)
        notes.append("the peer's OpenBLAS  " + "; ".join(words))
        peers.append(table.Side("peer", [arguments.python, table.HERE / "peers/search.py", arguments.rows, arguments.out, cores], env))
    print(f"{cpu}, {cores} cores; {arguments.rows:,} x 512 float32, exact cosine top 10; medians of {arguments.rounds} rounds, ours and the peer's in turn")
    tasks = [str(count) for count in QUERIES]
    table.take_turns([ours, *peers], tasks, arguments.rounds, floor=False)
    print(f"{'queries at once':<18} {'ours':>10} {'a query':>10} {'queries/s':>10} {'GB/s':>6}  {'PyTorch':>10} {'a query':>10} {'queries/s':>10}  {'ratio':>6}  same ten")
    failed = False
    for count in QUERIES:
        mine, theirs = ours.median(str(count)), peers[0].median(str(count)) if peers else None
        if mine is None or (peers and theirs is None):
            failed = True
            print(f"{count:<18} failed: {ours.errors.get(str(count)) or peers[0].errors.get(str(count))}")
            continue
        line = f"{count:<18} {table.text(mine):>10} {table.text(mine / count):>10} {1000 * count / mine:>10.1f} {arguments.rows * 2048e-6 / mine:>6.1f}"
        if peers:
            same, asked, ties = agreement(arguments.out, count)
            failed |= same != asked
            line += f"  {table.text(theirs):>10} {table.text(theirs / count):>10} {1000 * count / theirs:>10.1f}  {theirs / mine:>5.2f}x  {same} of {asked}"
            line += f" ({ties} with ties)" if ties else ""
        else:
            line += f"  peer not installed ({lacking})"
        print(line)
    for side in (ours, *peers):
        side.do("peak")
    print("peak memory: " + ", ".join(f"{side.label} {side.checks['peak'] / 1024:.2f} GiB" for side in (ours, *peers) if "peak" in side.checks) +
          f" (the vectors alone: {arguments.rows * 2048 / 2**30:.2f} GiB)")
    for side in (ours, *peers):
        side.end()
    table.tell(notes, start, busy)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
