#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes the demo bundle from nothing, as CARD.md describes it, and evaluates it on patients that it has never seen.
#   models/demo/make.sh FOLDER      FOLDER: new; takes about 9 GB
# The command is taken from build/release/bin, or from $E2E_COMMAND. Most of an hour and a half on two cores.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=${1:?the folder to work in}
e=${E2E_COMMAND:-$here/../../build/release/bin/echo2ecg}

"$e" simulate --patients 20000 --seed 77 --ecg-only --out "$out/ecgs" # whose ECGs teach the ECG encoder
"$e" simulate --patients 700 --seed 11 --out "$out/echo"              # whose clips teach the echo encoder
"$e" simulate --patients 2000 --seed 12 --out "$out/pairs"            # whose pairs teach the alignment; a fifth of them only tests
"$e" bundle random --design "$here/design.json" --seed 1 --out "$out/start"

# One table of ECGs: all of the first to learn from, those of the pairs by their split; columns by name, files relative to this folder.
awk -F, -v OFS=, '
    FNR == 1 { n = split(FILENAME, part, "/"); folder = part[n - 1]; for (i = 1; i <= NF; ++i) at[folder, $i] = i
               if (NR == 1) print "patient_id,split,ecg_file,lvedv_ml,lvesv_ml,lvef_percent,shd,lv_mass_g,la_volume_ml"; next }
    { print $(at[folder, "patient_id"]), (folder == "pairs" ? $(at[folder, "split"]) : "train"), folder "/" $(at[folder, "ecg_file"]), $(at[folder, "lvedv_ml"]), $(at[folder, "lvesv_ml"]),
            $(at[folder, "lvef_percent"]), $(at[folder, "shd"]), $(at[folder, "lv_mass_g"]), $(at[folder, "la_volume_ml"]) }' "$out/ecgs/pairs.csv" "$out/pairs/pairs.csv" >"$out/ecgs.csv"

"$e" train-echo --data "$out/echo/pairs.csv" --bundle "$out/start" --out "$out/run-echo" \
    --epochs 10 --batch 16 --rate 1e-3 --warm-up 0.5 --keep-best --seed 1 --simulated --name "demo, echo encoder" \
    --target lvedv_ml --target lvesv_ml --target lvef_percent --target lv_mass_g --target la_volume_ml
"$e" train-ecg --data "$out/ecgs.csv" --bundle "$out/run-echo/bundle" --out "$out/run-ecg" \
    --epochs 30 --batch 32 --rate 1.5e-3 --warm-up 1 --keep-best --seed 1 --simulated --name "demo, encoders" \
    --target lvedv_ml --target lvesv_ml --target lvef_percent --target shd --target lv_mass_g --target la_volume_ml --rescale 0 --jitter 0 --surrogate 0 --time-flip 0 --sign-flip 0

# The alignment, once as the demo has it, and for the ablation with the other ways from views to a study. They share the embedded studies.
for pooling in attention single mean cls; do
    "$e" train --data "$out/pairs/pairs.csv" --bundle "$out/run-ecg/bundle" --out "$out/run-$pooling" --keep-embeddings "$out/embeddings" --pooling $pooling \
        --epochs 120 --batch 256 --rate 3e-5 --projection-rate 2e-3 --aggregator-rate 1e-3 --ecg-decay 0.9 --weight-decay 0.02 --warm-up 2 --keep-best --seed 1 --simulated --name demo \
        --temperature 0.1 --learn-temperature --view-dropout 0.1 --rescale 0 --jitter 0 --surrogate 0 --time-flip 0 --sign-flip 0
done

"$e" library create "$out/library"
"$e" library import "$out/library" "$out/pairs" "$out/pairs/patients.csv"
"$e" evaluate --library "$out/library" --bundle "$out/run-attention/bundle" --pairs "$out/pairs/pairs.csv" --untrained-baseline --ablation \
    --ablation-bundle "trained single=$out/run-single/bundle" --ablation-bundle "trained mean=$out/run-mean/bundle" --ablation-bundle "trained class token=$out/run-cls/bundle" --out "$out/evaluation"
