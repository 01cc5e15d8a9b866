// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "library/library.h"

#include <QWidget>

class QListWidget;
class QToolButton;

namespace echo2ecg::ui {

// The files that couldn't be imported, each with its reason, a retry and a dismiss. Folded to one line until a person opens it; hidden when empty.
class QuarantineList : public QWidget
{
    Q_OBJECT
public:
    explicit QuarantineList(QWidget* parent = nullptr);
    void setRows(const std::vector<library::QuarantineRow>& rows);
    int count() const;

signals:
    void retryRequested(QString file);
    void dismissRequested(qint64 id);

private:
    QToolButton* m_header;
    QListWidget* m_list;
};

} // namespace echo2ecg::ui
