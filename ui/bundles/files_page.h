// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/bundles/file_row.h"
#include "ui/bundles/parts_view.h"

class QPushButton;
class QScrollArea;
class QVBoxLayout;

namespace echo2ecg::ui {

// Step 1: the files of weights and what they make together. Files come by the button; dropping is the window's.
// GUI thread only.
class FilesPage : public QWidget
{
    Q_OBJECT
public:
    explicit FilesPage(BundleImport& import, QWidget* parent = nullptr);

private:
    void chooseFiles();
    void refresh();

    BundleImport& m_import;
    QWidget* m_list;
    QVBoxLayout* m_rows;
    QLabel* m_empty;
    QScrollArea* m_scroll;
    QPushButton* m_again;
    PartsView* m_parts;
};

} // namespace echo2ecg::ui
