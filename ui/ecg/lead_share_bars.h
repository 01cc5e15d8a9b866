// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/lead.h"

#include <QWidget>

#include <array>

namespace echo2ecg::ui {

// How much each lead had to do with it: a bar and a share per lead, limb leads left, chest leads right. A click or
// ↑ ↓ chooses a lead. GUI thread only.
class LeadShareBars : public QWidget
{
    Q_OBJECT
public:
    explicit LeadShareBars(QWidget* parent = nullptr);
    void setShares(const std::array<float, ecg::leadCount>& shares);
    void setLead(ecg::Lead lead);
    // The row of a lead: name, bar, share.
    QRectF rowOf(ecg::Lead lead) const;
    // Of the bar's room that is filled, 0 … 1: relative to the largest.
    double filled(ecg::Lead lead) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {200, sizeHint().height()}; }

signals:
    void leadChosen(ecg::Lead lead);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    double rowHeight() const;
    std::array<float, ecg::leadCount> m_shares{};
    ecg::Lead m_lead = ecg::Lead::II;
};

} // namespace echo2ecg::ui
