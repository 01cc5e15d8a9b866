// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "inference/saliency.h"

#include <QWidget>

#include <memory>

class QLabel;
class QPushButton;

namespace echo2ecg::ui {

class LeadShareBars;

// What moved the embedding: asks for an explanation, shows its progress with Cancel, then the share of each lead and
// how far it can be relied on. GUI thread only.
class SaliencySection : public QWidget
{
    Q_OBJECT
public:
    explicit SaliencySection(QWidget* parent = nullptr);
    void setPossible(bool possible); // whether there is something to explain
    void setLead(ecg::Lead lead);
    // Each ends what the others said.
    void setSaliency(std::shared_ptr<const inference::EcgSaliency> saliency);
    void setExplaining(bool explaining, const QString& progress);
    void setFailure(const QString& sentence);

signals:
    void explainRequested(inference::SaliencyMethod method);
    void cancelRequested();
    void leadChosen(ecg::Lead lead);

private:
    void say(const QString& text, const char* role);
    void show(bool explaining);

    std::shared_ptr<const inference::EcgSaliency> m_saliency;
    QPushButton *m_gradients, *m_rollout, *m_stop;
    QLabel *m_status, *m_explanation;
    LeadShareBars* m_bars;
};

} // namespace echo2ecg::ui
