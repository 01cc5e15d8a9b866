// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/page_layout.h"
#include "inference/saliency.h"
#include "report/page_painter.h"
#include "ui/theme/ecg_paper.h"

#include <QString>

#include <optional>

namespace echo2ecg::ui {

// What a plot draws: a page, the record on it, and perhaps a second one over it. Shared, never changed.
struct PageContent
{
    std::shared_ptr<const ecg::EcgRecord> record; // null: an empty page
    ecg::Page page;                               // as laid out
    std::optional<report::PageTrace> overlay;
    // Behind the traces: what moved the embedding, and how strongly (of saliencyStrength()).
    std::shared_ptr<const inference::EcgSaliency> saliency;
    std::shared_ptr<const std::vector<float>> saliencyStrength;
    QString foot; // at the lower right edge of the paper
    EcgPaper paper = EcgPaper::Theme;
};

} // namespace echo2ecg::ui
