# SPDX-License-Identifier: GPL-3.0-or-later
"""The peers' side of bench/lines.h: names of tasks in, one line of JSON out for each."""
import json
import sys
import time


def answer_lines(tasks, checks={}):
    """checks: how a task's result becomes the number that says what was done, where its mean doesn't; not timed."""
    for line in sys.stdin:
        name = line.strip()
        try:
            start = time.perf_counter()
            result = tasks[name]()
            ms = 1000 * (time.perf_counter() - start)
            reply = {"ms": ms, "check": float(result if isinstance(result, float) else checks.get(name, lambda r: r.mean())(result))}
        except Exception as problem:  # the table shows it and goes on
            reply = {"error": f"{type(problem).__name__}: {problem}"}
        print(json.dumps({"name": name, **reply}), flush=True)
