// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/json.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace echo2ecg::training {

// One optimiser step. What a kind of training doesn't have is absent.
struct RunStep
{
    std::int64_t step = 0, epoch = 0; // both from 1
    double loss = 0, rate = 0;        // mean loss of the step's batches; learning rate of the main part
    std::optional<double> gradient;   // length before clipping
    std::optional<double> temperature;
};

struct RunRanks // of a search among the validation pairs
{
    double p1 = 0, meanRank = 0, chance = 0; // share whose own partner is the nearest; chance: of that by a random order
};

struct RunEpoch
{
    std::int64_t epoch = 0, step = 0; // step: the last one of the epoch
    double trainLoss = 0;
    std::optional<double> valLoss, trainHits; // trainHits: share of the batches' items that were right
    std::optional<RunRanks> ecgToEcho, echoToEcg;
    std::vector<std::pair<std::string, double>> correlations; // of an encoder: phenotype → Pearson's r over the validation studies
};

struct RunCurves
{
    std::vector<RunStep> steps;
    std::vector<RunEpoch> epochs;
};

// curves.jsonl of a run's folder while it grows: read() takes what is new, and all of it again when the file was cut, as a training that goes on from a
// checkpoint does. A last line that is half written waits for its end; a line that can't be understood is left out and counted. One caller at a time, any thread.
class CurveReader
{
public:
    explicit CurveReader(std::filesystem::path folder);

    // True when something changed. Throws base::Error(Io) when the file is there and can't be read; no file is no error.
    bool read();
    const RunCurves& curves() const { return m_curves; }
    std::size_t damagedLines() const { return m_damaged; }

private:
    void take(std::string_view line);
    std::filesystem::path m_file;
    RunCurves m_curves;
    std::uintmax_t m_taken = 0; // bytes of whole lines
    std::string m_tail;         // the last of them: tells whether the file is still the same
    std::size_t m_damaged = 0;
};

// run.json, for people: what was trained, with what and on what.
struct RunRecordView
{
    std::string kind;            // "alignment", "echo encoder", "ECG encoder"
    bool finished = false;
    std::string program, libtorch, device, precision;
    std::string startId, startName;
    std::string dataHash;
    struct Counts
    {
        std::int64_t train = 0, val = 0, test = 0;
    };
    std::optional<Counts> pairs, clips, ecgs, patients; // clips: of an echo encoder; ecgs: of an ECG encoder
    std::int64_t rows = 0, tooFarApart = 0, withoutDates = 0, unreadable = 0;
    std::optional<bool> splitsWereGiven;
    std::optional<std::int64_t> seed, epochs;
    std::vector<std::pair<std::string, std::string>> settings; // as written, objects in objects named with a point, lists of names with ", " between them
    std::int64_t steps = 0, epochTaken = 0;
    double batchesPerSecond = 0;
    std::string bundleId, bundleName;   // of a finished run
    std::filesystem::path bundleFolder; // empty: not there
    bool simulated = false;             // the bundle says that it learned from virtual patients
};

// Nothing when there is no run.json. Throws base::ParseError for a damaged one.
std::optional<RunRecordView> readRunRecord(const std::filesystem::path& folder);

// A mean over the neighbours of each value, wider for more of them: centred, `halfWidth` on either side, fewer at the ends.
std::vector<double> smoothed(const std::vector<double>& values, std::size_t halfWidth);

} // namespace echo2ecg::training
