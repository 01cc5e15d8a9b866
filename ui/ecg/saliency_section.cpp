// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ecg/saliency_section.h"

#include "ui/ecg/lead_share_bars.h"
#include "ui/theme/panel_words.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QStyle>

#include <algorithm>

namespace echo2ecg::ui {

SaliencySection::SaliencySection(QWidget* parent)
    : QWidget(parent), m_gradients(new QPushButton(tr("Explain"))), m_rollout(new QPushButton(tr("Attention only"))),
      m_stop(new QPushButton(tr("Cancel"))), m_status(panelWords("muted", "explainStatus", this)),
      m_explanation(panelWords("muted", "explanation", this)), m_bars(new LeadShareBars)
{
    m_gradients->setObjectName(QStringLiteral("explainGradients"));
    m_gradients->setToolTip(tr("Integrated gradients: what each sample did to the embedding. Takes a few seconds."));
    m_rollout->setObjectName(QStringLiteral("explainRollout"));
    m_rollout->setToolTip(tr("Attention rollout: where the encoder looked, not what it made of it. Takes a moment."));
    m_stop->setObjectName(QStringLiteral("explainCancel"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins({});
    column->setSpacing(6);
    column->addWidget(panelHeading(tr("What moved the embedding")));
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(6);
    buttons->addWidget(m_gradients);
    buttons->addWidget(m_rollout);
    buttons->addStretch(0);
    buttons->addWidget(m_status, 1);
    buttons->addWidget(m_stop);
    column->addLayout(buttons);
    column->addWidget(m_bars);
    column->addWidget(m_explanation);
    connect(m_gradients, &QPushButton::clicked, this,
            [this] { emit explainRequested(inference::SaliencyMethod::IntegratedGradients); });
    connect(m_rollout, &QPushButton::clicked, this,
            [this] { emit explainRequested(inference::SaliencyMethod::AttentionRollout); });
    connect(m_stop, &QPushButton::clicked, this, &SaliencySection::cancelRequested);
    connect(m_bars, &LeadShareBars::leadChosen, this, &SaliencySection::leadChosen);
    show(false);
}

void SaliencySection::setPossible(bool possible)
{
    m_gradients->setEnabled(possible);
    m_rollout->setEnabled(possible);
}

void SaliencySection::setLead(ecg::Lead lead)
{
    m_bars->setLead(lead);
}

void SaliencySection::say(const QString& text, const char* role)
{
    m_explanation->setProperty("role", QLatin1String(role));
    m_explanation->style()->unpolish(m_explanation);
    m_explanation->style()->polish(m_explanation);
    m_explanation->setText(text);
}

void SaliencySection::setSaliency(std::shared_ptr<const inference::EcgSaliency> saliency)
{
    m_saliency = std::move(saliency);
    say({}, "muted");
    if (m_saliency) {
        m_bars->setShares(m_saliency->leadShare);
        if (m_saliency->method == inference::SaliencyMethod::AttentionRollout)
            say(tr("Share of each lead by attention rollout: where the encoder looked, not what it made of it."),
                "muted");
        else if (!(m_saliency->embeddingChange > 0))
            say(tr("This ECG moves the embedding no more than a flat one does."), "muted");
        else
            say(tr("Share of each lead by integrated gradients. They add up to the change of the embedding within "
                   "%1 %%2")
                    .arg(std::max(0.1, m_saliency->completenessError * 100), 0, 'f', 1)
                    .arg(m_saliency->isComplete() ? tr(".") : tr(": too much to rely on.")),
                m_saliency->isComplete() ? "muted" : "warning");
    }
    show(false);
}

void SaliencySection::setExplaining(bool explaining, const QString& progress)
{
    if (!explaining) {
        setSaliency(m_saliency); // what was there before
        return;
    }
    m_status->setText(progress);
    say({}, "muted");
    show(true);
}

void SaliencySection::setFailure(const QString& sentence)
{
    m_saliency.reset();
    say(sentence, "error");
    show(false);
}

void SaliencySection::show(bool explaining)
{
    m_gradients->setVisible(!explaining);
    m_rollout->setVisible(!explaining);
    m_stop->setVisible(explaining);
    m_status->setVisible(explaining);
    m_bars->setVisible(m_saliency && !explaining);
    m_explanation->setVisible(!m_explanation->text().isEmpty());
}

} // namespace echo2ecg::ui
