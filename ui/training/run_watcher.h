// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/run_curves.h"

#include <QObject>
#include <QString>
#include <QTimer>

#include <memory>
#include <optional>

namespace echo2ecg::ui {

// The folder of a run on disk as it grows: read twice a second on a thread of its own, by whomever it is written. GUI thread only.
class RunWatcher : public QObject
{
    Q_OBJECT
public:
    struct Seen
    {
        training::RunCurves curves;
        std::optional<training::RunRecordView> record;
        bool hasCheckpoint = false, hasBundle = false;
        std::size_t damagedLines = 0;
        QString problem; // a sentence; empty: none
    };

    explicit RunWatcher(QObject* parent = nullptr);
    ~RunWatcher() override;

    void watch(const QString& folder); // empty: nothing
    const QString& folder() const { return m_folder; }
    // What was seen last; null: nothing yet.
    const std::shared_ptr<const Seen>& seen() const { return m_seen; }

signals:
    void changed();

private:
    void look();
    struct Reader;
    QString m_folder;
    std::shared_ptr<Reader> m_reader;
    std::shared_ptr<const Seen> m_seen;
    QTimer m_timer;
    bool m_looking = false;
};

} // namespace echo2ecg::ui
