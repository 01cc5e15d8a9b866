// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dicom/structured_report.h"

// Adult echo reports after PS3.16, built item by item, so that tests can also build odd ones.
namespace echo2ecg::test {

inline dicom::ContentItem srContainer(dicom::Code name, std::vector<dicom::ContentItem> children = {})
{
    dicom::ContentItem item = dicom::contentItem("CONTAINS", "CONTAINER", std::move(name));
    item.children = std::move(children);
    return item;
}

inline dicom::ContentItem srCode(dicom::Code name, dicom::Code value, const char* relationship = "HAS CONCEPT MOD")
{
    return dicom::codedItem(relationship, std::move(name), std::move(value));
}

inline dicom::ContentItem srNumber(dicom::Code name, double value, const char* unit, std::vector<dicom::ContentItem> modifiers = {})
{
    dicom::ContentItem item;
    item.relationship = "CONTAINS";
    item.type = "NUM";
    item.name = std::move(name);
    item.number = value;
    item.unit = {unit, "UCUM", unit};
    item.children = std::move(modifiers);
    return item;
}

inline dicom::ContentItem srMethod(const char* code, const char* meaning)
{
    return srCode({"G-C036", "SRT", "Measurement Method"}, {code, "DCM", meaning});
}

inline dicom::ContentItem srSelected(const char* code, const char* meaning)
{
    return srCode({"121404", "DCM", "Selection Status"}, {code, "DCM", meaning}, "HAS PROPERTIES");
}

inline dicom::ContentItem srPhase(const char* code, const char* meaning)
{
    return srCode({"R-4089A", "SRT", "Cardiac Cycle Point"}, {code, "SRT", meaning});
}

// TID 5200: findings of the left ventricle in one group of measurements in 2D.
inline dicom::StructuredReport report5200(std::vector<dicom::ContentItem> numbers, const std::string& studyUid = "1.2.3.4", const std::string& patient = "P")
{
    dicom::StructuredReport report;
    report.templateId = "5200";
    report.complete = true;
    report.identity.patientId = patient;
    report.identity.studyUid = studyUid;
    dicom::ContentItem group = srContainer({"125007", "DCM", "Measurement Group"}, {srCode({"G-0373", "SRT", "Image Mode"}, {"G-03A2", "SRT", "2D mode"})});
    for (dicom::ContentItem& number : numbers)
        group.children.push_back(std::move(number));
    dicom::ContentItem findings = srContainer({"121070", "DCM", "Findings"}, {srCode({"G-C0E3", "SRT", "Finding Site"}, {"T-32600", "SRT", "Left Ventricle"}), std::move(group)});
    report.root = srContainer({"125200", "DCM", "Adult Echocardiography Procedure Report"}, {std::move(findings)});
    report.root.relationship.clear();
    return report;
}

} // namespace echo2ecg::test
