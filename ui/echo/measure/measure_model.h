// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "echo/measure/ventricle.h"

#include <QObject>
#include <QUndoStack>

#include <map>
#include <optional>
#include <vector>

namespace echo2ecg::ui {

// What the model must know of a clip before anything can be measured on it.
struct MeasuredClip
{
    qint64 clip = 0; // of the library
    std::string hash, instanceUid;
    dicom::ImageHeader header;
    std::optional<echo::ManualCalibration> manual;
};

// The measurements of the studies on display, what is being drawn, and what is selected. Every change can be undone; what must be kept is told to whoever
// keeps it. No widgets. GUI thread only.
class MeasureModel : public QObject
{
    Q_OBJECT
public:
    struct Item
    {
        int key = 0; // of this session, never used again
        qint64 study = 0, clip = 0;
        echo::Measurement m;
    };
    // What is being drawn. The last point follows the pointer while `follows`.
    struct Draft
    {
        qint64 study = 0, clip = 0;
        echo::Measurement m;
        bool follows = false;
    };

    explicit MeasureModel(QObject* parent = nullptr);

    // What the library holds of one study; what was there of it is replaced, and the undo stack is emptied.
    void setStudy(qint64 study, std::vector<MeasuredClip> clips, std::vector<echo::Measurement> measurements);
    void keepOnly(const std::vector<qint64>& studies); // the rest is forgotten
    bool knows(qint64 clip) const { return m_clips.contains(clip); }
    const std::vector<Item>& items() const { return m_items; } // in order of making
    const Item* item(int key) const;
    std::vector<const Item*> on(qint64 clip, int frame) const;
    const echo::Evaluation& evaluation(int key) const;
    const echo::CalibrationMap& calibration(qint64 clip) const;
    std::optional<echo::ManualCalibration> manual(qint64 clip) const;
    echo::VentricleResult ventricle(qint64 study) const;

    // Changes; each is one step of undo.
    int add(qint64 study, qint64 clip, echo::Measurement measurement); // the key
    void setPoints(int key, std::vector<echo::Point> points);
    void setQuantity(int key, echo::Quantity quantity);
    void setLabel(int key, const QString& label);
    void remove(int key);
    void calibrate(qint64 study, qint64 clip, std::optional<echo::ManualCalibration> manual);
    QUndoStack& undoStack() { return m_undo; }

    int selected() const { return m_selected; } // 0: none
    void select(int key);

    // What a press in a picture begins. No tool: the grid has the mouse to itself.
    std::optional<echo::Tool> tool() const { return m_tool; }
    echo::Quantity quantity() const { return m_quantity; }
    bool isCalibrating() const { return m_calibrating; }
    void setTool(std::optional<echo::Tool> tool, echo::Quantity quantity = echo::Quantity::Free);
    void setCalibrating(bool on);

    const std::optional<Draft>& draft() const { return m_draft; }
    void setDraft(std::optional<Draft> draft);
    // Points being dragged, before they are let go: not yet a step of undo.
    void preview(int key, std::vector<echo::Point> points);
    // Said in the cell, quietly, until the next change.
    void say(qint64 clip, const QString& sentence);
    QString said(qint64 clip) const { return clip == m_saidOf ? m_said : QString(); }

signals:
    void changed();          // anything that is drawn or listed
    void selectionChanged(); // also by setStudy
    void toolChanged();
    // To be kept: a new measurement, or another state of one (by its key), that it is gone, and the scale set by hand.
    void saveWanted(qint64 study, int key, const echo::Measurement& measurement);
    void removeWanted(qint64 study, int key, const echo::Measurement& measurement);
    void calibrationWanted(qint64 study, qint64 clip, const std::optional<echo::ManualCalibration>& manual);

private:
    friend class MeasureStep;
    struct Clip
    {
        qint64 study;
        MeasuredClip facts;
        echo::CalibrationMap map;
    };
    void put(const Item& item);      // adds or replaces
    void take(int key);
    void setManual(qint64 study, qint64 clip, std::optional<echo::ManualCalibration> manual);
    void edit(int key, const QString& what, const std::function<void(echo::Measurement&)>& change);
    void forget(const std::function<bool(qint64 study)>& isGone);
    Item* find(int key);

    std::vector<Item> m_items;
    std::map<qint64, Clip> m_clips;
    mutable std::map<int, echo::Evaluation> m_evaluations;
    QUndoStack m_undo;
    int m_nextKey = 1, m_selected = 0;
    std::optional<echo::Tool> m_tool;
    echo::Quantity m_quantity = echo::Quantity::Free;
    bool m_calibrating = false;
    std::optional<Draft> m_draft;
    QString m_said;
    qint64 m_saidOf = 0;
};

} // namespace echo2ecg::ui
