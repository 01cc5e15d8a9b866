// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "casework/deidentify_files.h"

#include <QWidget>

#include <memory>

namespace echo2ecg::ui {

class JobRunner;
struct FileUnderReview;

// The review before anything is written: each file with its picture, the boxes of it that are kept, and what changes in its header. Export is there once
// every file has been ticked as looked at; an image can be ticked when a part of it is kept. A window of its own that blocks nothing; files are read and
// written off the GUI thread. Shows and logs nothing of the patient but the picture itself. GUI thread only.
class DeidentifyWindow : public QWidget
{
    Q_OBJECT
public:
    explicit DeidentifyWindow(JobRunner& jobs, QWidget* parent = nullptr);
    ~DeidentifyWindow() override;

    // Starts anew. Clips, stills and ECGs of one study; others are listed with the reason why they can't be written.
    void setFiles(const std::vector<std::filesystem::path>& files);
    void setFolder(const QString& folder); // where a new folder for the files is offered
    const std::vector<FileUnderReview>& files() const;
    bool isReading() const;
    void showFile(int index);
    int shownFile() const; // -1: none
    // Why Export isn't there yet; empty when it is.
    QString whyNotExport() const;
    casework::DeidentifyRequest request() const;

signals:
    void exported(const QString& folder, int files);
    void filesRead();

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace echo2ecg::ui
