// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ecg/page_work.h"

#include <QtConcurrent/QtConcurrentRun>

namespace echo2ecg::ui {

namespace {

std::shared_ptr<const ecg::EcgRecord> asRecord(const ecg::EcgRecord& of, const ecg::RepresentativeBeat& beat)
{
    auto record = std::make_shared<ecg::EcgRecord>();
    record->leads = beat.leads;
    record->samplingHz = beat.samplingHz;
    record->patient = of.patient;
    record->format = of.format;
    return record;
}

} // namespace

PageWork::PageWork(QObject* parent) : QObject(parent)
{
    connect(&m_filtering, &QFutureWatcherBase::finished, this, [this] {
        const Filtered done = m_filtering.result();
        if (done.source != m_record || done.wanted != m_filter || !done.result)
            return; // without a result the page stays as recorded, and says so
        m_shown = done.result;
        m_shownFilter = done.applied;
        emit shownChanged();
    });
    connect(&m_measuring, &QFutureWatcherBase::finished, this, [this] {
        const Measured done = m_measuring.result();
        if (done.source != m_record)
            return;
        m_measurements = done.result;
        m_beat = m_measurements->beat ? asRecord(*m_record, *m_measurements->beat) : nullptr;
        emit measured();
    });
}

void PageWork::setRecord(Record record, const ecg::DisplayFilter& filter)
{
    m_record = m_shown = std::move(record);
    m_filter = filter;
    m_shownFilter = {};
    m_measurements.reset();
    m_beat.reset();
    emit shownChanged();
    if (!m_record)
        return;
    startFilter();
    m_measuring.setFuture(QtConcurrent::run([source = m_record] {
        Measured done{source, std::make_shared<ecg::Measurements>()};
        try {
            *done.result = ecg::measure(*source);
        } catch (const std::bad_alloc&) {
            done.result->whyNot = "There is not enough memory to measure this recording.";
        }
        return done;
    }));
}

void PageWork::setFilter(const ecg::DisplayFilter& filter)
{
    if (filter == m_filter)
        return;
    m_filter = filter;
    startFilter();
}

void PageWork::startFilter()
{
    if (!m_record)
        return;
    if (!m_filter.any()) {
        const bool changes = m_shown != m_record;
        m_shown = m_record;
        m_shownFilter = {};
        if (changes)
            emit shownChanged();
        return;
    }
    m_filtering.setFuture(QtConcurrent::run([source = m_record, wanted = m_filter] {
        // What the rate can't bear is left out, and the page says what was done, not what was asked.
        Filtered done{source, nullptr, wanted, ecg::applicable(wanted, source->samplingHz)};
        try {
            done.result = std::make_shared<const ecg::EcgRecord>(ecg::filtered(*source, wanted));
        } catch (const std::bad_alloc&) {
        }
        return done;
    }));
}

} // namespace echo2ecg::ui
