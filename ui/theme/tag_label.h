// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>

namespace echo2ecg::ui {

// A short word in a frame that can't be overlooked: "Simulated", "Untrained weights", "Research use only".
class TagLabel : public QLabel
{
    Q_OBJECT
public:
    enum class Tone { Plain, Warning };
    TagLabel(const QString& text, Tone tone, const QString& objectName, QWidget* parent = nullptr);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Tone m_tone;
};

} // namespace echo2ecg::ui
