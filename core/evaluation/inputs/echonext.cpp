// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluation/inputs/echonext.h"

#include "base/csv.h"

#include <algorithm>

namespace echo2ecg::evaluation {

using base::Error;
using base::ErrorCode;
using base::ParseError;

namespace {

constexpr std::string_view ending = "_waveforms.npy";

// "EchoNext_train_waveforms.npy" is of the split "train".
std::string splitOfFile(const std::string& name)
{
    const std::string lower = base::lowerCase(name);
    if (!lower.ends_with(ending))
        return {};
    std::string stem = lower.substr(0, lower.size() - ending.size());
    if (stem.starts_with("echonext_"))
        stem.erase(0, 9);
    return stem;
}

int orderOf(const std::string& split)
{
    return split == "train" ? 0 : split == "val" ? 1 : split == "test" ? 2 : 3;
}

void checkLayout(const base::NpyLayout& layout, const std::filesystem::path& file)
{
    auto shape = layout.shape;
    if (shape.size() == 4 && shape[1] == 1)
        shape.erase(shape.begin() + 1);
    if (shape.size() != 3 || shape[1] != echoNextSamples || shape[2] != echoNextLeads)
        throw ParseError(ErrorCode::Inconsistent, "the waveforms aren't N × 1 × 2500 × 12", {file, "header"});
    if ((layout.dtype != "f4" && layout.dtype != "f8") || layout.fortran)
        throw ParseError(ErrorCode::Unsupported, "the waveforms aren't float32 or float64 in C order", {file, "header"});
}

} // namespace

EchoNext EchoNext::open(const std::filesystem::path& folder)
{
    std::error_code failed;
    std::vector<std::filesystem::path> tables, arrays;
    for (std::filesystem::directory_iterator it(folder, failed), end; !failed && it != end; it.increment(failed)) {
        const std::string name = base::lowerCase(it->path().filename().string());
        if (name.ends_with(".csv") && name.find("metadata") != std::string::npos)
            tables.push_back(it->path());
        else if (!splitOfFile(name).empty())
            arrays.push_back(it->path());
    }
    if (failed)
        throw Error(ErrorCode::Io, "the folder can't be read", {folder, {}});
    if (tables.size() != 1 || arrays.empty())
        throw ParseError(ErrorCode::NotRecognised, "this isn't EchoNext: one CSV of metadata and arrays named …_waveforms.npy are expected", {folder, {}});

    EchoNext out;
    out.m_labels = readLabelTable(tables.front());
    for (const auto& file : arrays) {
        Part part;
        part.split = splitOfFile(file.filename().string());
        part.file = file;
        part.layout = base::readNpyLayout(file);
        checkLayout(part.layout, file);
        part.rows = out.m_labels.ofSplit(part.split);
        if (part.rows.size() != std::size_t(part.layout.shape.front()))
            throw ParseError(ErrorCode::Inconsistent, std::to_string(part.layout.shape.front()) + " waveforms belong to " + std::to_string(part.rows.size()) +
                                                          " rows of the table", {file, {}});
        out.m_parts.push_back(std::move(part));
    }
    std::sort(out.m_parts.begin(), out.m_parts.end(), [](const Part& a, const Part& b) {
        return orderOf(a.split) != orderOf(b.split) ? orderOf(a.split) < orderOf(b.split) : a.split < b.split;
    });
    for (const Part& part : out.m_parts)
        out.m_splits.push_back(part.split);
    return out;
}

const EchoNext::Part& EchoNext::part(const std::string& split) const
{
    const auto found = std::find_if(m_parts.begin(), m_parts.end(), [&](const Part& p) { return p.split == split; });
    if (found == m_parts.end())
        throw Error(ErrorCode::Missing, "there are no waveforms of the split \"" + split + "\"");
    return *found;
}

const std::vector<std::size_t>& EchoNext::rows(const std::string& split) const
{
    return part(split).rows;
}

std::vector<float> EchoNext::waveform(const std::string& split, std::size_t index) const
{
    const Part& from = part(split);
    if (index >= from.rows.size())
        throw Error(ErrorCode::Missing, "the split \"" + split + "\" has no waveform " + std::to_string(index));
    constexpr std::uint64_t values = std::uint64_t(echoNextSamples) * echoNextLeads;
    const std::vector<float> stored = base::readNpyPart(from.file, from.layout, index * values, values).toFloat();
    std::vector<float> leads(values);
    for (std::size_t t = 0; t < std::size_t(echoNextSamples); ++t)
        for (std::size_t l = 0; l < std::size_t(echoNextLeads); ++l)
            leads[l * std::size_t(echoNextSamples) + t] = stored[t * std::size_t(echoNextLeads) + l];
    return leads;
}

} // namespace echo2ecg::evaluation
