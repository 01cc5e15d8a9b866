# SPDX-License-Identifier: GPL-3.0-or-later
"""Exact search as PyTorch users do it: topk of the full product. bench/search/search_bench.cpp has the same rows and queries.

usage: search.py ROWS OUT [THREADS]
"""
import resource
import sys

import torch

from lines import answer_lines

WIDTH, TOP, BLOCK = 512, 10, 8192


def unit_rows(first, count, seed):
    x = torch.arange(first * WIDTH, (first + count) * WIDTH, dtype=torch.int64)
    x = (x * 0x9E3779B1 + seed * 0x7FEB352D) & 0xFFFFFFFF
    x = ((x ^ (x >> 16)) * 0x85EBCA6B) & 0xFFFFFFFF
    x = ((x ^ (x >> 13)) * 0xC2B2AE35) & 0xFFFFFFFF
    x = x ^ (x >> 16)
    rows = ((x >> 8).to(torch.float32) / 16777216.0 - 0.5).view(count, WIDTH)
    return rows / rows.double().square().sum(dim=1, keepdim=True).sqrt().float()


def main():
    rows, out = int(sys.argv[1]), sys.argv[2]
    if len(sys.argv) > 3:
        torch.set_num_threads(int(sys.argv[3]))
    torch.set_grad_enabled(False)
    base = torch.empty(rows, WIDTH)
    for first in range(0, rows, BLOCK):
        base[first:first + BLOCK] = unit_rows(first, min(BLOCK, rows - first), 1)
    queries = unit_rows(0, 256, 2)

    def search(count):
        return torch.topk(queries[:count] @ base.T, TOP, dim=1)

    def keep(count):
        def written(result):
            with open(f"{out}/search_peer_{count}.txt", "w") as file:
                for score, row in zip(result.values.flatten().tolist(), result.indices.flatten().tolist()):
                    file.write(f"{row} {score:.6f}\n")
            return result.values.double().sum()
        return written

    tasks = {str(count): (lambda count=count: search(count)) for count in (1, 16, 256)}
    tasks["peak"] = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    answer_lines(tasks, {str(count): keep(count) for count in (1, 16, 256)})


main()
