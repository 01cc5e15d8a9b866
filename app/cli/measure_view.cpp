// SPDX-License-Identifier: GPL-3.0-or-later
#include "measure_view.h"

#include "views.h"

#include <algorithm>

namespace echo2ecg::cli {

namespace {

int digitsOf(ecg::Quantity quantity)
{
    return ecg::unit(quantity) == "mV" ? 2 : ecg::unit(quantity) == "/min" ? 1 : 0;
}

base::Json viewOf(const ecg::Measured& measured)
{
    base::Json object = base::Json::object({{"quantity", ecg::code(measured.quantity)},
                                            {"label", ecg::label(measured.quantity)},
                                            {"value", orNull(measured.value)},
                                            {"unit", ecg::unit(measured.quantity)}});
    if (!measured.value)
        object.set("not_measurable", measured.whyNot);
    return object;
}

base::Json viewOf(const ecg::WaveBorders& borders)
{
    return base::Json::object({{"p_onset", orNull(borders.pOnset)},
                               {"p_offset", orNull(borders.pOffset)},
                               {"qrs_onset", orNull(borders.qrsOnset)},
                               {"qrs_offset", orNull(borders.qrsOffset)},
                               {"t_onset", orNull(borders.tOnset)},
                               {"t_offset", orNull(borders.tOffset)}});
}

std::string lineOf(const ecg::Measured& measured)
{
    std::string line = "  " + std::string(ecg::label(measured.quantity));
    line.append(line.size() < 26 ? 26 - line.size() : 1, ' ');
    if (!measured.value)
        return line + "not measurable: " + measured.whyNot + "\n";
    const std::string unit(ecg::unit(measured.quantity));
    return line + number(*measured.value, digitsOf(measured.quantity)) + (unit == "°" ? "" : " ") + unit + "\n";
}

} // namespace

base::Json measurementsView(const ecg::EcgRecord& record, const ecg::Measurements& measured)
{
    base::Json stated = base::Json::array(), values = base::Json::array(), peaks = base::Json::array(),
               inMedian = base::Json::array();
    for (const ecg::Measured& each : ecg::statedByFile(record))
        stated.push(viewOf(each));
    for (const ecg::Measured& each : measured.values)
        values.push(viewOf(each));
    for (std::size_t i = 0; i < measured.rPeaks.size(); ++i) {
        peaks.push(double(measured.rPeaks[i]) / record.samplingHz);
        inMedian.push(bool(measured.inMedian[i]));
    }
    base::Json automatic = base::Json::object({{"source", automaticUnverified},
                                               {"values", std::move(values)},
                                               {"r_peaks_s", std::move(peaks)},
                                               {"in_median", std::move(inMedian)},
                                               {"paced", measured.paced}});
    if (!measured.whyNot.empty())
        automatic.set("not_measurable", measured.whyNot);
    if (measured.beat) {
        automatic.set("borders_s", viewOf(measured.borders));
        automatic.set("r_peak_in_beat_s", double(measured.beatRPeak) / measured.beat->samplingHz);
    }
    return base::Json::object(
        {{"file", record.file.string()},
         {"stated", base::Json::object({{"source", statedByTheFile}, {"values", std::move(stated)}})},
         {"automatic", std::move(automatic)}});
}

std::string measurementsText(const ecg::EcgRecord& record, const ecg::Measurements& measured)
{
    const auto stated = ecg::statedByFile(record);
    std::string out = stated.empty() ? "The file states no measurements.\n" : "Stated by the file\n";
    for (const ecg::Measured& each : stated)
        out += lineOf(each);
    out += "Automatic, unverified";
    if (measured.beat)
        out += " (median of " + std::to_string(std::count(measured.inMedian.begin(), measured.inMedian.end(), true)) +
               " of " + std::to_string(measured.rPeaks.size()) + " beats" + (measured.paced ? ", paced" : "") + ")";
    out += "\n";
    if (!measured.whyNot.empty())
        out += "  " + measured.whyNot + "\n";
    for (const ecg::Measured& each : measured.values)
        out += lineOf(each);
    return out;
}

} // namespace echo2ecg::cli
