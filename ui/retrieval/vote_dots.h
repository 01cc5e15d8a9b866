// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <vector>

namespace echo2ecg::ui {

// One dot for each neighbour, in its class colour with the class letter inside, so that colour is never the only sign.
class VoteDots : public QWidget
{
    Q_OBJECT
public:
    explicit VoteDots(QWidget* parent = nullptr);
    void setClasses(std::vector<int> classes);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    int diameter() const;
    std::vector<int> m_classes;
};

} // namespace echo2ecg::ui
