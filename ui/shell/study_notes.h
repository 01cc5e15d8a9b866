// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "echo/beats/beats.h"
#include "library/library.h"
#include "ui/echo/measure/measure_model.h"

#include <QObject>
#include <QThreadPool>

#include <map>
#include <memory>

namespace echo2ecg::ui {

// Keeps what a person does with the clips of studies: measurements, scales set by hand, moved phases. Reads and writes happen one after the other on a thread of
// their own, so that a long import is nobody's reason to lose a measurement. GUI thread only; the destructor waits until everything is written.
class StudyNotes : public QObject
{
    Q_OBJECT
public:
    struct Contents
    {
        library::Id study = 0;
        std::vector<MeasuredClip> clips;
        std::vector<echo::Measurement> measurements;
        std::map<library::Id, std::vector<echo::CardiacPhase>> phases; // by clip, moved by a person
    };

    explicit StudyNotes(library::Library& library, QObject* parent = nullptr);
    ~StudyNotes() override;

    void read(library::Id study);
    // `key` names the measurement in this session; what it becomes in the library is remembered here.
    void save(library::Id study, int key, const echo::Measurement& measurement);
    void remove(library::Id study, int key, const echo::Measurement& measurement);
    void setCalibration(library::Id study, library::Id clip, const std::optional<echo::ManualCalibration>& calibration);
    void setPhases(library::Id clip, const std::vector<echo::CardiacPhase>& phases);
    // Whether the clip is a view of its study for the model; empty: as the rules say.
    void setClipUse(library::Id study, library::Id clip, std::optional<bool> use);
    bool isIdle() const { return m_waiting == 0; }

signals:
    void wasRead(const StudyNotes::Contents& contents);
    void phenotypesChanged(qint64 study); // by what was measured
    void clipUseKept(qint64 study);
    void failed(const QString& sentence);

private:
    // On the thread of the notes, in order; `done` on the GUI thread.
    void run(std::function<void()> work, std::function<void()> done = {});

    library::Library& m_library;
    std::shared_ptr<std::map<int, library::Id>> m_ids = std::make_shared<std::map<int, library::Id>>(); // the notes' thread alone looks into it
    int m_waiting = 0;
    QThreadPool m_pool;
};

} // namespace echo2ecg::ui
