// SPDX-License-Identifier: GPL-3.0-or-later
#include "library/schema.h"

#include <iterator>

namespace echo2ecg::library::schema {

namespace {

// One entry per version, oldest first; an entry that has been released is never edited. Statements end with ";;".
constexpr const char* migrations[] = {
    // 1: patients, studies, ECGs, embeddings. Ids are never used again, so that what was remembered can't mean another
    // row.
    R"sql(
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;;
INSERT INTO counters VALUES ('revision', 0);;
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;;
CREATE TABLE quarantine (
    id INTEGER PRIMARY KEY AUTOINCREMENT, file TEXT NOT NULL UNIQUE, reason TEXT NOT NULL, seen_at TEXT NOT NULL);;
CREATE TABLE patients (
    id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, external_id TEXT NOT NULL,
    name TEXT NOT NULL, birth_date TEXT NOT NULL, sex TEXT NOT NULL);;
CREATE TABLE studies (
    id INTEGER PRIMARY KEY AUTOINCREMENT, patient_id INTEGER NOT NULL REFERENCES patients(id),
    uid TEXT NOT NULL, key TEXT NOT NULL, date TEXT NOT NULL, time TEXT NOT NULL,
    description TEXT NOT NULL, manufacturer TEXT NOT NULL, simulated INTEGER NOT NULL,
    UNIQUE (patient_id, key));;
CREATE INDEX studies_uid ON studies(uid);;
CREATE TABLE clips (
    id INTEGER PRIMARY KEY AUTOINCREMENT, study_id INTEGER NOT NULL REFERENCES studies(id) ON DELETE CASCADE,
    instance_uid TEXT NOT NULL, sha256 TEXT NOT NULL, file_name TEXT NOT NULL, cine INTEGER NOT NULL,
    frames INTEGER NOT NULL, rows INTEGER NOT NULL, columns INTEGER NOT NULL, position INTEGER NOT NULL,
    fps REAL NOT NULL, photometric TEXT NOT NULL, transfer_syntax TEXT NOT NULL,
    UNIQUE (study_id, sha256));;
CREATE INDEX clips_sha256 ON clips(sha256);;
CREATE TABLE ecgs (
    id INTEGER PRIMARY KEY AUTOINCREMENT, patient_id INTEGER NOT NULL REFERENCES patients(id),
    date TEXT NOT NULL, time TEXT NOT NULL, format TEXT NOT NULL, file_name TEXT NOT NULL,
    signal_hash TEXT NOT NULL UNIQUE, sampling_hz REAL NOT NULL, seconds REAL NOT NULL, leads INTEGER NOT NULL,
    signal_file TEXT NOT NULL, record TEXT NOT NULL,
    linked_study INTEGER REFERENCES studies(id) ON DELETE SET NULL, linked_days REAL);;
CREATE INDEX ecgs_patient ON ecgs(patient_id);;
CREATE TABLE phenotypes (
    study_id INTEGER PRIMARY KEY REFERENCES studies(id) ON DELETE CASCADE,
    lvedv REAL, lvedv_source TEXT, lvesv REAL, lvesv_source TEXT, lvsv REAL, lvsv_source TEXT,
    lvef REAL, lvef_source TEXT, shd INTEGER, shd_source TEXT);;
CREATE TABLE embeddings (
    id INTEGER PRIMARY KEY AUTOINCREMENT, bundle_id TEXT NOT NULL, space TEXT NOT NULL, recipe_hash TEXT NOT NULL,
    input_sha256 TEXT NOT NULL, width INTEGER NOT NULL, data BLOB NOT NULL,
    UNIQUE (bundle_id, space, recipe_hash, input_sha256));;
CREATE INDEX embeddings_input ON embeddings(input_sha256);;
CREATE TABLE ecg_embeddings (
    ecg_id INTEGER NOT NULL REFERENCES ecgs(id) ON DELETE CASCADE,
    bundle_id TEXT NOT NULL, space TEXT NOT NULL, recipe_hash TEXT NOT NULL,
    embedding_id INTEGER NOT NULL REFERENCES embeddings(id) ON DELETE CASCADE,
    PRIMARY KEY (ecg_id, bundle_id, space, recipe_hash)) WITHOUT ROWID;;
CREATE TABLE study_embeddings (
    study_id INTEGER NOT NULL REFERENCES studies(id) ON DELETE CASCADE,
    bundle_id TEXT NOT NULL, space TEXT NOT NULL, recipe_hash TEXT NOT NULL,
    embedding_id INTEGER NOT NULL REFERENCES embeddings(id) ON DELETE CASCADE,
    PRIMARY KEY (study_id, bundle_id, space, recipe_hash)) WITHOUT ROWID;;
CREATE TABLE view_weights (
    study_id INTEGER NOT NULL REFERENCES studies(id) ON DELETE CASCADE, bundle_id TEXT NOT NULL,
    clip_id INTEGER NOT NULL REFERENCES clips(id) ON DELETE CASCADE, weight REAL NOT NULL,
    PRIMARY KEY (study_id, bundle_id, clip_id)) WITHOUT ROWID;;
)sql",
    // 2: labels of a patient as a whole, for ECGs without an echo study; deletions find what points at an embedding.
    R"sql(
CREATE TABLE patient_phenotypes (
    patient_id INTEGER PRIMARY KEY REFERENCES patients(id) ON DELETE CASCADE,
    lvedv REAL, lvedv_source TEXT, lvesv REAL, lvesv_source TEXT, lvsv REAL, lvsv_source TEXT,
    lvef REAL, lvef_source TEXT, shd INTEGER, shd_source TEXT);;
CREATE INDEX ecg_embeddings_embedding ON ecg_embeddings(embedding_id);;
CREATE INDEX study_embeddings_embedding ON study_embeddings(embedding_id);;
CREATE INDEX ecgs_linked_study ON ecgs(linked_study);;
CREATE INDEX view_weights_clip ON view_weights(clip_id);;
)sql",
    // 3: what a person does with a clip: measurements, calibration by hand, moved phases, use by the model; structured
    // reports that came with a study. Documents are JSON. What was measured here stands before what was stated, and leaves it as it was.
    R"sql(
CREATE TABLE measurements (
    id INTEGER PRIMARY KEY AUTOINCREMENT, study_id INTEGER NOT NULL REFERENCES studies(id) ON DELETE CASCADE,
    clip_id INTEGER NOT NULL REFERENCES clips(id) ON DELETE CASCADE, document TEXT NOT NULL);;
CREATE INDEX clips_instance ON clips(instance_uid);;
CREATE INDEX measurements_study ON measurements(study_id);;
CREATE INDEX measurements_clip ON measurements(clip_id);;
CREATE TABLE measured_phenotypes (
    study_id INTEGER PRIMARY KEY REFERENCES studies(id) ON DELETE CASCADE,
    lvedv REAL, lvedv_source TEXT, lvesv REAL, lvesv_source TEXT, lvsv REAL, lvsv_source TEXT,
    lvef REAL, lvef_source TEXT, shd INTEGER, shd_source TEXT);;
CREATE TABLE clip_notes (
    clip_id INTEGER NOT NULL REFERENCES clips(id) ON DELETE CASCADE, topic TEXT NOT NULL, document TEXT NOT NULL,
    PRIMARY KEY (clip_id, topic)) WITHOUT ROWID;;
CREATE TABLE reports (
    id INTEGER PRIMARY KEY AUTOINCREMENT, study_id INTEGER NOT NULL REFERENCES studies(id) ON DELETE CASCADE,
    instance_uid TEXT NOT NULL, sha256 TEXT NOT NULL, file_name TEXT NOT NULL, UNIQUE (study_id, sha256));;
)sql",
    // 4: what a clip shows decides whether it is a view of its study. Studies are pooled anew; embeddings of clips stay.
    R"sql(
DELETE FROM study_embeddings;;
DELETE FROM view_weights;;
)sql",
    // 5: ECGs of virtual patients are told from others; those that are there were marked in their file's header.
    R"sql(
ALTER TABLE ecgs ADD COLUMN simulated INTEGER NOT NULL DEFAULT 0;;
UPDATE ecgs SET simulated = 1 WHERE record LIKE '%"simulated-patient"%' OR record LIKE '%(SIMULATED)%';;
)sql",
};

void runAll(const sql::Database& database, std::string_view text)
{
    for (std::size_t end = text.find(";;"); end != std::string_view::npos; end = text.find(";;")) {
        sql::execute(database, text.substr(0, end));
        text.remove_prefix(end + 2);
    }
}

} // namespace

int presentVersion() noexcept
{
    return int(std::size(migrations));
}

int versionOf(const sql::Database& database)
{
    sql::Statement statement(database, "PRAGMA user_version");
    return statement.next() ? int(statement.integer(0)) : 0;
}

void migrate(const sql::Database& database, int upTo)
{
    const int from = versionOf(database);
    if (from >= upTo)
        return;
    sql::WriteTransaction transaction(database);
    // Another process may have been faster.
    for (int version = versionOf(database); version < upTo; ++version)
        runAll(database, migrations[version]);
    sql::execute(database, "PRAGMA application_id = " + std::to_string(applicationId));
    sql::execute(database, "PRAGMA user_version = " + std::to_string(upTo));
    transaction.commit();
}

} // namespace echo2ecg::library::schema
