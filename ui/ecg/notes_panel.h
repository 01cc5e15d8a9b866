// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "report/ecg_caption.h"
#include "ui/theme/side_panel.h"

#include <QPixmap>

namespace echo2ecg::ui {

// Square, triangle or dot in the colour of its weight: readable without colour too.
QPixmap severityMark(ecg::Severity severity, int size, double ratio);

// Beside the page: every finding and assumption with its mark and lead, then what the file itself states.
class NotesPanel : public SidePanel
{
    Q_OBJECT
public:
    explicit NotesPanel(QWidget* parent = nullptr);
    void setContent(const std::vector<report::Note>& notes, const std::vector<report::Stated>& stated);

protected:
    void build(QVBoxLayout& column) override;

private:
    void addNote(QVBoxLayout& column, const report::Note& note);
    void addStated(QVBoxLayout& column);

    std::vector<report::Note> m_notes;
    std::vector<report::Stated> m_stated;
};

} // namespace echo2ecg::ui
