// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/run_curves.h"

#include "base/error.h"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace echo2ecg::training {

using base::Error;
using base::ErrorCode;
using base::Json;

namespace {

constexpr std::size_t tailBytes = 256;

std::optional<double> number(const Json& line, const char* key)
{
    const Json* value = line.find(key);
    return value && value->isNumber() ? std::optional(value->toNumber()) : std::nullopt;
}

std::optional<RunRanks> ranks(const Json& line, const std::string& direction)
{
    const auto p1 = number(line, ("val_" + direction + "_p1").c_str()), rank = number(line, ("val_" + direction + "_mean_rank").c_str()),
               chance = number(line, ("val_" + direction + "_chance_p1").c_str());
    if (!p1 || !rank)
        return std::nullopt;
    return RunRanks{*p1, *rank, chance.value_or(0)};
}

std::string listOf(const Json& json)
{
    std::string text;
    for (const Json& item : json.items())
        text += (text.empty() ? "" : ", ") + (item.isString() ? item.toString() : item.dump());
    return text;
}

void flatten(const Json& json, const std::string& path, std::vector<std::pair<std::string, std::string>>& out)
{
    if (!json.isObject()) {
        out.emplace_back(path, json.isString() ? json.toString() : json.isArray() ? listOf(json) : json.dump());
        return;
    }
    for (const auto& [key, value] : json.members())
        flatten(value, path.empty() ? key : path + "." + key, out);
}

std::optional<RunRecordView::Counts> counts(const Json& data, const char* key)
{
    const Json* found = data.find(key);
    if (!found || !found->isObject())
        return std::nullopt;
    return RunRecordView::Counts{found->value("train", std::int64_t(0)), found->value("val", std::int64_t(0)), found->value("test", std::int64_t(0))};
}

std::string wholeFile(const std::filesystem::path& file, std::uintmax_t from = 0)
{
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    if (in && from > 0)
        in.seekg(std::streamoff(from));
    if (!in)
        throw Error(ErrorCode::Io, "the file can't be read", {file, {}});
    if (in.peek() != std::ifstream::traits_type::eof())
        text << in.rdbuf();
    return text.str();
}

} // namespace

CurveReader::CurveReader(std::filesystem::path folder) : m_file(std::move(folder) / "curves.jsonl") {}

void CurveReader::take(std::string_view line)
{
    if (line.find_first_not_of(" \r\t") == std::string_view::npos)
        return;
    try {
        const Json json = Json::parse(line);
        const std::string kind = json.at("kind").toString();
        if (kind == "step") {
            RunStep s;
            s.step = json.at("step").toInteger();
            s.epoch = json.at("epoch").toInteger();
            s.loss = json.at("loss").toNumber();
            s.rate = json.value("rate", 0.0);
            s.gradient = number(json, "gradient");
            s.temperature = number(json, "temperature");
            m_curves.steps.push_back(s);
        } else if (kind == "epoch") {
            RunEpoch e;
            e.epoch = json.at("epoch").toInteger();
            e.step = json.at("step").toInteger();
            e.trainLoss = json.at("train_loss").toNumber();
            e.valLoss = number(json, "val_loss");
            e.trainHits = number(json, "train_batch_p1");
            e.ecgToEcho = ranks(json, "ecg_to_echo");
            e.echoToEcg = ranks(json, "echo_to_ecg");
            const std::string_view first = "val_", last = "_r_by_study";
            for (const auto& [key, value] : json.members())
                if (key.starts_with(first) && key.ends_with(last) && key.size() > first.size() + last.size() && value.isNumber())
                    e.correlations.emplace_back(key.substr(first.size(), key.size() - first.size() - last.size()), value.toNumber());
            m_curves.epochs.push_back(e);
        }
    } catch (const base::ParseError&) {
        ++m_damaged;
    }
}

bool CurveReader::read()
{
    std::error_code missing;
    const std::uintmax_t bytes = std::filesystem::file_size(m_file, missing);
    std::string text;
    bool same = !missing && bytes >= m_taken;
    if (same) {
        text = wholeFile(m_file, m_taken - m_tail.size());
        same = text.starts_with(m_tail);
    }
    const bool anew = !same && m_taken > 0;
    if (!same) {
        m_curves = {};
        m_taken = 0;
        m_tail.clear();
        m_damaged = 0;
        text = missing ? std::string() : wholeFile(m_file);
    }
    const std::size_t begin = m_tail.size(), last = text.rfind('\n');
    if (last == std::string::npos || last < begin)
        return anew;
    const std::size_t end = last + 1;
    for (std::size_t at = begin; at < end;) {
        const std::size_t next = text.find('\n', at);
        take(std::string_view(text).substr(at, next - at));
        at = next + 1;
    }
    m_taken += end - begin;
    m_tail = text.substr(end - std::min(end, tailBytes), std::min(end, tailBytes));
    return true;
}

std::optional<RunRecordView> readRunRecord(const std::filesystem::path& folder)
{
    const std::filesystem::path file = folder / "run.json";
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored))
        return std::nullopt;
    const std::string text = wholeFile(file);
    try {
        const Json json = Json::parse(text);
        RunRecordView view;
        view.kind = json.at("kind").toString();
        view.finished = json.value("finished", false);
        view.program = json.value("program", "");
        view.libtorch = json.value("libtorch", "");
        view.device = json.value("device", "");
        view.precision = json.value("precision", "");
        if (const Json* start = json.find("start"); start && start->isObject()) {
            view.startId = start->value("id", "");
            view.startName = start->value("name", "");
        }
        if (const Json* data = json.find("data"); data && data->isObject()) {
            view.dataHash = data->value("sha256", "");
            view.pairs = counts(*data, "pairs");
            view.clips = counts(*data, "clips");
            view.ecgs = counts(*data, "ecgs");
            view.patients = counts(*data, "patients");
            view.rows = data->value("rows", std::int64_t(0));
            view.tooFarApart = data->value("too_far_apart", std::int64_t(0));
            view.withoutDates = data->value("without_dates", std::int64_t(0));
            view.unreadable = data->value("unreadable", std::int64_t(0));
            if (const Json* given = data->find("splits_were_given"); given && given->isBool())
                view.splitsWereGiven = given->toBool();
        }
        if (const Json* training = json.find("training"); training && training->isObject()) {
            flatten(*training, {}, view.settings);
            if (const auto* seed = training->find("seed"); seed && seed->isInteger())
                view.seed = seed->toInteger();
            if (const auto* epochs = training->find("epochs"); epochs && epochs->isInteger())
                view.epochs = epochs->toInteger();
        }
        view.steps = json.value("steps", std::int64_t(0));
        view.epochTaken = json.value("epoch_taken", std::int64_t(0));
        view.batchesPerSecond = json.value("batches_per_second", 0.0);
        if (const Json* bundle = json.find("bundle"); bundle && bundle->isObject()) {
            view.bundleId = bundle->value("id", "");
            view.bundleName = bundle->value("name", "");
        }
        if (view.finished && std::filesystem::exists(folder / "bundle" / "bundle.json", ignored)) {
            view.bundleFolder = folder / "bundle";
            view.simulated = Json::parse(wholeFile(view.bundleFolder / "bundle.json")).value("simulated", false);
        }
        return view;
    } catch (const base::ParseError& error) {
        throw base::ParseError(error.code(), error.sentence(), {file, error.place().where});
    }
}

std::vector<double> smoothed(const std::vector<double>& values, std::size_t halfWidth)
{
    std::vector<double> sums(values.size() + 1, 0.0), out(values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
        sums[i + 1] = sums[i] + values[i];
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::size_t reach = std::min({halfWidth, i, values.size() - 1 - i});
        out[i] = (sums[i + reach + 1] - sums[i - reach]) / double(2 * reach + 1);
    }
    return out;
}

} // namespace echo2ecg::training
