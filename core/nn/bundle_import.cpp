// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/bundle_import.h"

#include "nn/import_architecture.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::nn {

using base::Error;
using base::ErrorCode;
using base::Json;

namespace {

constexpr std::pair<const char*, const char*> kTitles[] = {{kEcgEncoder, "ECG encoder"},
                                                           {kTokenAggregator, "ECG token aggregator"},
                                                           {kEchoEncoder, "Echo encoder"},
                                                           {kProjection, "Projection of views"},
                                                           {kViewAggregator, "View aggregator"},
                                                           {kEcgAlignment, "ECG alignment layer"},
                                                           {kEchoAlignment, "Echo alignment layer"}};
const std::string kTimePositions = std::string(kEcgEncoder) + ".pos_embed_x";

std::string shapeText(const std::vector<long long>& shape)
{
    std::string text;
    for (const long long length : shape)
        text += (text.empty() ? "" : ", ") + std::to_string(length);
    return "[" + text + "]";
}

// All that the files offer, as one model.
struct Plan
{
    ImportReport report;
    OfferedTensors tensors;
};

int windowOf(const ImportRequest& request)
{
    return request.ecgRecipe.isObject() ? request.ecgRecipe.value("window_samples", 0) : 0;
}

void add(Plan& plan, OpenedSource opened)
{
    const std::size_t file = plan.report.files.size();
    for (auto& [name, tensor] : opened.tensors) {
        tensor.file = file;
        const auto [found, isNew] = plan.tensors.emplace(name, std::move(tensor));
        if (!isNew && !name.starts_with("alignment."))
            throw Error(ErrorCode::Inconsistent,
                        "two files hold the same part; \"" +
                            plan.report.files[found->second.file].file.filename().string() + "\" has it too",
                        {opened.report.file, "tensor " + name});
        if (!isNew) // a second layer of unknown side: told apart by its file
            plan.tensors.emplace("alignment2." + name.substr(std::string("alignment.").size()), std::move(tensor));
    }
    plan.report.files.push_back(std::move(opened.report));
}

// Alignment layers whose side nobody named: by the width that they take.
void placeAlignment(Plan& plan, int windowSamples)
{
    for (const std::string waiting : {"alignment.", "alignment2."}) {
        OfferedTensors layer;
        for (auto tensor = plan.tensors.begin(); tensor != plan.tensors.end();) {
            if (!tensor->first.starts_with(waiting)) {
                ++tensor;
                continue;
            }
            layer.emplace(tensor->first.substr(waiting.size()), std::move(tensor->second));
            tensor = plan.tensors.erase(tensor);
        }
        if (layer.empty())
            continue;
        const auto first = layer.contains("weight") ? layer.find("weight") : layer.find("layer_norm.weight");
        ImportedFile& file = plan.report.files[layer.begin()->second.file];
        std::vector<std::string> ignored;
        const Architecture a = architectureOf(plan.tensors, windowSamples, ignored);
        const long long takes = first == layer.end() || first->second.shape.empty() ? 0 : first->second.shape.back();
        const bool ecg = takes == a.ecg.width, echo = takes == a.alignment.studyWidth;
        if (ecg == echo)
            throw Error(ErrorCode::Mismatch,
                        "it can't be told whether this alignment layer is the ECG's or the echo's: say which",
                        {file.file, {}});
        const std::string side = ecg ? kEcgAlignment : kEchoAlignment;
        for (auto& [name, tensor] : layer)
            if (!plan.tensors.emplace(side + "." + name, std::move(tensor)).second)
                throw Error(ErrorCode::Inconsistent, "two files hold the same alignment layer", {file.file, {}});
        std::replace(file.parts.begin(), file.parts.end(), std::string("alignment"), side);
        file.notes.push_back(std::string("by its width this is the alignment layer of the ") + (ecg ? "ECG" : "echo"));
    }
}

bool shapeFits(const TensorSpec& spec, const std::vector<long long>& shape)
{
    if (spec.name != kTimePositions)
        return shape == spec.shape;
    return shape.size() == 3 && shape[0] == 1 && shape[1] >= 2 && shape[1] <= 65536 && shape[2] == spec.shape[2];
}

Plan makePlan(const ImportRequest& request, const base::JobContext& job)
{
    if (request.sources.empty())
        throw Error(ErrorCode::Missing, "no file of weights was named");
    Plan plan;
    std::string architecture;
    for (std::size_t i = 0; i < request.sources.size(); ++i) {
        job.throwIfCancelled();
        job.report({"reading weights", std::int64_t(i), std::int64_t(request.sources.size()), "files"});
        OpenedSource opened = openSource(request.sources[i]);
        if (request.sources[i].role == ImportRole::Any && !opened.architecture.empty())
            architecture = opened.architecture;
        add(plan, std::move(opened));
    }
    placeAlignment(plan, windowOf(request));
    ImportReport& report = plan.report;
    if (!architecture.empty() && request.sources.size() == 1)
        report.architecture = Architecture::fromJson(Json::parse(architecture));
    else
        report.architecture = architectureOf(plan.tensors, windowOf(request), report.notes);

    // Views may repeat what a file holds only once; all together must stay in proportion to the files.
    std::uintmax_t held = 64u << 20, asked = 0;
    for (const ImportSource& source : request.sources)
        held += 8 * std::filesystem::file_size(source.file);

    std::map<std::string, std::size_t> needed; // part → its tensors
    OfferedTensors unused = plan.tensors;
    for (const TensorSpec& spec : tensorSpecs(report.architecture)) {
        const std::string part = spec.name.substr(0, spec.name.find('.'));
        ++needed[part];
        const auto found = plan.tensors.find(spec.name);
        if (found == plan.tensors.end()) {
            report.missing.push_back(spec.name);
            continue;
        }
        const OfferedTensor& tensor = found->second;
        ImportedFile& file = report.files[tensor.file];
        if (!shapeFits(spec, tensor.shape))
            throw Error(ErrorCode::Mismatch,
                        "the tensor " + spec.name + " has shape " + shapeText(tensor.shape) +
                            ", and the rest of the model needs " + shapeText(spec.shape),
                        {file.file, "tensor " + spec.name});
        if (tensor.dtype != "F32" && tensor.dtype != "F64" && tensor.dtype != "F16" && tensor.dtype != "BF16")
            throw Error(ErrorCode::Mismatch, "the tensor " + spec.name + " holds no real numbers",
                        {file.file, "tensor " + spec.name});
        if (spec.name == kTimePositions && tensor.shape[1] != spec.shape[1])
            file.notes.push_back(
                "of " + std::to_string(tensor.shape[1] - 1) + " time positions " +
                (tensor.shape[1] > spec.shape[1]
                     ? "the first " + std::to_string(spec.shape[1] - 1) + " are taken, as the window is shorter"
                     : std::to_string(spec.shape[1] - 1) + " are made by linear stretching, as the window is longer"));
        long long count = 4;
        for (const long long length : tensor.shape)
            count *= length;
        asked += std::uintmax_t(count);
        if (asked > held)
            throw Error(ErrorCode::LimitExceeded, "the tensors ask for far more memory than their files hold",
                        {file.file, "tensor " + spec.name});
        ++file.tensors;
        unused.erase(spec.name);
    }
    for (const auto& [name, tensor] : unused) {
        const bool alignment = name.starts_with(kEcgAlignment) || name.starts_with(kEchoAlignment);
        (alignment ? report.files[tensor.file].ignored : report.files[tensor.file].unknown).push_back(name);
        plan.tensors.erase(name);
    }
    for (const auto& [part, title] : kTitles) {
        const std::string prefix = std::string(part) + ".";
        ImportPart entry{part, title, needed.contains(part) ? "filled" : "absent", {}};
        for (const std::string& name : report.missing)
            if (name.starts_with(prefix))
                entry.state = "missing";
        for (const auto& [name, tensor] : plan.tensors)
            if (name.starts_with(prefix))
                entry.file = report.files[tensor.file].file;
        report.parts.push_back(std::move(entry));
    }
    report.complete = report.missing.empty();
    report.canRetrieve = report.complete && report.architecture.alignment.ecgHead != AlignmentHead::None;
    if (!report.canRetrieve)
        report.whyNotRetrieve = report.complete ? "without both alignment layers the model can classify, but it can't "
                                                  "retrieve studies for an ECG"
                                                : "the model is not complete";
    return plan;
}

StoredTensor asFloat(const TensorSpec& spec, const OfferedTensor& offered)
{
    const StoredTensor stored = offered.read();
    std::vector<float> values = stored.toFloat();
    if (spec.name == kTimePositions)
        values = timePositionsFor(values, int(offered.shape[1]), int(offered.shape[2]), int(spec.shape[1]) - 1);
    return StoredTensor::of(spec.name, spec.shape, values);
}

Json list(const std::vector<std::string>& texts)
{
    return Json(texts);
}

} // namespace

std::vector<float> timePositionsFor(const std::vector<float>& table, int rows, int channels, int patches)
{
    const int stored = rows - 1;
    if (rows < 2 || channels < 1 || patches < 1 || table.size() != std::size_t(rows) * std::size_t(channels))
        throw Error(ErrorCode::Inconsistent, "the table of time positions doesn't have the shape it should");
    const std::size_t width = std::size_t(channels);
    if (patches <= stored)
        return {table.begin(), table.begin() + std::ptrdiff_t((1 + std::size_t(patches)) * width)};
    std::vector<float> result(table.begin(), table.begin() + channels);
    result.reserve((1 + std::size_t(patches)) * width);
    const double scale = double(stored) / patches;
    for (int k = 0; k < patches; ++k) {
        const double at = std::max(0.0, (k + 0.5) * scale - 0.5);
        const int low = std::min(int(at), stored - 1), high = std::min(low + 1, stored - 1);
        const double part = std::min(1.0, at - low);
        const float *a = &table[(1 + std::size_t(low)) * width], *b = &table[(1 + std::size_t(high)) * width];
        for (std::size_t c = 0; c < width; ++c)
            result.push_back(float((1 - part) * double(a[c]) + part * double(b[c])));
    }
    return result;
}

Json ImportReport::toJson() const
{
    Json fileList = Json::array(), partList = Json::array();
    for (const ImportedFile& file : files)
        fileList.push(Json::object({{"file", file.file.string()},
                                    {"format", file.format},
                                    {"content", file.content},
                                    {"parts", list(file.parts)},
                                    {"tensors", file.tensors},
                                    {"ignored", list(file.ignored)},
                                    {"unknown", list(file.unknown)},
                                    {"notes", list(file.notes)}}));
    for (const ImportPart& part : parts)
        partList.push(Json::object(
            {{"name", part.name}, {"title", part.title}, {"state", part.state}, {"file", part.file.string()}}));
    return Json::object({{"complete", complete},
                         {"can_retrieve", canRetrieve},
                         {"why_not_retrieve", whyNotRetrieve},
                         {"files", std::move(fileList)},
                         {"parts", std::move(partList)},
                         {"missing", list(missing)},
                         {"notes", list(notes)},
                         {"architecture", architecture.toJson()},
                         {"bundle", bundle ? Json(bundle->id) : Json()}});
}

ImportReport inspectImport(const ImportRequest& request, const base::JobContext& job)
{
    return makePlan(request, job).report;
}

ImportReport importBundle(const ImportRequest& request, const std::filesystem::path& folder,
                          const base::JobContext& job)
{
    Plan plan = makePlan(request, job);
    if (!plan.report.complete)
        return std::move(plan.report);
    std::map<std::string, StoredTensor> weights;
    for (const TensorSpec& spec : tensorSpecs(plan.report.architecture)) {
        job.throwIfCancelled();
        const OfferedTensor& offered = plan.tensors.at(spec.name);
        try {
            weights.emplace(spec.name, asFloat(spec, offered));
        } catch (const Error& error) {
            throw Error(error.code(), error.sentence(), {plan.report.files[offered.file].file, "tensor " + spec.name});
        }
    }
    plan.tensors.clear();

    BundleInfo info;
    info.name = request.name.empty() ? "Imported weights" : request.name;
    info.version = request.version;
    info.licence = request.licence.empty() ? "not stated" : request.licence;
    info.intendedUse = request.intendedUse.empty() ? "Research. Not for diagnosis or treatment." : request.intendedUse;
    info.trained = request.trained;
    info.simulated = request.simulated;
    info.architecture = plan.report.architecture;
    info.ecgRecipe = request.ecgRecipe;
    info.echoRecipe = request.echoRecipe;
    plan.report.bundle = writeBundle(folder, info, std::move(weights), {}, job);
    return std::move(plan.report);
}

void exportWeights(const BundleInfo& info, const std::filesystem::path& file, const base::JobContext& job)
{
    job.report({"reading weights", 0, 0, {}});
    std::map<std::string, StoredTensor> weights = readBundleWeights(info);
    job.throwIfCancelled();
    std::vector<StoredTensor> ordered;
    for (const TensorSpec& spec : tensorSpecs(info.architecture))
        ordered.push_back(std::move(weights.at(spec.name)));
    job.report({"writing weights", 0, 0, {}});
    writeSafetensors(file, ordered,
                     {{"format", "pt"},
                      {"echo2ecg.architecture", info.architecture.toJson().dump()},
                      {"echo2ecg.bundle", info.id},
                      {"name", info.name},
                      {"licence", info.licence}});
}

} // namespace echo2ecg::nn
