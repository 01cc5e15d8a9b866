// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/deidentify.h"

#include "dicom/deidentify_header.h"
#include "dicom/deidentify_pixels.h"
#include "dicom/tags.h"

#include <algorithm>

namespace echo2ecg::dicom {

namespace {

constexpr std::uint64_t mostInflated = std::uint64_t(512) << 20;

OutSet codeItem(const char* value, const char* meaning)
{
    OutSet item;
    item.text(tag::CodeValue, "SH", value);
    item.text(tag::CodingScheme, "SH", "DCM");
    item.text(tag::CodeMeaning, "LO", meaning);
    return item;
}

void putMethod(OutSet& main, bool hasPixels, bool hasDates)
{
    std::vector<OutSet> codes{codeItem("113100", "Basic Application Confidentiality Profile")};
    if (hasPixels)
        codes.push_back(codeItem("113101", "Clean Pixel Data Option"));
    if (hasDates)
        codes.push_back(codeItem("113107", "Retain Longitudinal Temporal Information Modified Dates Option"));
    main.items(0x00120064, codes);
    if (hasPixels)
        main.text(0x00280301, "CS", "NO"); // Burned In Annotation: what isn't masked was chosen by a person
}

// What the object is: an image, an ECG, or nothing that is taken.
bool requireKind(const Object& object)
{
    if (object.main.stoppedAt()) // at pixels
        return true;
    if (object.main.contains(tag::WaveformSequence))
        return false;
    object.fail(base::ErrorCode::Unsupported,
                "Only images and ECG waveforms are de-identified; this is a " + classNameForPeople(object.classUid()) + ".");
}

struct Work
{
    Object object;
    CleanHeader header;
    std::optional<CleanPixels> pixels;

    Work(const std::filesystem::path& file, DeidentifyPlan& plan) : object(Object::open(file, mostInflated))
    {
        const bool isImage = requireKind(object);
        header = cleanHeader(object, plan);
        if (isImage)
            pixels.emplace(object, plan.keep);
        putMethod(header.main, isImage, plan.shiftDays != 0);
        if (object.main.raw(0x00280301) == "YES")
            header.warnings.push_back({"burned-in-declared", "The image says that text is burned into its pixels.", tagText(0x00280301)});
        if (plan.shiftDays == 0)
            header.warnings.push_back({"dates-removed", "Without a shift of dates none is kept.", {}});
        if (pixels)
            pixels->describe(header);
    }
    std::string syntaxUid() const { return pixels ? pixels->syntaxUid() : "1.2.840.10008.1.2.1"; }
};

} // namespace

std::vector<PixelBox> regionBoxes(const ImageHeader& header)
{
    constexpr int graphics = 5; // Region Spatial Format (C.8.5.5.1.1)
    std::vector<PixelBox> boxes;
    for (const UltrasoundRegion& region : header.regions) {
        if (region.spatialFormat == graphics)
            continue;
        const auto cut = [](std::int64_t value, int end) { return int(std::clamp<std::int64_t>(value, 0, end)); };
        const PixelBox box{cut(region.x0, header.columns), cut(region.y0, header.rows), cut(std::int64_t(region.x1) + 1, header.columns),
                           cut(std::int64_t(region.y1) + 1, header.rows)};
        if (box.x0 < box.x1 && box.y0 < box.y1)
            boxes.push_back(box);
    }
    const auto inside = [](const PixelBox& a, const PixelBox& b) { return a.x0 >= b.x0 && a.y0 >= b.y0 && a.x1 <= b.x1 && a.y1 <= b.y1; };
    std::vector<PixelBox> outer;
    for (std::size_t i = 0; i < boxes.size(); ++i) {
        bool swallowed = false;
        for (std::size_t k = 0; k < boxes.size() && !swallowed; ++k)
            swallowed = k != i && inside(boxes[i], boxes[k]) && (!inside(boxes[k], boxes[i]) || k < i);
        if (!swallowed)
            outer.push_back(boxes[i]);
    }
    return outer;
}

std::vector<PixelBox> wholePicture(const ImageHeader& header)
{
    return {PixelBox{0, 0, header.columns, header.rows}};
}

DeidentifyPreview previewDeidentified(const std::filesystem::path& file, DeidentifyPlan& plan)
{
    requireUsableId(plan);
    Work work(file, plan);
    DeidentifyPreview preview;
    preview.changes = std::move(work.header.changes);
    preview.hasPixels = work.pixels.has_value();
    preview.pixelsWillBeReencoded = work.pixels && work.pixels->isReencoded();
    preview.transferSyntaxName = transferSyntax(work.syntaxUid()).name;
    preview.warnings = std::move(work.header.warnings);
    return preview;
}

void writeDeidentified(const std::filesystem::path& file, const std::filesystem::path& out, DeidentifyPlan& plan, const base::JobContext& job)
{
    requireUsableId(plan);
    std::error_code ignored;
    if (std::filesystem::equivalent(file, out, ignored))
        throw base::Error(base::ErrorCode::Io, "The original would be overwritten.", {out, {}});
    Work work(file, plan);
    if (work.pixels && work.pixels->keepsNothing())
        throw base::Error(base::ErrorCode::Missing, "No part of the picture is chosen to be kept.", {file, {}});
    OutFile to(out, work.header.classUid, work.header.instanceUid, work.syntaxUid());
    to.write(work.header.main.encoded());
    if (work.pixels)
        work.pixels->write(to, job);
    to.commit();
}

} // namespace echo2ecg::dicom
