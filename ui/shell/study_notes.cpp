// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/study_notes.h"

#include "casework/measured.h"

#include <algorithm>

namespace echo2ecg::ui {

namespace {

base::Json phasesNote(const std::vector<echo::CardiacPhase>& phases)
{
    base::Json list = base::Json::array();
    for (const echo::CardiacPhase& p : phases)
        list.push(base::Json::object({{"ed", p.edFrame}, {"es", p.esFrame}}));
    return phases.empty() ? base::Json() : list;
}

// What can't be meant is left out: a note may come from another version.
std::vector<echo::CardiacPhase> phasesFrom(const base::Json& note, int frames)
{
    std::vector<echo::CardiacPhase> phases;
    if (!note.isArray())
        return phases;
    for (const base::Json& entry : note.items()) {
        if (!entry.isObject())
            continue;
        const echo::CardiacPhase phase{entry.value("ed", -1), entry.value("es", -1), 1.0};
        if (phase.edFrame < frames && phase.esFrame < frames && phase.edFrame >= -1 && phase.esFrame >= -1)
            phases.push_back(phase);
    }
    return phases;
}

StudyNotes::Contents contentsOf(const library::Library& library, library::Id study)
{
    StudyNotes::Contents contents;
    contents.study = study;
    contents.measurements = library.measurements(study);
    for (const library::ClipRow& row : library.clips(study)) {
        MeasuredClip clip;
        try {
            clip.header = echo::readClip(row.file).header;
        } catch (const base::Error&) {
            continue; // can't be shown either; `library verify` lists it
        }
        clip.clip = row.id;
        clip.hash = row.sha256;
        clip.instanceUid = row.instanceUid;
        clip.manual = casework::calibrationFromNote(library.clipNote(row.id, "calibration"));
        if (auto phases = phasesFrom(library.clipNote(row.id, "phases"), row.frames); !phases.empty())
            contents.phases[row.id] = std::move(phases);
        contents.clips.push_back(std::move(clip));
    }
    return contents;
}

} // namespace

StudyNotes::StudyNotes(library::Library& library, QObject* parent) : QObject(parent), m_library(library)
{
    m_pool.setMaxThreadCount(1); // in the order of asking
}

StudyNotes::~StudyNotes()
{
    m_pool.waitForDone();
}

void StudyNotes::run(std::function<void()> work, std::function<void()> done)
{
    ++m_waiting;
    m_pool.start([this, work = std::move(work), done = std::move(done)] {
        QString failure;
        try {
            work();
        } catch (const base::Error& error) {
            failure = QString::fromStdString(error.what());
        } catch (const std::exception&) {
            failure = tr("A note on a study couldn't be kept: an unexpected failure.");
        }
        QMetaObject::invokeMethod(
            this,
            [this, failure, done] {
                --m_waiting;
                if (!failure.isEmpty())
                    emit failed(failure);
                else if (done)
                    done();
            },
            Qt::QueuedConnection);
    });
}

void StudyNotes::read(library::Id study)
{
    auto contents = std::make_shared<Contents>();
    run([library = &m_library, study, contents] { *contents = contentsOf(*library, study); }, [this, contents] { emit wasRead(*contents); });
}

void StudyNotes::save(library::Id study, int key, const echo::Measurement& measurement)
{
    run(
        [library = &m_library, ids = m_ids, study, key, m = measurement]() mutable {
            if (const auto known = ids->find(key); known != ids->end())
                m.id = known->second;
            (*ids)[key] = library->saveMeasurement(study, m);
            casework::applyMeasurements(*library, study);
        },
        [this, study] { emit phenotypesChanged(study); });
}

void StudyNotes::remove(library::Id study, int key, const echo::Measurement& measurement)
{
    run(
        [library = &m_library, ids = m_ids, study, key, id = measurement.id] {
            const auto known = ids->find(key);
            if (const library::Id gone = known != ids->end() ? known->second : id)
                library->removeMeasurement(gone);
            casework::applyMeasurements(*library, study);
        },
        [this, study] { emit phenotypesChanged(study); });
}

void StudyNotes::setCalibration(library::Id study, library::Id clip, const std::optional<echo::ManualCalibration>& calibration)
{
    run(
        [library = &m_library, study, clip, calibration] {
            library->setClipNote(clip, "calibration", casework::calibrationNote(calibration));
            casework::applyMeasurements(*library, study);
        },
        [this, study] { emit phenotypesChanged(study); });
}

void StudyNotes::setClipUse(library::Id study, library::Id clip, std::optional<bool> use)
{
    run([library = &m_library, clip, use] { library->setClipUse(clip, use); }, [this, study] { emit clipUseKept(study); });
}

void StudyNotes::setPhases(library::Id clip, const std::vector<echo::CardiacPhase>& phases)
{
    run([library = &m_library, clip, phases] { library->setClipNote(clip, "phases", phasesNote(phases)); });
}

} // namespace echo2ecg::ui
