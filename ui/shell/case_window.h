// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "casework/demo_library.h"
#include "inference/device_options.h"
#include "library/library.h"

#include <QMainWindow>

#include <filesystem>
#include <memory>

namespace echo2ecg::ui {

struct WindowOptions
{
    std::filesystem::path library;  // created when it isn't there
    std::filesystem::path bundle;   // empty: the one the library remembers, else the demo bundle, else an untrained small one is written into the library
    bool rememberPlaces = true;     // docks, size, theme
    inference::DeviceOptions device;
    bool demo = false;              // a new or empty library is filled with virtual patients, an unfinished one of them goes on
    int demoPatients = casework::demoPatients;
};

// The case window of UX.md. It routes and paints; all work runs in jobs.
class CaseWindow : public QMainWindow
{
    Q_OBJECT
public:
    explicit CaseWindow(const WindowOptions& options, QWidget* parent = nullptr);
    ~CaseWindow() override;

    // Imports and opens; the first ECG named becomes the case, else the first study's linked ECG, else the study itself.
    void openPaths(const QStringList& paths);
    void reopenLast();
    // Fills this library with virtual patients where it is new, empty or unfinished, and opens one of them as soon as it is in. A library with cases of its
    // own stays as it is; a demo library beside it opens in another window, and this one closes when there is nothing in it.
    void openDemo();
    void openEcg(qint64 ecg);
    void openStudy(qint64 study);
    // True when nothing runs and every cell has its first frame: a screenshot is complete.
    bool isSettled() const;
    // Writes the case report of the open ECG in a job; a notice says where it is, or why there is none.
    void writeReport(const std::filesystem::path& pdf);
    // What the notice line says at present; empty when it is hidden.
    QString notice() const;

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void closeEvent(QCloseEvent* event) override;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace echo2ecg::ui
