// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/display_filter.h"
#include "ecg/page_layout.h"
#include "ui/theme/ecg_paper.h"

#include <QString>

class QSettings;

namespace echo2ecg::ui {

enum class PageSource { Recording, MedianBeat };

// How a person wants an ECG page: what the chips above it choose.
struct PageOptions
{
    PageSource source = PageSource::Recording;
    ecg::PageSettings recording;            // layout of the recording
    ecg::PageSettings beat = defaultBeat(); // layout of the median beat
    ecg::DisplayFilter filter;
    EcgPaper paper = EcgPaper::Theme;

    ecg::PageSettings& page() { return source == PageSource::Recording ? recording : beat; }
    const ecg::PageSettings& page() const { return source == PageSource::Recording ? recording : beat; }
    bool operator==(const PageOptions&) const = default;

    static ecg::PageSettings defaultBeat();
};

// The display filters that are offered, in the order of the menu.
struct NamedFilter
{
    const char* name;
    ecg::DisplayFilter filter;
};
const std::vector<NamedFilter>& offeredFilters();

QString nameOf(ecg::PageFormat format); // "3×4 + II"
QString hintOf(ecg::PageFormat format); // "Three rows of four leads, and lead II as rhythm strip"
bool suitsABeat(ecg::PageFormat format); // it has no rhythm, and twelve rows of it are too small
QString nameOf(EcgPaper paper);

// What is remembered from one day to the next: everything but where the page starts and the filter, which hides things.
void save(QSettings& settings, const PageOptions& options);
PageOptions restored(const QSettings& settings);

} // namespace echo2ecg::ui
