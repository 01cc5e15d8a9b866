// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/bundles/bundle_import.h"

#include <QFrame>

class QComboBox;
class QLabel;
class QPlainTextEdit;
class QToolButton;

namespace echo2ecg::ui {

// One file of weights: what it is, which parts it fills, what of it isn't needed or isn't known, or why it is refused.
// GUI thread only.
class FileRow : public QFrame
{
    Q_OBJECT
public:
    explicit FileRow(const QString& path, QWidget* parent = nullptr);
    const QString& path() const { return m_path; }
    void setFile(const WeightsFile& file, bool looking);

signals:
    void roleChosen(const QString& role);
    void removeRequested();

private:
    void toggle(QToolButton* button, const QStringList& keys);

    QString m_path;
    QLabel *m_content, *m_notes, *m_reason, *m_parts;
    QComboBox* m_role;
    QToolButton *m_ignored, *m_unknown;
    QPlainTextEdit* m_keys;
    QStringList m_ignoredKeys, m_unknownKeys;
    base::Json m_facts;
};

} // namespace echo2ecg::ui
