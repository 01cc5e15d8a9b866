// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/structured_report.h"

#include "dicom/object.h"
#include "dicom/tags.h"

#include <algorithm>

namespace echo2ecg::dicom {

namespace {

constexpr std::uint64_t mostBytes = 64 * 1024 * 1024; // real reports have some kilobytes
constexpr int deepest = 24;                           // of items; real ones have six
constexpr std::size_t mostItems = 50'000;
constexpr std::size_t mostText = 16 * 1024;
constexpr std::size_t mostCoordinates = 20'000;

Code codeOf(const DataSet& item)
{
    Code code{item.utf8(tag::CodeValue), item.utf8(tag::CodingScheme), item.utf8(tag::CodeMeaning)};
    if (code.value.empty())
        code.value = item.utf8(0x00080119); // Long Code Value
    if (code.value.empty())
        code.value = item.utf8(0x00080120); // URN Code Value
    for (std::string* text : {&code.value, &code.scheme, &code.meaning})
        if (text->size() > mostText)
            text->resize(mostText);
    return code;
}

Code codeIn(const DataSet& data, std::uint32_t sequence)
{
    const auto items = data.items(sequence);
    return items.empty() ? Code() : codeOf(items.front());
}

class TreeReader
{
public:
    explicit TreeReader(Object& object) : m_object(object) {}

    ContentItem read(const DataSet& data, int depth)
    {
        if (data.trouble())
            m_object.warn("report-cut", "The report is damaged or cut; what could be read is kept.", data.trouble()->where);
        ContentItem item;
        item.relationship = data.raw(0x0040A010);
        item.type = data.raw(0x0040A040);
        if (item.type.empty() && data.contains(0x0040DB73)) // Referenced Content Item Identifier
            item.type = "REFERENCE";
        item.name = codeIn(data, tag::ConceptName);
        readValue(data, item);
        if (!data.contains(0x0040A730))
            return item;
        if (depth >= deepest) {
            m_object.warn("report-too-deep", "Items of the report are nested deeper than in any real one and were left out.");
            return item;
        }
        for (const DataSet& child : data.items(0x0040A730)) {
            if (++m_count > mostItems) {
                m_object.warn("report-too-long", "The report has more items than any real one; the rest was left out.");
                break;
            }
            item.children.push_back(read(child, depth + 1));
        }
        return item;
    }

private:
    void readValue(const DataSet& data, ContentItem& item)
    {
        const std::string& type = item.type;
        if (type == "NUM")
            readNumber(data, item);
        else if (type == "CODE")
            item.value = codeIn(data, tag::ConceptCode);
        else if (type == "TEXT")
            item.text = data.utf8(0x0040A160, TextKind::Plain);
        else if (type == "PNAME")
            item.text = data.utf8(0x0040A123, TextKind::PersonName);
        else if (type == "UIDREF")
            item.text = data.raw(0x0040A124);
        else if (type == "DATETIME")
            item.text = data.raw(0x0040A120);
        else if (type == "DATE")
            item.text = isoDate(data.raw(0x0040A121));
        else if (type == "TIME")
            item.text = isoTime(data.raw(0x0040A122));
        else if (type == "SCOORD")
            readPlace(data, item);
        else if (type == "IMAGE" || type == "COMPOSITE" || type == "WAVEFORM")
            readReference(data, item);
        if (item.text.size() > mostText) {
            std::size_t end = mostText;
            while (end > 0 && (static_cast<unsigned char>(item.text[end]) & 0xC0) == 0x80)
                --end; // not inside a character
            item.text.resize(end);
        }
    }

    void readNumber(const DataSet& data, ContentItem& item)
    {
        const auto values = data.items(0x0040A300);
        if (values.empty()) {
            item.text = codeIn(data, 0x0040A301).meaning; // why there is none
            return;
        }
        const DataSet& value = values.front();
        item.unit = codeIn(value, tag::MeasurementUnits);
        item.number = value.number(tag::NumericValue, "DS");
        if (!item.number)
            item.number = value.number(0x0040A161, "FD"); // Floating Point Value
        if (!item.number)
            m_object.warn("report-number-unreadable", "A number of the report can't be read and is left out.", tagText(tag::NumericValue));
    }

    void readPlace(const DataSet& data, ContentItem& item)
    {
        item.graphicType = data.raw(0x00700023);
        auto all = data.numbers(0x00700022, "FL");
        if (all.size() > mostCoordinates) {
            all.resize(mostCoordinates);
            m_object.warn("report-outline-cut", "An outline of the report has more points than any real one and was cut.");
        }
        item.coordinates.assign(all.begin(), all.end());
    }

    void readReference(const DataSet& data, ContentItem& item)
    {
        const auto references = data.items(0x00081199);
        if (references.empty())
            return;
        const DataSet& first = references.front();
        item.referencedClass = first.raw(0x00081150);
        item.referencedInstance = first.raw(0x00081155);
        const auto frames = first.numbers(0x00081160, "IS");
        if (frames.size() == 1 && frames[0] >= 1 && frames[0] < 1e9)
            item.referencedFrame = int(frames[0]);
    }

    Object& m_object;
    std::size_t m_count = 0;
};

} // namespace

StructuredReport readReport(const std::filesystem::path& file)
{
    std::error_code problem;
    if (const auto size = std::filesystem::file_size(file, problem); !problem && size > mostBytes)
        throw base::ParseError(base::ErrorCode::LimitExceeded, "The file is larger than any structured report.", {file, {}});
    Object object = Object::open(file, mostBytes);
    const DataSet& main = object.main;
    if (main.raw(0x0040A040) != "CONTAINER" && !main.contains(0x0040A730)) {
        if (main.trouble())
            object.fail(main.trouble()->code, main.trouble()->sentence, main.trouble()->where);
        object.fail(base::ErrorCode::NotRecognised, "The object is no structured report: it has no content tree.", tagText(0x0040A730));
    }
    if (!main.contains(0x0040A730)) {
        if (main.trouble())
            object.fail(main.trouble()->code, main.trouble()->sentence, main.trouble()->where);
        object.fail(base::ErrorCode::Malformed, "The structured report has no content.", tagText(0x0040A730));
    }
    StructuredReport report;
    report.identity = readIdentity(object);
    report.complete = main.raw(0x0040A491) == "COMPLETE";
    report.verified = main.raw(0x0040A493) == "VERIFIED";
    for (const DataSet& used : main.items(0x0040A504)) // Content Template
        if (report.templateId.empty())
            report.templateId = used.raw(0x0040DB00).substr(0, 16);
    report.root = TreeReader(object).read(main, 0);
    report.root.relationship.clear();
    if (report.root.type.empty())
        report.root.type = "CONTAINER";
    if (report.root.children.empty())
        object.fail(base::ErrorCode::Malformed, "The structured report has no content.", tagText(0x0040A730));
    report.warnings = std::move(object.warnings);
    return report;
}

} // namespace echo2ecg::dicom
