// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/measure/measure_model.h"

#include <QDateTime>
#include <QUndoCommand>

#include <algorithm>

namespace echo2ecg::ui {

// From one state of a measurement to another; nothing on one side: it is added or removed.
class MeasureStep : public QUndoCommand
{
public:
    MeasureStep(MeasureModel& model, const QString& text, std::optional<MeasureModel::Item> before, std::optional<MeasureModel::Item> after)
        : QUndoCommand(text), m_model(model), m_before(std::move(before)), m_after(std::move(after))
    {
    }
    void undo() override { go(m_after, m_before); }
    void redo() override { go(m_before, m_after); }

private:
    void go(const std::optional<MeasureModel::Item>& from, const std::optional<MeasureModel::Item>& to)
    {
        if (to)
            m_model.put(*to);
        else
            m_model.take(from->key);
    }
    MeasureModel& m_model;
    std::optional<MeasureModel::Item> m_before, m_after;
};

namespace {

class CalibrationStep : public QUndoCommand
{
public:
    CalibrationStep(const QString& text, std::function<void()> undo, std::function<void()> redo)
        : QUndoCommand(text), m_undo(std::move(undo)), m_redo(std::move(redo))
    {
    }
    void undo() override { m_undo(); }
    void redo() override { m_redo(); }

private:
    std::function<void()> m_undo, m_redo;
};

} // namespace

MeasureModel::MeasureModel(QObject* parent) : QObject(parent) {}

void MeasureModel::forget(const std::function<bool(qint64)>& isGone)
{
    std::erase_if(m_items, [&](const Item& item) {
        if (!isGone(item.study))
            return false;
        m_evaluations.erase(item.key);
        return true;
    });
    std::erase_if(m_clips, [&](const auto& entry) { return isGone(entry.second.study); });
    if (!item(m_selected))
        m_selected = 0;
    m_draft.reset();
    m_undo.clear();
}

void MeasureModel::setStudy(qint64 study, std::vector<MeasuredClip> clips, std::vector<echo::Measurement> measurements)
{
    forget([study](qint64 other) { return other == study; });
    for (MeasuredClip& clip : clips) {
        echo::CalibrationMap map(clip.header, clip.manual);
        const qint64 id = clip.clip;
        m_clips.insert_or_assign(id, Clip{study, std::move(clip), std::move(map)});
    }
    for (echo::Measurement& m : measurements) {
        const auto owner = std::find_if(m_clips.begin(), m_clips.end(), [&](const auto& c) { return c.second.study == study && c.second.facts.hash == m.clipHash; });
        m_items.push_back({m_nextKey++, study, owner == m_clips.end() ? 0 : owner->first, std::move(m)});
    }
    emit changed();
    emit selectionChanged();
}

void MeasureModel::keepOnly(const std::vector<qint64>& studies)
{
    const auto isGone = [&](qint64 study) { return std::find(studies.begin(), studies.end(), study) == studies.end(); };
    if (std::none_of(m_clips.begin(), m_clips.end(), [&](const auto& c) { return isGone(c.second.study); }))
        return;
    forget(isGone);
    emit changed();
    emit selectionChanged();
}

MeasureModel::Item* MeasureModel::find(int key)
{
    const auto found = std::find_if(m_items.begin(), m_items.end(), [key](const Item& item) { return item.key == key; });
    return found == m_items.end() ? nullptr : &*found;
}

const MeasureModel::Item* MeasureModel::item(int key) const
{
    return const_cast<MeasureModel*>(this)->find(key);
}

std::vector<const MeasureModel::Item*> MeasureModel::on(qint64 clip, int frame) const
{
    std::vector<const Item*> found;
    for (const Item& item : m_items)
        if (item.clip == clip && clip != 0 && item.m.frame == frame)
            found.push_back(&item);
    return found;
}

const echo::CalibrationMap& MeasureModel::calibration(qint64 clip) const
{
    static const echo::CalibrationMap none;
    const auto found = m_clips.find(clip);
    return found == m_clips.end() ? none : found->second.map;
}

std::optional<echo::ManualCalibration> MeasureModel::manual(qint64 clip) const
{
    const auto found = m_clips.find(clip);
    return found == m_clips.end() ? std::nullopt : found->second.facts.manual;
}

const echo::Evaluation& MeasureModel::evaluation(int key) const
{
    static const echo::Evaluation nothing;
    const Item* found = item(key);
    if (!found)
        return nothing;
    const auto known = m_evaluations.find(key);
    if (known != m_evaluations.end())
        return known->second;
    echo::Evaluation e;
    if (knows(found->clip))
        e = echo::evaluate(found->m, calibration(found->clip));
    else
        e.refused = tr("The clip that this was measured on can't be read.").toStdString();
    return m_evaluations.emplace(key, std::move(e)).first->second;
}

echo::VentricleResult MeasureModel::ventricle(qint64 study) const
{
    std::vector<echo::Measurement> own;
    for (const Item& item : m_items)
        if (item.study == study && knows(item.clip))
            own.push_back(item.m);
    return echo::ventricle(own, [&](const echo::Measurement& m) {
        for (const auto& [id, clip] : m_clips)
            if (clip.study == study && clip.facts.hash == m.clipHash)
                return clip.map;
        return echo::CalibrationMap();
    });
}

void MeasureModel::put(const Item& item)
{
    m_evaluations.erase(item.key);
    if (Item* there = find(item.key))
        *there = item;
    else
        m_items.insert(std::upper_bound(m_items.begin(), m_items.end(), item, [](const Item& a, const Item& b) { return a.key < b.key; }), item);
    emit saveWanted(item.study, item.key, item.m);
    emit changed();
}

void MeasureModel::take(int key)
{
    const Item* there = item(key);
    if (!there)
        return;
    const Item gone = *there;
    std::erase_if(m_items, [key](const Item& i) { return i.key == key; });
    m_evaluations.erase(key);
    if (m_selected == key)
        select(0);
    emit removeWanted(gone.study, gone.key, gone.m);
    emit changed();
}

int MeasureModel::add(qint64 study, qint64 clip, echo::Measurement m)
{
    const auto owner = m_clips.find(clip);
    if (owner == m_clips.end() || m.points.empty())
        return 0;
    m.clipHash = owner->second.facts.hash;
    m.instanceUid = owner->second.facts.instanceUid;
    m.calibration = owner->second.map.at(m.points.front());
    m.made = QDateTime::currentDateTimeUtc().toString(Qt::ISODate).toStdString();
    const Item item{m_nextKey++, study, clip, std::move(m)};
    setDraft(std::nullopt);
    m_undo.push(new MeasureStep(*this, tr("measure"), std::nullopt, item));
    select(item.key);
    return item.key;
}

void MeasureModel::edit(int key, const QString& what, const std::function<void(echo::Measurement&)>& change)
{
    const Item* there = item(key);
    if (!there)
        return;
    Item after = *there;
    change(after.m);
    if (after.m == there->m)
        return;
    m_undo.push(new MeasureStep(*this, what, *there, after));
}

void MeasureModel::setPoints(int key, std::vector<echo::Point> points)
{
    edit(key, tr("move"), [&](echo::Measurement& m) { m.points = std::move(points); });
}

// A picture has one LV contour at ED in each view: the newest counts, and what is older keeps its name.
void MeasureModel::setQuantity(int key, echo::Quantity quantity)
{
    edit(key, tr("name"), [&](echo::Measurement& m) {
        if (echo::fits(quantity, m.tool)) {
            m.quantity = quantity;
            m.made = QDateTime::currentDateTimeUtc().toString(Qt::ISODate).toStdString();
        }
    });
}

void MeasureModel::setLabel(int key, const QString& label)
{
    edit(key, tr("label"), [&](echo::Measurement& m) { m.label = label.trimmed().left(200).toStdString(); });
}

void MeasureModel::remove(int key)
{
    if (const Item* there = item(key))
        m_undo.push(new MeasureStep(*this, tr("delete"), *there, std::nullopt));
}

void MeasureModel::setManual(qint64 study, qint64 clip, std::optional<echo::ManualCalibration> manual)
{
    const auto owner = m_clips.find(clip);
    if (owner == m_clips.end())
        return;
    owner->second.facts.manual = manual;
    owner->second.map = echo::CalibrationMap(owner->second.facts.header, manual);
    m_evaluations.clear();
    emit calibrationWanted(study, clip, manual);
    emit changed();
}

void MeasureModel::calibrate(qint64 study, qint64 clip, std::optional<echo::ManualCalibration> after)
{
    const auto before = manual(clip);
    if (before == after || !knows(clip))
        return;
    m_undo.push(new CalibrationStep(
        tr("calibrate"), [=, this] { setManual(study, clip, before); }, [=, this] { setManual(study, clip, after); }));
}

void MeasureModel::select(int key)
{
    key = item(key) ? key : 0;
    if (key == m_selected)
        return;
    m_selected = key;
    emit selectionChanged();
    emit changed();
}

void MeasureModel::setTool(std::optional<echo::Tool> tool, echo::Quantity quantity)
{
    m_calibrating = false;
    m_tool = tool;
    m_quantity = tool ? quantity : echo::Quantity::Free;
    m_said.clear();
    setDraft(std::nullopt);
    emit toolChanged();
}

void MeasureModel::setCalibrating(bool on)
{
    setTool(on ? std::optional(echo::Tool::Calliper) : std::nullopt);
    m_calibrating = on;
    emit toolChanged();
}

void MeasureModel::setDraft(std::optional<Draft> draft)
{
    if (!draft && !m_draft)
        return;
    m_draft = std::move(draft);
    m_said.clear();
    emit changed();
}

void MeasureModel::preview(int key, std::vector<echo::Point> points)
{
    if (Item* there = find(key)) {
        there->m.points = std::move(points);
        m_evaluations.erase(key);
        emit changed();
    }
}

void MeasureModel::say(qint64 clip, const QString& sentence)
{
    m_saidOf = clip;
    m_said = sentence;
    emit changed();
}

} // namespace echo2ecg::ui
