# SPDX-License-Identifier: GPL-3.0-or-later
"""The contrastive training in PyTorch, eager, as its users write it: the networks of networks.py, MultiheadAttention over padded studies, cross entropy both ways, AdamW.

usage: training.py FOLDER [THREADS]     FOLDER: where e2e_bench_training wrote the weights and the batch
"""
import json
import sys

import torch
from torch import nn

from lines import answer_lines
from networks import EcgEncoder

TEMPERATURE, LAMBDA, WEIGHT_DECAY = 0.5, 0.5, 1e-7
SIZES = {"published": {}, "small": {"depth": 4, "inner": 384}}


def read(file):
    data = open(file, "rb").read()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8:8 + length])
    rules = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        begin, end = (8 + length + at for at in entry["data_offsets"])
        tensors[name] = torch.frombuffer(bytearray(data[begin:end]), dtype=torch.float32).view(entry["shape"])
    return tensors, {name: tuple(float(part) for part in rule.split()) for name, rule in rules.items()}


class Study(nn.Module):
    """Clips of padded studies to the aligned vector: projection, attention of their mean over them, alignment."""

    def __init__(self, width, heads=4):
        super().__init__()
        self.project = nn.Linear(512, width)
        self.mha = nn.MultiheadAttention(width, heads, batch_first=True)
        self.align = nn.Linear(width, 512, bias=False)

    def forward(self, clips, absent):
        x = self.project(clips).masked_fill(absent.unsqueeze(2), 0)
        mean = x.sum(dim=1) / (~absent).sum(dim=1, keepdim=True)
        token, _ = self.mha(mean.unsqueeze(1), x, x, key_padding_mask=absent)
        return nn.functional.normalize(self.align(token.squeeze(1)), dim=1)


def places(ecg, study):
    """Where each tensor of ours is in these modules."""
    found = {"ecg_encoder.cls_token": ecg.cls, "ecg_encoder.pos_embed_x": ecg.of_time, "ecg_encoder.pos_embed_y.weight": ecg.of_lead.weight,
             "ecg_encoder.patch_embed.proj.weight": ecg.patches.weight, "ecg_encoder.patch_embed.proj.bias": ecg.patches.bias,
             "ecg_alignment_global_token.weight": ecg.align.weight, "echo_alignment_global_token.weight": study.align.weight,
             "echo_view_aggregator.aggregator.mha.in_proj_weight": study.mha.in_proj_weight,
             "echo_view_aggregator.aggregator.mha.in_proj_bias": study.mha.in_proj_bias}
    layers = {"ecg_encoder.patch_embed.norm": ecg.patch_norm, "token_aggregator.ecg_layernorm_global": ecg.norm, "echo_projection_for_agg": study.project,
              "echo_view_aggregator.aggregator.mha.out_proj": study.mha.out_proj}
    for i, block in enumerate(ecg.blocks):
        name = f"ecg_encoder.blocks.{i}."
        mha = block.attention.mha
        found.update({name + "attn.mha.in_proj_weight": mha.in_proj_weight, name + "attn.mha.in_proj_bias": mha.in_proj_bias})
        layers.update({name + "norm1": block.norm1, name + "norm2": block.norm2, name + "attn.qkv": block.attention.qkv, name + "attn.mha.out_proj": mha.out_proj,
                       name + "attn.proj": block.attention.proj, name + "mlp.fc1": block.mlp[0], name + "mlp.fc2": block.mlp[2]})
    for name, layer in layers.items():
        found.update({name + ".weight": layer.weight, name + ".bias": layer.bias})
    return found


class Trainer:
    def __init__(self, file, size):
        tensors, rules = read(file)
        self.ecg, self.study = EcgEncoder(**size), Study(tensors["echo_projection_for_agg.weight"].shape[0])
        counts = tensors.pop("batch.counts").long().tolist()
        self.ecgs = tensors.pop("batch.ecgs")
        clips = tensors.pop("batch.clips").split(counts)
        self.clips = nn.utils.rnn.pad_sequence(list(clips), batch_first=True)
        self.absent = torch.arange(max(counts)) >= torch.tensor(counts).unsqueeze(1)
        where = places(self.ecg, self.study)
        if set(where) != set(tensors):
            raise ValueError(f"other tensors: {set(where) ^ set(tensors)}")
        groups = {}
        for name, parameter in where.items():
            parameter.data.copy_(tensors[name].view_as(parameter))
            parameter.requires_grad_(name in rules)
            if name in rules:
                groups.setdefault(rules[name], []).append(parameter)
        self.optimizer = torch.optim.AdamW([{"params": group, "lr": rate * 1e-6, "weight_decay": WEIGHT_DECAY if decays else 0.0}
                                            for (rate, decays), group in groups.items()])

    def step(self):
        self.optimizer.zero_grad(set_to_none=True)
        logits = self.ecg(self.ecgs) @ self.study(self.clips, self.absent).T / TEMPERATURE
        own = torch.arange(len(logits))
        loss = LAMBDA * nn.functional.cross_entropy(logits, own) + (1 - LAMBDA) * nn.functional.cross_entropy(logits.T, own)
        loss.backward()
        self.optimizer.step()
        return loss.item()


def main():
    if len(sys.argv) > 2:
        torch.set_num_threads(int(sys.argv[2]))
    answer_lines({name: Trainer(f"{sys.argv[1]}/training_{name}.safetensors", size).step for name, size in SIZES.items()})


main()
