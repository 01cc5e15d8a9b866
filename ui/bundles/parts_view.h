// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/bundles/bundle_import.h"

#include <QFrame>

class QLabel;
class QVBoxLayout;

namespace echo2ecg::ui {

// The parts of the model: filled, missing, or done without; and what the bundle will be able to do. GUI thread only.
class PartsView : public QFrame
{
    Q_OBJECT
public:
    explicit PartsView(QWidget* parent = nullptr);
    void setImport(const BundleImport& import);

private:
    void addPart(const QString& title, const QString& state, const QString& file);

    QVBoxLayout* m_parts;
    QLabel *m_verdict, *m_missing, *m_notes;
    base::Json m_shown;
};

} // namespace echo2ecg::ui
