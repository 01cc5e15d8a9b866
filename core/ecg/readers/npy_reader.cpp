// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/npy_reader.h"

#include "base/npy.h"
#include "ecg/readers/array_description.h"
#include "ecg/readers/reader_support.h"

#include <cmath>
#include <limits>

namespace echo2ecg::ecg {

namespace {

using base::ErrorCode;
using base::ParseError;

constexpr std::uintmax_t maxFileBytes = 1u << 30; // read at once

struct Shape
{
    std::uint64_t records = 1;
    std::size_t leads = 0, samples = 0;
    bool leadsFirst = true;
};

Shape shapeOf(const std::vector<std::int64_t>& whole, const ArrayDescription& d, const std::filesystem::path& file)
{
    const auto wrong = [&](std::string sentence) {
        return ParseError(ErrorCode::Inconsistent, std::move(sentence), {file, "shape"});
    };
    if (whole.size() < 2)
        throw wrong("The array needs two dimensions, leads and samples.");
    Shape shape;
    for (std::size_t i = 0; i + 2 < whole.size(); ++i)
        shape.records *= std::uint64_t(whole[i]); // bounded: the array is in memory
    const auto a = whole[whole.size() - 2], b = whole[whole.size() - 1];
    const auto leads = std::int64_t(d.leads.size());
    if (a != leads && b != leads)
        throw wrong("No dimension of the array is as long as the list of " + std::to_string(leads) + " leads.");
    if (a == leads && b == leads && !d.leadsFirst)
        throw wrong("The shape doesn't tell leads from samples; the description needs \"layout\".");
    shape.leadsFirst = a == leads && b == leads ? *d.leadsFirst : a == leads;
    if (d.leadsFirst && *d.leadsFirst != shape.leadsFirst)
        throw wrong("The stated layout doesn't fit the shape and the list of leads.");
    shape.leads = std::size_t(leads);
    shape.samples = std::size_t(shape.leadsFirst ? b : a);
    checkSampleCount(double(shape.samples), file, "shape");
    if (shape.records == 0 || shape.samples == 0)
        throw ParseError(ErrorCode::Missing, "The array is empty.", {file, "shape"});
    return shape;
}

} // namespace

bool NpyReader::recognises(const std::filesystem::path& file, std::string_view head) const noexcept
{
    return head.starts_with("\x93NUMPY") && !descriptionBeside(file).empty();
}

EcgRecord NpyReader::read(const std::filesystem::path& file) const
{
    const auto beside = descriptionBeside(file);
    if (beside.empty())
        throw ParseError(ErrorCode::Missing, "The array has no description: " + whatADescriptionNeeds(file),
                         {file, {}});
    const ArrayDescription d = readArrayDescription(beside);
    std::error_code problem;
    if (std::filesystem::file_size(file, problem) > maxFileBytes)
        throw ParseError(ErrorCode::LimitExceeded, "The array is larger than 1 GB; cut it into smaller ones.",
                         {file, {}});
    const base::NpyArray array = base::readNpy(file);
    const Shape shape = shapeOf(array.shape, d, file);
    if (shape.records > 1 && !d.record)
        throw ParseError(ErrorCode::Missing,
                         "The array holds " + std::to_string(shape.records) +
                             " recordings; the description needs \"record\".",
                         {file, "shape"});
    const std::uint64_t chosen = d.record.value_or(0);
    if (chosen >= shape.records)
        throw ParseError(ErrorCode::Missing, "The array has no such record.", {file, "record"});
    // One recording as an array of its own, so that the others aren't converted.
    const std::size_t each = shape.leads * shape.samples, itemBytes = array.bytes.size() / std::size_t(array.count());
    base::NpyArray one;
    one.dtype = array.dtype;
    one.shape = {std::int64_t(each)};
    const auto begin = array.bytes.begin() + std::ptrdiff_t(chosen * each * itemBytes);
    one.bytes.assign(begin, begin + std::ptrdiff_t(each * itemBytes));
    const std::vector<double> values = one.toDouble();

    EcgRecord record;
    record.file = file;
    record.format = "NumPy array";
    record.companions = {d.file};
    record.samplingHz = d.samplingHz;
    record.patient = d.patient;
    record.date = d.date;
    record.time = d.time;
    std::string others;
    for (std::size_t l = 0; l < shape.leads; ++l) {
        const auto lead = leadFromName(d.leads[l]);
        if (!lead) {
            others += (others.empty() ? "" : ", ") + d.leads[l].substr(0, 8);
            continue;
        }
        std::vector<float> samples(shape.samples);
        bool any = false;
        for (std::size_t i = 0; i < shape.samples; ++i) {
            const double value = values[shape.leadsFirst ? l * shape.samples + i : i * shape.leads + l];
            any = any || !std::isnan(value);
            samples[i] = d.millivoltsPerUnit == 1 ? float(value) : float(value * d.millivoltsPerUnit);
            if (!std::isfinite(samples[i]))
                samples[i] = std::numeric_limits<float>::quiet_NaN();
        }
        if (any) // a row of NaN is a lead that wasn't recorded
            placeLead(record, *lead, std::move(samples));
    }
    if (!others.empty())
        record.warnings.push_back({"leads-ignored", "No standard leads, left out: " + others + ".", others});
    finishRecord(record);
    return record;
}

} // namespace echo2ecg::ecg
