#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes the demo bundle from nothing, as CARD.md describes it, and evaluates it on patients that it has never seen.
#   models/demo/make.sh FOLDER      FOLDER: new; takes about 6 GB
# The command is taken from build/release/bin, or from $E2E_COMMAND.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=${1:?the folder to work in}
e=${E2E_COMMAND:-$here/../../build/release/bin/echo2ecg}

"$e" simulate --patients 3000 --seed 77 --frames 8 --width 160 --out "$out/ecgs" # whose ECGs teach the ECG encoder; their small clips aren't looked at
"$e" simulate --patients 700 --seed 11 --out "$out/echo"                         # whose clips teach the echo encoder
"$e" simulate --patients 2000 --seed 12 --out "$out/pairs"                       # whose pairs teach the alignment; a fifth of them only tests
"$e" bundle random --design "$here/design.json" --seed 1 --out "$out/start"

# Both tables of ECGs as one, files relative to the folder of all.
awk -F, -v OFS=, 'FNR == 1 { if (NR == 1) print; folder = FILENAME; sub(/\/[^\/]*$/, "", folder); sub(/.*\//, "", folder); next } { $3 = folder "/" $3; $4 = folder "/" $4; print }' \
    "$out/ecgs/pairs.csv" "$out/pairs/pairs.csv" >"$out/both.csv"

"$e" train-echo --data "$out/echo/pairs.csv" --bundle "$out/start" --out "$out/run-echo" \
    --epochs 9 --batch 16 --rate 1e-3 --warm-up 0.5 --keep-best --seed 1 --simulated --name "demo, echo encoder"
"$e" train-ecg --data "$out/both.csv" --bundle "$out/run-echo/bundle" --out "$out/run-ecg" \
    --epochs 32 --batch 32 --rate 1e-3 --warm-up 2 --keep-best --seed 1 --simulated --name "demo, encoders" \
    --target lvedv_ml --target lvesv_ml --target lvef_percent --target shd --rescale 0.1 --jitter 0.1 --surrogate 0.2 --time-flip 0 --sign-flip 0
"$e" train --data "$out/pairs/pairs.csv" --bundle "$out/run-ecg/bundle" --out "$out/run" \
    --epochs 90 --batch 64 --rate 6e-4 --projection-rate 1e-3 --aggregator-rate 1e-3 --ecg-decay 0.9 --weight-decay 0.02 --warm-up 2 --keep-best --seed 1 --simulated --name demo \
    --temperature 0.1 --learn-temperature --view-dropout 0.1 --rescale 0.1 --jitter 0.1 --surrogate 0.2 --time-flip 0 --sign-flip 0

"$e" library create "$out/library"
"$e" library import "$out/library" "$out/pairs" "$out/pairs/patients.csv"
"$e" evaluate --library "$out/library" --bundle "$out/run/bundle" --pairs "$out/pairs/pairs.csv" --untrained-baseline --ablation --out "$out/evaluation"
