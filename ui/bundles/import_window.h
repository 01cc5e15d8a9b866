// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_record.h"
#include "echo/echo_study.h"

#include <QWidget>

#include <memory>
#include <optional>

namespace echo2ecg::ui {

class JobRunner;

// The import of weights in three steps: files, preprocessing, licence and writing. A window of its own that blocks
// nothing; closed, it keeps what was entered, and a running import goes on. GUI thread only; the work runs in `jobs`.
class BundleImportWindow : public QWidget
{
    Q_OBJECT
public:
    // `bundlesFolder`: where new bundles are put unless the person says otherwise.
    BundleImportWindow(JobRunner& jobs, const QString& bundlesFolder, QWidget* parent = nullptr);
    ~BundleImportWindow() override;

    void addFiles(const QStringList& files); // goes to the first step
    void showStep(int step);                 // 0 … 2
    int step() const;
    // What the previews show: the case that is open.
    void setCase(std::shared_ptr<const ecg::EcgRecord> record, std::optional<echo::EchoClip> clip);
    // By its ending: .ckpt, .pth, .pt, .safetensors. What is in it, the import finds out.
    static bool looksLikeWeights(const QString& file);

signals:
    void bundleChosen(const QString& folder);

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace echo2ecg::ui
