// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/echo/frame_pool.h"

#include <QWidget>

namespace echo2ecg::ui {

// A small upright bar: how much of the memory for frames is used.
class CacheMeter : public QWidget
{
    Q_OBJECT
public:
    explicit CacheMeter(QWidget* parent = nullptr);
    void setUse(const CacheUse& use);
    QSize sizeHint() const override { return {34, 14}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    CacheUse m_use;
};

} // namespace echo2ecg::ui
