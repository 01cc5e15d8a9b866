// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/deidentify_header.h"

#include "dicom/deidentify_table.h"
#include "dicom/new_uid.h"
#include "dicom/tags.h"

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dctk.h>

#include <algorithm>
#include <chrono>
#include <cctype>
#include <charconv>
#include <set>

namespace echo2ecg::dicom {

namespace {

constexpr std::uint64_t mostValueBytes = std::uint64_t(512) << 20;
constexpr int deepest = 24;

struct Known
{
    Vr type = 0; // 0: not in the dictionary
    std::string name;
};

Known lookUp(std::uint32_t tag)
{
    DcmTag entry(Uint16(tag >> 16), Uint16(tag & 0xFFFF));
    const DcmEVR evr = entry.getVR().getEVR();
    if (evr == EVR_UNKNOWN || evr == EVR_UNKNOWN2B || evr == EVR_UN)
        return {};
    const char* letters = DcmVR(entry.getVR().getValidEVR()).getVRName();
    const char* name = entry.getTagName();
    const Vr type = Vr((std::uint8_t(letters[0]) << 8) | std::uint8_t(letters[1]));
    return {type, name ? name : ""};
}

// "PatientName" to "Patient Name", "RETIRED_NetworkID" to "Network ID".
std::string spaced(std::string keyword)
{
    for (const std::string_view prefix : {"RETIRED_", "ACR_NEMA_"})
        if (keyword.starts_with(prefix))
            keyword.erase(0, prefix.size());
    std::string out;
    for (std::size_t i = 0; i < keyword.size(); ++i) {
        const auto upper = [&](std::size_t at) { return at < keyword.size() && std::isupper(std::uint8_t(keyword[at])); };
        const bool plural = i + 2 == keyword.size() && keyword[i + 1] == 's'; // "IDs"
        if (i > 0 && upper(i) && !plural && (!upper(i - 1) || (i + 1 < keyword.size() && !upper(i + 1))) && keyword[i - 1] != ' ')
            out += ' ';
        out += keyword[i];
    }
    return out;
}

bool isOne(Vr type, std::initializer_list<Vr> list)
{
    return std::find(list.begin(), list.end(), type) != list.end();
}

int swapSize(Vr type)
{
    if (isOne(type, {vr("US"), vr("SS"), vr("OW"), vr("AT")}))
        return 2;
    if (isOne(type, {vr("UL"), vr("SL"), vr("FL"), vr("OF"), vr("OL")}))
        return 4;
    return isOne(type, {vr("FD"), vr("OD"), vr("OV"), vr("SV"), vr("UV")}) ? 8 : 1;
}

std::string lower(std::string_view text)
{
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return char(std::tolower(c)); });
    return out;
}

std::vector<std::string> parts(std::string_view text, std::string_view apart)
{
    std::vector<std::string> list;
    for (std::size_t from = 0; from <= text.size();) {
        const std::size_t to = std::min(text.find_first_of(apart, from), text.size());
        list.emplace_back(text.substr(from, to - from));
        from = to + 1;
    }
    return list;
}

class Rewriter
{
public:
    Rewriter(Object& object, DeidentifyPlan& plan, CleanHeader& out) : m_object(object), m_plan(plan), m_out(out) {}

    void run()
    {
        learn(m_object.main, 0);
        m_out.main = rewrite(m_object.main, {}, 0);
        if (m_privateElements > 0)
            m_out.warnings.push_back({"private-removed",
                                      std::to_string(m_privateElements) + " private elements with content that only the maker knows are removed.", {}});
        for (const auto& [group, count] : m_privateGroups) {
            char text[16];
            std::snprintf(text, sizeof text, "(%04X,----)", unsigned(group));
            m_out.changes.push_back({text, std::to_string(count) + (count == 1 ? " private element" : " private elements"), "removed"});
        }
    }

private:
    // Words that must not stay anywhere: of persons, IDs and institutions, as they stand in the file.
    void learn(const DataSet& data, int depth)
    {
        for (const Element& element : data.elements()) {
            if (m_identity.size() > 2000 || element.length > 65536)
                continue;
            const Vr type = typeOf(element, lookUp(element.tag));
            if (type == vr("SQ")) {
                if (depth < deepest)
                    for (const DataSet& item : data.items(element.tag))
                        learn(item, depth + 1);
            } else if (type == vr("PN")) {
                for (const std::string& word : parts(data.raw(element.tag), "^=\\ ,"))
                    if (word.size() >= 3)
                        m_identity.insert(lower(word));
            } else if (isOne(element.tag, {tag::PatientId, tag::AccessionNumber, 0x00101000, 0x00080080, 0x00080081, 0x00101040, 0x00081040}) ||
                       element.tag == 0x00080055) {
                for (const std::string& word : parts(data.raw(element.tag), "\\"))
                    if (const std::string clean = trimmed(word); clean.size() >= 4)
                        m_identity.insert(lower(clean));
            }
        }
    }

    static bool isOne(std::uint32_t tag, std::initializer_list<std::uint32_t> list)
    {
        return std::find(list.begin(), list.end(), tag) != list.end();
    }
    static bool isOne(Vr type, std::initializer_list<Vr> list) { return dicom::isOne(type, list); }

    static Vr typeOf(const Element& element, const Known& known)
    {
        return element.type != 0 && element.type != vr("UN") ? element.type : known.type;
    }

    void note(std::uint32_t tag, const std::string& path, const std::string& name, const char* action)
    {
        m_out.changes.push_back({path + tagText(tag), spaced(name), action});
    }

    OutSet rewrite(const DataSet& data, const std::string& path, int depth)
    {
        if (depth > deepest)
            m_object.fail(base::ErrorCode::LimitExceeded, "Sequences are nested too deeply.", path);
        OutSet out;
        std::set<std::uint32_t> seen;
        for (const Element& element : data.elements()) {
            const std::uint32_t tag = element.tag;
            if ((tag & 0xFFFF) == 0 || !seen.insert(tag).second)
                continue; // group lengths; and what is there twice
            if ((tag >> 16) % 2 == 1) {
                ++m_privateElements;
                ++m_privateGroups[std::uint16_t(tag >> 16)];
                continue;
            }
            if (element.length > mostValueBytes)
                m_object.fail(base::ErrorCode::LimitExceeded, "An element is larger than any header has.", tagText(tag));
            one(data, element, path, depth, out);
        }
        return out;
    }

    void one(const DataSet& data, const Element& element, const std::string& path, int depth, OutSet& out)
    {
        const std::uint32_t tag = element.tag;
        const Known known = lookUp(tag);
        const Vr type = typeOf(element, known);
        const bool hasValue = element.length > 0;
        const auto remove = [&] {
            if (hasValue)
                note(tag, path, known.name.empty() ? "Unknown Element" : known.name, "removed");
        };
        const auto empty = [&] {
            out.put(tag, type, {});
            if (hasValue)
                note(tag, path, known.name, "emptied");
        };
        if (known.type == 0 || tag >> 16 == 0x0400 || tag == 0x4FFE0001)
            return remove(); // not of the standard; signatures and what belongs to them
        if (tag == tag::PatientName || tag == tag::PatientId) {
            out.text(tag, tag == tag::PatientName ? "PN" : "LO", depth == 0 ? m_plan.patientId : std::string());
            note(tag, path, known.name, "replaced");
            return;
        }
        std::optional<ProfileAction> action = profileAction(tag);
        const bool isTime = isOne(type, {vr("DA"), vr("DT"), vr("TM")}) || isOne(known.type, {vr("DA"), vr("DT"), vr("TM")});
        if (isTime && tag >> 16 != 0x0010 && m_plan.shiftDays != 0)
            return time(data, element, type, path, known.name, out);
        if (isTime && !action)
            return tag >> 16 == 0x0010 ? remove() : empty();
        if (type == vr("SQ") && (!action || *action == ProfileAction::RemoveEmptyOrCleanUids))
            return sequence(data, element, path, depth, known.name, out);
        if (action)
            switch (*action) {
            case ProfileAction::Remove:
            case ProfileAction::RemoveEmptyOrCleanUids:
                return remove();
            case ProfileAction::NewUid:
                return uids(data, element, path, known.name, out);
            case ProfileAction::Empty:
            case ProfileAction::EmptyOrDummy:
            case ProfileAction::RemoveOrEmpty:
                return empty();
            case ProfileAction::RemoveEmptyOrDummy:
            case ProfileAction::RemoveOrDummy:
            case ProfileAction::Dummy: {
                if (*action == ProfileAction::RemoveEmptyOrDummy && !isTime)
                    return empty();
                const char* dummy = dummyOf(type);
                if (!dummy || (*action == ProfileAction::RemoveOrDummy && !isTime))
                    return remove();
                out.put(tag, type, dummy);
                return note(tag, path, known.name, "replaced");
            }
            }
        kept(data, element, type, known, path, out);
    }

    static const char* dummyOf(Vr type)
    {
        if (type == vr("DA"))
            return "19000101";
        if (type == vr("TM"))
            return "000000";
        if (type == vr("DT"))
            return "19000101000000";
        if (type == vr("AS"))
            return "000D";
        return isOne(type, {vr("LO"), vr("SH"), vr("ST"), vr("LT"), vr("UT"), vr("PN")}) ? "REMOVED" : nullptr;
    }

    void time(const DataSet& data, const Element& element, Vr type, const std::string& path, const std::string& name, OutSet& out)
    {
        if (type == vr("TM") || element.length == 0)
            return out.put(element.tag, type, element.length > 64 ? std::string() : data.raw(element.tag));
        std::string moved;
        for (const std::string& each : parts(data.raw(element.tag), "\\")) {
            const std::string text = trimmed(each);
            const bool withTime = type == vr("DT");
            std::string one = shiftedDate(withTime ? std::string_view(text).substr(0, 8) : std::string_view(text), m_plan.shiftDays);
            if (withTime && !one.empty() && text.size() > 8 && text.find_first_not_of("0123456789.+-", 8) == std::string::npos)
                one += text.substr(8);
            moved += (moved.empty() ? "" : "\\") + one;
        }
        out.put(element.tag, type, moved);
        note(element.tag, path, name, moved.empty() ? "emptied" : "shifted");
    }

    void sequence(const DataSet& data, const Element& element, const std::string& path, int depth, const std::string& name, OutSet& out)
    {
        // What a person wrote over an ECG, or a machine about its patient, is free text.
        const bool annotations = element.tag == tag::WaveformAnnotations;
        std::vector<OutSet> items;
        std::size_t dropped = 0;
        for (const DataSet& item : data.items(element.tag)) {
            if (annotations && item.contains(tag::AnnotationText)) {
                ++dropped;
                continue;
            }
            items.push_back(rewrite(item, path + tagText(element.tag) + " > ", depth + 1));
        }
        if (dropped > 0)
            note(element.tag, path, name + ": " + std::to_string(dropped) + (dropped == 1 ? " note of free text" : " notes of free text"), "removed");
        if (annotations && items.empty())
            return;
        out.items(element.tag, items);
    }

    void uids(const DataSet& data, const Element& element, const std::string& path, const std::string& name, OutSet& out)
    {
        std::string value;
        for (const std::string& old : parts(data.raw(element.tag), "\\"))
            value += (value.empty() ? "" : "\\") + replaced(old);
        out.text(element.tag, "UI", value);
        if (!value.empty())
            note(element.tag, path, name, "new UID");
    }

    std::string replaced(const std::string& raw)
    {
        const std::string old = trimmed(raw);
        if (old.empty())
            return {};
        std::string& made = m_plan.uids[old];
        if (made.empty())
            made = newUid();
        return made;
    }

    void kept(const DataSet& data, const Element& element, Vr type, const Known& known, const std::string& path, OutSet& out)
    {
        const std::uint32_t tag = element.tag;
        // Free text, persons, addresses of machines: nothing that may stay is written in these.
        if (isOne(type, {vr("LT"), vr("ST"), vr("UT"), vr("UR"), vr("AE"), vr("PN"), vr("UN")}) ||
            isOne(known.type, {vr("LT"), vr("ST"), vr("UT"), vr("UR"), vr("AE"), vr("PN")})) {
            if (element.length > 0)
                note(tag, path, known.name, "removed");
            return;
        }
        if (type == vr("UI") && tag != tag::ClassUid) {
            const std::string value = data.raw(tag);
            // The standard's own are names, not identities; so are classes and coding schemes.
            if (!value.empty() && !value.starts_with("1.2.840.10008.") && !isOne(tag, {0x00081150, 0x0008010C, 0x00080117, 0x00080118, 0x00080121}))
                return uids(data, element, path, known.name, out);
        }
        std::vector<std::uint8_t> bytes = data.bytes(tag);
        std::string value(bytes.begin(), bytes.end());
        if (isOne(type, {vr("LO"), vr("SH"), vr("UC")}) && repeatsIdentity(value)) {
            out.put(tag, type, {});
            note(tag, path, known.name, "emptied");
            m_out.warnings.push_back({"identity-repeated", "A text that would stay repeats a name or an ID and is emptied.", tagText(tag)});
            return;
        }
        if (type == vr("CS") && tag >> 16 != 0x0028 && !isCodeString(value)) { // words where a code should stand
            out.put(tag, type, {});
            return note(tag, path, known.name, "emptied");
        }
        if (const int size = swapSize(type); size > 1 && data.encoding().bigEndian && element.type != vr("UN"))
            for (std::size_t at = 0; at + std::size_t(size) <= value.size(); at += std::size_t(size))
                std::reverse(value.begin() + std::ptrdiff_t(at), value.begin() + std::ptrdiff_t(at) + size);
        out.put(tag, type, std::move(value));
    }

    bool repeatsIdentity(const std::string& value) const
    {
        const std::string text = lower(value);
        return std::any_of(m_identity.begin(), m_identity.end(), [&](const std::string& word) { return text.find(word) != std::string::npos; });
    }
    static bool isCodeString(const std::string& value)
    {
        return std::all_of(value.begin(), value.end(), [](unsigned char c) {
            return std::isupper(c) || std::isdigit(c) || c == ' ' || c == '_' || c == '\\' || c == '\0';
        });
    }

    Object& m_object;
    DeidentifyPlan& m_plan;
    CleanHeader& m_out;
    std::set<std::string> m_identity; // lower case
    std::map<std::uint16_t, int> m_privateGroups;
    int m_privateElements = 0;
};

} // namespace

std::string shiftedDate(std::string_view date, int days)
{
    const std::string iso = isoDate(date);
    if (iso.size() != 10)
        return {};
    int year = 0;
    unsigned month = 0, day = 0;
    std::from_chars(iso.data(), iso.data() + 4, year);
    std::from_chars(iso.data() + 5, iso.data() + 7, month);
    std::from_chars(iso.data() + 8, iso.data() + 10, day);
    using namespace std::chrono;
    const year_month_day from{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
    if (!from.ok())
        return {};
    const year_month_day to{sys_days(from) + std::chrono::days(days)};
    if (int(to.year()) < 1 || int(to.year()) > 9999)
        return {};
    char text[32];
    std::snprintf(text, sizeof text, "%04d%02u%02u", int(to.year()), unsigned(to.month()), unsigned(to.day()));
    return text;
}

void requireUsableId(const DeidentifyPlan& plan)
{
    const std::string& id = plan.patientId;
    const bool printable = std::all_of(id.begin(), id.end(), [](char c) { return c >= ' ' && c <= '~' && c != '\\' && c != '^' && c != '='; });
    if (id.empty() || id.size() > 64 || !printable || trimmed(id) != id)
        throw base::Error(base::ErrorCode::Unsuitable,
                          "The new patient ID must have 1 to 64 letters, digits and signs of ASCII, none of them \\, ^ or =, and no blank at its ends.");
}

CleanHeader cleanHeader(Object& object, DeidentifyPlan& plan)
{
    prepareDcmtk();
    if (lookUp(tag::PatientName).type != vr("PN"))
        throw base::Error(base::ErrorCode::Internal, "The DICOM data dictionary can't be found, so nothing can be de-identified.");
    if (const auto& trouble = object.main.trouble())
        object.fail(trouble->code, trouble->sentence, trouble->where);
    CleanHeader out;
    out.classUid = object.classUid();
    Rewriter(object, plan, out).run();
    out.instanceUid = trimmed(out.main.bytes(tag::InstanceUid));
    if (out.instanceUid.empty()) {
        out.instanceUid = newUid();
        out.main.text(tag::InstanceUid, "UI", out.instanceUid);
    }
    out.main.text(tag::ClassUid, "UI", out.classUid);
    for (const std::uint32_t each : {std::uint32_t(tag::StudyInstanceUid), std::uint32_t(tag::SeriesInstanceUid)})
        if (!out.main.contains(each))
            out.main.text(each, "UI", newUid());
    out.main.text(tag::PatientName, "PN", plan.patientId);
    out.main.text(tag::PatientId, "LO", plan.patientId);
    out.main.text(0x00120062, "CS", "YES"); // Patient Identity Removed
    out.main.text(0x00120063, "LO", "PS3.15 Basic Profile, echo2ecg");
    out.main.text(0x00280303, "CS", plan.shiftDays != 0 ? "MODIFIED" : "REMOVED"); // Longitudinal Temporal Information Modified
    return out;
}

} // namespace echo2ecg::dicom
