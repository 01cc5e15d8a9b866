// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/display_filter.h"
#include "ecg/ecg_record.h"
#include "ecg/page_layout.h"
#include "ecg/quality_gate.h"

#include <QString>

#include <vector>

// The words around an ECG page, the same in the window and on paper. They name the patient: for eyes only, never for a
// log.
namespace echo2ecg::report {

// "Doe, Jane" from "Doe^Jane", empty when absent.
QString personName(const std::string& name);
// "Doe, Jane · ID 0012 · female · 63 years · 2019-04-02 12:30:05". "Patient not stated" when the file names nobody.
QString patientLine(const ecg::EcgRecord& record);
// "1000 Hz · 10.0 s · 0.05–150 Hz as filed · DICOM 12-lead ECG"
QString acquisitionLine(const ecg::EcgRecord& record);
// "columns sequential, 2.5 s each"; empty for a page without columns.
QString columnsLine(const ecg::Page& page);
// What a page says of itself at its foot: "25 mm/s · 10 mm/mV · columns sequential, 2.5 s each · shown with 0.5–40 Hz,
// zero phase".
QString footLine(const ecg::Page& page, const ecg::DisplayFilter& filter);
// 0.05, 150, 1000: at most four digits after the point, none that say nothing.
QString number(double value);

// One thing that a reader should know before trusting the page.
struct Note
{
    ecg::Severity severity = ecg::Severity::Note;
    QString lead; // "V3", or where in the file; may be empty
    QString sentence;
    bool operator==(const Note&) const = default;
};
// Gate findings, worst first, then what the reader assumed. Nothing is said twice.
std::vector<Note> notes(const ecg::EcgRecord& record, const std::vector<ecg::Finding>& findings);
const char* word(ecg::Severity severity) noexcept; // "blocks", "warning", "note"

// What the file itself measured or stated: "QRS duration", "92 ms". A statement has no name.
struct Stated
{
    QString name, value;
};
std::vector<Stated> statedByFile(const ecg::EcgRecord& record);

} // namespace echo2ecg::report
