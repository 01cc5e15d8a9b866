// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/run_folder.h"

#include "base/folder.h"
#include "base/sha256.h"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace echo2ecg::training {

using base::Error;
using base::ErrorCode;

namespace {

constexpr const char* checkpointFile = "checkpoint.json";
constexpr const char* curvesFile = "curves.jsonl";
constexpr int format = 1;

} // namespace

RunFolder::RunFolder(std::filesystem::path folder) : m_folder(std::move(folder))
{
    base::makeFolder(m_folder);
}

bool RunFolder::hasCheckpoint() const
{
    std::error_code ignored;
    return std::filesystem::exists(m_folder / checkpointFile, ignored);
}

std::optional<RunFolder::Checkpoint> RunFolder::load() const
{
    if (!hasCheckpoint())
        return std::nullopt;
    const std::filesystem::path file = m_folder / checkpointFile;
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    if (!in || !(text << in.rdbuf()))
        throw Error(ErrorCode::Io, "the file can't be read", {file, {}});
    const base::Json json = base::Json::parse(text.str(), file.string());
    if (json.at("format").toInteger() != format)
        throw base::ParseError(ErrorCode::Unsupported, "the checkpoint is of another version of the program", {file, "format"});
    const std::string& name = json.at("tensors").toString();
    if (std::filesystem::path(name).filename() != name || !name.ends_with(".safetensors")) // the folder's own file, and no device that never ends
        throw base::ParseError(ErrorCode::Malformed, "the tensors aren't named by a file of the run", {file, "tensors"});
    const std::filesystem::path tensors = m_folder / name;
    if (base::sha256OfFile(tensors) != json.at("sha256").toString())
        throw Error(ErrorCode::Mismatch, "the file is not the one that checkpoint.json names", {tensors, {}});
    return Checkpoint{json.at("state"), nn::readSafetensors(tensors)};
}

void RunFolder::save(std::int64_t number, base::Json state, const std::vector<nn::StoredTensor>& tensors,
                     const std::vector<std::string>& keep) const
{
    const std::string name = "checkpoint-" + std::to_string(number) + ".safetensors";
    nn::writeSafetensors(m_folder / name, tensors, {{"format", "pt"}});
    const base::Json json = base::Json::object(
        {{"format", format}, {"tensors", name}, {"sha256", base::sha256OfFile(m_folder / name)}, {"state", std::move(state)}});
    writeWholeText(m_folder / checkpointFile, json.dump(1) + "\n");
    std::vector<std::string> needed = keep;
    needed.push_back(name);
    removeOthers(needed);
}

void RunFolder::removeOthers(const std::vector<std::string>& keep) const
{
    std::error_code ignored;
    std::vector<std::filesystem::path> old;
    for (const auto& entry : std::filesystem::directory_iterator(m_folder, ignored)) {
        const std::string name = entry.path().filename().string();
        const bool ours = (name.rfind("checkpoint-", 0) == 0 || name.rfind("best-", 0) == 0) && name.ends_with(".safetensors");
        if (ours && std::find(keep.begin(), keep.end(), name) == keep.end())
            old.push_back(entry.path());
    }
    for (const auto& file : old)
        std::filesystem::remove(file, ignored);
}

void RunFolder::appendCurve(const base::Json& line) const
{
    std::ofstream out(m_folder / curvesFile, std::ios::binary | std::ios::app);
    out << line.dump() + "\n";
    out.close();
    if (!out)
        throw Error(ErrorCode::Io, "the file can't be written", {m_folder / curvesFile, {}});
}

std::uintmax_t RunFolder::curveBytes() const
{
    std::error_code failed;
    const std::uintmax_t bytes = std::filesystem::file_size(m_folder / curvesFile, failed);
    return failed ? 0 : bytes;
}

void RunFolder::cutCurves(std::uintmax_t bytes) const
{
    std::error_code failed;
    if (bytes < curveBytes())
        std::filesystem::resize_file(m_folder / curvesFile, bytes, failed);
    if (failed)
        throw Error(ErrorCode::Io, "the file can't be written", {m_folder / curvesFile, {}});
}

} // namespace echo2ecg::training
