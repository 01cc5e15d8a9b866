// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/export/clip_export.h"

#include <QWidget>

#include <optional>

namespace echo2ecg::ui {

class JobRunner;

// What may be exported of one cell.
struct ClipOffer
{
    ClipExport clip; // clip, open, view, overlay; the rest is chosen in the window. An empty overlay: there is nothing to draw
    int frame = 0;   // on display
    std::optional<std::pair<int, int>> inOut, beat; // inclusive
    QString folder;  // where to begin
};

// One clip as PNG, MP4 or GIF: a compact window that blocks nothing. The name offered holds nothing of the patient. GUI thread only; the work is a job.
class ClipExportWindow : public QWidget
{
    Q_OBJECT
public:
    explicit ClipExportWindow(JobRunner& jobs, QWidget* parent = nullptr);
    ~ClipExportWindow() override;

    void offer(const ClipOffer& offer); // keeps what was chosen where the new clip has it
    ClipExport request() const;         // as chosen now
    void setFormat(ExportFormat format);
    bool isRunning() const;

signals:
    void exported(const QString& file);

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace echo2ecg::ui
