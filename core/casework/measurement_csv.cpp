// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/number_text.h"
#include "base/whole_text.h"
#include "casework/measured.h"

namespace echo2ecg::casework {

namespace {

std::string quoted(const std::string& text)
{
    // A spreadsheet would run a text that begins like a formula.
    std::string safe = !text.empty() && std::string("=+-@\t").find(text.front()) != std::string::npos ? "'" + text : text;
    if (safe.find_first_of(",\"\r\n") == std::string::npos)
        return safe;
    std::string result = "\"";
    for (const char c : safe)
        result += c == '"' ? "\"\"" : std::string(1, c);
    return result + '"';
}

std::string pointsText(const std::vector<echo::Point>& points)
{
    std::string text;
    for (const echo::Point p : points)
        text += (text.empty() ? "" : " ") + base::shortest(p.x) + ";" + base::shortest(p.y);
    return text;
}

} // namespace

std::string measurementCsv(const MeasuredStudy& study, const std::string& studyUid)
{
    std::string out = "study_uid,instance_uid,frame,time_ms,tool,quantity,label,name,value,unit,calibration,made,points,refused\r\n";
    for (const echo::Measurement& m : study.measurements) {
        const echo::Evaluation e = study.evaluate(m);
        const MeasuredStudy::Clip* clip = study.clipOf(m);
        std::string time;
        if (clip && std::size_t(m.frame) < clip->clip.timing.startMs.size())
            time = base::shortest(clip->clip.timing.startMs[std::size_t(m.frame)]);
        const auto row = [&](const std::string& name, const std::string& value, const std::string& unit) {
            const std::string cells[] = {quoted(studyUid), quoted(m.instanceUid), std::to_string(m.frame + 1), time, echo::name(m.tool),
                                         echo::code(m.quantity), quoted(m.label), quoted(name), value, unit, quoted(e.calibration.badge()),
                                         m.made, pointsText(m.points), quoted(e.refused)};
            bool first = true;
            for (const std::string& cell : cells) {
                out += (first ? "" : ",") + cell;
                first = false;
            }
            out += "\r\n";
        };
        if (e.values.empty())
            row({}, {}, {});
        for (const echo::Value& value : e.values)
            row(value.name, base::shortest(value.value), value.unit);
    }
    const echo::VentricleResult lv = study.ventricle();
    const auto sum = [&](const char* name, const std::optional<double>& value, const char* unit, const std::string& method) {
        if (value)
            out += quoted(studyUid) + ",,,,,," + quoted(method) + "," + name + "," + base::shortest(*value) + "," + unit + ",,,,\r\n";
    };
    sum("EDV", lv.edvMl, "mL", lv.volumeMethod);
    sum("ESV", lv.esvMl, "mL", lv.volumeMethod);
    sum("SV", lv.svMl, "mL", lv.volumeMethod);
    sum("EF", lv.efPercent, "%", lv.volumeMethod);
    sum("LV mass", lv.massG, "g", lv.massMethod);
    return out;
}

void writeMeasurementCsv(const std::filesystem::path& file, const MeasuredStudy& study, const std::string& studyUid)
{
    base::writeWholeText(file, measurementCsv(study, studyUid), "the table can't be written");
}

} // namespace echo2ecg::casework
