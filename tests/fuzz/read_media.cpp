// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz/read_media.h"

#include "casework/unpack.h"
#include "dicom/media_directory.h"
#include "echo/adult_echo_report.h"
#include "fuzz/checks.h"
#include "fuzz/scratch.h"

#include <cmath>

namespace echo2ecg::fuzz {

namespace {

int depthOf(const dicom::ContentItem& item)
{
    int deepest = 0;
    for (const dicom::ContentItem& child : item.children)
        deepest = std::max(deepest, depthOf(child));
    return deepest + 1;
}

bool isInside(const std::filesystem::path& file, const std::filesystem::path& folder)
{
    const auto relative = file.lexically_normal().lexically_relative(folder);
    return !relative.empty() && *relative.begin() != "..";
}

} // namespace

bool readStructuredReport(Bytes bytes)
{
    const auto file = Scratch::instance().write("in.dcm", bytes);
    return refusedOrDone([&] {
        const dicom::StructuredReport tree = dicom::readReport(file);
        require(depthOf(tree.root) <= 30, "a report is nested beyond its bound");
        const echo::EchoReport report = echo::interpret(tree);
        for (const echo::ReportedValue& value : report.values) {
            require(!(value.unit == "mL" && !(value.value > 0 && value.value <= 1000)) || !value.what.starts_with("LV"), "a volume that no heart has");
            require(report.best(value.what) != nullptr, "a value that is there isn't found");
        }
        for (const char* what : {"LVEDV", "LVESV", "LVSV", "LVEF"})
            if (const echo::ReportedValue* value = report.best(what))
                require(std::isfinite(value->value) && value->value > 0, "a phenotype is no number");
    });
}

bool readMediaDirectory(Bytes bytes)
{
    const auto file = Scratch::instance().write("DICOMDIR", bytes);
    return refusedOrDone([&] {
        const dicom::MediaDirectory media = dicom::readMediaDirectory(file);
        for (const auto* list : {&media.files, &media.missing})
            for (const auto& each : *list)
                require(isInside(each, std::filesystem::weakly_canonical(Scratch::instance().folder())) || isInside(each, Scratch::instance().folder()),
                        "a directory leads out of its folder");
    });
}

bool readZip(Bytes bytes)
{
    const auto file = Scratch::instance().write("in.zip", bytes);
    (void)casework::looksLikeZip(file);
    return refusedOrDone([&] {
        constexpr std::uint64_t most = 1 << 20;
        casework::UnpackBudget budget{64, most};
        const casework::Unpacked unpacked(file, budget);
        std::uint64_t size = 0;
        for (const auto& entry : unpacked.entries()) {
            require(isInside(entry.file, unpacked.folder()), "an entry leads out of its archive");
            size += std::filesystem::file_size(entry.file);
        }
        require(size <= most && budget.bytes <= most, "an archive grows beyond its bound");
    });
}

} // namespace echo2ecg::fuzz
