// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/display_filter.h"
#include "ecg/measure/measurements.h"

#include <QFutureWatcher>
#include <QObject>

#include <memory>

namespace echo2ecg::ui {

// What an ECG page needs that takes longer than a paint: the filtered signal and the measurements, made on a pool
// thread. GUI thread only; a result for another record or filter is dropped. Without a filter the record itself is
// shown at once.
class PageWork : public QObject
{
    Q_OBJECT
public:
    using Record = std::shared_ptr<const ecg::EcgRecord>;

    explicit PageWork(QObject* parent = nullptr);

    void setRecord(Record record, const ecg::DisplayFilter& filter);
    void setFilter(const ecg::DisplayFilter& filter);
    const Record& record() const { return m_record; }
    // What the page draws, and the filter that made it: for a moment still the old one after setFilter().
    const Record& shown() const { return m_shown; }
    const ecg::DisplayFilter& shownFilter() const { return m_shownFilter; }
    // Null until they are there.
    const std::shared_ptr<ecg::Measurements>& measurements() const { return m_measurements; }
    // The median beat as a record of its own; null without one.
    Record beat() const { return m_beat; }
    bool isIdle() const { return !m_filtering.isRunning() && !m_measuring.isRunning(); }

signals:
    void shownChanged();
    void measured();

private:
    struct Filtered
    {
        Record source, result; // result null: memory ran out
        ecg::DisplayFilter wanted, applied;
    };
    struct Measured
    {
        Record source;
        std::shared_ptr<ecg::Measurements> result;
    };
    void startFilter();

    Record m_record, m_shown, m_beat;
    ecg::DisplayFilter m_filter, m_shownFilter;
    std::shared_ptr<ecg::Measurements> m_measurements;
    QFutureWatcher<Filtered> m_filtering;
    QFutureWatcher<Measured> m_measuring;
};

} // namespace echo2ecg::ui
