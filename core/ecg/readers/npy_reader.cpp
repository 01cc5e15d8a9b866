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

constexpr std::uint64_t maxWholeBytes = 1u << 30; // where an array can't be read in parts

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
        shape.records *= std::uint64_t(whole[i]); // bounded: the file holds all
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

// One recording alone: the others of the file may be many gigabytes.
std::vector<double> oneRecord(const std::filesystem::path& file, const base::NpyLayout& layout, const Shape& shape,
                              std::uint64_t chosen)
{
    const std::uint64_t each = std::uint64_t(shape.leads) * shape.samples;
    if (!layout.fortran)
        return base::readNpyPart(file, layout, chosen * each, each).toDouble();
    if (layout.totalBytes > maxWholeBytes)
        throw ParseError(ErrorCode::LimitExceeded,
                         "An array of more than 1 GB in Fortran order isn't read; store it in C order.", {file, {}});
    const base::NpyArray array = base::readNpy(file);
    const auto begin = array.bytes.begin() + std::ptrdiff_t(chosen * each * std::uint64_t(layout.itemBytes));
    base::NpyArray one;
    one.dtype = array.dtype;
    one.shape = {std::int64_t(each)};
    one.bytes.assign(begin, begin + std::ptrdiff_t(each * std::uint64_t(layout.itemBytes)));
    return one.toDouble();
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
    const base::NpyLayout layout = base::readNpyLayout(file);
    const Shape shape = shapeOf(layout.shape, d, file);
    if (shape.records > 1 && !d.record)
        throw ParseError(ErrorCode::Missing,
                         "The array holds " + std::to_string(shape.records) +
                             " recordings; say which one with \"record\" (0 to " + std::to_string(shape.records - 1) +
                             ") in " + beside.filename().string() + ".",
                         {file, "shape"});
    const std::uint64_t chosen = d.record.value_or(0);
    if (chosen >= shape.records)
        throw ParseError(ErrorCode::Missing, "The array has no such record.", {file, "record"});
    const std::vector<double> values = oneRecord(file, layout, shape, chosen);

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
