// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "casework/case_engine.h"

#include <QWidget>

#include <memory>

namespace echo2ecg::ui {

// The prediction pane: class in words and colour, votes as five dots, the neighbours with distance and EF, gate findings, provenance (bundle, device,
// recipe, "untrained weights"). Unknown is an em dash with the reason on hover.
class PredictionCard : public QWidget
{
    Q_OBJECT
public:
    explicit PredictionCard(QWidget* parent = nullptr);
    ~PredictionCard() override;

    void setEngine(std::optional<inference::EngineFacts> facts);
    void setPrediction(const casework::Prediction& prediction);
    void setBusy(const QString& what);                         // "encoding …"
    void setEmpty(const QString& whatBelongsHere, const QString& howToGetIt);
    void setError(const QString& sentence);

signals:
    void neighbourActivated(qint64 ecg);
    void retryRequested();

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace echo2ecg::ui
