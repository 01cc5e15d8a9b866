// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/bundles/bundle_import.h"
#include "ui/bundles/result_view.h"

class QCheckBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QVBoxLayout;

namespace echo2ecg::ui {

// Step 3: name, licence, place; then what came of the import. GUI thread only.
class LicencePage : public QWidget
{
    Q_OBJECT
public:
    explicit LicencePage(BundleImport& import, QWidget* parent = nullptr);

signals:
    void useRequested(const QString& folder);

private:
    QWidget* buildFields();
    QWidget* buildResult();
    void refresh();
    void refreshHints();
    void chooseFolder();

    BundleImport& m_import;
    QLineEdit *m_name, *m_licence, *m_folder;
    QCheckBox* m_trained;
    QVBoxLayout* m_hints;
    QWidget *m_fields, *m_result;
    QLabel *m_summary, *m_outcome, *m_place;
    QPushButton *m_use, *m_over;
    ResultView* m_checks;
    QStringList m_hintContents{QStringLiteral("?")}; // nothing is shown yet
    bool m_ownFolder = false;                        // the person chose it: it no longer follows the name
};

} // namespace echo2ecg::ui
