// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "report/ecg_caption.h"

#include <QFrame>
#include <QPixmap>

class QVBoxLayout;

namespace echo2ecg::ui {

// Square, triangle or dot in the colour of its weight: readable without colour too.
QPixmap severityMark(ecg::Severity severity, int size, double ratio);

// Beside the page: every finding and assumption with its mark and lead, then what the file itself states.
class NotesPanel : public QFrame
{
    Q_OBJECT
public:
    explicit NotesPanel(QWidget* parent = nullptr);
    void setContent(const std::vector<report::Note>& notes, const std::vector<report::Stated>& stated);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void changed(); // rebuilds when it is looked at
    void rebuild();
    void addHeading(const QString& text);
    void addNote(const report::Note& note);
    void addStated();

    std::vector<report::Note> m_notes;
    std::vector<report::Stated> m_stated;
    bool m_stale = true;
    QWidget* m_content;
    QVBoxLayout* m_column;
};

} // namespace echo2ecg::ui
