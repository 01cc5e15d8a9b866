// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/json.h"
#include "base/npy.h"
#include "base/number_text.h"
#include "ecg/ecg_reader.h"
#include "ecg/export_dicom.h"
#include "ecg/export_wfdb.h"

#include <cmath>
#include <fstream>

namespace echo2ecg::ecg {

namespace {

void exportCsv(const EcgRecord& record, const std::filesystem::path& out)
{
    std::ofstream stream(out, std::ios::binary | std::ios::trunc);
    if (!stream)
        throw base::Error(base::ErrorCode::Io, "The file can't be written.", {out, {}});
    std::string line = "# Echo2ECG Workstation, research use only; mV; ";
    base::appendShortest(line, record.samplingHz);
    line += " Hz\ntime_s";
    for (const Lead lead : allLeads)
        line += "," + std::string(name(lead));
    line += '\n';
    const std::size_t n = record.samples();
    for (std::size_t i = 0; i < n; ++i) {
        base::appendShortest(line, record.samplingHz > 0 ? double(i) / record.samplingHz : 0.0);
        for (const auto& lead : record.leads) {
            line += ',';
            if (i < lead.size() && !std::isnan(lead[i]))
                base::appendShortest(line, lead[i]);
        }
        line += '\n';
        if (line.size() > 1u << 16) {
            stream << line;
            line.clear();
        }
    }
    stream << line;
    if (!stream.flush())
        throw base::Error(base::ErrorCode::Io, "The file can't be written to its end.", {out, {}});
}

// An array alone says neither rate nor leads, so a description goes beside it, which our own reader takes as well.
void exportNpy(const EcgRecord& record, const std::filesystem::path& out)
{
    base::writeNpy(out, base::NpyArray::of({std::int64_t(leadCount), std::int64_t(record.samples())}, record.matrix()));
    base::Json leads = base::Json::array();
    for (const Lead lead : allLeads)
        leads.push(base::Json(name(lead)));
    const base::Json description = base::Json::object(
        {{"rate_hz", record.samplingHz}, {"units", "mV"}, {"leads", std::move(leads)}, {"layout", "leads_by_samples"}});
    std::filesystem::path beside = out;
    beside += ".json";
    std::ofstream stream(beside, std::ios::binary | std::ios::trunc);
    stream << description.dump(2) << '\n';
    if (!stream.flush())
        throw base::Error(base::ErrorCode::Io, "The description beside the array can't be written.", {beside, {}});
}

} // namespace

void exportEcg(const EcgRecord& record, const std::filesystem::path& out)
{
    std::string extension = out.extension().string();
    for (char& c : extension)
        c = c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
    if (extension == ".csv")
        exportCsv(record, out);
    else if (extension == ".npy")
        exportNpy(record, out);
    else if (extension == ".hea" || extension == ".dat")
        exportWfdb(record, out);
    else if (extension == ".dcm")
        exportDicom(record, out);
    else
        throw base::Error(base::ErrorCode::Unsupported,
                          "An ECG is exported as .csv, .npy, .hea (WFDB) or .dcm (DICOM), not as this.", {out, {}});
}

} // namespace echo2ecg::ecg
