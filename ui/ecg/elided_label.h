// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>

namespace echo2ecg::ui {

// One line that gives way: what doesn't fit ends in an ellipsis and is whole on hover.
class ElidedLabel : public QLabel
{
    Q_OBJECT
public:
    explicit ElidedLabel(QWidget* parent = nullptr);
    void setFullText(const QString& text);
    const QString& fullText() const { return m_full; }

    QSize minimumSizeHint() const override;
    QSize sizeHint() const override;

protected:
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void elide();
    QString m_full;
};

} // namespace echo2ecg::ui
