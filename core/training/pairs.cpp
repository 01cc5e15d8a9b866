// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/pairs.h"

#include "base/npy.h"
#include "base/sha256.h"
#include "nn/safetensors.h"
#include "training/random.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace echo2ecg::training {

using base::Error;
using base::ErrorCode;

namespace {

// Who is in two splits? Names are never told: the places where they stand are.
class LeakageCheck
{
public:
    void add(const char* kind, const std::string& id, const PairItem& item)
    {
        const auto [found, isNew] = m_seen.emplace(std::pair(std::string(kind), id), std::pair(*item.split, item.origin));
        if (isNew || found->second.first == *item.split)
            return;
        if (m_leaks++ == 0)
            m_first = std::string("the same ") + kind + " is in " + name(found->second.first) + " (" + found->second.second + ") and in " +
                      name(*item.split) + " (" + item.origin + ")";
    }
    void refuse() const
    {
        if (m_leaks > 0)
            throw Error(ErrorCode::Inconsistent, "the splits leak, nothing is trained: " + m_first +
                                                     (m_leaks > 1 ? ", and there are " + std::to_string(m_leaks - 1) + " more such pairs" : ""));
    }

private:
    std::map<std::pair<std::string, std::string>, std::pair<Split, std::string>> m_seen;
    std::size_t m_leaks = 0;
    std::string m_first;
};

void splitByPatient(std::vector<PairItem>& items, const PairOptions& options)
{
    std::set<std::string> names;
    for (const PairItem& item : items)
        names.insert(item.patient);
    const std::vector<std::string> patients(names.begin(), names.end());
    const std::vector<std::size_t> order = shuffled(patients.size(), RandomStream("split", {options.seed}));
    const auto count = [&](double share) { return std::size_t(std::llround(share * double(patients.size()))); };
    const std::size_t val = count(options.valShare), test = count(options.testShare);
    std::map<std::string, Split> splits;
    for (std::size_t i = 0; i < order.size(); ++i)
        splits[patients[order[i]]] = i < val ? Split::Val : i < val + test ? Split::Test : Split::Train;
    for (PairItem& item : items)
        item.split = splits.at(item.patient);
}

template <class Values> std::string hashOf(const Values& values, std::initializer_list<int> shape)
{
    base::Sha256 hash;
    for (const int length : shape)
        hash.add(std::to_string(length) + ",");
    hash.add(values.data(), values.size() * sizeof(values[0]));
    return hash.hex();
}

// Embeddings from files, each file read once.
class ClipFiles
{
public:
    ClipFiles(const PairReaders& readers, int width) : m_readers(readers), m_width(width) {}

    StudyClips read(const PairItem& item)
    {
        StudyClips all;
        all.width = m_width;
        for (const PairItem::ClipSource& source : item.clipSources) {
            const StudyClips& file = of(source.file, item.studyId);
            if (file.width != m_width)
                throw Error(ErrorCode::Mismatch,
                            "the clips' embeddings are " + std::to_string(file.width) + " wide, the model's " + std::to_string(m_width),
                            {source.file, {}});
            if (source.row && *source.row >= file.views)
                throw Error(ErrorCode::Mismatch, "the embeddings have no row " + std::to_string(*source.row), {source.file, {}});
            const auto first = file.values.begin() + std::ptrdiff_t(source.row ? *source.row * m_width : 0);
            all.values.insert(all.values.end(), first, source.row ? first + m_width : file.values.end());
            all.views += source.row ? 1 : file.views;
        }
        return all;
    }

private:
    const StudyClips& of(const std::filesystem::path& file, const std::string& study)
    {
        const std::string extension = file.extension().string();
        const std::string key = file.string() + (extension == ".safetensors" ? "\n" + study : std::string());
        if (const auto found = m_files.find(key); found != m_files.end())
            return found->second;
        return m_files.emplace(key, load(file, extension, study)).first->second;
    }
    StudyClips load(const std::filesystem::path& file, const std::string& extension, const std::string& study) const
    {
        if (extension == ".npy") {
            const base::NpyArray array = base::readNpy(file);
            return of(array.shape, array.toFloat(), file);
        }
        if (extension == ".safetensors") {
            const std::map<std::string, nn::StoredTensor> tensors = nn::readSafetensors(file);
            auto found = tensors.find(study);
            if (found == tensors.end())
                found = tensors.find("clips");
            if (found == tensors.end() && tensors.size() == 1)
                found = tensors.begin();
            if (found == tensors.end())
                throw Error(ErrorCode::Missing, "the file has no tensor named as the study, nor \"clips\"", {file, {}});
            return of({found->second.shape.begin(), found->second.shape.end()}, found->second.toFloat(), file);
        }
        if (!m_readers.study)
            throw Error(ErrorCode::Unsupported, "clips are given as .npy or .safetensors", {file, {}});
        return m_readers.study(file);
    }
    static StudyClips of(const std::vector<std::int64_t>& shape, std::vector<float> values, const std::filesystem::path& file)
    {
        const bool one = shape.size() == 1;
        if ((!one && shape.size() != 2) || values.empty() || shape.back() > (1 << 20))
            throw Error(ErrorCode::Mismatch, "the embeddings aren't a matrix of clips × width", {file, {}});
        return {one ? 1 : int(shape[0]), int(shape.back()), std::move(values)};
    }

    const PairReaders& m_readers;
    int m_width;
    std::map<std::string, StudyClips> m_files;
};

void check(const EcgSignal& ecg, const PairShape& shape)
{
    if (ecg.leads != shape.leads || ecg.values.size() != std::size_t(ecg.leads) * std::size_t(ecg.samples))
        throw Error(ErrorCode::Mismatch, "the ECG hasn't the leads of the model");
    if (ecg.samples < shape.window)
        throw Error(ErrorCode::Unsuitable, "the ECG has " + std::to_string(ecg.samples) + " samples, and the model needs " +
                                               std::to_string(shape.window));
}

void check(const StudyClips& clips, const PairShape& shape)
{
    if (clips.views < 1 || clips.width != shape.embedding ||
        clips.values.size() != std::size_t(clips.views) * std::size_t(clips.width))
        throw Error(ErrorCode::Mismatch, "the study has no clips of the model's width");
}

void checkFinite(const std::vector<float>& values, const char* what)
{
    if (!std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); }))
        throw Error(ErrorCode::Unsuitable, std::string(what) + " holds a value that is not finite");
}

} // namespace

base::Json PairOptions::toJson() const
{
    return base::Json::object({{"most_days", mostDays}, {"val_share", valShare}, {"test_share", testShare}, {"seed", seed}});
}

std::array<std::size_t, 3> PairSet::pairs() const
{
    std::array<std::size_t, 3> counts{};
    for (const PairItem& item : items)
        ++counts[std::size_t(*item.split)];
    return counts;
}

std::array<std::size_t, 3> PairSet::patients() const
{
    std::array<std::set<std::string>, 3> names;
    for (const PairItem& item : items)
        names[std::size_t(*item.split)].insert(item.patient);
    return {names[0].size(), names[1].size(), names[2].size()};
}

std::vector<std::size_t> PairSet::of(Split split) const
{
    std::vector<std::size_t> indices;
    for (std::size_t i = 0; i < items.size(); ++i)
        if (items[i].split == split)
            indices.push_back(i);
    return indices;
}

base::Json bySplit(const std::array<std::size_t, 3>& counts)
{
    return base::Json::object({{"train", counts[0]}, {"val", counts[1]}, {"test", counts[2]}});
}

base::Json PairSet::toJson() const
{
    return base::Json::object({{"sha256", sha256},
                               {"rows", rows},
                               {"pairs", bySplit(pairs())},
                               {"patients", bySplit(patients())},
                               {"splits_were_given", splitsWereGiven},
                               {"too_far_apart", tooFarApart},
                               {"without_dates", withoutDates},
                               {"unreadable", unreadable}});
}

PairSet choosePairs(std::vector<PairItem> items, const PairOptions& options)
{
    if (!(options.valShare >= 0 && options.testShare >= 0 && options.valShare + options.testShare < 1))
        throw Error(ErrorCode::Unsupported, "the shares of val and test leave nothing to train with");
    PairSet set;
    set.rows = items.size();
    for (PairItem& item : items) {
        if (item.daysApart && std::abs(*item.daysApart) > options.mostDays) {
            ++set.tooFarApart;
            continue;
        }
        set.withoutDates += !item.daysApart;
        if (item.patient.empty())
            throw Error(ErrorCode::Missing, "a pair has no patient (" + item.origin + "), so nobody can tell whether the splits leak");
        set.items.push_back(std::move(item));
    }
    const std::size_t given = std::size_t(
        std::count_if(set.items.begin(), set.items.end(), [](const PairItem& item) { return item.split.has_value(); }));
    if (given != 0 && given != set.items.size())
        throw Error(ErrorCode::Inconsistent, "some pairs have a split and others have none");
    set.splitsWereGiven = given != 0;
    if (!set.splitsWereGiven)
        splitByPatient(set.items, options);

    LeakageCheck leakage;
    for (const PairItem& item : set.items) {
        leakage.add("patient", item.patient, item);
        leakage.add("ECG", item.ecgId, item);
        leakage.add("echo study", item.studyId, item);
    }
    leakage.refuse();
    return set;
}

void readPairData(PairSet& set, const PairReaders& readers, const PairShape& shape, const base::JobContext& job)
{
    std::map<std::string, std::shared_ptr<const EcgSignal>> ecgs;
    std::map<std::string, std::shared_ptr<const StudyClips>> studies;
    ClipFiles files(readers, shape.embedding);
    std::vector<PairItem> kept;
    std::int64_t done = 0;
    for (PairItem& item : set.items) {
        job.throwIfCancelled();
        if (done % 16 == 0)
            job.report({"reading pairs", done, std::int64_t(set.items.size()), "pairs"});
        ++done;
        try {
            std::shared_ptr<const EcgSignal>& ecg = ecgs[item.ecgId];
            if (!ecg)
                ecg = item.ecg ? item.ecg : std::make_shared<EcgSignal>(readers.ecg(item.ecgFile));
            std::shared_ptr<const StudyClips>& clips = studies[item.studyId];
            if (!clips)
                clips = item.clips ? item.clips : std::make_shared<StudyClips>(files.read(item));
            check(*ecg, shape);
            check(*clips, shape);
            checkFinite(ecg->values, "the ECG");
            checkFinite(clips->values, "the study");
            item.ecg = ecg;
            item.clips = clips;
            kept.push_back(std::move(item));
        } catch (const base::Cancelled&) {
            throw;
        } catch (const Error& error) {
            ++set.unreadable;
            job.note({"pair-left-out", error.what(), item.origin});
        }
    }
    set.items = std::move(kept);
    job.report({"reading pairs", done, done, "pairs"});

    // The same content under two names would leak as well.
    base::Sha256 all;
    LeakageCheck leakage;
    std::map<const void*, std::string> hashes;
    for (const PairItem& item : set.items) {
        std::string &ecg = hashes[item.ecg.get()], &clips = hashes[item.clips.get()];
        if (ecg.empty())
            ecg = hashOf(item.ecg->values, {item.ecg->leads, item.ecg->samples});
        if (clips.empty())
            clips = hashOf(item.clips->values, {item.clips->views, item.clips->width});
        leakage.add("recording", ecg, item);
        leakage.add("study's content", clips, item);
        all.add(ecg + clips + name(*item.split) + "\n");
    }
    leakage.refuse();
    set.sha256 = all.hex();
    if (set.pairs()[0] == 0)
        throw Error(ErrorCode::Unsuitable, "no pair is left to train with");
}

} // namespace echo2ecg::training
