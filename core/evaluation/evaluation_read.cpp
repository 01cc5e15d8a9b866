// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluation/evaluation_report.h"

#include "evaluation/none.h"

#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>

namespace echo2ecg::evaluation {

using base::ErrorCode;
using base::Json;
using base::ParseError;

namespace {

constexpr std::uintmax_t mostBytes = 512u << 20;

// A value with the way to it, for messages: "bundles[0].probes[1].auroc".
class At
{
public:
    At(const Json& json, std::string path) : m_json(json), m_path(std::move(path)) {}

    At operator[](const char* key) const
    {
        if (const Json* found = member(key))
            return {*found, inside(key)};
        throw ParseError(ErrorCode::Missing, "the evaluation lacks a member", {{}, inside(key)});
    }
    bool has(const char* key) const
    {
        const Json* found = member(key);
        return found && !found->isNull();
    }
    bool isNull() const { return m_json.isNull(); }

    std::string text() const
    {
        need(m_json.isString(), "a text");
        return m_json.toString();
    }
    bool flag() const
    {
        need(m_json.isBool(), "true or false");
        return m_json.toBool();
    }
    // What isn't defined was written as null.
    double number(double undefined = none) const
    {
        if (m_json.isNull())
            return undefined;
        need(m_json.isNumber(), "a number");
        return m_json.toNumber();
    }
    std::int64_t count(std::int64_t most = std::numeric_limits<std::int64_t>::max()) const
    {
        need(m_json.isInteger() && m_json.toInteger() >= 0 && m_json.toInteger() <= most, "a count");
        return m_json.toInteger();
    }
    std::size_t size() const { return std::size_t(count()); }

    template <class Read>
    auto list(const Read& read) const
    {
        need(m_json.isArray(), "a list");
        std::vector<decltype(read(*this))> out;
        out.reserve(m_json.size());
        for (std::size_t i = 0; i < m_json.size(); ++i)
            out.push_back(read(At(m_json.items()[i], m_path + "[" + std::to_string(i) + "]")));
        return out;
    }
    // name → what `read` makes of it
    template <class Read>
    auto map(const Read& read) const
    {
        need(m_json.isObject(), "an object");
        std::map<std::string, decltype(read(*this))> out;
        for (const auto& [name, value] : m_json.members())
            out.emplace(name, read(At(value, inside(name))));
        return out;
    }
    std::vector<double> numbers() const
    {
        return list([](const At& one) { return one.number(); });
    }
    void need(bool ok, const char* what) const
    {
        if (!ok)
            throw ParseError(ErrorCode::Malformed, std::string("the evaluation has something else where ") + what + " belongs", {{}, m_path.empty() ? "the whole" : m_path});
    }

private:
    std::string inside(const std::string& key) const { return m_path.empty() ? key : m_path + "." + key; }
    const Json* member(const char* key) const
    {
        need(m_json.isObject(), "an object");
        return m_json.find(key);
    }

    const Json& m_json;
    std::string m_path;
};

Interval interval(const At& at)
{
    return {at["estimate"].number(), at["low"].number(), at["high"].number(), at["se"].number(), int(at["resamples"].count(1 << 30)), int(at["undefined"].count(1 << 30))};
}

ClassificationIntervals classificationIntervals(const At& at, std::size_t classes)
{
    ClassificationIntervals out;
    out.auroc = interval(at["auroc"]);
    out.averagePrecision = interval(at["average_precision"]);
    out.precision = interval(at["precision"]);
    out.recall = interval(at["recall"]);
    out.f1 = interval(at["f1"]);
    out.balancedAccuracy = interval(at["balanced_accuracy"]);
    out.accuracy = interval(at["accuracy"]);
    out.classAuroc = at["class_auroc"].list(interval);
    out.classAveragePrecision = at["class_average_precision"].list(interval);
    at.need(out.classAuroc.size() == classes && out.classAveragePrecision.size() == classes, "an interval for each class");
    return out;
}

Reliability reliability(const At& at)
{
    Reliability out;
    out.expectedError = at["ece"].number();
    out.largestError = at["mce"].number();
    out.brier = at["brier"].number();
    out.bins = at["bins"].list([](const At& b) {
        return ReliabilityBin{b["low"].number(), b["high"].number(), b["count"].count(), b["mean_probability"].number(), b["observed"].number()};
    });
    for (const ReliabilityBin& bin : out.bins)
        out.samples += bin.count;
    return out;
}

OperatingPoint operatingPoint(const At& at)
{
    OperatingPoint p;
    p.rule = at["rule"].text();
    p.threshold = at["threshold"].number(std::numeric_limits<double>::infinity());
    p.sensitivity = at["sensitivity"].number();
    p.specificity = at["specificity"].number();
    p.ppv = at["ppv"].number();
    p.npv = at["npv"].number();
    p.truePositives = at["tp"].count();
    p.falsePositives = at["fp"].count();
    p.trueNegatives = at["tn"].count();
    p.falseNegatives = at["fn"].count();
    return p;
}

CurvePoint curvePoint(const At& at)
{
    const std::vector<double> three = at.numbers();
    at.need(three.size() == 3, "a threshold with its true and false positives");
    at.need(three[1] >= 0 && three[2] >= 0 && three[1] < 9e15 && three[2] < 9e15, "a count");
    return {std::isnan(three[0]) ? std::numeric_limits<double>::infinity() : three[0], std::int64_t(three[1]), std::int64_t(three[2])};
}

SubgroupValue subgroup(const At& at)
{
    SubgroupValue s;
    s.attribute = at["attribute"].text();
    s.value = at["value"].text();
    s.measure = at["measure"].text();
    s.samples = at["n"].size();
    s.groups = at.has("patients") ? at["patients"].size() : 0;
    s.interval = interval(at["result"]);
    return s;
}

ProbeResult probe(const At& at)
{
    ProbeResult p;
    p.task = at["task"].text();
    p.trainingSamples = at["training_samples"].size();
    p.samples = at["samples"].size();
    p.patients = at.has("patients") ? at["patients"].size() : 0;
    ClassificationMeasures& m = p.measures;
    m.samples = std::int64_t(p.samples);
    m.auroc = at["auroc"].number();
    m.averagePrecision = at["average_precision"].number();
    m.precision = at["precision"].number();
    m.recall = at["recall"].number();
    m.f1 = at["f1"].number();
    m.balancedAccuracy = at["balanced_accuracy"].number();
    m.accuracy = at["accuracy"].number();
    m.undefinedClasses = int(at["undefined_classes"].count(1 << 20));
    m.confusion = at["confusion_rows_truth"].list([](const At& row) { return row.list([](const At& n) { return n.count(); }); });
    p.topReliability = reliability(at["reliability"]);
    at["classes"].list([&](const At& c) {
        p.classNames.push_back(c["name"].text());
        m.classes.push_back({c["n"].count(), c["auroc"].number(), c["average_precision"].number(), c["precision"].number(), c["recall"].number(), c["f1"].number()});
        p.operatingPoints.push_back(c["operating_points"].list(operatingPoint));
        p.reliability.push_back(reliability(c["reliability"]));
        p.curves.push_back(c["curve_threshold_tp_fp"].list(curvePoint));
        return 0;
    });
    const std::size_t classes = p.classNames.size();
    bool square = m.confusion.size() == classes;
    for (const auto& row : m.confusion)
        square = square && row.size() == classes;
    at["confusion_rows_truth"].need(square, "a row and a column for each class");
    if (at.has("by_sample"))
        p.bySample = classificationIntervals(at["by_sample"], classes);
    if (at.has("by_patient"))
        p.byPatient = classificationIntervals(at["by_patient"], classes);
    p.subgroups = at["subgroups"].list(subgroup);
    return p;
}

MeanSd meanSd(const At& at)
{
    return {at["mean"].number(), at["sd"].number()};
}

FractionResult fraction(const At& at)
{
    FractionResult f;
    f.fraction = at["fraction"].number();
    f.trainingSamples = at["training_samples"].size();
    f.neighbours = int(at["neighbours"].count(1 << 30));
    f.auroc = meanSd(at["auroc"]);
    f.averagePrecision = meanSd(at["average_precision"]);
    f.f1 = meanSd(at["f1"]);
    f.balancedAccuracy = meanSd(at["balanced_accuracy"]);
    f.aurocs = at["aurocs"].numbers();
    return f;
}

// By the names of namedMeasures().
void readMeasures(const At& at, RetrievalMeasures& m)
{
    for (std::size_t d = 0; d < retrievalDepths.size(); ++d) {
        m.precision[d] = at[("P@" + std::to_string(retrievalDepths[d])).c_str()].number();
        m.recall[d] = at[("R@" + std::to_string(retrievalDepths[d])).c_str()].number();
    }
    m.meanAveragePrecision = at["mAP"].number();
    m.meanRank = at["mean_rank"].number();
    m.medianRank = at["median_rank"].number();
    m.alignment = at["alignment"].number();
}

DirectionResult direction(const At& at, std::map<std::string, Interval>& intervals)
{
    DirectionResult d;
    d.measures.queries = at["queries"].size();
    d.measures.candidates = at["candidates"].size();
    d.measures.queriesWithoutRelevant = at["queries_without_relevant"].size();
    d.measures.meanRelevant = at["mean_relevant"].number();
    d.random = d.measures;
    readMeasures(at["measures"], d.measures);
    readMeasures(at["random"], d.random);
    intervals = at["intervals"].map(interval);
    return d;
}

RetrievalEntry retrievalEntry(const At& at)
{
    RetrievalEntry e;
    e.phenotype = at["phenotype"].text();
    if (at.has("tolerance"))
        e.result.tolerance = at["tolerance"].number();
    e.result.droppedRows = at["dropped_rows"].size();
    const std::string by = at["intervals_by"].text();
    at["intervals_by"].need(by == "patient" || by == "query", "\"patient\" or \"query\"");
    e.byPatient = by == "patient";
    e.result.ecgToEcho = direction(at["ecg_to_echo"], e.ecgToEcho);
    e.result.echoToEcg = direction(at["echo_to_ecg"], e.echoToEcg);
    e.subgroups = at["subgroups"].list(subgroup);
    return e;
}

BundleResult bundle(const At& at)
{
    BundleResult b;
    b.id = at["id"].text();
    b.name = at["name"].text();
    b.untrained = at["untrained"].flag();
    b.simulated = at.has("simulated") && at["simulated"].flag(); // younger than the format
    b.note = at["note"].text();
    b.probes = at["probes"].list(probe);
    b.shd = at["shd_fractions"].list(fraction);
    b.retrieval = at["retrieval"].list(retrievalEntry);
    return b;
}

} // namespace

Evaluation fromJson(const base::Json& json)
{
    const At at(json, {});
    if (!json.isObject() || !json.find("format") || !json.at("format").isString() || json.at("format").toString() != "echo2ecg-evaluation")
        throw ParseError(ErrorCode::NotRecognised, "this is no evaluation of the program", {{}, "format"});
    if (at["version"].count() != 1)
        throw ParseError(ErrorCode::Unsupported, "the evaluation is of another version of the program", {{}, "version"});
    Evaluation e;
    e.title = at["title"].text();
    e.created = at["created"].text();
    e.program = at["program"].text();
    const At data = at["data"], settings = at["settings"];
    e.dataName = data["name"].text();
    e.dataHash = data["sha256"].text();
    e.simulated = data["simulated"].flag();
    e.ecgs = data["ecgs"].size();
    e.studies = data["studies"].size();
    e.patients = data["patients"].size();
    e.options.bootstrap.resamples = int(settings["resamples"].count(1 << 30));
    e.options.bootstrap.seed = std::uint64_t(settings["seed"].count());
    e.options.bootstrap.level = settings["level"].number();
    e.options.knn.k = int(settings["k"].count(1 << 30));
    e.options.bins = int(settings["bins"].count(1 << 20));
    e.options.toleranceFactor = settings["tolerance_sigma"].number();
    e.bundles = at["bundles"].list(bundle);
    e.ablation = at["ablation"].list([](const At& row) {
        return AblationRow{row["name"].text(), row["note"].text(), row["retrieval"].list(retrievalEntry)};
    });
    e.warnings = at["warnings"].list([](const At& w) { return base::Warning{w["code"].text(), w["sentence"].text(), w["where"].text()}; });
    return e;
}

Evaluation readEvaluation(const std::filesystem::path& file)
{
    std::error_code failed;
    const std::uintmax_t bytes = std::filesystem::file_size(file, failed);
    if (!failed && bytes > mostBytes)
        throw ParseError(ErrorCode::LimitExceeded, "the file is too large for an evaluation", {file, {}});
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    if (failed || !in || !(text << in.rdbuf()))
        throw base::Error(ErrorCode::Io, "the file can't be read", {file, {}});
    try {
        return fromJson(Json::parse(text.str()));
    } catch (const ParseError& error) {
        throw ParseError(error.code(), error.sentence(), {file, error.place().where});
    }
}

} // namespace echo2ecg::evaluation
