// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/json.h"

#include <QFrame>

class QGridLayout;
class QLabel;

namespace echo2ecg::ui {

// The golden tensors of a bundle, recomputed: name of each check, largest error, what is allowed. GUI thread only.
class ResultView : public QFrame
{
    Q_OBJECT
public:
    explicit ResultView(QWidget* parent = nullptr);
    // As inference::verifyBundle() gives it; null: nothing to show.
    void setVerification(const base::Json& verification);

private:
    QLabel* m_summary;
    QWidget* m_table;
};

} // namespace echo2ecg::ui
