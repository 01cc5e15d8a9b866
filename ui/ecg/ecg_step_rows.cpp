// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ecg/ecg_step_rows.h"

#include <QCoreApplication>

#include <algorithm>

namespace echo2ecg::ui {

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("EcgSteps", text);
}

void describe(StepRow& row, ecg::EcgStep step, const ShownSteps& shown)
{
    const ecg::EcgRecipe& recipe = shown.recipe;
    const ecg::PreprocessedEcg& result = shown.steps->result;
    switch (step) {
    case ecg::EcgStep::Started:
        row.title = shown.isResampled() ? tr("Resampled") : tr("As recorded");
        row.caption = tr("%1 Hz, %2 samples").arg(result.samplingHz).arg(result.samples);
        break;
    case ecg::EcgStep::Clipped:
        row.title = tr("Clipped");
        row.caption = tr("± %1 σ = ± %2 mV; %3 samples of all leads")
                          .arg(recipe.clipSigmas)
                          .arg(result.clipLevel, 0, 'f', 2)
                          .arg(result.clipped);
        break;
    case ecg::EcgStep::BaselineRemoved:
        row.title = tr("Baseline removed");
        row.caption =
            tr("asymmetric least squares, p %1, %2 iterations").arg(recipe.baselineP).arg(recipe.baselineIterations);
        break;
    case ecg::EcgStep::Normalised:
        row.title = tr("Normalised");
        row.caption = tr("mean 0, SD 1 within each group of leads");
        break;
    }
}

} // namespace

double ShownSteps::encodedHz() const
{
    return steps ? steps->result.samplingHz : recipe.resampleToHz.value_or(record->samplingHz);
}

std::vector<double> ShownSteps::windowBorders() const
{
    std::vector<double> borders;
    for (int i = 1; i < windows(); ++i)
        borders.push_back((recipe.windowStart + i * recipe.windowSamples) / encodedHz());
    return borders;
}

QString windowWords(const ShownSteps& shown)
{
    if (!(shown.encodedHz() > 0))
        return tr("samples %1 – %2; the rate isn't known")
            .arg(shown.recipe.windowStart)
            .arg(shown.windowEnd() - 1);
    const QString words = tr("samples %1 – %2: %3 s at %4 Hz")
                              .arg(shown.recipe.windowStart)
                              .arg(shown.windowEnd() - 1)
                              .arg(shown.windowTo() - shown.windowFrom(), 0, 'f', 2)
                              .arg(shown.encodedHz());
    return shown.windows() > 1 ? tr("%1, in %2 windows").arg(words).arg(shown.windows()) : words;
}

std::vector<StepRow> stepRows(const ShownSteps& shown, ecg::Lead lead)
{
    std::vector<StepRow> rows;
    const QString mV = tr("mV"), sd = tr("SD");
    if (!shown.record)
        return rows;
    const ecg::EcgRecord& record = *shown.record;
    const auto recorded = [&](std::size_t most) {
        const std::vector<float>& samples = record[lead];
        const auto end = samples.begin() + std::ptrdiff_t(std::min(samples.size(), most));
        return StepRow{tr("As recorded"), tr("%1 Hz").arg(record.samplingHz), mV, {samples.begin(), end}, {}, 0,
                       record.samplingHz};
    };
    if (!shown.steps) {
        if (record.has(lead) && record.samplingHz > 0) {
            rows.push_back(recorded(ecg::mostKept));
            rows.back().caption = tr("%1 Hz, %2 samples").arg(record.samplingHz).arg(record.samples());
            if (const double missing = shown.windowTo() - record.seconds(); missing > 0)
                rows.back().caption += tr("; the window ends %1 s later").arg(missing, 0, 'f', 2);
        }
        return rows;
    }
    const ecg::EcgSteps& steps = *shown.steps;
    const auto leadOf = [&](const std::vector<float>& matrix, std::size_t columns) {
        const auto first = matrix.begin() + std::ptrdiff_t(ecg::index(lead) * columns);
        return std::vector<float>(first, first + std::ptrdiff_t(columns));
    };
    const double hz = steps.result.samplingHz;
    if (shown.isResampled())
        rows.push_back(recorded(std::size_t(double(steps.kept) / hz * record.samplingHz)));
    for (const ecg::EcgStepValues& step : steps.steps) {
        StepRow row;
        row.values = leadOf(step.values, steps.kept);
        row.hz = hz;
        row.unit = step.step == ecg::EcgStep::Normalised ? sd : mV;
        if (step.step != ecg::EcgStep::Started && step.step != ecg::EcgStep::Normalised)
            row.before = rows.back().values;
        describe(row, step.step, shown);
        rows.push_back(std::move(row));
    }
    StepRow window{tr("What the encoder gets"),
                   windowWords(shown),
                   rows.back().unit,
                   {},
                   {},
                   shown.windowFrom(),
                   hz,
                   true};
    const std::size_t columns = std::size_t(shown.recipe.windowSamples);
    for (std::size_t i = 0; i < std::size_t(shown.windows()); ++i) { // they lie one behind the other
        const auto first = steps.result.input.begin() + std::ptrdiff_t((i * ecg::leadCount + ecg::index(lead)) * columns);
        window.values.insert(window.values.end(), first, first + std::ptrdiff_t(columns));
    }
    rows.push_back(std::move(window));
    return rows;
}

} // namespace echo2ecg::ui
