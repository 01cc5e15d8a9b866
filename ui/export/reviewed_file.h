// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dicom/deidentify.h"

#include <QImage>
#include <QString>

namespace echo2ecg::ui {

// What a person must see of one file before it is written.
struct FileUnderReview
{
    std::filesystem::path file;
    bool isRead = false;
    QString problem; // why it can't be written; empty when it can
    bool isImage = false;
    int frames = 0;
    double pixelAspect = 1;
    QString kind, facts; // "Clip", "34 frames · 480 × 430 · JPEG Baseline"; nothing of the patient
    QImage picture;      // of `frame`
    int frame = 0;
    std::vector<dicom::PixelBox> allowed; // by the ultrasound regions
    dicom::DeidentifyPreview preview;
    // A person's part.
    std::vector<dicom::PixelBox> boxes;
    bool looked = false;
};

// On a worker: header, first frame, what would change. Never throws.
FileUnderReview readForReview(const std::filesystem::path& file, int shiftDays) noexcept;
// Null when it can't be decoded.
QImage frameForReview(const std::filesystem::path& file, int frame) noexcept;

} // namespace echo2ecg::ui
