// SPDX-License-Identifier: GPL-3.0-or-later
#include "casework/study_clips.h"

#include "base/folder.h"
#include "base/npy.h"
#include "base/sha256.h"
#include "casework/import.h"
#include "echo/preprocess.h"
#include "echo/view_choice.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::casework {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorCode;

namespace {

training::ClipPixels pixelsOf(const echo::PreprocessedClip& clip, const echo::EchoRecipe& recipe)
{
    training::ClipPixels pixels;
    pixels.channels = 3;
    pixels.frames = recipe.frames;
    pixels.size = recipe.size;
    const std::size_t channel = std::size_t(recipe.frames) * std::size_t(recipe.size) * std::size_t(recipe.size);
    pixels.values.resize(3 * channel);
    for (std::size_t c = 0; c < 3; ++c)
        for (std::size_t i = 0; i < channel; ++i) {
            const double value = double(clip.input[c * channel + i]) * recipe.std[c] + recipe.mean[c];
            pixels.values[c * channel + i] = std::uint8_t(std::clamp(std::lround(value), 0L, 255L));
        }
    const auto begin = pixels.values.begin(), second = begin + std::ptrdiff_t(channel), third = second + std::ptrdiff_t(channel);
    if (std::equal(begin, second, second) && std::equal(begin, second, third)) {
        pixels.channels = 1;
        pixels.values.resize(channel);
    }
    return pixels;
}

std::vector<fs::path> filesIn(const fs::path& folder)
{
    std::vector<fs::path> files;
    std::error_code ignored;
    for (int i = 0; fs::exists(folder / (std::to_string(i) + ".npy"), ignored); ++i)
        files.push_back(folder / (std::to_string(i) + ".npy"));
    return files;
}

} // namespace

echo::EchoStudy studyIn(const fs::path& folder, const base::CancelToken& cancel)
{
    base::JobContext quiet;
    quiet.cancel = cancel;
    Scan found = scan({folder}, quiet);
    if (found.studies.size() != 1)
        throw Error(ErrorCode::Unsuitable, found.studies.empty() ? "the folder holds no echo clips" : "the folder holds several echo studies", {folder, {}});
    return std::move(found.studies.front());
}

std::string keyOfStudy(const fs::path& folder, const std::string& purpose)
{
    std::vector<std::string> facts;
    std::error_code failed;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder, failed)) {
        std::error_code none;
        if (!entry.is_regular_file(none))
            continue;
        facts.push_back(entry.path().lexically_relative(folder).generic_string() + "\n" + std::to_string(entry.file_size(none)) + "\n" +
                        std::to_string(entry.last_write_time(none).time_since_epoch().count()) + "\n");
    }
    if (failed)
        throw Error(ErrorCode::Io, "the folder of the study can't be read", {folder, {}});
    std::sort(facts.begin(), facts.end());
    base::Sha256 hash;
    hash.add(purpose + "\n" + fs::absolute(folder).lexically_normal().generic_string() + "\n");
    for (const std::string& fact : facts)
        hash.add(fact);
    return hash.hex().substr(0, 24);
}

training::StudyClips embeddedClips(const fs::path& folder, const fs::path& cache, const std::string& bundleId, const std::string& recipeHash,
                                   const std::function<inference::Engine&()>& engine, const base::JobContext& job)
{
    const fs::path file = cache / (keyOfStudy(folder, bundleId + recipeHash) + ".npy");
    std::error_code ignored;
    if (fs::exists(file, ignored)) {
        const base::NpyArray array = base::readNpy(file);
        if (array.shape.size() == 2 && array.shape[0] > 0 && array.shape[1] > 0)
            return {int(array.shape[0]), int(array.shape[1]), array.toFloat()};
    }
    base::JobContext inner = job; // progress is the pairs', not the clips'
    inner.onProgress = {};
    const inference::StudyEmbedding embedding = engine().embed(studyIn(folder, job.cancel), inner);
    training::StudyClips clips;
    for (const inference::ClipOutcome& clip : embedding.clips) {
        if (clip.embedding.empty())
            continue;
        ++clips.views;
        clips.width = int(clip.embedding.size());
        clips.values.insert(clips.values.end(), clip.embedding.begin(), clip.embedding.end());
    }
    base::makeFolder(cache);
    fs::path part = file;
    part += ".part";
    base::writeNpy(part, base::NpyArray::of({clips.views, clips.width}, clips.values));
    fs::rename(part, file);
    return clips;
}

std::vector<fs::path> keptClips(const fs::path& folder, const fs::path& cache, const echo::EchoRecipe& recipe, const base::CancelToken& cancel)
{
    const fs::path kept = cache / keyOfStudy(folder, recipe.hash());
    if (std::vector<fs::path> files = filesIn(kept); !files.empty())
        return files;
    const echo::EchoStudy study = studyIn(folder, cancel);
    const std::vector<echo::ViewChoice> choices = echo::chooseViews(study, recipe, echo::Look::WhereItMatters, cancel);
    fs::path part = kept;
    part += ".part";
    std::error_code ignored;
    fs::remove_all(part, ignored);
    base::makeFolder(part);
    int count = 0;
    for (std::size_t i = 0; i < choices.size(); ++i) {
        if (!choices[i].isUsed)
            continue;
        const training::ClipPixels pixels = pixelsOf(echo::preprocess(study.clips[i], recipe, cancel), recipe);
        base::writeNpy(part / (std::to_string(count++) + ".npy"), base::NpyArray::of({pixels.channels, pixels.frames, pixels.size, pixels.size}, pixels.values));
    }
    if (count == 0)
        throw Error(ErrorCode::Unsuitable, "no clip of the study is a view for the model", {folder, {}});
    fs::rename(part, kept); // all of a study or nothing
    return filesIn(kept);
}

training::ClipPixels readKeptClip(const fs::path& file)
{
    base::NpyArray array = base::readNpy(file);
    if (array.dtype != "u1" || array.shape.size() != 4)
        throw Error(ErrorCode::Malformed, "this isn't a kept clip", {file, {}});
    return {int(array.shape[0]), int(array.shape[1]), int(array.shape[2]), std::move(array.bytes)};
}

} // namespace echo2ecg::casework
