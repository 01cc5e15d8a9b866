// SPDX-License-Identifier: GPL-3.0-or-later
#include "library/library_impl.h"
#include "library/linking.h"
#include "library/record_json.h"

#include "base/npy.h"
#include "base/sha256.h"
#include "ecg/simulated.h"

#include <chrono>
#include <ctime>
#include <set>

namespace echo2ecg::library {

namespace {

std::string nowUtc()
{
    const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    char text[32] = {};
    std::tm parts{};
#ifdef _WIN32
    gmtime_s(&parts, &now);
#else
    gmtime_r(&now, &parts);
#endif
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text;
}

// Finds or adds; what the row didn't know yet is filled in, what it knows stays.
Id ensurePatient(const sql::Database& database, const std::string& key, const PatientRow& patient)
{
    sql::Statement(database, "INSERT INTO patients (key, external_id, name, birth_date, sex) VALUES (?, ?, ?, ?, ?) "
                             "ON CONFLICT (key) DO UPDATE SET "
                             "name = CASE WHEN name = '' THEN excluded.name ELSE name END, "
                             "birth_date = CASE WHEN birth_date = '' THEN excluded.birth_date ELSE birth_date END, "
                             "sex = CASE WHEN sex = '' THEN excluded.sex ELSE sex END")
        .bind(key)
        .bind(patient.externalId)
        .bind(patient.name)
        .bind(patient.birthDate)
        .bind(patient.sex)
        .run();
    sql::Statement find(database, "SELECT id FROM patients WHERE key = ?");
    find.bind(key);
    find.next();
    return find.integer(0);
}

std::string keyOfStudy(const echo::EchoStudy& study)
{
    if (!study.studyUid.empty())
        return study.studyUid;
    return "date " + study.date + " " + study.time;
}

// A study without identity is told from others by what is in it.
std::string ownKeyOfStudy(const echo::EchoStudy& study, const std::vector<std::string>& hashes)
{
    base::Sha256 hash;
    hash.add(study.studyUid).add("\n");
    if (study.studyUid.empty() && !hashes.empty())
        hash.add(hashes.front());
    return "study " + hash.hex();
}

struct IncomingClip
{
    const echo::EchoClip* clip = nullptr;
    std::string sha256;
};

void insertClip(const sql::Database& database, Id study, const IncomingClip& incoming, int position)
{
    const echo::EchoClip& clip = *incoming.clip;
    const bool cine = clip.kind == echo::ClipKind::Cine;
    sql::Statement(
        database,
        "INSERT INTO clips (study_id, instance_uid, sha256, file_name, cine, frames, rows, columns, position, fps, "
        "photometric, transfer_syntax) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(study)
        .bind(clip.identity.instanceUid)
        .bind(incoming.sha256)
        .bind(sql::pathText(clip.file.filename()))
        .bind(cine)
        .bind(clip.frames)
        .bind(clip.header.rows)
        .bind(clip.header.columns)
        .bind(position)
        .bind(cine && !clip.timing.startMs.empty() ? clip.timing.meanFps() : 0.0)
        .bind(clip.header.photometric)
        .bind(clip.header.transferSyntaxName)
        .run();
}

} // namespace

std::string patientKey(const std::string& externalId, const std::string& name, const std::string& birthDate,
                       const std::string& ownKey)
{
    if (!externalId.empty())
        return "id " + externalId;
    if (!name.empty() && !birthDate.empty())
        return "name " + base::sha256(name + "\n" + birthDate);
    return ownKey;
}

std::pair<Id, Added> Library::addEcg(const ecg::EcgRecord& record)
{
    const sql::Database& database = m_impl->database;
    const std::string signalHash = record.signalHash();
    if (record.samples() == 0)
        throw base::ParseError(base::ErrorCode::Unsuitable, "The ECG holds no samples.", {record.file, {}});
    {
        sql::Statement known(database, "SELECT id, signal_file FROM ecgs WHERE signal_hash = ?");
        known.bind(signalHash);
        if (known.next() && m_impl->files.contains(known.text(1)))
            return {known.integer(0), Added::AlreadyThere};
    }

    const std::string signalFile = m_impl->files.addWritten([&](const std::filesystem::path& file) {
        base::writeNpy(
            file, base::NpyArray::of({std::int64_t(ecg::leadCount), std::int64_t(record.samples())}, record.matrix()));
    });

    sql::WriteTransaction transaction(database);
    // Again, now that nobody else writes.
    if (const auto known = findEcgBySignal(signalHash))
        return {*known, Added::AlreadyThere};
    const ecg::Patient& p = record.patient;
    const Id patient = ensurePatient(database, patientKey(p.id, p.name, p.birthDate, "ecg " + signalHash),
                                     {0, p.id, p.name, p.birthDate, p.sex});
    sql::Statement insert(
        database, "INSERT INTO ecgs (patient_id, date, time, format, file_name, signal_hash, sampling_hz, seconds, "
                  "leads, signal_file, record, simulated) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    insert.bind(patient)
        .bind(record.date)
        .bind(record.time)
        .bind(record.format)
        .bind(sql::pathText(record.file.filename()))
        .bind(signalHash)
        .bind(record.samplingHz)
        .bind(record.seconds())
        .bind(int(record.presentLeads()))
        .bind(signalFile)
        .bind(recordToJson(record).dump())
        .bind(ecg::isSimulated(record))
        .run();
    const Id id = insert.lastId();
    relink(database, patient);
    transaction.touch();
    transaction.commit();
    return {id, Added::New};
}

std::pair<Id, Added> Library::addStudy(const echo::EchoStudy& study, const base::JobContext& job)
{
    const sql::Database& database = m_impl->database;
    std::vector<IncomingClip> incoming;
    std::vector<std::string> hashes;
    base::Warnings notes;
    for (std::size_t i = 0; i < study.clips.size(); ++i) {
        job.throwIfCancelled();
        job.report({"copying", std::int64_t(i), std::int64_t(study.clips.size()), "files"});
        try {
            incoming.push_back({&study.clips[i], m_impl->files.add(study.clips[i].file)});
            hashes.push_back(incoming.back().sha256);
        } catch (const base::ParseError& error) {
            notes.push_back({"clip-not-copied", "A clip was left out: " + error.sentence(),
                             sql::pathText(study.clips[i].file.filename())});
        }
    }
    if (incoming.empty())
        throw base::ParseError(base::ErrorCode::Io, "None of the study's files could be read.",
                               {study.clips.empty() ? std::filesystem::path() : study.clips.front().file, {}});

    Id id = 0;
    Added added = Added::AlreadyThere;
    {
        sql::WriteTransaction transaction(database);
        const Id patient = ensurePatient(
            database, patientKey(study.patientId, study.patientName, study.birthDate, ownKeyOfStudy(study, hashes)),
            {0, study.patientId, study.patientName, study.birthDate, study.sex});
        sql::Statement known(database, "SELECT id FROM studies WHERE patient_id = ? AND key = ?");
        known.bind(patient).bind(keyOfStudy(study));
        if (known.next()) {
            id = known.integer(0);
        } else {
            bool simulated = false;
            for (const echo::EchoClip& clip : study.clips)
                simulated = simulated || clip.simulated;
            sql::Statement insert(database,
                                  "INSERT INTO studies (patient_id, uid, key, date, time, description, manufacturer, "
                                  "simulated) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
            insert.bind(patient)
                .bind(study.studyUid)
                .bind(keyOfStudy(study))
                .bind(study.date)
                .bind(study.time)
                .bind(study.description)
                .bind(study.manufacturer)
                .bind(simulated)
                .run();
            id = insert.lastId();
            added = Added::New;
        }

        std::set<std::string> there;
        int position = 0;
        sql::Statement list(database, "SELECT sha256, position FROM clips WHERE study_id = ?");
        list.bind(id);
        while (list.next()) {
            there.insert(list.text(0));
            position = std::max(position, int(list.integer(1)) + 1);
        }
        int gained = 0;
        for (const IncomingClip& clip : incoming) {
            if (!there.insert(clip.sha256).second)
                continue;
            // An undo elsewhere may have taken the file away between copying and here.
            if (!m_impl->files.contains(clip.sha256))
                m_impl->files.add(clip.clip->file);
            insertClip(database, id, clip, position++);
            ++gained;
        }
        if (gained > 0) {
            // What was computed from fewer clips isn't this study any more; the clips' own embeddings stay.
            sql::Statement(database, "DELETE FROM study_embeddings WHERE study_id = ?").bind(id).run();
            sql::Statement(database, "DELETE FROM view_weights WHERE study_id = ?").bind(id).run();
            relink(database, patient);
            transaction.touch();
        }
        transaction.commit();
    }
    for (const base::Warning& note : notes)
        job.note(note);
    return {id, added};
}

void Library::addQuarantine(const std::string& file, const std::string& reason)
{
    sql::WriteTransaction transaction(m_impl->database);
    sql::Statement(m_impl->database,
                   "INSERT INTO quarantine (file, reason, seen_at) VALUES (?, ?, ?) "
                   "ON CONFLICT (file) DO UPDATE SET reason = excluded.reason, seen_at = excluded.seen_at")
        .bind(file)
        .bind(reason)
        .bind(nowUtc())
        .run();
    transaction.touch();
    transaction.commit();
}

void Library::clearQuarantine(Id id)
{
    sql::WriteTransaction transaction(m_impl->database);
    sql::Statement(m_impl->database, "DELETE FROM quarantine WHERE id = ?").bind(id).run();
    transaction.touch();
    transaction.commit();
}

void Library::Impl::removePatientIfEmpty(Id patient)
{
    sql::Statement(database, "DELETE FROM patients WHERE id = ? "
                             "AND NOT EXISTS (SELECT 1 FROM ecgs WHERE patient_id = patients.id) "
                             "AND NOT EXISTS (SELECT 1 FROM studies WHERE patient_id = patients.id) "
                             "AND NOT EXISTS (SELECT 1 FROM patient_phenotypes WHERE patient_id = patients.id)")
        .bind(patient)
        .run();
}

void Library::Impl::removeUnusedFiles(const std::vector<std::string>& hashes)
{
    sql::WriteTransaction transaction(database);
    for (const std::string& hash : hashes) {
        sql::Statement used(database, "SELECT EXISTS (SELECT 1 FROM clips WHERE sha256 = ?) "
                                      "OR EXISTS (SELECT 1 FROM ecgs WHERE signal_file = ?) "
                                      "OR EXISTS (SELECT 1 FROM reports WHERE sha256 = ?)");
        used.bind(hash).bind(hash).bind(hash);
        if (used.next() && used.integer(0) == 0)
            files.remove(hash);
    }
    transaction.commit();
}

void Library::removeEcg(Id id)
{
    const sql::Database& database = m_impl->database;
    const EcgRow row = ecg(id);
    std::string signalFile;
    {
        sql::WriteTransaction transaction(database);
        sql::Statement find(database, "SELECT signal_file FROM ecgs WHERE id = ?");
        find.bind(id);
        if (find.next())
            signalFile = find.text(0);
        sql::Statement(database, "DELETE FROM ecgs WHERE id = ?").bind(id).run();
        sql::Statement(database, "DELETE FROM embeddings WHERE input_sha256 = ?").bind(row.signalHash).run();
        m_impl->removePatientIfEmpty(row.patient);
        transaction.touch();
        transaction.commit();
    }
    m_impl->removeUnusedFiles({signalFile});
}

void Library::removeStudy(Id id)
{
    const sql::Database& database = m_impl->database;
    const StudyRow row = study(id);
    std::vector<std::string> hashes;
    {
        sql::WriteTransaction transaction(database);
        sql::Statement list(database, "SELECT sha256 FROM clips WHERE study_id = ? UNION SELECT sha256 FROM reports WHERE study_id = ?");
        list.bind(id).bind(id);
        while (list.next())
            hashes.push_back(list.text(0));
        sql::Statement(database, "DELETE FROM embeddings WHERE id IN "
                                 "(SELECT embedding_id FROM study_embeddings WHERE study_id = ?) "
                                 "AND id NOT IN (SELECT embedding_id FROM study_embeddings WHERE study_id <> ?)")
            .bind(id)
            .bind(id)
            .run();
        sql::Statement(database, "DELETE FROM studies WHERE id = ?").bind(id).run();
        for (const std::string& hash : hashes)
            sql::Statement(database, "DELETE FROM embeddings WHERE input_sha256 = ? "
                                     "AND NOT EXISTS (SELECT 1 FROM clips WHERE sha256 = embeddings.input_sha256)")
                .bind(hash)
                .run();
        relink(database, row.patient);
        m_impl->removePatientIfEmpty(row.patient);
        transaction.touch();
        transaction.commit();
    }
    m_impl->removeUnusedFiles(hashes);
}

} // namespace echo2ecg::library
