// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/export/reviewed_file.h"

#include <QCoreApplication>

namespace echo2ecg::ui {

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("DeidentifyWindow", text);
}

QImage toImage(const base::RgbImage& frame)
{
    return QImage(frame.pixels.data(), frame.columns, frame.rows, frame.columns * 3, QImage::Format_RGB888).copy();
}

} // namespace

FileUnderReview readForReview(const std::filesystem::path& file, int shiftDays) noexcept
{
    FileUnderReview review;
    review.file = file;
    review.isRead = true;
    try {
        dicom::DeidentifyPlan plan;
        plan.patientId = "ID";
        plan.shiftDays = shiftDays;
        const dicom::Summary summary = dicom::summarise(file);
        review.kind = summary.kind == dicom::Kind::EcgWaveform       ? tr("ECG")
                      : summary.kind == dicom::Kind::UltrasoundClip  ? tr("Clip")
                      : summary.kind == dicom::Kind::UltrasoundStill ? tr("Still")
                                                                     : tr("Object");
        if (summary.kind == dicom::Kind::EcgWaveform) {
            review.preview = dicom::previewDeidentified(file, plan);
            review.facts = QString::fromStdString(summary.classNameForPeople);
            return review;
        }
        const auto image = dicom::ImageFile::open(file);
        const dicom::ImageHeader& header = image->header();
        review.isImage = true;
        review.frames = image->frameCount();
        review.pixelAspect = header.pixelAspect;
        review.allowed = dicom::regionBoxes(header);
        review.boxes = plan.keep = review.allowed;
        review.facts = tr("%1 · %2 × %3 · %4")
                           .arg(review.frames == 1 ? tr("1 frame") : tr("%1 frames").arg(review.frames))
                           .arg(header.columns)
                           .arg(header.rows)
                           .arg(QString::fromStdString(header.transferSyntaxName));
        review.preview = dicom::previewDeidentified(file, plan);
        review.picture = toImage(image->frame(0));
    } catch (const base::Error& problem) {
        review.problem = QString::fromStdString(problem.sentence());
    } catch (const std::exception&) {
        review.problem = tr("The file can't be read.");
    }
    return review;
}

QImage frameForReview(const std::filesystem::path& file, int frame) noexcept
{
    try {
        return toImage(dicom::ImageFile::open(file)->frame(frame));
    } catch (const std::exception&) {
        return {};
    }
}

} // namespace echo2ecg::ui
