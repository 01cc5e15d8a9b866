// SPDX-License-Identifier: GPL-3.0-or-later
#include "library/library_impl.h"

namespace echo2ecg::library {

namespace {

using retrieval::Phenotypes;
using retrieval::SourcedValue;

// Fills what isn't known better; a value that came from a report before gives way to this one.
void fill(std::optional<SourcedValue>& into, const echo::EchoReport& report, const char* what)
{
    const echo::ReportedValue* value = report.best(what);
    if (!value || (into && !into->source.starts_with("DICOM SR")))
        return;
    std::string source = "DICOM SR";
    if (!value->method.empty())
        source += ", " + value->method.substr(0, 60);
    into = SourcedValue{value->value, source};
}

} // namespace

std::pair<Id, Added> Library::addReport(const echo::EchoReport& report, const std::filesystem::path& file)
{
    const auto study = report.identity.studyUid.empty() ? std::nullopt : findStudyByUid(report.identity.studyUid);
    if (!study)
        throw base::Error(base::ErrorCode::Missing, "The report belongs to a study that isn't in the library; import its images, then the report again.", {file, {}});
    // Two patients never share a study: a report that names another one isn't believed.
    const PatientRow owner = patient(this->study(*study).patient);
    if (!report.identity.patientId.empty() && !owner.externalId.empty() && report.identity.patientId != owner.externalId)
        throw base::Error(base::ErrorCode::Inconsistent, "The report names another patient than the study it belongs to.", {file, {}});
    Phenotypes p = statedPhenotypes(*study);
    const Phenotypes before = p;
    fill(p.lvedv, report, "LVEDV");
    fill(p.lvesv, report, "LVESV");
    fill(p.lvsv, report, "LVSV");
    fill(p.lvef, report, "LVEF");
    const std::string hash = m_impl->files.add(file);
    Added added = Added::New;
    Id id = 0;
    {
        sql::WriteTransaction transaction(m_impl->database);
        sql::Statement there(m_impl->database, "SELECT id FROM reports WHERE study_id = ? AND sha256 = ?");
        there.bind(*study).bind(hash);
        if (there.next()) {
            id = there.integer(0);
            added = Added::AlreadyThere;
        } else {
            sql::Statement add(m_impl->database, "INSERT INTO reports (study_id, instance_uid, sha256, file_name) VALUES (?, ?, ?, ?)");
            add.bind(*study).bind(report.identity.instanceUid).bind(hash).bind(file.filename().string()).run();
            id = add.lastId();
        }
        transaction.commit();
    }
    if (!(p == before))
        setPhenotypes(*study, p);
    return {id, added};
}

std::vector<Library::ReportRow> Library::reports(Id study) const
{
    std::vector<ReportRow> rows;
    sql::Statement row(m_impl->database, "SELECT id, instance_uid, sha256, file_name FROM reports WHERE study_id = ? ORDER BY id");
    row.bind(study);
    while (row.next())
        rows.push_back({row.integer(0), study, row.text(1), row.text(3), m_impl->files.pathOf(row.text(2))});
    return rows;
}

} // namespace echo2ecg::library
