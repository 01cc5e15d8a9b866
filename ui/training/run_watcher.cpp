// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/training/run_watcher.h"

#include "ui/jobs/typed_path.h"

#include "base/error.h"

#include <QDir>
#include <QFutureWatcher>
#include <QtConcurrent>

namespace echo2ecg::ui {

namespace {

constexpr int everyMs = 500;

} // namespace

// One reading at a time; what it holds stays on its thread until it is done.
struct RunWatcher::Reader
{
    std::filesystem::path folder;
    training::CurveReader curves;
    std::string lastState; // of what isn't in the curves, to tell whether anything changed

    explicit Reader(const std::filesystem::path& path) : folder(path), curves(path) {}

    // Null: as before.
    std::shared_ptr<const Seen> look()
    {
        auto seen = std::make_shared<Seen>();
        bool changed = false;
        std::error_code ignored;
        try {
            changed = curves.read();
            seen->record = training::readRunRecord(folder);
        } catch (const base::Error& error) {
            seen->problem = QString::fromStdString(error.place().file.filename().string() + ": " + error.sentence());
        }
        seen->hasCheckpoint = std::filesystem::exists(folder / "checkpoint.json", ignored);
        seen->hasBundle = std::filesystem::exists(folder / "bundle" / "bundle.json", ignored);
        seen->damagedLines = curves.damagedLines();
        std::string state = seen->problem.toStdString() + char('0' + seen->hasCheckpoint) + char('0' + seen->hasBundle);
        if (seen->record)
            state += seen->record->bundleId + seen->record->dataHash + seen->record->startId + char('0' + seen->record->finished);
        if (!changed && state == lastState)
            return nullptr;
        lastState = std::move(state);
        seen->curves = curves.curves();
        return seen;
    }
};

RunWatcher::RunWatcher(QObject* parent) : QObject(parent)
{
    m_timer.setInterval(everyMs);
    connect(&m_timer, &QTimer::timeout, this, &RunWatcher::look);
}

RunWatcher::~RunWatcher() = default;

void RunWatcher::watch(const QString& folder)
{
    if (folder == m_folder)
        return;
    m_folder = folder;
    m_reader = folder.isEmpty() ? nullptr : std::make_shared<Reader>(typedPath(folder));
    m_seen.reset();
    emit changed();
    if (m_reader) {
        m_timer.start();
        look();
    } else {
        m_timer.stop();
    }
}

void RunWatcher::look()
{
    if (m_looking || !m_reader)
        return;
    m_looking = true;
    auto* watcher = new QFutureWatcher<std::shared_ptr<const Seen>>(this);
    connect(watcher, &QFutureWatcherBase::finished, this, [this, watcher, reader = m_reader] {
        watcher->deleteLater();
        m_looking = false;
        if (reader != m_reader)
            return look(); // another folder meanwhile
        if (const auto seen = watcher->result()) {
            m_seen = seen;
            emit changed();
        }
    });
    watcher->setFuture(QtConcurrent::run([reader = m_reader] { return reader->look(); }));
}

} // namespace echo2ecg::ui
