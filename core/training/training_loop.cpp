// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/training_loop.h"

#include "base/number_text.h"
#include "base/pages.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

namespace echo2ecg::training {

using base::Error;
using base::ErrorCode;
using base::Json;

namespace {

nn::StoredTensor stored(const std::string& name, const at::Tensor& tensor)
{
    const at::Tensor host = tensor.detach().to(at::kCPU, at::kFloat).contiguous();
    return nn::StoredTensor::of(name, {host.sizes().begin(), host.sizes().end()},
                                {host.data_ptr<float>(), host.data_ptr<float>() + host.numel()});
}

void restore(const nn::StoredTensor& from, const at::Tensor& into)
{
    const std::vector<float> values = from.toFloat();
    if (std::int64_t(values.size()) != into.numel())
        throw Error(ErrorCode::Mismatch, "the checkpoint holds a tensor of another size", {{}, "tensor " + from.name});
    const at::NoGradGuard plain;
    into.copy_(at::from_blob(const_cast<float*>(values.data()), into.sizes(), at::TensorOptions().dtype(at::kFloat)));
}

std::string shown(double value, int digits)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

// "data.sha256", of two objects the first member that isn't the same.
std::string firstDifference(const Json& a, const Json& b, const std::string& path = {})
{
    if (a == b)
        return {};
    if (!a.isObject() || !b.isObject())
        return path;
    for (const auto& [key, value] : a.members()) {
        const Json* other = b.find(key);
        const std::string here = path.empty() ? key : path + "." + key;
        if (!other)
            return here;
        if (const std::string found = firstDifference(value, *other, here); !found.empty())
            return found;
    }
    return path.empty() ? std::string("a field that is new") : path;
}

class Loop
{
public:
    Loop(Learner& learner, const RunFolder& folder, const LoopOptions& options, const Json& identity)
        : m_learner(learner), m_folder(folder), m_options(options), m_identity(identity), m_batches(learner.batches())
    {
        const std::int64_t stepsOfEpoch = (m_batches + options.accumulate - 1) / options.accumulate;
        m_schedule.totalSteps = stepsOfEpoch * options.epochs;
        m_schedule.warmUpSteps = std::llround(options.warmUpEpochs * double(stepsOfEpoch));
        m_schedule.floor = options.rateFloor;
    }

    LoopResult run(const base::JobContext& job)
    {
        resume();
        try {
            while (m_epoch < m_options.epochs)
                runEpoch(job);
        } catch (const base::Cancelled&) {
            if (m_unsaved)
                save();
            throw;
        }
        if (m_unsaved)
            save();
        takeBest();
        m_result.history = m_history;
        m_result.steps = m_learner.optimizer().steps();
        m_result.bestEpoch = m_bestFile.empty() ? 0 : m_bestEpoch;
        return m_result;
    }

private:
    void runEpoch(const base::JobContext& job)
    {
        const std::string title = "epoch " + std::to_string(m_epoch + 1) + " of " + std::to_string(m_options.epochs);
        while (m_batch < m_batches) {
            job.throwIfCancelled();
            job.report({title + ":", m_batch, m_batches, "batches"});
            oneBatch(job);
            if (m_options.checkpointBatches > 0 && m_done % m_options.checkpointBatches == 0)
                save();
        }
        endEpoch(title, job);
    }

    void oneBatch(const base::JobContext& job)
    {
        const auto began = std::chrono::steady_clock::now();
        const Learner::Step step = m_learner.step(m_epoch, m_batch, job);
        if (!std::isfinite(step.loss))
            throw Error(ErrorCode::Unsuitable, "the loss is not finite any more (epoch " + std::to_string(m_epoch + 1) + ", batch " +
                                                   std::to_string(m_batch + 1) + "): train with a smaller learning rate, or clip gradients");
        AdamW& optimizer = m_learner.optimizer();
        for (const auto& [name, gradient] : step.gradients)
            optimizer.addGradient(name, gradient);
        ++m_batch;
        ++m_done;
        ++m_pending;
        m_pendingLoss += step.loss;
        m_epochLoss += step.loss;
        m_epochHits += step.hits;
        m_epochItems += step.items;
        if (m_pending == m_options.accumulate || m_batch == m_batches)
            oneStep();
        m_unsaved = true;
        ++m_result.batchesHere;
        m_result.secondsHere += std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    }

    void oneStep()
    {
        AdamW& optimizer = m_learner.optimizer();
        const double length = optimizer.finishGradients(1.0 / double(m_pending), m_options.largestGradient);
        if (!std::isfinite(length))
            throw Error(ErrorCode::Unsuitable, "the gradient is not finite any more: train with a smaller learning rate, or clip gradients");
        const double share = m_schedule.at(optimizer.steps());
        optimizer.step(share);
        m_learner.stepped();
        Json line = Json::object({{"kind", "step"},
                                  {"step", optimizer.steps()},
                                  {"epoch", m_epoch + 1},
                                  {"loss", m_pendingLoss / double(m_pending)},
                                  {"rate", share * m_options.shownRate},
                                  {"gradient", length}});
        const Json state = m_learner.stateForCurve();
        for (const auto& [key, value] : state.members())
            line.set(key, value);
        m_folder.appendCurve(line);
        m_pending = 0;
        m_pendingLoss = 0;
    }

    void endEpoch(const std::string& title, const base::JobContext& job)
    {
        job.report({title + ", validating", 0, 0, {}});
        const Json scores = m_learner.evaluate(job);
        Json line = Json::object({{"kind", "epoch"},
                                  {"epoch", m_epoch + 1},
                                  {"step", m_learner.optimizer().steps()},
                                  {"train_loss", m_epochLoss / double(m_batches)}});
        if (m_epochItems > 0 && m_epochHits >= 0)
            line.set("train_batch_p1", double(m_epochHits) / double(m_epochItems));
        for (const auto& [key, value] : scores.members())
            line.set(key, value);
        m_folder.appendCurve(line);
        m_history.push(line);
        considerBest(scores);
        std::string text = title + ": loss " + shown(m_epochLoss / double(m_batches), 4);
        if (const Json* val = scores.find("val_loss"))
            text += ", validation " + shown(val->toNumber(), 4);
        ++m_epoch;
        m_batch = 0;
        m_epochLoss = 0;
        m_epochHits = m_epochItems = 0;
        ++m_done; // a checkpoint of its own
        save();
        writeEpochs();
        job.report({text, 0, 0, {}});
    }

    void considerBest(const Json& scores)
    {
        const Json* value = scores.find("val_loss");
        if (!m_options.keepBest || !value || (!m_bestFile.empty() && !(value->toNumber() < m_bestValue)))
            return;
        m_bestValue = value->toNumber();
        m_bestEpoch = m_epoch + 1;
        m_bestFile = "best-" + std::to_string(m_bestEpoch) + ".safetensors";
        std::vector<nn::StoredTensor> tensors;
        for (const auto& [name, p] : m_learner.optimizer().parameters())
            tensors.push_back(stored(name, p.value));
        nn::writeSafetensors(m_folder.path() / m_bestFile, tensors, {{"format", "pt"}});
    }

    void takeBest()
    {
        if (m_bestFile.empty())
            return;
        const auto tensors = nn::readSafetensors(m_folder.path() / m_bestFile);
        for (auto& [name, p] : m_learner.optimizer().parameters())
            restore(tensors.at(name), p.value);
    }

    void save()
    {
        std::vector<nn::StoredTensor> tensors;
        for (const auto& [name, p] : m_learner.optimizer().parameters()) {
            tensors.push_back(stored("value." + name, p.value));
            tensors.push_back(stored("mean." + name, p.mean));
            tensors.push_back(stored("square." + name, p.square));
            if (p.gradient.defined())
                tensors.push_back(stored("gradient." + name, p.gradient));
        }
        Json state = Json::object({{"identity", m_identity},
                                   {"epoch", m_epoch},
                                   {"batch", m_batch},
                                   {"done", m_done},
                                   {"steps", m_learner.optimizer().steps()},
                                   {"pending", m_pending},
                                   {"pending_loss", m_pendingLoss},
                                   {"epoch_loss", m_epochLoss},
                                   {"epoch_hits", m_epochHits},
                                   {"epoch_items", m_epochItems},
                                   {"curve_bytes", m_folder.curveBytes()},
                                   {"history", m_history}});
        std::vector<std::string> keep;
        if (!m_bestFile.empty()) {
            state.set("best", Json::object({{"file", m_bestFile}, {"epoch", m_bestEpoch}, {"val_loss", m_bestValue}}));
            keep.push_back(m_bestFile);
        }
        m_folder.save(m_done, std::move(state), tensors, keep);
        m_unsaved = false;
    }

    void resume()
    {
        const auto checkpoint = m_folder.load();
        if (!checkpoint) {
            m_folder.cutCurves(0); // of a run that ended before its first checkpoint
            return;
        }
        const Json& s = checkpoint->state;
        if (const std::string different = firstDifference(s.at("identity"), Json::parse(m_identity.dump())); !different.empty())
            throw Error(ErrorCode::Mismatch, "the run in this folder can't be gone on with: \"" + different + "\" is another one",
                        {m_folder.path(), different});
        AdamW& optimizer = m_learner.optimizer();
        for (auto& [name, p] : optimizer.parameters()) {
            const auto tensor = [&](const char* what) -> const nn::StoredTensor* {
                const auto found = checkpoint->tensors.find(what + name);
                return found == checkpoint->tensors.end() ? nullptr : &found->second;
            };
            const auto *value = tensor("value."), *mean = tensor("mean."), *square = tensor("square."), *gradient = tensor("gradient.");
            if (!value || !mean || !square)
                throw Error(ErrorCode::Mismatch, "the checkpoint lacks a tensor", {m_folder.path(), "tensor " + name});
            restore(*value, p.value);
            restore(*mean, p.mean);
            restore(*square, p.square);
            if (gradient) {
                p.gradient = at::zeros_like(p.mean);
                restore(*gradient, p.gradient);
            }
        }
        optimizer.setSteps(s.at("steps").toInteger());
        m_epoch = s.at("epoch").toInteger();
        m_batch = s.at("batch").toInteger();
        m_done = s.at("done").toInteger();
        m_pending = s.at("pending").toInteger();
        m_pendingLoss = s.at("pending_loss").toNumber();
        m_epochLoss = s.at("epoch_loss").toNumber();
        m_epochHits = s.at("epoch_hits").toInteger();
        m_epochItems = s.at("epoch_items").toInteger();
        m_history = s.at("history");
        if (const Json* best = s.find("best")) {
            m_bestFile = best->at("file").toString();
            m_bestEpoch = best->at("epoch").toInteger();
            m_bestValue = best->at("val_loss").toNumber();
        }
        m_folder.cutCurves(std::uintmax_t(s.at("curve_bytes").toInteger()));
        m_result.resumed = true;
    }

    // The history as a table.
    void writeEpochs() const
    {
        std::vector<std::string> columns;
        for (const Json& line : m_history.items())
            for (const auto& [key, value] : line.members())
                if (value.isNumber() && std::find(columns.begin(), columns.end(), key) == columns.end())
                    columns.push_back(key);
        std::string text;
        for (std::size_t i = 0; i < columns.size(); ++i)
            text += (i ? "," : "") + columns[i];
        text += "\n";
        for (const Json& line : m_history.items()) {
            for (std::size_t i = 0; i < columns.size(); ++i) {
                if (i)
                    text += ",";
                if (const Json* value = line.find(columns[i]); value && value->isInteger())
                    text += std::to_string(value->toInteger());
                else if (value && value->isNumber())
                    base::appendShortest(text, value->toNumber());
            }
            text += "\n";
        }
        writeWholeText(m_folder.path() / "epochs.csv", text);
    }

    Learner& m_learner;
    const RunFolder& m_folder;
    const LoopOptions& m_options;
    const Json& m_identity;
    const std::int64_t m_batches;
    Schedule m_schedule;
    LoopResult m_result;

    std::int64_t m_epoch = 0, m_batch = 0; // the next ones
    std::int64_t m_done = 0;               // numbers the checkpoints
    std::int64_t m_pending = 0;            // batches since the last step
    double m_pendingLoss = 0, m_epochLoss = 0;
    std::int64_t m_epochHits = 0, m_epochItems = 0;
    Json m_history = Json::array();
    std::string m_bestFile;
    std::int64_t m_bestEpoch = 0;
    double m_bestValue = 0;
    bool m_unsaved = false;
};

} // namespace

base::Json LoopOptions::toJson() const
{
    return Json::object({{"epochs", epochs},
                         {"accumulate", accumulate},
                         {"warm_up_epochs", warmUpEpochs},
                         {"rate_floor", rateFloor},
                         {"largest_gradient", largestGradient},
                         {"keep_best", keepBest}});
}

LoopResult trainLoop(Learner& learner, const RunFolder& folder, const LoopOptions& options, const base::Json& identity,
                     const base::JobContext& job)
{
    if (options.epochs < 1 || options.accumulate < 1 || options.checkpointBatches < 0 || !(options.warmUpEpochs >= 0) ||
        !(options.rateFloor >= 0 && options.rateFloor <= 1) || !(options.largestGradient >= 0))
        throw Error(ErrorCode::Unsupported, "epochs and accumulated batches are at least 1, the others not negative");
    const base::KeptMemory kept;
    return Loop(learner, folder, options, identity).run(job);
}

} // namespace echo2ecg::training
