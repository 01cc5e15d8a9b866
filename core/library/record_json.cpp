// SPDX-License-Identifier: GPL-3.0-or-later
#include "library/record_json.h"

#include "library/sql.h"

namespace echo2ecg::library {

using base::Json;

namespace {

Json optional(const std::optional<double>& value)
{
    return value ? Json(*value) : Json();
}

std::optional<double> number(const Json& json, const char* key)
{
    const Json* value = json.find(key);
    return value && !value->isNull() ? std::optional(value->toNumber()) : std::nullopt;
}

std::filesystem::path pathOf(const std::string& text)
{
    return std::filesystem::path(std::u8string(text.begin(), text.end()));
}

const Json::Array& itemsOf(const Json& json, const char* key)
{
    static const Json::Array none;
    const Json* list = json.find(key);
    return list ? list->items() : none;
}

} // namespace

Json recordToJson(const ecg::EcgRecord& record)
{
    Json present = Json::array(), measurements = Json::array(), companions = Json::array(), warnings = Json::array();
    for (const ecg::Lead lead : ecg::allLeads)
        if (record.has(lead))
            present.push(int(ecg::index(lead)));
    for (const auto& m : record.measurements)
        measurements.push(
            Json::object({{"name", m.name}, {"value", optional(m.value)}, {"unit", m.unit}, {"text", m.text}}));
    for (const auto& companion : record.companions)
        companions.push(sql::pathText(companion));
    for (const auto& w : record.warnings)
        warnings.push(Json::object({{"code", w.code}, {"sentence", w.sentence}, {"where", w.where}}));

    Json patient = Json::object({{"id", record.patient.id},
                                 {"name", record.patient.name},
                                 {"birthDate", record.patient.birthDate},
                                 {"sex", record.patient.sex}});
    if (record.patient.ageYears)
        patient.set("ageYears", *record.patient.ageYears);
    return Json::object({{"leads", present},
                         {"samplingHz", record.samplingHz},
                         {"patient", patient},
                         {"date", record.date},
                         {"time", record.time},
                         {"device", record.device},
                         {"highPassHz", optional(record.filters.highPassHz)},
                         {"lowPassHz", optional(record.filters.lowPassHz)},
                         {"notchHz", optional(record.filters.notchHz)},
                         {"measurements", measurements},
                         {"statements", Json(record.statements)},
                         {"format", record.format},
                         {"file", sql::pathText(record.file)},
                         {"companions", companions},
                         {"studyUid", record.studyUid},
                         {"warnings", warnings}});
}

ecg::EcgRecord recordFromJson(const Json& json)
{
    ecg::EcgRecord record;
    record.samplingHz = json.at("samplingHz").toNumber();
    const Json& patient = json.at("patient");
    record.patient.id = patient.value("id", "");
    record.patient.name = patient.value("name", "");
    record.patient.birthDate = patient.value("birthDate", "");
    record.patient.sex = patient.value("sex", "");
    if (patient.contains("ageYears"))
        record.patient.ageYears = int(patient.at("ageYears").toInteger());
    record.date = json.value("date", "");
    record.time = json.value("time", "");
    record.device = json.value("device", "");
    record.filters = {number(json, "highPassHz"), number(json, "lowPassHz"), number(json, "notchHz")};
    for (const Json& m : itemsOf(json, "measurements"))
        record.measurements.push_back(
            {m.value("name", ""), number(m, "value"), m.value("unit", ""), m.value("text", "")});
    for (const Json& statement : itemsOf(json, "statements"))
        record.statements.push_back(statement.toString());
    record.format = json.value("format", "");
    record.file = pathOf(json.value("file", ""));
    for (const Json& companion : itemsOf(json, "companions"))
        record.companions.push_back(pathOf(companion.toString()));
    record.studyUid = json.value("studyUid", "");
    for (const Json& w : itemsOf(json, "warnings"))
        record.warnings.push_back({w.value("code", ""), w.value("sentence", ""), w.value("where", "")});
    return record;
}

} // namespace echo2ecg::library
