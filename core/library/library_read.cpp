// SPDX-License-Identifier: GPL-3.0-or-later
#include "library/library_impl.h"
#include "library/record_json.h"

#include "base/npy.h"
#include "ecg/simulated.h"

namespace echo2ecg::library {

namespace {

[[noreturn]] void missing(const char* what)
{
    throw base::Error(base::ErrorCode::Missing, std::string("The library has no such ") + what + ".");
}

constexpr const char* patientQuery = "SELECT id, external_id, name, birth_date, sex FROM patients ";
constexpr const char* ecgQuery =
    "SELECT id, patient_id, date, time, format, file_name, signal_hash, sampling_hz, seconds, "
    "leads, linked_study, linked_days, simulated FROM ecgs ";
constexpr const char* studyQuery =
    "SELECT id, patient_id, uid, date, time, description, manufacturer, "
    "(SELECT count(*) FROM clips WHERE study_id = studies.id AND cine = 1), "
    "(SELECT count(*) FROM clips WHERE study_id = studies.id AND cine = 0), simulated FROM studies ";

PatientRow patientFrom(const sql::Statement& row)
{
    return {row.integer(0), row.text(1), row.text(2), row.text(3), row.text(4)};
}

EcgRow ecgFrom(const sql::Statement& row)
{
    EcgRow e;
    e.id = row.integer(0);
    e.patient = row.integer(1);
    e.date = row.text(2);
    e.time = row.text(3);
    e.format = row.text(4);
    e.fileName = row.text(5);
    e.signalHash = row.text(6);
    e.samplingHz = row.real(7);
    e.seconds = row.real(8);
    e.leads = int(row.integer(9));
    e.linkedStudy = row.integerOrNull(10);
    e.linkedDays = row.realOrNull(11);
    e.simulated = row.integer(12) != 0;
    return e;
}

StudyRow studyFrom(const sql::Statement& row)
{
    StudyRow s;
    s.id = row.integer(0);
    s.patient = row.integer(1);
    s.uid = row.text(2);
    s.date = row.text(3);
    s.time = row.text(4);
    s.description = row.text(5);
    s.manufacturer = row.text(6);
    s.cines = int(row.integer(7));
    s.stills = int(row.integer(8));
    s.simulated = row.integer(9) != 0;
    return s;
}

// All rows, or those of one patient.
template <class Row>
std::vector<Row> listOf(const sql::Database& database, const char* query, std::optional<Id> patient,
                        Row (*from)(const sql::Statement&))
{
    sql::Statement statement(database,
                             std::string(query) + (patient ? "WHERE patient_id = ? " : "") + "ORDER BY date, time, id");
    if (patient)
        statement.bind(*patient);
    std::vector<Row> rows;
    while (statement.next())
        rows.push_back(from(statement));
    return rows;
}

} // namespace

std::vector<PatientRow> Library::patients() const
{
    sql::Statement statement(m_impl->database, std::string(patientQuery) + "ORDER BY external_id, id");
    std::vector<PatientRow> rows;
    while (statement.next())
        rows.push_back(patientFrom(statement));
    return rows;
}

PatientRow Library::patient(Id id) const
{
    sql::Statement statement(m_impl->database, std::string(patientQuery) + "WHERE id = ?");
    statement.bind(id);
    if (!statement.next())
        missing("patient");
    return patientFrom(statement);
}

std::vector<EcgRow> Library::ecgs(std::optional<Id> patient) const
{
    return listOf(m_impl->database, ecgQuery, patient, ecgFrom);
}

std::vector<StudyRow> Library::studies(std::optional<Id> patient) const
{
    return listOf(m_impl->database, studyQuery, patient, studyFrom);
}

EcgRow Library::ecg(Id id) const
{
    sql::Statement statement(m_impl->database, std::string(ecgQuery) + "WHERE id = ?");
    statement.bind(id);
    if (!statement.next())
        missing("ECG");
    return ecgFrom(statement);
}

StudyRow Library::study(Id id) const
{
    sql::Statement statement(m_impl->database, std::string(studyQuery) + "WHERE id = ?");
    statement.bind(id);
    if (!statement.next())
        missing("study");
    return studyFrom(statement);
}

std::vector<ClipRow> Library::clips(Id study) const
{
    sql::Statement row(
        m_impl->database,
        "SELECT id, study_id, instance_uid, sha256, file_name, cine, frames, rows, columns, position, fps, "
        "photometric, transfer_syntax FROM clips WHERE study_id = ? ORDER BY position, id");
    row.bind(study);
    std::vector<ClipRow> clips;
    while (row.next()) {
        ClipRow c;
        c.id = row.integer(0);
        c.study = row.integer(1);
        c.instanceUid = row.text(2);
        c.sha256 = row.text(3);
        c.fileName = row.text(4);
        c.file = m_impl->files.pathOf(c.sha256);
        c.kind = row.integer(5) != 0 ? echo::ClipKind::Cine : echo::ClipKind::Still;
        c.frames = int(row.integer(6));
        c.rows = int(row.integer(7));
        c.columns = int(row.integer(8));
        c.position = int(row.integer(9));
        c.fps = row.real(10);
        c.photometric = row.text(11);
        c.transferSyntax = row.text(12);
        clips.push_back(std::move(c));
    }
    return clips;
}

std::vector<QuarantineRow> Library::quarantine() const
{
    sql::Statement row(m_impl->database, "SELECT id, file, reason, seen_at FROM quarantine ORDER BY file");
    std::vector<QuarantineRow> rows;
    while (row.next())
        rows.push_back({row.integer(0), row.text(1), row.text(2), row.text(3)});
    return rows;
}

ecg::EcgRecord Library::loadEcg(Id id) const
{
    sql::Statement row(m_impl->database, "SELECT record, signal_file, signal_hash, simulated FROM ecgs WHERE id = ?");
    row.bind(id);
    if (!row.next())
        missing("ECG");
    const base::Json json = base::Json::parse(row.text(0), "the library's record of an ECG");
    ecg::EcgRecord record = recordFromJson(json);
    if (row.integer(3) != 0 && !ecg::isSimulated(record)) // imported before readers said so
        record.warnings.push_back(ecg::simulatedPatientWarning());
    const std::filesystem::path file = m_impl->files.pathOf(row.text(1));
    const base::NpyArray signal = base::readNpy(file);
    if (signal.shape.size() != 2 || signal.shape[0] != std::int64_t(ecg::leadCount))
        throw base::Error(base::ErrorCode::Malformed, "The library's signal file of this ECG is damaged.", {file, {}});
    const std::vector<float> values = signal.toFloat();
    const auto samples = std::ptrdiff_t(signal.shape[1]);
    for (const base::Json& lead : json.at("leads").items()) {
        const auto index = std::ptrdiff_t(lead.toInteger());
        if (index < 0 || index >= std::ptrdiff_t(ecg::leadCount))
            throw base::Error(base::ErrorCode::Malformed, "The library's record of this ECG is damaged.", {file, {}});
        record.leads[std::size_t(index)].assign(values.begin() + index * samples,
                                                values.begin() + (index + 1) * samples);
    }
    if (record.signalHash() != row.text(2))
        throw base::Error(base::ErrorCode::Malformed, "The library's signal file of this ECG is damaged.", {file, {}});
    return record;
}

echo::EchoStudy Library::loadStudy(Id id) const
{
    const StudyRow row = study(id);
    const PatientRow owner = patient(row.patient);
    echo::EchoStudy study;
    study.patientId = owner.externalId;
    study.patientName = owner.name;
    study.birthDate = owner.birthDate;
    study.sex = owner.sex;
    study.studyUid = row.uid;
    study.date = row.date;
    study.time = row.time;
    study.description = row.description;
    study.manufacturer = row.manufacturer;
    for (const ClipRow& stored : clips(id)) {
        echo::EchoClip clip;
        try {
            clip = echo::readClip(stored.file);
        } catch (const base::Cancelled&) {
            throw;
        } catch (const base::Error& error) {
            // The clip keeps its place, so that rows and clips stay parallel.
            clip = {};
            clip.file = stored.file;
            clip.identity.instanceUid = stored.instanceUid;
            clip.kind = stored.kind;
            clip.warnings.push_back(
                {"clip-damaged", "The library's file of this clip can't be read: " + error.sentence(), {}});
        }
        clip.use = clipUse(stored.id);
        study.clips.push_back(std::move(clip));
    }
    return study;
}

std::optional<Id> Library::findEcgBySignal(const std::string& signalHash) const
{
    sql::Statement row(m_impl->database, "SELECT id FROM ecgs WHERE signal_hash = ?");
    row.bind(signalHash);
    return row.next() ? std::optional(row.integer(0)) : std::nullopt;
}

std::optional<std::string> Library::hashOfInstance(const std::string& instanceUid) const
{
    if (instanceUid.empty())
        return std::nullopt;
    sql::Statement row(m_impl->database, "SELECT sha256 FROM clips WHERE instance_uid = ? LIMIT 1");
    row.bind(instanceUid);
    return row.next() ? std::optional(row.text(0)) : std::nullopt;
}

std::optional<Id> Library::findStudyByUid(const std::string& uid) const
{
    sql::Statement row(m_impl->database, "SELECT id FROM studies WHERE uid = ? AND uid <> '' ORDER BY id LIMIT 1");
    row.bind(uid);
    return row.next() ? std::optional(row.integer(0)) : std::nullopt;
}

std::optional<Id> Library::findPatient(const ecg::Patient& patient) const
{
    const std::string key = patientKey(patient.id, patient.name, patient.birthDate, {});
    sql::Statement row(m_impl->database, "SELECT id FROM patients WHERE key = ? AND key <> ''");
    row.bind(key);
    return row.next() ? std::optional(row.integer(0)) : std::nullopt;
}

} // namespace echo2ecg::library
