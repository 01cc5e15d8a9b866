// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QPointer>

namespace echo2ecg::ui {

class CaseSession;
class CineGrid;
class EchoModelPanel;
class StudyNotes;

// What the model sees of the study in the selected cell, joined to the library: follows the selection, keeps what a person switches and has the study
// embedded again. It looks at a study only while its panel is on the screen, for that may mean reading pixels. GUI thread only.
class ModelDesk : public QObject
{
    Q_OBJECT
public:
    ModelDesk(CaseSession& session, StudyNotes& notes, CineGrid* grid, QObject* parent = nullptr);
    ~ModelDesk() override;

    EchoModelPanel* panel(); // to be put into the window, which then owns it
    bool isIdle() const;

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void follow(); // the selected cell
    void readLater();
    void read();
    void show(qint64 clip);

    CaseSession& m_session;
    StudyNotes& m_notes;
    CineGrid* m_grid;
    QPointer<EchoModelPanel> m_panel;
    qint64 m_study = 0; // whose views the panel shows, or will
    int m_job = 0;      // that reads them
    int m_ticket = 0;   // of the last reading: what an earlier one brings is dropped
    bool m_stale = false;
};

} // namespace echo2ecg::ui
