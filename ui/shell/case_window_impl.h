// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/bundles/import_window.h"
#include "ui/ecg/ecg_page_view.h"
#include "ui/retrieval/prediction_card.h"
#include "ui/retrieval/similar_hearts.h"
#include "ui/shell/case_actions.h"
#include "ui/shell/case_session.h"
#include "ui/shell/case_window.h"
#include "ui/shell/command_palette.h"
#include "ui/shell/echo_desk.h"
#include "ui/shell/research_desk.h"
#include "ui/shell/shortcut_editor.h"
#include "ui/shell/shortcut_store.h"

#include <QDockWidget>
#include <QLabel>
#include <QSettings>
#include <QSplitter>

// Inside of the case window: case_window.cpp builds it, case_window_wiring.cpp connects it.
namespace echo2ecg::ui {

inline std::filesystem::path toPath(const QString& text)
{
    return std::filesystem::path(text.toStdString());
}

struct CaseWindow::Impl
{
    CaseWindow* window;
    WindowOptions options;
    CaseActions actions;
    EcgPageView* ecg = nullptr;
    std::unique_ptr<EchoDesk> echo;
    CineGrid* cine = nullptr; // of the desk
    QWidget* echoPane = nullptr;
    PredictionCard* prediction = nullptr;
    SimilarHearts* similar = nullptr;
    LibraryPanel* library = nullptr;
    NoticeBar* notice = nullptr;
    CommandPalette* palette = nullptr;
    QSettings keySettings;
    std::unique_ptr<ShortcutStore> keys;
    ShortcutEditor* keyEditor = nullptr; // made when first asked for
    BundleImportWindow* importer = nullptr; // made when first asked for
    ResearchDesk* research = nullptr;
    QSplitter* centre = nullptr;
    QLabel* bundleLabel = nullptr;
    QLabel* deviceLabel = nullptr;
    QList<QDockWidget*> docks;
    QByteArray defaultState, stateBeforeFullPane;
    std::function<void()> undo;
    QString undoText;
    std::vector<library::EcgRow> ecgRows; // of the library as last read
    bool hasCells = false;
    bool shownByItself = false;  // the retrieved study wasn't chosen by the person
    casework::Retrieval ranked;
    std::unique_ptr<CaseSession> session;  // last: its jobs end before the panes go

    Impl(CaseWindow* w, const WindowOptions& o) : window(w), options(o), actions(w) {}

    QDockWidget* dock(const QString& title, const char* name, QWidget* content, Qt::DockWidgetArea area);

    void buildPanes();
    void buildStatusBar();
    void connectActions();
    void connectSession();
    void restorePlaces();
    void toggleFullPane();
    void takeBackImport();
    void open(const QStringList& files);
    BundleImportWindow& showImporter();
    void tellImporter();
    void chooseOverlay();
    void showStatus();
};

} // namespace echo2ecg::ui
