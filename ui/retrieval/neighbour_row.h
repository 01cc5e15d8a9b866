// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "casework/case_engine.h"

#include <QAbstractButton>

namespace echo2ecg::ui {

// One neighbour behind a vote: class letter, who and when, LVEF, distance. Activating it opens that ECG.
class NeighbourRow : public QAbstractButton
{
    Q_OBJECT
public:
    NeighbourRow(int rank, const casework::Neighbour& neighbour, QWidget* parent = nullptr);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    casework::Neighbour m_neighbour;
};

} // namespace echo2ecg::ui
