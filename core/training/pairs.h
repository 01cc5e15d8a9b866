// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/json.h"
#include "base/progress.h"

#include <array>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

// What is learned from: ECGs, each with an echo study of the same patient, as embeddings of its clips.
namespace echo2ecg::training {

enum class Split { Train, Val, Test };
const char* name(Split split) noexcept; // "train", "val", "test"
base::Json bySplit(const std::array<std::size_t, 3>& counts); // {"train", "val", "test"}

// A whole recording as ecg::preprocess() leaves it: leads × samples, row-major.
struct EcgSignal
{
    int leads = 0, samples = 0;
    std::vector<float> values;
};
// views × width, row-major: what the frozen echo encoder made of each clip, not normalised.
struct StudyClips
{
    int views = 0, width = 0;
    std::vector<float> values;
};

// One ECG with one study. The data may be given here, or is read from the files later (readPairData).
struct PairItem
{
    std::string ecgId, studyId, patient; // the same id is the same thing; never shown
    std::optional<Split> split;
    std::optional<double> daysApart;
    std::string origin;                  // "line 12"; what messages call it
    std::size_t tableRow = 0;            // of the table's data rows, the pair's first
    std::filesystem::path ecgFile;
    struct ClipSource
    {
        std::filesystem::path file;
        std::optional<std::int64_t> row; // of a matrix of many studies' clips
    };
    std::vector<ClipSource> clipSources;

    std::shared_ptr<const EcgSignal> ecg;
    std::shared_ptr<const StudyClips> clips;
};

// A table with one row for each pair, or for each view of a pair; the separator is found. Columns, which base/pair_columns.h names: the ECG's file and the patient;
// clips: one or more files separated by "|", .npy (views × width) or .safetensors (the tensor named as the study, or "clips", or the only one); or
// study_folder, the folder of a DICOM study (ClipSource::file, read by PairReaders::study); study (default: the clips or the folder); row: this view's row in the
// file of the clips, or in `embeddings`; split: train, val, test; ecg_date and echo_date (2024-03-01, 2024-03-01T10:20:30, 20240301); days_apart. Files and folders are
// relative to the table.
// TableOf::Ecgs: what the table says of the echo isn't looked at and may be missing; an ECG without a study is its own.
// Throws ParseError naming line and column; Error(Io).
enum class TableOf { Pairs, Ecgs };
std::vector<PairItem> readPairTable(const std::filesystem::path& csv, const std::filesystem::path& embeddings = {}, TableOf what = TableOf::Pairs);

struct PairOptions
{
    double mostDays = 7;                    // between ECG and echo
    double valShare = 0.1, testShare = 0.1; // of the patients, where the table has no splits
    std::uint64_t seed = 0;                 // of that choice
    base::Json toJson() const;
};

struct PairSet
{
    std::vector<PairItem> items; // kept, in the table's order, each with its split
    std::size_t rows = 0, tooFarApart = 0, withoutDates = 0, unreadable = 0;
    bool splitsWereGiven = false;
    std::string sha256;          // of all that is learned from; set by readPairData()

    std::array<std::size_t, 3> pairs() const, patients() const; // by split
    std::vector<std::size_t> of(Split split) const;             // indices of items
    base::Json toJson() const;
};

// Drops pairs that are too far apart and splits the rest by patient. Refuses to go on (throws base::Error(Inconsistent)) when a patient, an ECG or a study is in
// two splits, (Missing) when a pair has no patient, since then nobody can tell.
PairSet choosePairs(std::vector<PairItem> items, const PairOptions& options);

// How files are read that aren't embeddings; both may throw base::Error, which costs that pair. Called on the caller's thread.
struct PairReaders
{
    std::function<EcgSignal(const std::filesystem::path&)> ecg;
    std::function<StudyClips(const std::filesystem::path&)> study; // for what is neither .npy nor .safetensors, as folders are; may be empty
};
struct PairShape
{
    int leads = 12, window = 1008, embedding = 512, maxViews = 128;
};
// Reads what isn't there yet, each file once, checks every size against the model's, drops pairs that can't be used (counted and noted), and looks at the content:
// the same recording or the same clips in two splits is refused as choosePairs() refuses a name. Throws (Unsuitable) when no training pair is left.
void readPairData(PairSet& set, const PairReaders& readers, const PairShape& shape, const base::JobContext& job);

} // namespace echo2ecg::training
