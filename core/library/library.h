// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/progress.h"
#include "ecg/ecg_record.h"
#include "echo/adult_echo_report.h"
#include "echo/echo_study.h"
#include "echo/measure/measurement.h"
#include "inference/embedding.h"
#include "retrieval/phenotypes.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace echo2ecg::library {

using Id = std::int64_t;

struct PatientRow
{
    Id id = 0;
    std::string externalId, name, birthDate, sex;
};

struct EcgRow
{
    Id id = 0, patient = 0;
    std::string date, time, format, fileName, signalHash;
    double samplingHz = 0, seconds = 0;
    int leads = 0;
    std::optional<Id> linkedStudy; // same patient, nearest in time, within 7 days
    std::optional<double> linkedDays;
    bool simulated = false; // the file said that its patient is
};

struct StudyRow
{
    Id id = 0, patient = 0;
    std::string uid, date, time, description, manufacturer;
    int cines = 0, stills = 0;
    bool simulated = false;
};

struct ClipRow
{
    Id id = 0, study = 0;
    std::string instanceUid, sha256, fileName; // fileName: as it was imported
    std::filesystem::path file;                // inside the library
    echo::ClipKind kind = echo::ClipKind::Cine;
    int frames = 0, rows = 0, columns = 0, position = 0;
    double fps = 0;
    std::string photometric, transferSyntax;
};

// What is known of an ECG for classification: of its linked study first, else of its patient as a whole.
struct EcgLabel
{
    Id ecg = 0, patient = 0;
    std::optional<Id> study;
    std::optional<double> lvef;
    std::optional<bool> structuralHeartDisease;
};

// What couldn't be imported stays listed, with the reason, until it is retried or dismissed.
struct QuarantineRow
{
    Id id = 0;
    std::string file, reason, when;
};

enum class Added { New, AlreadyThere };

// A case library: a folder with library.sqlite (WAL; the one truth), files/ by content hash. Text columns hold UTF-8.
// Every public function is one transaction or less and is thread-safe: each thread gets its own connection to the same
// file. Throws base::Error(Io) for a folder that can't be used, (Mismatch) for a library of a newer version,
// (Malformed) for a damaged one.
class Library : public inference::EmbeddingStore
{
public:
    static void create(const std::filesystem::path& folder);
    // Opens and migrates to the present version (with a copy of the old file kept as library.sqlite.vN.bak).
    static std::unique_ptr<Library> open(const std::filesystem::path& folder);
    static bool isLibrary(const std::filesystem::path& folder) noexcept;
    ~Library() override;

    const std::filesystem::path& folder() const;

    // Import. The record's signal is kept in files/ by its hash, so the original may go away. Linking to studies is
    // brought up to date.
    std::pair<Id, Added> addEcg(const ecg::EcgRecord& record);
    // All clips of one study in one transaction; files are copied into files/ first. A study that is there already
    // gains its new clips. A clip that can't be read is left out and noted, the rest go in. Input that can't be read at
    // all is a base::ParseError, a library that can't be written a plain base::Error.
    std::pair<Id, Added> addStudy(const echo::EchoStudy& study, const base::JobContext& job = {});
    void addQuarantine(const std::string& file, const std::string& reason);
    void clearQuarantine(Id id);

    // Phenotypes and labels from CSV (UTF-8, comma or semicolon, header row). Columns: one of study_uid | patient_id (+
    // optional study_date) | ecg_file (name of the ECG's file, for patients with one ECG); lvedv_ml, lvesv_ml, lvsv_ml, lvef_percent, shd (0/1). Rows that match nothing or can't be
    // read are warnings with their line number.
    struct TableImport
    {
        int matched = 0, rows = 0;
        base::Warnings warnings;
    };
    TableImport importPhenotypes(const std::filesystem::path& csv);
    void setPhenotypes(Id study, const retrieval::Phenotypes& phenotypes);
    // What was measured here stands before what a table or a report states, and leaves that untouched; empty ones take it away again.
    void setMeasuredPhenotypes(Id study, const retrieval::Phenotypes& phenotypes);
    retrieval::Phenotypes statedPhenotypes(Id study) const; // by tables and reports, as they are
    retrieval::Phenotypes phenotypes(Id study) const; // measured before stated; completed: SV and EF derived where absent
    // A row of a table with a patient_id and no study_date is about the patient's only study, or about the patient as a
    // whole.
    void setPatientPhenotypes(Id patient, const retrieval::Phenotypes& phenotypes);
    retrieval::Phenotypes patientPhenotypes(Id patient) const;
    std::vector<EcgLabel> ecgLabels() const; // of every ECG that has one

    // Reading. Lists are ordered: patients by external id, the rest by date, time, id.
    std::vector<PatientRow> patients() const;
    PatientRow patient(Id id) const;
    std::vector<EcgRow> ecgs(std::optional<Id> patient = {}) const;
    std::vector<StudyRow> studies(std::optional<Id> patient = {}) const;
    std::vector<ClipRow> clips(Id study) const;
    std::vector<QuarantineRow> quarantine() const;
    EcgRow ecg(Id id) const;                // throws base::Error(Missing)
    StudyRow study(Id id) const;            // throws base::Error(Missing)
    ecg::EcgRecord loadEcg(Id id) const;    // the record as it was imported, warnings and measurements included
    echo::EchoStudy loadStudy(Id id) const; // headers re-read from files/, with clipUse(); a damaged file is a clip warning
    std::optional<Id> findEcgBySignal(const std::string& signalHash) const;
    std::optional<Id> findStudyByUid(const std::string& uid) const;
    // SHA-256 of the image with this SOP Instance UID, if the library has one.
    std::optional<std::string> hashOfInstance(const std::string& instanceUid) const;
    // The patient that a record with this identity would be added to, if it is there.
    std::optional<Id> findPatient(const ecg::Patient& patient) const;

    // What a person measured on the clips of a study, in order of making. save() gives a new one its id and replaces one that
    // has it. Throws base::Error(Missing) when the clip (by the hash of its file) isn't in the study.
    std::vector<echo::Measurement> measurements(Id study) const;
    Id saveMeasurement(Id study, const echo::Measurement& measurement);
    void removeMeasurement(Id id);
    // Small documents about one clip, by topic ("calibration", "phases", "model"); empty JSON when there is none, and to take one away.
    base::Json clipNote(Id clip, const std::string& topic) const;
    void setClipNote(Id clip, const std::string& topic, const base::Json& document);
    // Whether a person wants the clip as a view of its study (topic "model"); empty: the rules decide. What changes it takes the study's embeddings
    // and view weights away, so that the study is embedded again; embeddings of clips stay.
    std::optional<bool> clipUse(Id clip) const;
    void setClipUse(Id clip, std::optional<bool> use);

    // A structured report that belongs to a study of the library: its file is kept, its values become phenotypes with the source "DICOM SR" where
    // nothing better is known (a value measured here or typed in a table stays). Throws base::Error(Missing) when no study of that patient fits.
    struct ReportRow
    {
        Id id = 0, study = 0;
        std::string instanceUid, fileName;
        std::filesystem::path file;
    };
    std::pair<Id, Added> addReport(const echo::EchoReport& report, const std::filesystem::path& file);
    std::vector<ReportRow> reports(Id study) const;

    // Undo of an import.
    void removeEcg(Id id);
    void removeStudy(Id id);

    // Embeddings (EmbeddingStore) and what they belong to.
    std::optional<std::vector<float>> find(const inference::EmbeddingKey& key) override;
    void store(const inference::Embedding& embedding) override;
    // Weight of each clip in the pooling of a study, by bundle.
    void setViewWeights(Id study, const std::string& bundleId, const std::vector<std::pair<Id, float>>& weights);
    // What a study was pooled from: every clip it had, how a person had switched it, and its weight when it was a view.
    struct PooledClip
    {
        Id clip = 0;
        std::optional<bool> use;
        std::optional<float> weight;
    };
    // The stored embeddings become the study's, with the weights of its views, all or nothing. False, and nothing is changed, when a person has
    // switched one of the clips since.
    bool assignPooledStudy(Id study, const std::vector<PooledClip>& clips, const std::vector<inference::EmbeddingKey>& keys);
    std::vector<std::pair<Id, float>> viewWeights(Id study, const std::string& bundleId) const;
    // Every ECG / study that has an embedding of this bundle and recipe in this space: owner, patient, vector. What the
    // search index is built from.
    struct OwnedVector
    {
        Id owner = 0, patient = 0;
        std::vector<float> values;
    };
    void assignEcgEmbedding(Id ecg, const inference::EmbeddingKey& key);
    void assignStudyEmbedding(Id study, const inference::EmbeddingKey& key);
    std::vector<OwnedVector> ecgVectors(const std::string& bundleId, const std::string& recipeHash,
                                        inference::Space space) const;
    std::vector<OwnedVector> studyVectors(const std::string& bundleId, const std::string& recipeHash,
                                          inference::Space space) const;
    // What has no embedding assigned in this space yet, in order of adding. Studies without a cine are not among them.
    std::vector<Id> ecgsWithout(const std::string& bundleId, const std::string& recipeHash,
                                inference::Space space) const;
    std::vector<Id> studiesWithout(const std::string& bundleId, const std::string& recipeHash,
                                   inference::Space space) const;

    // Small facts that must survive: last bundle, last opened case … Keys are namespaced ("shell/last-ecg").
    void setSetting(const std::string& key, const std::string& value);
    std::string setting(const std::string& key, const std::string& fallback = {}) const;

    // Integrity: database check, every file present with its hash, every embedding finite and of its width. One line
    // per problem.
    std::vector<std::string> verify(const base::JobContext& job = {}) const;

    // Grows with every change of what is searched (measurements and notes of clips are not); a reader that holds an index compares it to know when
    // to rebuild.
    std::uint64_t revision() const;

private:
    Library();
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace echo2ecg::library
