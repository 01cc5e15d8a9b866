# SPDX-License-Identifier: GPL-3.0-or-later
"""The published networks as PyTorch users run them: torchvision's mvit_v2_s, and the ECG encoder in plain modules.

usage: networks.py lines [THREADS]     THREADS: for ATen; none leaves PyTorch's own choice
       networks.py blas THREADS        which OpenBLAS runs here, whether it is right, and how fast
       networks.py profile THREADS     where one ECG and one clip spend their time
"""
import ctypes
import json
import sys
import time

import torch
from torch import nn

from lines import answer_lines

WIDTH, HEADS, DEPTH, PATCH, LEADS, SAMPLES = 192, 3, 12, 24, 12, 1008


class DoubleAttention(nn.Module):
    """A projection to q, k, v, then a whole MultiheadAttention with projections of its own, then one more."""

    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.mha = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)
        self.proj = nn.Linear(WIDTH, WIDTH)

    def forward(self, x):
        query, key, value = self.qkv(x).chunk(3, dim=-1)
        mixed, _ = self.mha(query, key, value)  # weights are asked for, as by default
        return self.proj(mixed)


class Block(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.norm1 = nn.LayerNorm(WIDTH, eps=1e-6)
        self.attention = DoubleAttention()
        self.norm2 = nn.LayerNorm(WIDTH, eps=1e-6)
        self.mlp = nn.Sequential(nn.Linear(WIDTH, inner), nn.GELU(), nn.Linear(inner, WIDTH))

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class EcgEncoder(nn.Module):
    """(B, 1, 12, 1008) to the aligned (B, 512): tokens, blocks, mean over patches, LayerNorm, alignment."""

    def __init__(self, depth=DEPTH, inner=4 * WIDTH):
        super().__init__()
        columns = SAMPLES // PATCH
        self.patches = nn.Conv2d(1, WIDTH, (1, PATCH), stride=(1, PATCH))
        self.patch_norm = nn.LayerNorm(WIDTH)
        self.cls = nn.Parameter(0.02 * torch.randn(1, 1, WIDTH))
        self.of_time = nn.Parameter(torch.randn(1, 1 + columns, WIDTH // 2))
        self.of_lead = nn.Embedding(LEADS + 1, WIDTH // 2, padding_idx=0)
        self.blocks = nn.ModuleList(Block(inner) for _ in range(depth))
        self.norm = nn.LayerNorm(WIDTH)
        self.align = nn.Linear(WIDTH, 512, bias=False)

    def forward(self, ecg):
        batch = ecg.shape[0]
        x = self.patches(ecg).flatten(2).transpose(1, 2)  # lead-major tokens
        x = nn.functional.gelu(self.patch_norm(x))
        columns = x.shape[1] // LEADS
        lead = self.of_lead(torch.arange(1, LEADS + 1)).repeat_interleave(columns, dim=0)
        time_ = self.of_time[0, 1:].repeat(LEADS, 1)
        x = x + torch.cat((lead, time_), dim=1)
        first = self.cls + nn.functional.pad(self.of_time[:, :1], (WIDTH // 2, 0))
        x = torch.cat((first.expand(batch, -1, -1), x), dim=1)
        for block in self.blocks:
            x = block(x)
        token = self.norm(x[:, 1:].mean(dim=1))
        return nn.functional.normalize(self.align(token), dim=1)


def echo_encoder():
    from torchvision.models.video import mvit_v2_s

    network = mvit_v2_s(weights=None)
    network.head[1] = nn.Linear(768, 512)
    return network


def open_blas():
    """(library file, name of its kernel), or (None, None) when another BLAS does the work."""
    with open("/proc/self/maps") as maps:
        files = {line.split()[-1] for line in maps if "blas" in line.split("/")[-1]}
    for file in sorted(files):
        try:
            library = ctypes.CDLL(file)
            library.openblas_get_corename.restype = ctypes.c_char_p
            return file, library.openblas_get_corename().decode()
        except (OSError, AttributeError):
            pass
    return (sorted(files)[0] if files else None), None


def blas(threads):
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    torch.rand(1 << 20).exp()  # wakes ATen's threads, which OpenBLAS shares
    worst = 0.0
    for m, k, n in ((505, 192, 576), (1569, 384, 1152), (393, 96, 393), (129, 1031, 67)):
        a, b = torch.randn(m, k), torch.randn(k, n)
        exact = a.double() @ b.double()
        worst = max(worst, float((a @ b - exact).abs().max()) / k**0.5)
    a = torch.randn(1536, 1536)
    rates = []
    for _ in range(6):
        start = time.perf_counter()
        a @ a
        rates.append(2e-9 * 1536**3 / (time.perf_counter() - start))
    file, kernel = open_blas()
    print(json.dumps({"library": file, "kernel": kernel, "right": worst < 1e-4, "gflops": max(rates)}))


def profile(threads):
    torch.set_num_threads(threads)
    torch.set_grad_enabled(False)
    for what, network, given in (("one ECG", EcgEncoder().eval(), torch.randn(1, 1, LEADS, SAMPLES)),
                                 ("one clip", echo_encoder().eval(), torch.randn(1, 3, 16, 224, 224))):
        network(given)
        with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as measured:
            network(given)
        events = sorted(measured.key_averages(), key=lambda event: -event.self_cpu_time_total)
        total = sum(event.self_cpu_time_total for event in events)
        print(f"{what}: {total / 1e3:.1f} ms on the calling thread of {threads}")
        for event in events[:12]:
            share = 100 * event.self_cpu_time_total / total
            print(f"  {share:5.1f} %  {event.self_cpu_time_total / 1e3:8.1f} ms  {event.count:6d} calls  {event.key}")


def main():
    if sys.argv[1] == "blas":
        return blas(int(sys.argv[2]))
    if sys.argv[1] == "profile":
        return profile(int(sys.argv[2]))
    if len(sys.argv) > 2:
        torch.set_num_threads(int(sys.argv[2]))
    torch.manual_seed(0)
    torch.set_grad_enabled(False)
    ecg, echo = EcgEncoder().eval(), echo_encoder().eval()
    one, sixteen = torch.randn(1, 1, LEADS, SAMPLES), torch.randn(16, 1, LEADS, SAMPLES)
    clip = torch.randn(1, 3, 16, 224, 224)
    matrix = torch.randn(1536, 1536)

    def floor():
        for _ in range(2):
            torch.mm(matrix, matrix)
        return 4e-9 * 1536**3  # GFLOP

    answer_lines({
        "ecg1": lambda: ecg(one),
        "ecg16": lambda: ecg(sixteen),
        "clip1": lambda: echo(clip),
        "floor": floor,
    })


if __name__ == "__main__":
    main()
