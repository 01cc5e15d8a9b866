// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/display_filter.h"
#include "ecg/page_layout.h"

namespace echo2ecg::report {

// How an ECG is printed: always at true scale.
struct EcgPrint
{
    ecg::PageSettings page; // superimposed and single leads too
    ecg::DisplayFilter filter;
    bool wholeRecording = false; // page after page to its end, instead of the page at page.startSeconds
};
constexpr std::size_t mostEcgPages = 500; // of a whole recording: 83 minutes at 25 mm/s

// A4 landscape PDF of the ECG alone. Needs a QGuiApplication (offscreen will do). Throws base::Error: Io; LimitExceeded for
// a longer recording; Unsuitable when the page begins behind its end.
void writeEcgPages(const ecg::EcgRecord& record, const EcgPrint& print, const std::filesystem::path& pdf);

} // namespace echo2ecg::report
