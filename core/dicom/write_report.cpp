// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/structured_report.h"

#include "dicom/new_uid.h"
#include "dicom/out_set.h"
#include "dicom/tags.h"
#include "dicom/write_ecg.h"

#include <algorithm>
#include <chrono>
#include <ctime>

namespace echo2ecg::dicom {

namespace {

constexpr const char* reportClass = "1.2.840.10008.5.1.4.1.1.88.33";
constexpr const char* clipClass = "1.2.840.10008.5.1.4.1.1.3.1";

OutSet encode(const Code& code)
{
    OutSet item;
    if (code.value.size() <= 16)
        item.text(tag::CodeValue, "SH", code.value);
    else
        item.text(0x00080119, "UC", code.value); // Long Code Value
    item.text(tag::CodingScheme, "SH", code.scheme);
    item.text(tag::CodeMeaning, "LO", code.meaning.empty() ? code.value : code.meaning.substr(0, 64));
    return item;
}

OutSet encode(const ContentItem& item);

void encodeValue(const ContentItem& item, OutSet& out)
{
    if (item.type == "CONTAINER") {
        out.text(0x0040A050, "CS", "SEPARATE");
    } else if (item.type == "NUM") {
        std::vector<OutSet> values;
        if (item.number) {
            OutSet value;
            value.items(tag::MeasurementUnits, {encode(item.unit)});
            value.text(tag::NumericValue, "DS", decimalString(*item.number));
            values.push_back(std::move(value));
        }
        out.items(0x0040A300, values);
    } else if (item.type == "CODE") {
        out.items(tag::ConceptCode, {encode(item.value)});
    } else if (item.type == "TEXT") {
        out.text(0x0040A160, "UT", item.text);
    } else if (item.type == "PNAME") {
        out.text(0x0040A123, "PN", item.text);
    } else if (item.type == "UIDREF") {
        out.text(0x0040A124, "UI", item.text);
    } else if (item.type == "DATETIME") {
        out.text(0x0040A120, "DT", item.text);
    } else if (item.type == "DATE") {
        out.text(0x0040A121, "DA", item.text);
    } else if (item.type == "TIME") {
        out.text(0x0040A122, "TM", item.text);
    } else if (item.type == "SCOORD") {
        out.floats(0x00700022, item.coordinates);
        out.text(0x00700023, "CS", item.graphicType);
    } else if (item.type == "IMAGE") {
        OutSet reference;
        reference.text(0x00081150, "UI", item.referencedClass.empty() ? clipClass : item.referencedClass);
        reference.text(0x00081155, "UI", item.referencedInstance);
        if (item.referencedFrame > 0)
            reference.text(0x00081160, "IS", std::to_string(item.referencedFrame));
        out.items(0x00081199, {reference});
    }
}

void encodeInto(const ContentItem& item, OutSet& out)
{
    if (!item.relationship.empty())
        out.text(0x0040A010, "CS", item.relationship);
    out.text(0x0040A040, "CS", item.type);
    if (!item.name.value.empty())
        out.items(tag::ConceptName, {encode(item.name)});
    encodeValue(item, out);
    if (item.children.empty())
        return;
    std::vector<OutSet> children;
    for (const ContentItem& child : item.children)
        children.push_back(encode(child));
    out.items(0x0040A730, children);
}

OutSet encode(const ContentItem& item)
{
    OutSet out;
    encodeInto(item, out);
    return out;
}

using Images = std::map<std::string, std::map<std::string, std::string>>; // series → instance → class

void collectImages(const ContentItem& item, Images& images)
{
    if (item.type == "IMAGE" && !item.referencedInstance.empty())
        images[item.referencedSeries][item.referencedInstance] = item.referencedClass.empty() ? clipClass : item.referencedClass;
    for (const ContentItem& child : item.children)
        collectImages(child, images);
}

OutSet evidence(const Images& images, const std::string& studyUid)
{
    std::vector<OutSet> series;
    for (const auto& [uid, instances] : images) {
        std::vector<OutSet> references;
        for (const auto& [instance, classUid] : instances) {
            OutSet reference;
            reference.text(0x00081150, "UI", classUid);
            reference.text(0x00081155, "UI", instance);
            references.push_back(std::move(reference));
        }
        OutSet one;
        one.items(0x00081199, references);
        one.text(tag::SeriesInstanceUid, "UI", uid.empty() ? newUid() : uid);
        series.push_back(std::move(one));
    }
    OutSet study;
    study.items(0x00081115, series);
    study.text(tag::StudyInstanceUid, "UI", studyUid);
    return study;
}

std::string without(std::string text, std::string_view unwanted)
{
    std::erase_if(text, [&](char c) { return unwanted.find(c) != std::string_view::npos; });
    return text;
}

std::string nowAs(const char* format)
{
    const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    std::tm local{};
#if defined(_WIN32)
    localtime_s(&local, &now);
#else
    localtime_r(&now, &local);
#endif
    char text[32];
    return std::string(text, std::strftime(text, sizeof text, format, &local));
}

} // namespace

std::string writeReport(const std::filesystem::path& file, const StructuredReport& report, const ReportIssue& issue)
{
    const Identity& who = report.identity;
    const std::string studyUid = who.studyUid.empty() ? newUid() : who.studyUid, instanceUid = issue.instanceUid.empty() ? newUid() : issue.instanceUid;
    OutSet main;
    main.text(tag::SpecificCharacterSet, "CS", "ISO_IR 192");
    main.text(tag::ClassUid, "UI", reportClass);
    main.text(tag::InstanceUid, "UI", instanceUid);
    main.text(tag::StudyDate, "DA", without(who.studyDate, "-"));
    main.text(tag::StudyTime, "TM", without(who.studyTime, ":"));
    main.text(0x00080023, "DA", issue.date.empty() ? nowAs("%Y%m%d") : without(issue.date, "-")); // Content Date, Time
    main.text(0x00080033, "TM", issue.date.empty() ? nowAs("%H%M%S") : without(issue.time, ":"));
    main.text(tag::AccessionNumber, "SH", who.accession);
    main.text(tag::Modality, "CS", "SR");
    main.text(tag::Manufacturer, "LO", "Echo2ECG Workstation");
    main.text(0x00080090, "PN", ""); // Referring Physician
    main.text(tag::StudyDescription, "LO", who.studyDescription);
    main.text(tag::SeriesDescription, "LO", issue.seriesDescription.empty() ? "Measurements, research use only" : issue.seriesDescription);
    main.items(0x00081111, {}); // Referenced Performed Procedure Step
    main.text(tag::PatientName, "PN", who.patientName);
    main.text(tag::PatientId, "LO", who.patientId);
    main.text(tag::PatientBirthDate, "DA", without(who.birthDate, "-"));
    main.text(tag::PatientSex, "CS", who.sex);
    main.text(tag::StudyInstanceUid, "UI", studyUid);
    main.text(tag::SeriesInstanceUid, "UI", issue.seriesUid.empty() ? newUid() : issue.seriesUid);
    main.text(0x00200010, "SH", ""); // Study ID
    main.text(tag::SeriesNumber, "IS", "1");
    main.text(tag::InstanceNumber, "IS", "1");
    main.items(0x0040A372, {}); // Performed Procedure Code
    Images images;
    collectImages(report.root, images);
    if (!images.empty())
        main.items(0x0040A375, {evidence(images, studyUid)});
    main.text(0x0040A491, "CS", report.complete ? "COMPLETE" : "PARTIAL");
    main.text(0x0040A493, "CS", "UNVERIFIED");
    if (!report.templateId.empty()) {
        OutSet used;
        used.text(0x00080105, "CS", "DCMR");
        used.text(0x0040DB00, "CS", report.templateId);
        main.items(0x0040A504, {used});
    }
    ContentItem root = report.root;
    root.relationship.clear();
    root.type = "CONTAINER";
    encodeInto(root, main);
    OutFile out(file, reportClass, instanceUid, "1.2.840.10008.1.2.1");
    out.write(main.encoded());
    out.commit();
    return instanceUid;
}

} // namespace echo2ecg::dicom
