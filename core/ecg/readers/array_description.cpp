// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/array_description.h"

#include "base/json.h"
#include "ecg/readers/reader_support.h"

#include <cmath>

namespace echo2ecg::ecg {

using base::ErrorCode;
using base::Json;
using base::ParseError;

namespace {

constexpr std::size_t maxBytes = 1u << 20;

Json parsed(const std::filesystem::path& file)
{
    return Json::parse(readBytes(file, maxBytes, true), file.filename().string());
}

} // namespace

std::filesystem::path descriptionBeside(const std::filesystem::path& file) noexcept
{
    try {
        std::filesystem::path appended = file, replaced = file;
        appended += ".json";
        replaced.replace_extension(".json");
        for (const auto& candidate : {appended, replaced}) {
            std::error_code problem;
            if (candidate == file || !std::filesystem::is_regular_file(candidate, problem))
                continue;
            const std::string text = readBytes(candidate, maxBytes, false);
            if (text.find("\"rate_hz\"") != std::string::npos)
                return candidate;
        }
    } catch (...) {
    }
    return {};
}

ArrayDescription readArrayDescription(const std::filesystem::path& file)
{
    const auto malformed = [&](const char* sentence, const char* key) {
        return ParseError(ErrorCode::Malformed, sentence, {file, key});
    };
    Json json;
    try {
        json = parsed(file);
    } catch (const base::Error& error) {
        throw ParseError(error.code(), error.sentence(), {file, error.place().where});
    }
    if (!json.isObject())
        throw malformed("The description isn't a JSON object.", "");
    ArrayDescription d;
    d.file = file;
    const Json* rate = json.find("rate_hz");
    if (!rate || !rate->isNumber())
        throw malformed("The description states no sampling rate.", "rate_hz");
    d.samplingHz = rate->toNumber();
    checkSamplingRate(d.samplingHz, file, "rate_hz");
    const Json *units = json.find("units"), *perMv = json.find("units_per_mv");
    if (perMv && perMv->isNumber() && std::isfinite(perMv->toNumber()) && perMv->toNumber() > 0)
        d.millivoltsPerUnit = 1 / perMv->toNumber();
    else if (const auto scale = units && units->isString() ? millivoltsPer(units->toString()) : std::nullopt)
        d.millivoltsPerUnit = *scale;
    else
        throw malformed("The description states neither \"units\" (mV, uV, V) nor a positive \"units_per_mv\".",
                        "units");
    const Json* leads = json.find("leads");
    if (!leads || !leads->isArray() || leads->items().empty() || leads->items().size() > 64)
        throw malformed("The description doesn't list the leads.", "leads");
    for (const Json& lead : leads->items()) {
        if (!lead.isString())
            throw malformed("A lead in the description isn't a name.", "leads");
        d.leads.push_back(lead.toString());
    }
    if (const Json* layout = json.find("layout")) {
        const std::string text = layout->isString() ? layout->toString() : std::string{};
        if (text != "leads_by_samples" && text != "samples_by_leads")
            throw malformed("The layout is \"leads_by_samples\" or \"samples_by_leads\".", "layout");
        d.leadsFirst = text == "leads_by_samples";
    }
    if (const Json* record = json.find("record")) {
        if (!record->isInteger() || record->toInteger() < 0)
            throw malformed("The number of the record isn't a whole number from 0.", "record");
        d.record = std::uint64_t(record->toInteger());
    }
    const auto text = [&](const char* key) {
        const Json* value = json.find(key);
        return value && value->isString() ? value->toString() : std::string{};
    };
    d.patient.id = text("patient_id");
    d.patient.birthDate = text("birth_date");
    const std::string sex = text("sex");
    d.patient.sex = sex == "F" || sex == "M" || sex == "O" ? sex : "";
    if (const Json* age = json.find("age_years");
        age && age->isNumber() && age->toNumber() >= 0 && age->toNumber() <= 130)
        d.patient.ageYears = int(age->toNumber());
    d.date = text("date");
    d.time = text("time");
    return d;
}

std::string whatADescriptionNeeds(const std::filesystem::path& array)
{
    return "put " + array.filename().string() +
           R"(.json beside it, such as {"rate_hz": 500, "units": "mV", "leads": ["I", "II", …], "layout": "leads_by_samples"}.)";
}

} // namespace echo2ecg::ecg
