#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes the demo bundle from nothing, as CARD.md describes it, and evaluates it on patients that it has never seen.
#   models/demo/make.sh FOLDER      FOLDER: new; takes about 30 GB
# The command is taken from build/release/bin, or from $E2E_COMMAND. About three hours on two cores, less than two of them training.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=${1:?the folder to work in}
e=${E2E_COMMAND:-$here/../../build/release/bin/echo2ecg}

"$e" simulate --patients 40000 --seed 77 --ecg-only --out "$out/ecgs" # whose ECGs teach the ECG encoder
"$e" simulate --patients 1500 --seed 11 --out "$out/echo"             # whose clips teach the echo encoder, and whose pairs the alignment
"$e" simulate --patients 2000 --seed 12 --out "$out/pairs"            # whose pairs teach the alignment; a fifth of them validates everything, a fifth only tests
"$e" simulate --patients 3000 --seed 16 --out "$out/more"            # more pairs for the alignment
"$e" simulate --patients 800 --seed 14 --out "$out/unseen"            # who test it all, and nothing else
"$e" simulate --patients 200 --seed 1000001 --out "$out/demo"         # the patients of the demo library
"$e" simulate --patients 1200 --seed 21 --out "$out/confirm"          # who confirm it
"$e" bundle random --design "$here/design.json" --seed 1 --out "$out/start"

# table SPLITS FOLDER…: what is learned from, a row for each virtual patient. Of the pairs those of the SPLITS that are named; the other folders' patients are all there to learn from.
table() {
    local splits=$1 files=() folder
    shift
    for folder in "$@"; do files+=("$out/$folder/patients.csv" "$out/$folder/pairs.csv"); done
    awk -F, -v OFS=, -v splits="$splits" '
        function cell(name) { return name in at ? $at[name] : "" }
        function flag(yes) { return yes ? 1 : 0 }
        function still(wall) { return truth["wall", id] == wall ? truth["akinesis", id] : 0 }
        FNR == 1 { n = split(FILENAME, part, "/"); folder = part[n - 1]; is_truth = part[n] == "patients.csv"; delete at; for (i = 1; i <= NF; ++i) at[$i] = i
                   if (NR == 1) print "patient_id,split,ecg_file,study_folder,lvedv_ml,lvesv_ml,lvef_percent,shd,lv_mass_g,la_volume_ml,heart_rate,atrial_fibrillation,dyssynchrony,akinesis_anterior,akinesis_inferior,akinesis_lateral"
                   next }
        is_truth { for (name in at) truth[name, cell("patient_id")] = cell(name); next }
        { id = cell("patient_id"); part_of = folder == "pairs" ? cell("split") : "train"
          if (folder != "pairs" || index(splits, part_of))
              print id, part_of, folder "/" cell("ecg_file"), ("study_folder" in at ? folder "/" cell("study_folder") : ""), cell("lvedv_ml"), cell("lvesv_ml"), cell("lvef_percent"), cell("shd"),
                    cell("lv_mass_g"), cell("la_volume_ml"), truth["heart_rate", id], flag(cell("rhythm") == "AF"), flag(cell("conduction") == "LBBB" || cell("conduction") == "paced"), still("anterior"), still("inferior"), still("lateral") }' "${files[@]}"
}
table "train val test" ecgs pairs >"$out/ecgs.csv"
table val echo pairs >"$out/echoes.csv"
table "train val test" pairs echo more >"$out/learned-pairs.csv"

# What both an ECG and an echo can tell of a heart.
volumes=(--target lvedv_ml --target lvesv_ml --target lvef_percent)
more=(--target lv_mass_g --target la_volume_ml --target heart_rate --target atrial_fibrillation --target dyssynchrony --target akinesis_anterior --target akinesis_inferior --target akinesis_lateral)
plain=(--rescale 0 --jitter 0 --surrogate 0 --time-flip 0 --sign-flip 0) # voltage, direction and time mean something; only the window's place is random
common=(--keep-best --seed 1 --simulated)

# The echo encoder in two steps: volumes, mass and atrium from the clips of 420 patients, then all of it from those of 1,500.
head -n 701 "$out/echo/pairs.csv" >"$out/echo/first.csv"
"$e" train-echo --data "$out/echo/first.csv" --bundle "$out/start" --out "$out/run-echo-first" "${common[@]}" --name "demo, echo encoder" \
    --epochs 10 --batch 16 --rate 1e-3 --warm-up 0.5 "${volumes[@]}" --target lv_mass_g --target la_volume_ml
"$e" train-echo --data "$out/echoes.csv" --bundle "$out/run-echo-first/bundle" --out "$out/run-echo" "${common[@]}" --name "demo, echo encoder" \
    --epochs 6 --batch 16 --rate 1e-3 --warm-up 0.5 "${volumes[@]}" "${more[@]}"
"$e" train-ecg --data "$out/ecgs.csv" --bundle "$out/run-echo/bundle" --out "$out/run-ecg" "${common[@]}" --name "demo, encoders" \
    --epochs 36 --batch 32 --rate 1.5e-3 --warm-up 0.5 "${volumes[@]}" --target shd "${more[@]}" "${plain[@]}"

# The alignment, once as the demo has it, and for the ablation with the other ways from views to a study. They share the embedded studies.
for pooling in attention single mean cls; do
    "$e" train --data "$out/learned-pairs.csv" --bundle "$out/run-ecg/bundle" --out "$out/run-$pooling" --keep-embeddings "$out/embeddings" --pooling $pooling "${common[@]}" --name demo \
        --epochs 25 --batch 256 --rate 3e-5 --projection-rate 2e-3 --aggregator-rate 1e-3 --ecg-decay 0.9 --weight-decay 0.02 --warm-up 2 --temperature 0.05 --lambda 0.7 --view-dropout 0.1 "${plain[@]}"
done

# Those who test took no part in anything: 400 of the pairs that were kept away, 800 unseen, 200 of the demo library; and 1,200 more of a seed that was drawn after everything was chosen, to confirm it.
# test_pool SIZE NUMBER FOLDER…: the NUMBERth SIZE of the FOLDERs' patients in that order, with the training pairs' patients as neighbours.
test_pool() {
    local size=$1 number=$2 files=("$out/pairs/pairs.csv") folder
    shift 2
    for folder in "$@"; do [[ $folder == pairs ]] || files+=("$out/$folder/pairs.csv"); done
    awk -F, -v OFS=, -v size="$size" -v number="$number" -v among=" $* " '
        FNR == 1 { n = split(FILENAME, part, "/"); folder = part[n - 1]; for (i = 1; i <= NF; ++i) at[$i] = i; if (NR == 1) print; next }
        { is_neighbour = folder == "pairs" && $at["split"] == "train"; tests = index(among, " " folder " ") && (folder != "pairs" || $at["split"] == "test"); count += tests }
        is_neighbour || (tests && count > (number - 1) * size && count <= number * size) { $at["split"] = is_neighbour ? "train" : "test"
            $at["ecg_file"] = folder "/" $at["ecg_file"]; $at["study_folder"] = folder "/" $at["study_folder"]; print }' "${files[@]}"
}
"$e" library create "$out/library"
for folder in pairs unseen demo confirm; do "$e" library import "$out/library" "$out/$folder" "$out/$folder/patients.csv"; done
# evaluate NAME SIZE NUMBER "FOLDER…" OPTION…
evaluate() {
    local name=$1-$2-$3 size=$2 number=$3 folders=$4
    shift 4
    test_pool "$size" "$number" $folders >"$out/pool-$name.csv"
    "$e" evaluate --library "$out/library" --bundle "$out/run-attention/bundle" --pairs "$out/pool-$name.csv" "$@" --out "$out/evaluation-$name"
}
for number in 1 2 3; do
    evaluate test 400 $number "pairs unseen demo" --untrained-baseline --ablation \
        --ablation-bundle "trained single=$out/run-single/bundle" --ablation-bundle "trained mean=$out/run-mean/bundle" --ablation-bundle "trained class token=$out/run-cls/bundle"
done
for number in 1 2 3 4 5 6 7; do evaluate test 200 $number "pairs unseen demo"; done # the seventh is the demo library
evaluate test 1200 1 "pairs unseen demo"
# The confirmation, fixed before its patients were drawn: means over six libraries as large as the demo's; beside them three of 400 and all in one.
for number in 1 2 3 4 5 6; do evaluate confirm 200 $number confirm --ablation; done
for number in 1 2 3; do evaluate confirm 400 $number confirm; done
evaluate confirm 1200 1 confirm
