// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/echo/cine_grid.h"
#include "ui/echo/echo_actions.h"
#include "ui/echo/measure/measure_desk.h"

#include <QObject>

class QMenu;

namespace echo2ecg::ui {

class CaseSession;
class EchoModelPanel;

// The echo pane of the case window: grid, measuring, export and what the model sees, joined to the library. GUI thread only.
class EchoDesk : public QObject
{
    Q_OBJECT
public:
    explicit EchoDesk(CaseSession& session, QObject* parent = nullptr);
    ~EchoDesk() override;

    QWidget* pane(); // to be put into the window, which then owns it
    CineGrid& grid() { return *m_grid; }
    EchoModelPanel* modelPanel(); // for a dock; the window then owns it
    QList<QAction*> allActions() const;
    void fillCineMenu(QMenu* menu) const;
    void fillMeasureMenu(QMenu* menu) const;
    QAction *exportClip, *exportPicture, *deidentify; // in the window's file menu
    bool canUndo() const;
    void undo(); // the last step of measuring
    bool isIdle() const;

signals:
    void canUndoChanged(bool can);

private:
    void connectGrid();
    void connectMeasuring();
    void readNotes();
    void placeDropped(int cell, qint64 study, qint64 clip);
    void showMenu(int cell, const QPoint& at);
    void offerClip();
    void savePicture();
    void review();
    void writeTable(qint64 study);
    void writeStructuredReport(qint64 study);

    struct Impl;
    std::unique_ptr<Impl> m_impl;
    CaseSession& m_session;
    CineGrid* m_grid;
};

} // namespace echo2ecg::ui
