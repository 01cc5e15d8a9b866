// SPDX-License-Identifier: GPL-3.0-or-later
#include "casework/import.h"

#include "base/sha256.h"
#include "casework/scan_pipeline.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

namespace echo2ecg::casework {

namespace fs = std::filesystem;

namespace {

std::string pathText(const fs::path& path)
{
    const auto text = path.u8string();
    return {text.begin(), text.end()};
}

std::string counted(std::size_t count, const char* one, const char* many)
{
    return std::to_string(count) + " " + (count == 1 ? one : many);
}

class Importer
{
public:
    Importer(library::Library& library, const base::JobContext& job) : m_library(library), m_job(job)
    {
        for (const library::QuarantineRow& row : library.quarantine())
            m_quarantined[row.file] = row.id;
        m_studyJob = job;
        m_studyJob.onProgress = {};
        m_studyJob.onNote = [this](const base::Warning& warning) {
            m_summary.warnings.push_back(warning);
            m_job.note(warning);
        };
    }

    ImportSummary run(const std::vector<fs::path>& paths)
    {
        m_list = listFiles(archivesOf(paths), m_job);
        for (ScannedFile& file : m_list.unreadable) {
            // A wrong path isn't a file to keep in mind; what is in an archive is.
            if (archiveOf(file.file) != file.file)
                m_library.addQuarantine(pathText(file.file), file.reason);
            m_summary.unreadable.push_back(std::move(file));
        }
        m_summary.warnings = m_list.warnings;
        readInOrder(m_list.files, m_job, [this](ReadFile&& file) { take(std::move(file)); });
        dropDuplicates();
        addStudies();
        addReports();
        addTables();
        m_summary.sentence = sentence();
        return std::move(m_summary);
    }

private:
    // A retry of "archive.zip ▸ entry" reads the archive again.
    static std::vector<fs::path> archivesOf(const std::vector<fs::path>& paths)
    {
        std::vector<fs::path> named;
        for (const fs::path& path : paths)
            named.push_back(archiveOf(path));
        return named;
    }

    // Two images of one SOP Instance UID: the same content is one image; of different ones the first that came, or that the library has, is kept.
    void dropDuplicates()
    {
        std::map<std::string, std::string> hashOfUid; // of what is kept
        std::set<std::string> hashes;
        std::vector<echo::EchoClip> kept;
        for (echo::EchoClip& clip : m_clips) {
            m_job.throwIfCancelled();
            const std::string& uid = clip.identity.instanceUid;
            std::string hash;
            try {
                hash = base::sha256OfFile(clip.file);
            } catch (const base::Error&) {
                kept.push_back(std::move(clip)); // the library will say why
                continue;
            }
            if (!hashes.insert(hash).second) {
                ++m_summary.duplicates;
                ++m_cameTwice;
                m_summary.skipped.push_back({m_list.nameOf(clip.file), FileKind::Skipped, "the same content as another file of this import"});
                continue;
            }
            if (!uid.empty()) {
                auto known = hashOfUid.find(uid);
                if (known == hashOfUid.end())
                {
                    const auto inLibrary = m_library.hashOfInstance(uid);
                    m_summary.duplicates += inLibrary == hash;
                    known = hashOfUid.emplace(uid, inLibrary.value_or(hash)).first;
                }
                if (known->second != hash) {
                    refuse(clip.file, "Another image with the same SOP Instance UID and other content is there already; that one is kept.");
                    continue;
                }
            }
            kept.push_back(std::move(clip));
        }
        m_clips = std::move(kept);
    }

    void take(ReadFile&& file)
    {
        switch (file.scanned.kind) {
        case FileKind::Ecg:
            addEcg(file);
            break;
        case FileKind::EchoImage:
            m_clips.push_back(std::move(*file.clip));
            break;
        case FileKind::Report:
            m_reports.emplace_back(file.scanned.file, std::move(*file.report));
            break;
        case FileKind::Table:
            m_tables.push_back(file.scanned.file);
            break;
        case FileKind::Skipped:
            file.scanned.file = m_list.nameOf(file.scanned.file);
            m_summary.skipped.push_back(std::move(file.scanned));
            break;
        case FileKind::Unreadable:
            refuse(file.scanned.file, file.scanned.reason);
            break;
        }
    }

    void addEcg(const ReadFile& file)
    {
        try {
            const auto [id, added] = m_library.addEcg(*file.ecg);
            remember(m_summary.ecgs, id);
            m_summary.newEcgs += added == library::Added::New;
            accepted(file.scanned.file);
        } catch (const base::ParseError& error) {
            refuse(file.scanned.file, reasonOf(error));
        }
    }

    void addStudies()
    {
        std::vector<fs::path> files;
        for (const echo::EchoClip& clip : m_clips)
            files.push_back(clip.file);
        const auto studies = echo::groupIntoStudies(std::move(m_clips));
        for (std::size_t i = 0; i < studies.size(); ++i) {
            m_job.throwIfCancelled();
            m_job.report({"importing", std::int64_t(i), std::int64_t(studies.size()), "studies"});
            try {
                const auto [id, added] = m_library.addStudy(studies[i], m_studyJob);
                remember(m_summary.studies, id);
                m_summary.newStudies += added == library::Added::New;
            } catch (const base::ParseError& error) {
                for (const echo::EchoClip& clip : studies[i].clips)
                    refuse(clip.file, reasonOf(error));
            }
        }
        if (!m_quarantined.empty())
            for (const fs::path& file : files)
                if (std::none_of(m_summary.unreadable.begin(), m_summary.unreadable.end(),
                                 [&](const ScannedFile& f) { return f.file == m_list.nameOf(file); }))
                    accepted(file);
    }

    // After the images, which may have come in the same import.
    void addReports()
    {
        for (const auto& [file, report] : m_reports) {
            m_job.throwIfCancelled();
            try {
                m_library.addReport(report, file);
                ++m_summary.reports;
                for (base::Warning warning : report.warnings) {
                    warning.where = pathText(m_list.nameOf(file).filename()) + (warning.where.empty() ? "" : ", " + warning.where);
                    m_job.note(warning);
                    m_summary.warnings.push_back(std::move(warning));
                }
                accepted(file);
            } catch (const base::Error& error) {
                if (error.code() == base::ErrorCode::Io)
                    throw; // the library can't be written
                refuse(file, reasonOf(error));
            }
        }
    }

    void addTables()
    {
        for (const fs::path& table : m_tables) {
            m_job.throwIfCancelled();
            try {
                const auto result = m_library.importPhenotypes(table);
                m_labelRows += std::size_t(result.matched);
                for (base::Warning warning : result.warnings) {
                    warning.where = pathText(table.filename()) + (warning.where.empty() ? "" : ", " + warning.where);
                    m_job.note(warning);
                    m_summary.warnings.push_back(std::move(warning));
                }
                accepted(table);
            } catch (const base::ParseError& error) {
                refuse(table, reasonOf(error));
            }
        }
    }

    void refuse(const fs::path& read, const std::string& reason)
    {
        const fs::path& file = m_list.nameOf(read);
        m_library.addQuarantine(pathText(file), reason);
        m_summary.unreadable.push_back({file, FileKind::Unreadable, reason});
    }

    // What was refused earlier and is read now leaves the list.
    void accepted(const fs::path& file)
    {
        const auto known = m_quarantined.find(pathText(m_list.nameOf(file)));
        if (known == m_quarantined.end())
            return;
        m_library.clearQuarantine(known->second);
        m_quarantined.erase(known);
    }

    static void remember(std::vector<library::Id>& ids, library::Id id)
    {
        if (std::find(ids.begin(), ids.end(), id) == ids.end())
            ids.push_back(id);
    }

    std::string sentence() const
    {
        std::size_t cines = 0, stills = 0;
        for (const library::Id id : m_summary.studies) {
            const library::StudyRow row = m_library.study(id);
            cines += std::size_t(row.cines);
            stills += std::size_t(row.stills);
        }
        std::string text;
        const auto add = [&](const std::string& part, const char* separator) {
            text += (text.empty() ? "" : separator) + part;
        };
        if (!m_summary.ecgs.empty())
            add(counted(m_summary.ecgs.size(), "ECG", "ECGs"), ", ");
        if (!m_summary.studies.empty())
            add(counted(m_summary.studies.size(), "study", "studies") + " (" + counted(cines, "clip", "clips") + ", " +
                    counted(stills, "still", "stills") + ")",
                ", ");
        if (m_summary.reports > 0)
            add(counted(std::size_t(m_summary.reports), "structured report", "structured reports"), ", ");
        if (m_labelRows > 0)
            add(counted(m_labelRows, "row of labels", "rows of labels"), ", ");
        if (text.empty())
            text = "Nothing to import";
        if (!m_summary.unreadable.empty())
            add(counted(m_summary.unreadable.size(), "file unreadable", "files unreadable"), "; ");
        const std::size_t skipped = m_summary.skipped.size() - std::size_t(m_cameTwice);
        if (m_summary.duplicates > 0)
            add(counted(std::size_t(m_summary.duplicates), "duplicate", "duplicates"), "; ");
        if (skipped > 0)
            add(counted(skipped, "file skipped", "files skipped"), "; ");
        return text;
    }

    library::Library& m_library;
    const base::JobContext& m_job;
    base::JobContext m_studyJob;
    ImportSummary m_summary;
    FileList m_list;
    std::vector<echo::EchoClip> m_clips;
    std::vector<std::pair<fs::path, echo::EchoReport>> m_reports;
    std::vector<fs::path> m_tables;
    std::map<std::string, library::Id> m_quarantined;
    std::size_t m_labelRows = 0;
    int m_cameTwice = 0; // in this import
};

} // namespace

fs::path Scan::nameOf(const fs::path& file) const
{
    return list ? list->nameOf(file) : file;
}

Scan scan(const std::vector<fs::path>& paths, const base::JobContext& job)
{
    const auto start = std::chrono::steady_clock::now();
    Scan result;
    std::vector<echo::EchoClip> clips;
    auto list = std::make_shared<FileList>(listFiles(paths, job));
    result.files = std::move(list->unreadable);
    readInOrder(list->files, job, [&](ReadFile&& file) {
        file.scanned.file = list->nameOf(file.scanned.file);
        if (file.clip)
            clips.push_back(std::move(*file.clip));
        if (file.ecg)
            result.ecgs.push_back(std::move(*file.ecg));
        if (file.report)
            result.reports.emplace_back(file.scanned.file, std::move(*file.report));
        result.files.push_back(std::move(file.scanned));
    });
    result.studies = echo::groupIntoStudies(std::move(clips));
    result.list = std::move(list);
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return result;
}

ImportSummary import(library::Library& library, const std::vector<fs::path>& paths, const base::JobContext& job)
{
    return Importer(library, job).run(paths);
}

} // namespace echo2ecg::casework
