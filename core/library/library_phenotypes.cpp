// SPDX-License-Identifier: GPL-3.0-or-later
#include "library/library_impl.h"
#include "library/phenotype_table.h"

namespace echo2ecg::library {

using retrieval::Phenotypes;
using retrieval::SourcedValue;

namespace {

constexpr const char* valueColumns =
    "lvedv, lvedv_source, lvesv, lvesv_source, lvsv, lvsv_source, lvef, lvef_source, shd, shd_source";

// Studies and patients keep their values in tables of the same columns.
struct Holder
{
    std::string table, key;
};
const Holder ofStudy{"phenotypes", "study_id"};
const Holder ofPatient{"patient_phenotypes", "patient_id"};
const Holder measuredHere{"measured_phenotypes", "study_id"};

Phenotypes fromRow(const sql::Statement& row, int first)
{
    const auto value = [&](int column) -> std::optional<SourcedValue> {
        if (row.isNull(first + column))
            return std::nullopt;
        return SourcedValue{row.real(first + column), row.text(first + column + 1)};
    };
    Phenotypes p;
    p.lvedv = value(0);
    p.lvesv = value(2);
    p.lvsv = value(4);
    p.lvef = value(6);
    if (!row.isNull(first + 8)) {
        p.structuralHeartDisease = row.integer(first + 8) != 0;
        p.structuralHeartDiseaseSource = row.text(first + 9);
    }
    return p;
}

Phenotypes readStated(const sql::Database& database, const Holder& holder, Id id)
{
    sql::Statement row(database,
                       "SELECT " + std::string(valueColumns) + " FROM " + holder.table + " WHERE " + holder.key + " = ?");
    row.bind(id);
    return row.next() ? fromRow(row, 0) : Phenotypes{};
}

// What follows from other values is worked out on reading, so that it can't outlive them.
void write(const sql::Database& database, const Holder& holder, Id id, const Phenotypes& p)
{
    sql::Statement statement(database, "INSERT OR REPLACE INTO " + holder.table + " (" + holder.key + ", " +
                                           valueColumns + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    statement.bind(id);
    for (const auto* value : {&p.lvedv, &p.lvesv, &p.lvsv, &p.lvef}) {
        if (*value && (*value)->source != retrieval::derivedSource)
            statement.bind((*value)->value).bind((*value)->source);
        else
            statement.bindNull().bindNull();
    }
    if (p.structuralHeartDisease)
        statement.bind(*p.structuralHeartDisease).bind(p.structuralHeartDiseaseSource);
    else
        statement.bindNull().bindNull();
    statement.run();
}

void merge(Phenotypes& into, const Phenotypes& from)
{
    for (const auto field : {&Phenotypes::lvedv, &Phenotypes::lvesv, &Phenotypes::lvsv, &Phenotypes::lvef})
        if (from.*field)
            into.*field = from.*field;
    if (from.structuralHeartDisease) {
        into.structuralHeartDisease = from.structuralHeartDisease;
        into.structuralHeartDiseaseSource = from.structuralHeartDiseaseSource;
    }
}

// What a row of a table is about: studies, or the patient as a whole.
struct Target
{
    const Holder* holder = nullptr;
    std::vector<Id> ids;
};

Target targetOf(const sql::Database& database, const PhenotypeTable::Row& row)
{
    Target target{&ofStudy, {}};
    const auto collect = [&](sql::Statement& statement) {
        while (statement.next())
            target.ids.push_back(statement.integer(0));
    };
    if (!row.studyUid.empty()) {
        sql::Statement studies(database, "SELECT id FROM studies WHERE uid = ?");
        studies.bind(row.studyUid);
        collect(studies);
        return target;
    }
    if (row.patientId.empty()) {
        // The label belongs to the patient; a patient with several ECGs needs a study or the patient named instead.
        target.holder = &ofPatient;
        sql::Statement patients(database, "SELECT e.patient_id FROM ecgs e WHERE e.file_name = ? AND NOT EXISTS "
                                          "(SELECT 1 FROM ecgs o WHERE o.patient_id = e.patient_id AND o.id <> e.id)");
        patients.bind(row.ecgFile);
        collect(patients);
        return target;
    }
    if (!row.studyDate.empty()) {
        sql::Statement studies(database, "SELECT s.id FROM studies s JOIN patients p ON p.id = s.patient_id "
                                         "WHERE p.external_id = ? AND s.date = ?");
        studies.bind(row.patientId).bind(row.studyDate);
        collect(studies);
        return target;
    }
    sql::Statement studies(database, "SELECT s.id FROM studies s JOIN patients p ON p.id = s.patient_id "
                                     "WHERE p.external_id = ?");
    studies.bind(row.patientId);
    collect(studies);
    if (target.ids.size() == 1)
        return target;
    target = {&ofPatient, {}};
    sql::Statement patients(database, "SELECT id FROM patients WHERE external_id = ?");
    patients.bind(row.patientId);
    collect(patients);
    return target;
}

} // namespace

Library::TableImport Library::importPhenotypes(const std::filesystem::path& csv)
{
    const PhenotypeTable table = readPhenotypeTable(csv);
    TableImport result;
    result.rows = table.dataRows;
    result.warnings = table.warnings;

    const sql::Database& database = m_impl->database;
    sql::WriteTransaction transaction(database);
    for (const PhenotypeTable::Row& row : table.rows) {
        const Target target = targetOf(database, row);
        if (target.ids.empty()) {
            result.warnings.push_back(atLine(row.line, "table-no-match", row.studyUid.empty() && row.patientId.empty()
                                                          ? "the library has no such ECG, or its patient has several: name the study or the patient"
                                                          : "the library has no such study or patient"));
            continue;
        }
        ++result.matched;
        for (const Id id : target.ids) {
            Phenotypes p = readStated(database, *target.holder, id);
            merge(p, row.values);
            write(database, *target.holder, id, p);
            for (const base::Warning& w : p.complete())
                result.warnings.push_back({w.code, "line " + std::to_string(row.line) + ": " + w.sentence,
                                           "line " + std::to_string(row.line)});
        }
    }
    if (result.matched > 0)
        transaction.touch();
    transaction.commit();
    return result;
}

void Library::setPhenotypes(Id study_, const Phenotypes& phenotypes_)
{
    study(study_);
    sql::WriteTransaction transaction(m_impl->database);
    write(m_impl->database, ofStudy, study_, phenotypes_);
    transaction.touch();
    transaction.commit();
}

void Library::setPatientPhenotypes(Id patient_, const Phenotypes& phenotypes_)
{
    patient(patient_);
    sql::WriteTransaction transaction(m_impl->database);
    write(m_impl->database, ofPatient, patient_, phenotypes_);
    transaction.touch();
    transaction.commit();
}

void Library::setMeasuredPhenotypes(Id study_, const Phenotypes& phenotypes_)
{
    study(study_);
    sql::WriteTransaction transaction(m_impl->database);
    if (readStated(m_impl->database, measuredHere, study_) == phenotypes_)
        return; // indices needn't be built again
    if (phenotypes_.isEmpty()) {
        sql::Statement gone(m_impl->database, "DELETE FROM measured_phenotypes WHERE study_id = ?");
        gone.bind(study_).run();
    } else {
        write(m_impl->database, measuredHere, study_, phenotypes_);
    }
    transaction.touch();
    transaction.commit();
}

Phenotypes Library::statedPhenotypes(Id study_) const
{
    return readStated(m_impl->database, ofStudy, study_);
}

Phenotypes Library::phenotypes(Id study_) const
{
    Phenotypes p = readStated(m_impl->database, ofStudy, study_);
    const Phenotypes measured = readStated(m_impl->database, measuredHere, study_);
    // Volumes measured here are not mixed with an EF or SV that somebody else stated for others.
    if (measured.lvedv && measured.lvesv)
        p.lvsv.reset(), p.lvef.reset();
    merge(p, measured);
    p.complete();
    return p;
}

Phenotypes Library::patientPhenotypes(Id patient_) const
{
    Phenotypes p = readStated(m_impl->database, ofPatient, patient_);
    p.complete();
    return p;
}

std::vector<EcgLabel> Library::ecgLabels() const
{
    const auto columnsOf = [](const char* prefix) {
        std::string columns;
        for (const char* column : {"lvedv", "lvedv_source", "lvesv", "lvesv_source", "lvsv", "lvsv_source", "lvef",
                                   "lvef_source", "shd", "shd_source"})
            columns += std::string(", ") + prefix + "." + column;
        return columns;
    };
    std::vector<EcgLabel> labels;
    sql::Statement row(m_impl->database, "SELECT e.id, e.patient_id, e.linked_study" + columnsOf("m") + columnsOf("s") + columnsOf("p") +
                                             " FROM ecgs e LEFT JOIN measured_phenotypes m ON m.study_id = e.linked_study "
                                             "LEFT JOIN phenotypes s ON s.study_id = e.linked_study "
                                             "LEFT JOIN patient_phenotypes p ON p.patient_id = e.patient_id "
                                             "WHERE m.study_id IS NOT NULL OR s.study_id IS NOT NULL OR p.patient_id IS NOT NULL "
                                             "ORDER BY e.id");
    while (row.next()) {
        EcgLabel label{row.integer(0), row.integer(1), row.integerOrNull(2), {}, {}};
        for (const int first : {3, 13, 23}) {
            Phenotypes p = fromRow(row, first);
            p.complete();
            if (!label.lvef && p.lvef)
                label.lvef = p.lvef->value;
            if (!label.structuralHeartDisease)
                label.structuralHeartDisease = p.structuralHeartDisease;
        }
        if (label.lvef || label.structuralHeartDisease)
            labels.push_back(label);
    }
    return labels;
}

} // namespace echo2ecg::library
