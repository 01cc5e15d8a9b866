// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/theme/theme.h"

#include <QWidget>

class QPainter;

// The mark on everything that is simulated: patients who don't exist, and results of a model that was trained on them. The same wherever it stands.
namespace echo2ecg::ui {

enum class BadgeWord { Full, Short }; // "SIMULATED"; "SIM" where there is no room

// Of the badge in a line of text with this font.
QSizeF simulatedBadgeSize(const QFont& font, BadgeWord word = BadgeWord::Full);
// `colours`: of the ground it stands on; the echo pane is dark in both themes.
void paintSimulatedBadge(QPainter& painter, const QPointF& topLeft, const QFont& font, const ThemeColours& colours, BadgeWord word = BadgeWord::Full);

class SimulatedBadge : public QWidget
{
    Q_OBJECT
public:
    explicit SimulatedBadge(QWidget* parent = nullptr);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;
};

} // namespace echo2ecg::ui
