// SPDX-License-Identifier: GPL-3.0-or-later
// After PS3.16 TID 5300 Simplified Echo Procedure Report: measurements with a code of CID 12300 in "Pre-coordinated", volumes that have none in
// "Post-coordinated" with their modifiers, the rest in "Adhoc Measurements". Codes are facts of PS3.16, LOINC, SNOMED CT and UCUM.
#include "echo/adult_echo_report.h"

#include "dicom/new_uid.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

namespace echo2ecg::echo {

namespace {

using dicom::Code;
using dicom::ContentItem;
using dicom::codedItem;
using dicom::contentItem;

constexpr const char* ours = "99ECHO2ECG"; // private coding scheme

ContentItem text(const char* relationship, Code name, std::string words)
{
    ContentItem made = contentItem(relationship, "TEXT", std::move(name));
    made.text = std::move(words);
    return made;
}

Code ucum(const std::string& unit)
{
    struct Row
    {
        const char *ours, *ucum, *meaning;
    };
    static constexpr Row rows[] = {{"cm", "cm", "cm"},
                                   {"mm", "mm", "mm"},
                                   {"cm²", "cm2", "cm2"},
                                   {"mL", "mL", "mL"},
                                   {"g", "g", "g"},
                                   {"%", "%", "percent"},
                                   {"°", "deg", "degree"},
                                   {"s", "s", "s"},
                                   {"ms", "ms", "ms"},
                                   {"Hz", "Hz", "Hz"},
                                   {"cm/s", "cm/s", "cm/s"},
                                   {"m/s", "m/s", "m/s"},
                                   {"cm/s²", "cm/s2", "cm/s2"},
                                   {"m/s²", "m/s2", "m/s2"},
                                   {"mmHg", "mm[Hg]", "mmHg"},
                                   {"/min", "{H.B.}/min", "beats per minute"},
                                   {"bpm", "{H.B.}/min", "beats per minute"},
                                   {"px", "{pixels}", "pixels"},
                                   {"px²", "{pixels}2", "square pixels"},
                                   {"", "1", "no units"}};
    for (const Row& row : rows)
        if (unit == row.ours)
            return {row.ucum, "UCUM", row.meaning};
    return {"{" + unit + "}", "UCUM", unit};
}

// A closed ellipse as DICOM draws it: ends of the major axis, then of the minor one.
std::vector<Point> ellipseEnds(const std::vector<Point>& drawn)
{
    const Point a = drawn[0], b = drawn[1], p = drawn[2], centre{(a.x + b.x) / 2, (a.y + b.y) / 2};
    const double length = std::hypot(b.x - a.x, b.y - a.y);
    if (length <= 0)
        return drawn;
    const double nx = -(b.y - a.y) / length, ny = (b.x - a.x) / length;
    const double half = std::abs((p.x - centre.x) * nx + (p.y - centre.y) * ny);
    const Point c{centre.x + nx * half, centre.y + ny * half}, d{centre.x - nx * half, centre.y - ny * half};
    return 2 * half > length ? std::vector<Point>{c, d, a, b} : std::vector<Point>{a, b, c, d};
}

// The place in the frame; SCOORD has (0, 0) at the outer corner of the first pixel, as we do (C.18.6.1).
ContentItem place(const Measurement& measurement, const EchoClip& clip)
{
    ContentItem scoord = contentItem("INFERRED FROM", "SCOORD");
    std::vector<Point> points = outlineOf(measurement); // what was measured
    scoord.graphicType = points.size() == 1 ? "POINT" : "POLYLINE";
    if (measurement.tool == Tool::Ellipse && points.size() == 3) {
        points = ellipseEnds(points);
        scoord.graphicType = points.size() == 4 ? "ELLIPSE" : "POLYLINE";
    } else if ((measurement.tool == Tool::Trace || measurement.tool == Tool::LvContour) && points.size() > 2) {
        points.push_back(points.front());
    }
    for (const Point& point : points) {
        scoord.coordinates.push_back(float(point.x));
        scoord.coordinates.push_back(float(point.y));
    }
    ContentItem image = contentItem("SELECTED FROM", "IMAGE");
    image.referencedInstance = clip.identity.instanceUid;
    image.referencedClass = clip.identity.classUid;
    image.referencedSeries = clip.identity.seriesUid;
    image.referencedFrame = clip.frames > 1 ? measurement.frame + 1 : 0;
    scoord.children.push_back(std::move(image));
    return scoord;
}

ContentItem number(Code name, double value, const std::string& unit, const std::string& label)
{
    ContentItem num = contentItem("CONTAINS", "NUM", std::move(name));
    num.number = value;
    num.unit = ucum(unit);
    if (!label.empty())
        num.children.push_back(text("HAS PROPERTIES", {"125309", "DCM", "Short Label"}, label));
    return num;
}

bool isMMode(const Measurement& measurement)
{
    return measurement.calibration.kind == RegionKind::MMode;
}

// CID 12300; empty for what it has no code for. `method`: what the result's volumes are; they aren't said twice.
Code coreCode(const Measurement& m, const Value& value, bool isFirst, const std::string& method)
{
    const bool mm = isMMode(m);
    const auto ln = [](const char* code, const char* meaning) { return Code{code, "LN", meaning}; };
    if (!isFirst || value.unit == "px")
        return {};
    const bool apart = value.name == "volume, single-plane discs" && !method.starts_with("single plane");
    switch (m.quantity) {
    case Quantity::LvA4cEd:
        return apart ? ln("79999-9", "Left ventricular end diastolic volume single plane 4C (MOD)") : Code();
    case Quantity::LvA4cEs:
        return apart ? ln("80004-5", "Left ventricular end systolic volume single plane 4C (MOD)") : Code();
    case Quantity::LvA2cEd:
        return apart ? ln("79998-1", "Left ventricular end diastolic volume single plane 2C (MOD)") : Code();
    case Quantity::LvA2cEs:
        return apart ? ln("80003-7", "Left ventricular end systolic volume single plane 2C (MOD)") : Code();
    case Quantity::Lvidd:
        return mm ? ln("80008-6", "Left ventricular internal diastolic dimension - MM") : ln("80007-8", "Left ventricular internal diastolic dimension - 2D");
    case Quantity::Lvids:
        return mm ? ln("80012-8", "Left ventricular internal systolic dimension - MM") : ln("80011-0", "Left ventricular internal systolic dimension - 2D");
    case Quantity::Ivsd:
        return mm ? ln("79968-4", "Interventricular septum diastolic dimension MM") : ln("79969-2", "Interventricular septum diastolic dimension 2D");
    case Quantity::Pwd:
        return mm ? ln("80032-6", "Left ventricular posterior wall diastolic thickness") : ln("80031-8", "Left ventricular posterior wall diastolic thickness");
    default:
        return {};
    }
}

// The elementary property of an ad hoc measurement.
Code propertyCode(const std::string& name)
{
    struct Row
    {
        const char *name, *value, *scheme, *meaning;
    };
    static constexpr Row rows[] = {{"length", "410668003", "SCT", "Length"},
                                   {"depth", "410668003", "SCT", "Length"},
                                   {"long axis", "410668003", "SCT", "Length"},
                                   {"short axis", "410668003", "SCT", "Length"},
                                   {"circumference", "131191004", "SCT", "Perimeter"},
                                   {"area", "42798000", "SCT", "Area"},
                                   {"angle", "1483009", "SCT", "Angle"},
                                   {"volume, single-plane discs", "118565006", "SCT", "Volume"},
                                   {"volume, area-length", "118565006", "SCT", "Volume"},
                                   {"mean gradient", "20256-4", "LN", "Mean Gradient"},
                                   {"peak gradient", "20247-3", "LN", "Peak Gradient"},
                                   {"gradient", "20247-3", "LN", "Peak Gradient"},
                                   {"mean velocity", "20352-1", "LN", "Mean Velocity"},
                                   {"peak velocity", "11726-7", "LN", "Peak Velocity"},
                                   {"velocity", "11726-7", "LN", "Peak Velocity"},
                                   {"VTI", "20354-7", "LN", "Velocity Time Integral"},
                                   {"heart rate", "8867-4", "LN", "Heart rate"},
                                   {"pressure half time", "20280-4", "LN", "Pressure Half-Time"},
                                   {"deceleration time", "20217-6", "LN", "Deceleration Time"},
                                   {"time", "762636008", "SCT", "Duration"}};
    for (const Row& row : rows)
        if (name == row.name)
            return {row.value, row.scheme, row.meaning};
    std::string slug;
    for (const char c : name)
        if (std::isalnum(static_cast<unsigned char>(c)) && slug.size() < 16)
            slug += char(std::toupper(static_cast<unsigned char>(c)));
    return {slug.empty() ? "VALUE" : slug, ours, name.empty() ? "Value" : name};
}

struct VolumeCodes
{
    Code edv, esv, ef, method;
    bool core = false;
    std::vector<Quantity> ed, es; // what they are made of
};

VolumeCodes volumeCodes(const std::string& method, bool mmode)
{
    using Q = Quantity;
    const auto ln = [](const char* value, const char* meaning) { return Code{value, "LN", meaning}; };
    const Code edv = ln("18026-5", "Left Ventricular End Diastolic Volume"), esv = ln("18148-7", "Left Ventricular End Systolic Volume"),
               ef = ln("18043-0", "Left Ventricular Ejection Fraction");
    if (method.starts_with("biplane"))
        return {ln("79996-5", "Left ventricular end diastolic volume biplane (MOD)"), ln("80001-1", "Left ventricular end systolic volume biplane (MOD)"),
                ln("79991-6", "Left ventricular ejection fraction biplane (MOD)"), {"125207", "DCM", "Method of Disks, Biplane"}, true,
                {Q::LvA4cEd, Q::LvA2cEd}, {Q::LvA4cEs, Q::LvA2cEs}};
    if (method.starts_with("single plane") && method.find("A2C") != std::string::npos)
        return {ln("79998-1", "Left ventricular end diastolic volume single plane 2C (MOD)"), ln("80003-7", "Left ventricular end systolic volume single plane 2C (MOD)"),
                ln("79992-4", "Left ventricular ejection fraction single plane 2C (MOD)"), {"125208", "DCM", "Method of Disks, Single Plane"}, true,
                {Q::LvA2cEd}, {Q::LvA2cEs}};
    if (method.starts_with("single plane"))
        return {ln("79999-9", "Left ventricular end diastolic volume single plane 4C (MOD)"), ln("80004-5", "Left ventricular end systolic volume single plane 4C (MOD)"),
                ln("79993-2", "Left ventricular ejection fraction single plane 4C (MOD)"), {"125208", "DCM", "Method of Disks, Single Plane"}, true,
                {Q::LvA4cEd}, {Q::LvA4cEs}};
    if (method.starts_with("Teichholz"))
        return {edv, esv, mmode ? ln("18049-7", "Left ventricular ejection fraction (Teichholz) MM") : ln("77891-0", "Left ventricular ejection fraction (Teichholz) 2D"),
                {"125209", "DCM", "Teichholz"}, false, {Q::Lvidd}, {Q::Lvids}};
    return {edv, esv, ef, {"METHOD", ours, method.empty() ? "not stated" : method}, false, {}, {}};
}

class Writer
{
public:
    explicit Writer(const std::vector<MeasuredClip>& clips) : m_clips(clips) {}

    void measured(const VentricleResult& result)
    {
        for (const MeasuredClip& each : m_clips)
            for (const Measurement& measurement : each.measurements) {
                const Evaluation evaluation = evaluate(measurement, each.calibration);
                bool isFirst = true;
                for (const Value& value : evaluation.values) {
                    if (!std::isfinite(value.value))
                        continue;
                    const Code core = coreCode(measurement, value, isFirst, result.volumeMethod);
                    const bool isCore = !core.value.empty();
                    const bool isPart = measurement.quantity != Quantity::Free;
                    const std::string named = !measurement.label.empty() ? measurement.label : isPart ? wordsFor(measurement.quantity) : wordsFor(measurement.tool);
                    ContentItem num = number(isCore ? core : propertyCode(value.name), value.value, value.unit, isCore ? std::string(wordsFor(measurement.quantity)) : named);
                    num.children.push_back(place(measurement, *each.clip));
                    (isCore ? pre : adhoc).children.push_back(std::move(num));
                    isFirst = false;
                }
            }
    }

    void derived(const VentricleResult& result)
    {
        const VolumeCodes codes = volumeCodes(result.volumeMethod, isFromMMode({Quantity::Lvidd, Quantity::Lvids}));
        const auto both = [](std::vector<Quantity> a, const std::vector<Quantity>& b) {
            a.insert(a.end(), b.begin(), b.end());
            return a;
        };
        const std::vector<Quantity> all = both(codes.ed, codes.es);
        add(result.edvMl, codes.edv, "mL", "LVEDV", codes.method, codes.core, codes.ed);
        add(result.esvMl, codes.esv, "mL", "LVESV", codes.method, codes.core, codes.es);
        add(result.svMl, {"90096001", "SCT", "Stroke Volume"}, "mL", "LVSV", codes.method, false, all);
        add(result.efPercent, codes.ef, "%", "LVEF", codes.method, codes.ef.value != "18043-0", all);
        const bool mm = isFromMMode({Quantity::Lvidd, Quantity::Ivsd, Quantity::Pwd});
        add(result.massG, mm ? Code{"80022-7", "LN", "Left ventricular mass (dimension method) MM"} : Code{"80019-3", "LN", "Left ventricular mass (dimension method) 2D"},
            "g", "LV mass", {"LINEAR", ours, result.massMethod.empty() ? "Linear dimensions" : result.massMethod}, true,
            {Quantity::Lvidd, Quantity::Ivsd, Quantity::Pwd});
    }

    ContentItem pre = contentItem("CONTAINS", "CONTAINER", {"125301", "DCM", "Pre-coordinated Measurements"});
    ContentItem post = contentItem("CONTAINS", "CONTAINER", {"125302", "DCM", "Post-coordinated Measurements"});
    ContentItem adhoc = contentItem("CONTAINS", "CONTAINER", {"125303", "DCM", "Adhoc Measurements"});

private:
    // The newest of a quantity, as ventricle() takes it.
    std::pair<const Measurement*, const EchoClip*> newest(Quantity quantity) const
    {
        std::pair<const Measurement*, const EchoClip*> found{nullptr, nullptr};
        for (const MeasuredClip& each : m_clips)
            for (const Measurement& measurement : each.measurements)
                if (measurement.quantity == quantity && (!found.first || measurement.made >= found.first->made))
                    found = {&measurement, each.clip};
        return found;
    }

    bool isFromMMode(std::initializer_list<Quantity> parts) const
    {
        return std::all_of(parts.begin(), parts.end(), [this](Quantity part) {
            const Measurement* found = newest(part).first;
            return found && isMMode(*found);
        });
    }

    void add(const std::optional<double>& value, const Code& code, const char* unit, const char* label, const Code& method, bool core, const std::vector<Quantity>& from)
    {
        if (!value || !std::isfinite(*value))
            return;
        ContentItem num = number(code, *value, unit, label);
        if (!core) {
            num.children.push_back(codedItem("HAS CONCEPT MOD", {"363698007", "SCT", "Finding Site"}, {"87878005", "SCT", "Left ventricle"}));
            num.children.push_back(codedItem("HAS CONCEPT MOD", {"125306", "DCM", "Measurement Type"}, {"125315", "DCM", "Calculated"}));
        }
        num.children.push_back(codedItem("HAS CONCEPT MOD", {"370129005", "SCT", "Measurement Method"}, method));
        for (const Quantity quantity : from)
            if (const auto [measurement, clip] = newest(quantity); measurement)
                num.children.push_back(place(*measurement, *clip));
        (core ? pre : post).children.push_back(std::move(num));
    }

    const std::vector<MeasuredClip>& m_clips;
};

} // namespace

dicom::StructuredReport asReport(const EchoStudy& study, const std::vector<MeasuredClip>& clips, const VentricleResult& result)
{
    dicom::StructuredReport report;
    if (!study.clips.empty())
        report.identity = study.clips.front().identity;
    else if (!clips.empty() && clips.front().clip)
        report.identity = clips.front().clip->identity;
    report.identity.patientId = study.patientId;
    report.identity.patientName = study.patientName;
    report.identity.birthDate = study.birthDate;
    report.identity.sex = study.sex;
    if (!study.studyUid.empty())
        report.identity.studyUid = study.studyUid;
    report.identity.studyDate = study.date;
    report.identity.studyTime = study.time;
    report.identity.studyDescription = study.description;
    report.templateId = "5300";
    report.complete = true;
    report.root = contentItem("", "CONTAINER", {"125200", "DCM", "Adult Echocardiography Procedure Report"});
    report.root.children.push_back(codedItem("HAS CONCEPT MOD", {"121049", "DCM", "Language of Content Item and Descendants"}, {"en", "RFC5646", "English"}));
    report.root.children.push_back(codedItem("HAS OBS CONTEXT", {"121005", "DCM", "Observer Type"}, {"121007", "DCM", "Device"}));
    ContentItem device = contentItem("HAS OBS CONTEXT", "UIDREF", {"121012", "DCM", "Device Observer UID"});
    device.text = dicom::implementationUid;
    report.root.children.push_back(std::move(device));
    report.root.children.push_back(text("HAS OBS CONTEXT", {"121013", "DCM", "Device Observer Name"}, "Echo2ECG Workstation, research use only"));
    Writer writer(clips);
    writer.measured(result);
    writer.derived(result);
    for (ContentItem* section : {&writer.pre, &writer.post, &writer.adhoc})
        if (!section->children.empty())
            report.root.children.push_back(std::move(*section));
    report.warnings = result.warnings;
    return report;
}

} // namespace echo2ecg::echo
