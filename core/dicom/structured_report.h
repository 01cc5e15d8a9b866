// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dicom/dicom_file.h"

#include <optional>
#include <utility>
#include <vector>

namespace echo2ecg::dicom {

// A coded word: (value, scheme, meaning). Comparison is by value and scheme; SNOMED-RT and SNOMED CT names of one concept are two codes.
struct Code
{
    std::string value, scheme, meaning;
    bool is(const char* v, const char* s) const { return value == v && scheme == s; }
};

// One node of an SR content tree, whatever its relationship.
struct ContentItem
{
    std::string relationship; // "CONTAINS", "HAS CONCEPT MOD", "INFERRED FROM" …
    std::string type;         // "NUM", "CONTAINER", "CODE", "TEXT", "SCOORD", "IMAGE" …
    Code name;
    std::optional<double> number;
    Code unit;      // of a NUM
    Code value;     // of a CODE
    std::string text;
    std::string referencedInstance; // of an IMAGE
    std::string referencedClass, referencedSeries; // of it, for writing; a report read knows the class alone
    int referencedFrame = 0;        // counted from 1; 0: none or several
    std::vector<float> coordinates; // of an SCOORD: column, row, column, row …
    std::string graphicType;
    std::vector<ContentItem> children;
};

// Items to build a tree of.
inline ContentItem contentItem(const char* relationship, const char* type, Code name = {})
{
    ContentItem made;
    made.relationship = relationship;
    made.type = type;
    made.name = std::move(name);
    return made;
}
inline ContentItem codedItem(const char* relationship, Code name, Code value)
{
    ContentItem made = contentItem(relationship, "CODE", std::move(name));
    made.value = std::move(value);
    return made;
}

struct StructuredReport
{
    Identity identity;
    std::string templateId; // "5200", "5300" …; may be empty
    bool verified = false, complete = false;
    ContentItem root;
    base::Warnings warnings;
};

// Reads a report of any SR class. Defensive: bounded in depth and count, missing parts are warnings; throws base::ParseError when there is no content tree.
StructuredReport readReport(const std::filesystem::path& file);

// Writes a Comprehensive SR (1.2.840.10008.5.1.4.1.1.88.33), explicit little endian, always UNVERIFIED: a verified one names its observer. The series and
// the instance get new UIDs, the study where identity has none; dates are ISO. The images that the items refer to are the report's evidence.
// Returns the instance UID. Throws base::Error(Io).
struct ReportIssue // what a report that is made again byte by byte fixes; empty: new UIDs, the time now
{
    std::string seriesUid, instanceUid, date, time; // ISO
    std::string seriesDescription;
};
std::string writeReport(const std::filesystem::path& file, const StructuredReport& report, const ReportIssue& issue = {});

} // namespace echo2ecg::dicom
