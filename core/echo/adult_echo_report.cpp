// SPDX-License-Identifier: GPL-3.0-or-later
// Reads what PS3.16 TID 5200 and TID 5300 put into a content tree, and what vendors put there instead. Codes are facts of PS3.16, LOINC and SNOMED.
#include "echo/adult_echo_report.h"

#include <algorithm>
#include <cctype>
#include <cmath>

namespace echo2ecg::echo {

namespace {

using dicom::Code;
using dicom::ContentItem;

constexpr const char *endDiastole = "end diastole", *endSystole = "end systole";

std::string lower(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return char(std::tolower(c)); });
    return text;
}

bool has(const std::string& text, const char* part)
{
    return text.find(part) != std::string::npos;
}

// What a code of its own says: the quantity, and for pre-coordinated ones method, mode and view with it.
struct Known
{
    const char *code, *what, *method, *mode, *view;
};
constexpr Known known[] = {
    {"18026-5", "LVEDV", "", "", ""}, {"18148-7", "LVESV", "", "", ""}, {"18043-0", "LVEF", "", "", ""},
    {"75988-6", "LVEDV", "", "", ""}, {"75989-4", "LVESV", "", "", ""}, {"10230-1", "LVEF", "", "", ""}, {"8806-2", "LVEF", "", "2D", ""},
    {"79996-5", "LVEDV", "biplane method of discs", "2D", ""}, {"80001-1", "LVESV", "biplane method of discs", "2D", ""}, {"79991-6", "LVEF", "biplane method of discs", "2D", ""},
    {"79999-9", "LVEDV", "single plane method of discs", "2D", "A4C"}, {"80004-5", "LVESV", "single plane method of discs", "2D", "A4C"},
    {"79993-2", "LVEF", "single plane method of discs", "2D", "A4C"}, {"79998-1", "LVEDV", "single plane method of discs", "2D", "A2C"},
    {"80003-7", "LVESV", "single plane method of discs", "2D", "A2C"}, {"79992-4", "LVEF", "single plane method of discs", "2D", "A2C"},
    {"18049-7", "LVEF", "Teichholz", "M-mode", ""}, {"77891-0", "LVEF", "Teichholz", "2D", ""},
    {"29436-3", "LVIDd", "", "", ""}, {"29438-9", "LVIDs", "", "", ""}, {"18154-5", "IVSd", "", "", ""}, {"18152-9", "LVPWd", "", "", ""}, {"18087-7", "LV mass", "", "", ""},
    {"80007-8", "LVIDd", "", "2D", ""}, {"80008-6", "LVIDd", "", "M-mode", ""}, {"80011-0", "LVIDs", "", "2D", ""}, {"80012-8", "LVIDs", "", "M-mode", ""},
    {"79969-2", "IVSd", "", "2D", ""}, {"79968-4", "IVSd", "", "M-mode", ""}, {"80031-8", "LVPWd", "", "2D", ""}, {"80032-6", "LVPWd", "", "M-mode", ""},
    {"80019-3", "LV mass", "linear dimensions", "2D", ""}, {"80022-7", "LV mass", "linear dimensions", "M-mode", ""},
    {"F-32120", "LVSV", "", "", ""}, {"90096001", "LVSV", "", "", ""},
};

// Concepts that qualify, by any of the schemes they have had.
bool isAbout(const Code& name, std::initializer_list<const char*> codes, const char* words)
{
    return std::any_of(codes.begin(), codes.end(), [&](const char* code) { return name.value == code; }) || lower(name.meaning) == words;
}

std::string methodOf(const Code& code)
{
    const std::string words = lower(code.meaning);
    if (code.value == "125207" || (has(words, "biplane") && !has(words, "ellips")))
        return "biplane method of discs";
    if (code.value == "125208" || (has(words, "single plane") && has(words, "dis")))
        return "single plane method of discs";
    if (code.value == "125209" || has(words, "teichholz"))
        return "Teichholz";
    if (code.value == "125205" || (has(words, "area-length") && has(words, "biplane")))
        return "biplane area-length";
    if (code.value == "125206" || has(words, "area-length") || has(words, "area length"))
        return "area-length";
    return code.meaning;
}

std::string viewOf(const Code& code)
{
    const std::string words = lower(code.meaning);
    if (has(words, "four") || has(words, "4ch") || has(words, "a4c") || has(words, "4 chamber") || has(words, "4-chamber"))
        return "A4C";
    if (has(words, "two cham") || has(words, "2ch") || has(words, "a2c") || has(words, "2 chamber") || has(words, "2-chamber") || has(words, "two-cham"))
        return "A2C";
    return code.meaning;
}

bool isOneOf(const std::string& value, std::initializer_list<const char*> codes)
{
    return std::any_of(codes.begin(), codes.end(), [&](const char* code) { return value == code; });
}

// Only the two end points make a volume an EDV or ESV: early diastole or atrial systole are other points of the cycle. The code decides; words, whole ones,
// only where it is none of the known.
std::string phaseOf(const Code& code)
{
    if (isOneOf(code.value, {"R-FAB5C", "416190007"}))
        return endDiastole;
    if (isOneOf(code.value, {"R-FAB5B", "416430001"}))
        return endSystole;
    if (isOneOf(code.value, {"F-32010", "90892000", "F-32020", "111973004"})) // all of diastole, all of systole
        return code.meaning;
    std::string words = lower(code.meaning);
    std::replace(words.begin(), words.end(), '-', ' ');
    if (isOneOf(words, {"end diastole", "end diastolic", "end diastolic phase", "enddiastole", "enddiastolic", "ed"}))
        return endDiastole;
    if (isOneOf(words, {"end systole", "end systolic", "end systolic phase", "endsystole", "endsystolic", "es"}))
        return endSystole;
    return code.meaning;
}

std::string modeOf(const Code& code)
{
    const std::string words = lower(code.meaning);
    return has(words, "m mode") || has(words, "m-mode") ? "M-mode" : has(words, "2d") || has(words, "2-d") || has(words, "two dim") ? "2D" : code.meaning;
}

bool isVolume(const std::string& what) { return what == "LVEDV" || what == "LVESV" || what == "LVSV"; }
bool isLength(const std::string& what) { return what == "LVIDd" || what == "LVIDs" || what == "IVSd" || what == "LVPWd"; }

// In the unit of the quantity; empty where the unit can't be meant.
std::optional<double> converted(const std::string& what, double value, const std::string& ucum)
{
    const std::string unit = lower(ucum);
    if (isVolume(what)) {
        if (unit == "ml" || unit == "cm3" || unit == "cc")
            return value;
        if (unit == "l" || unit == "dm3")
            return value * 1000;
    } else if (isLength(what)) {
        if (unit == "cm")
            return value;
        if (unit == "mm")
            return value / 10;
        if (unit == "m")
            return value * 100;
    } else if (what == "LVEF") {
        if (unit == "%")
            return value;
        if (unit == "1" || unit == "{ratio}" || unit == "{fraction}")
            return value * 100;
    } else if (what == "LV mass") {
        if (unit == "g")
            return value;
        if (unit == "kg")
            return value * 1000;
    }
    return std::nullopt;
}

const char* unitOf(const std::string& what)
{
    return isVolume(what) ? "mL" : isLength(what) ? "cm" : what == "LVEF" ? "%" : "g";
}

// What a heart can be: beyond it the number or its unit is wrong.
bool isPlausible(const std::string& what, double value)
{
    const double most = isVolume(what) ? 1000 : isLength(what) ? 15 : what == "LVEF" ? 100 : 1500;
    return std::isfinite(value) && value > 0 && value <= most;
}

struct Context
{
    std::string mode, view, phase, method;
    Code property;    // of a value whose name says only that it was measured (TID 5302)
    bool isIndexed = false; // to the body's surface or the like
    bool isLeftVentricle = false, isElsewhere = false;
};

class Interpreter
{
public:
    explicit Interpreter(EchoReport& report) : m_report(report) {}

    void walk(const ContentItem& item, Context context)
    {
        if (item.type == "NUM")
            number(item, context);
        // Modifiers of a container hold for everything in it.
        for (const ContentItem& child : item.children)
            if (child.relationship == "HAS CONCEPT MOD" || child.relationship == "HAS ACQ CONTEXT")
                qualify(child, context);
        for (const ContentItem& child : item.children)
            if (child.type == "CONTAINER" || (child.type == "NUM" && child.relationship != "INFERRED FROM"))
                walk(child, context);
    }

private:
    static void qualify(const ContentItem& modifier, Context& context)
    {
        if (modifier.type != "CODE")
            return;
        const Code& name = modifier.name;
        if (isAbout(name, {"G-C036", "370129005"}, "measurement method"))
            context.method = methodOf(modifier.value);
        else if (isAbout(name, {"G-0373", "399264008"}, "image mode"))
            context.mode = modeOf(modifier.value);
        else if (isAbout(name, {"111031"}, "image view"))
            context.view = viewOf(modifier.value);
        else if (isAbout(name, {"R-4089A", "272518008", "444981005"}, "cardiac cycle point"))
            context.phase = phaseOf(modifier.value);
        else if (isAbout(name, {"125307"}, "measured property"))
            context.property = modifier.value;
        else if (isAbout(name, {"121425"}, "index") || isAbout(name, {"125308"}, "measurement divisor"))
            context.isIndexed = true;
        else if (isAbout(name, {"G-C0E3", "363698007"}, "finding site")) {
            const std::string site = lower(modifier.value.meaning);
            context.isLeftVentricle = modifier.value.value == "T-32600" || modifier.value.value == "87878005" || has(site, "left ventric");
            context.isElsewhere = !context.isLeftVentricle;
        }
    }

    void number(const ContentItem& item, Context context)
    {
        if (!item.number)
            return;
        ReportedValue value;
        bool isMean = false;
        for (const ContentItem& child : item.children) {
            qualify(child, context);
            if (child.type == "CODE" && isAbout(child.name, {"121404"}, "selection status"))
                value.selection = lower(child.value.meaning).empty() ? child.value.value : lower(child.value.meaning);
            if (child.type == "CODE" && isAbout(child.name, {"121401"}, "derivation"))
                isMean = child.value.value == "R-00317" || child.value.value == "373098007" || has(lower(child.value.meaning), "mean");
        }
        value.method = context.method;
        value.mode = context.mode;
        value.view = context.view;
        value.phase = context.phase;
        if (value.selection.empty() && isMean)
            value.selection = "mean";
        name(item, context, value);
        if (context.isIndexed || has(lower(item.unit.value), "/m2")) { // not the quantity itself
            value.what += " index";
            value.value = *item.number;
            value.unit = item.unit.value;
            m_report.values.push_back(std::move(value));
            return;
        }
        const auto converted_ = converted(value.what, *item.number, item.unit.value);
        if (!converted_) {
            const bool isOurs = isVolume(value.what) || isLength(value.what) || value.what == "LVEF" || value.what == "LV mass";
            if (isOurs) {
                m_report.warnings.push_back({"report-unit-unknown", "A value is in a unit that it can't have and is left out.", value.what});
                return;
            }
            value.value = *item.number;
            value.unit = item.unit.value;
        } else {
            value.value = *converted_;
            value.unit = unitOf(value.what);
            if (!isPlausible(value.what, value.value)) {
                m_report.warnings.push_back({"report-value-implausible", "A value is beyond what a heart can be and is left out.", value.what});
                return;
            }
        }
        m_report.values.push_back(std::move(value));
    }

    void name(const ContentItem& item, const Context& context, ReportedValue& value)
    {
        for (const Known& entry : known)
            if (item.name.value == entry.code && !(context.isElsewhere && std::string(entry.what) == "LVSV")) {
                value.what = entry.what;
                if (*entry.method)
                    value.method = entry.method;
                if (*entry.mode)
                    value.mode = entry.mode;
                if (*entry.view)
                    value.view = entry.view;
                return;
            }
        const std::string words = lower(item.name.meaning);
        const bool ofLv = context.isLeftVentricle || has(words, "left ventric") || words.starts_with("lv");
        if (ofLv)
            if (const char* what = propertyOf(context)) {
                value.what = what;
                return;
            }
        // A bare volume of the left ventricle, with the phase as a modifier.
        const bool isVolumeWord = isOneOf(item.name.value, {"G-D705", "118565006"}) || words == "volume" || has(words, "ventricle volume") || has(words, "ventricular volume");
        if (isVolumeWord && ofLv && !context.phase.empty()) {
            value.what = context.phase == endDiastole ? "LVEDV" : context.phase == endSystole ? "LVESV" : item.name.meaning;
            return;
        }
        // The words of a vendor's own code, as a last resort.
        const std::string plain = stripped(words);
        struct Words
        {
            const char *words, *what;
        };
        static constexpr Words vendors[] = {{"lvedv", "LVEDV"}, {"edvlv", "LVEDV"}, {"edvbp", "LVEDV"}, {"edvbiplane", "LVEDV"}, {"lvendiastolicvolume", "LVEDV"},
                                            {"lvesv", "LVESV"}, {"esvlv", "LVESV"}, {"esvbp", "LVESV"}, {"esvbiplane", "LVESV"}, {"lvef", "LVEF"}, {"efbp", "LVEF"},
                                            {"efbiplane", "LVEF"}, {"eflv", "LVEF"}, {"ejectionfraction", "LVEF"}, {"lvejectionfraction", "LVEF"}, {"lvsv", "LVSV"},
                                            {"svlv", "LVSV"}, {"lvidd", "LVIDd"}, {"lvids", "LVIDs"}, {"ivsd", "IVSd"}, {"lvpwd", "LVPWd"}, {"lvmass", "LV mass"}};
        const bool isPrivate = item.name.scheme.starts_with("99") || (item.name.scheme != "LN" && item.name.scheme != "DCM" && item.name.scheme != "SRT" && item.name.scheme != "SCT");
        if (isPrivate && !context.isElsewhere)
            for (const Words& entry : vendors)
                if (plain == entry.words || plain == entry.words + std::string("bp") || (plain.starts_with(entry.words) && (has(plain, "biplane") || has(plain, "teich") || has(plain, "a4c") || has(plain, "a2c") || has(plain, "mod")))) {
                    value.what = entry.what;
                    if (value.method.empty() && (has(plain, "biplane") || has(plain, "bp")))
                        value.method = "biplane method of discs";
                    if (value.method.empty() && has(plain, "teich"))
                        value.method = "Teichholz";
                    if (value.view.empty() && (has(plain, "a4c") || has(plain, "a2c")))
                        value.view = has(plain, "a4c") ? "A4C" : "A2C";
                    m_report.warnings.push_back({"report-private-code", "A value has a code of its vendor's own and was known by its words alone.", value.what});
                    return;
                }
        value.what = item.name.meaning.empty() ? item.name.value : item.name.meaning;
    }

    // What a measured property of the left ventricle is with its point of the cycle; null when none of ours.
    static const char* propertyOf(const Context& context)
    {
        const std::string words = lower(context.property.meaning);
        if (isOneOf(context.property.value, {"118565006", "G-D705"}) || words == "volume")
            return context.phase == endDiastole ? "LVEDV" : context.phase == endSystole ? "LVESV" : nullptr;
        if (isOneOf(context.property.value, {"70822001", "F-32070"}) || has(words, "ejection fraction"))
            return "LVEF";
        if (isOneOf(context.property.value, {"90096001", "F-32120"}) || words == "stroke volume")
            return "LVSV";
        return nullptr;
    }

    static std::string stripped(const std::string& words)
    {
        std::string result;
        for (const char c : words)
            if (std::isalnum(static_cast<unsigned char>(c)))
                result += c;
        return result;
    }

    EchoReport& m_report;
};

// What a report selects counts before all; then the better method; then a mean.
int rank(const ReportedValue& value)
{
    int points = 0;
    if (!value.selection.empty() && value.selection != "mean")
        points += 100;
    points += value.method.starts_with("biplane method") ? 30 : value.method.starts_with("biplane") ? 25 : value.method.starts_with("single plane") || value.method == "area-length" ? 20
              : value.method.empty()                      ? 10 : 5;
    if (value.view == "A4C")
        points += 2;
    if (value.selection == "mean")
        points += 1;
    return points;
}

} // namespace

const ReportedValue* EchoReport::best(const std::string& what) const
{
    const ReportedValue* best = nullptr;
    for (const ReportedValue& value : values)
        if (value.what == what && (!best || rank(value) >= rank(*best))) // of equal ones the last
            best = &value;
    return best;
}

EchoReport interpret(const dicom::StructuredReport& tree)
{
    EchoReport report;
    report.identity = tree.identity;
    report.templateId = tree.templateId;
    report.warnings = tree.warnings;
    Interpreter(report).walk(tree.root, {});
    return report;
}

EchoReport readEchoReport(const std::filesystem::path& file)
{
    const dicom::StructuredReport tree = dicom::readReport(file);
    EchoReport report = interpret(tree);
    const bool isEcho = tree.templateId == "5200" || tree.templateId == "5300" || tree.root.name.value == "125200";
    const bool hasHeart = std::any_of(report.values.begin(), report.values.end(), [](const ReportedValue& v) {
        return isVolume(v.what) || isLength(v.what) || v.what == "LVEF" || v.what == "LV mass";
    });
    if (!isEcho && !hasHeart)
        throw base::ParseError(base::ErrorCode::Unsupported, "a structured report, but not of an adult echo: " +
                                   (tree.root.name.meaning.empty() ? std::string("without a title") : tree.root.name.meaning), {file, {}});
    return report;
}

} // namespace echo2ecg::echo
