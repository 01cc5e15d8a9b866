// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/media_directory.h"

#include "dicom/new_uid.h"
#include "dicom/object.h"
#include "dicom/out_set.h"
#include "dicom/tags.h"

#include <algorithm>
#include <numeric>

namespace echo2ecg::dicom {

namespace {

namespace fs = std::filesystem;

constexpr const char* directoryClass = "1.2.840.10008.1.3.10";
constexpr int mostPerFolder = 999'999;

struct Record
{
    OutSet keys;
    std::vector<std::size_t> lower; // indices
    std::string folder;             // "PT000000"
};

std::string numbered(const char* letters, std::size_t number)
{
    std::string digits = std::to_string(number);
    return letters + std::string(6 - std::min<std::size_t>(6, digits.size()), '0') + digits;
}

// Copies elements as text, so that a key stands in the directory as in the object.
void copyKeys(const Object& object, OutSet& to, std::initializer_list<std::pair<std::uint32_t, const char*>> keys)
{
    for (const auto& [tag, type] : keys)
        to.put(tag, Vr((std::uint8_t(type[0]) << 8) | std::uint8_t(type[1])), object.main.raw(tag));
}

const char* recordType(const Object& object, const std::string& classUid)
{
    if (classUid.starts_with("1.2.840.10008.5.1.4.1.1.9."))
        return "WAVEFORM";
    if (classUid.starts_with("1.2.840.10008.5.1.4.1.1.88."))
        return "SR DOCUMENT";
    return object.main.stoppedAt() ? "IMAGE" : nullptr;
}

class Media
{
public:
    Media(fs::path folder, const base::JobContext& job) : m_folder(std::move(folder)), m_job(job) {}

    ~Media()
    {
        if (!m_isDone)
            for (const fs::path& file : m_copied) {
                std::error_code ignored;
                fs::remove(file, ignored);
            }
    }

    void add(const fs::path& file)
    {
        try {
            Object object = Object::open(file, std::uint64_t(256) << 20);
            const std::string classUid = object.classUid(), instanceUid = object.main.raw(tag::InstanceUid);
            const char* type = classUid.empty() ? nullptr : recordType(object, classUid);
            if (!type || instanceUid.empty() || object.meta.elements().empty() || classUid == directoryClass)
                object.fail(base::ErrorCode::Unsupported, classUid.empty() || instanceUid.empty() ? "The object has no class or no UID."
                                                          : object.meta.elements().empty() ? "The file has no meta information, as media need it."
                                                                                           : "Objects of this kind aren't put on media.");
            if (!m_instances.insert({instanceUid, true}).second)
                object.fail(base::ErrorCode::Inconsistent, "An object with this UID is on the medium already.");
            place(object, file, type, classUid, instanceUid);
        } catch (const base::ParseError& problem) {
            warnings.push_back({"left-out", problem.sentence(), file.filename().string()});
        }
    }

    void writeDirectory()
    {
        if (m_top.empty())
            throw base::Error(base::ErrorCode::Missing, "None of the files can be put on the medium.", {m_folder, {}});
        m_job.throwIfCancelled();
        OutFile out(m_folder / "DICOMDIR", directoryClass, newUid(), "1.2.840.10008.1.2.1");
        OutSet head;
        head.text(0x00041130, "CS", "ECHO2ECG");
        head.ul(0x00041200, 0);
        head.ul(0x00041202, 0);
        head.us(0x00041212, 0);
        // Offsets have fixed widths, so that the places are known before the values.
        constexpr std::uint64_t itemHeader = 8, sequenceHeader = 12;
        std::vector<std::uint64_t> places;
        std::uint64_t at = out.position() + head.encoded().size() + sequenceHeader;
        for (Record& record : m_records) {
            link(record, 0, 0);
            places.push_back(at);
            at += itemHeader + record.keys.encoded().size();
        }
        if (at > 0xFFFFFFFFu)
            throw base::Error(base::ErrorCode::LimitExceeded, "There are too many files for one medium.", {m_folder, {}});
        const auto chain = [&](const std::vector<std::size_t>& siblings) {
            for (std::size_t i = 0; i < siblings.size(); ++i) {
                Record& record = m_records[siblings[i]];
                link(record, i + 1 < siblings.size() ? places[siblings[i + 1]] : 0, record.lower.empty() ? 0 : places[record.lower.front()]);
            }
        };
        chain(m_top);
        for (const Record& record : m_records)
            chain(record.lower);
        head.ul(0x00041200, std::uint32_t(places[m_top.front()]));
        head.ul(0x00041202, std::uint32_t(places[m_top.back()]));
        std::vector<OutSet> items;
        for (const Record& record : m_records)
            items.push_back(record.keys);
        head.items(0x00041220, items);
        out.write(head.encoded());
        out.commit();
        m_isDone = true;
    }

    base::Warnings warnings;

private:
    static void link(Record& record, std::uint64_t next, std::uint64_t lower)
    {
        record.keys.ul(0x00041400, std::uint32_t(next));
        record.keys.us(0x00041410, 0xFFFF);
        record.keys.ul(0x00041420, std::uint32_t(lower));
    }

    // The record of that kind with that key below `parent`, made where it isn't there.
    std::size_t child(std::vector<std::size_t>* siblings, std::size_t parent, const std::string& key, const char* type, const char* letters)
    {
        auto& known = m_known[std::to_string(siblings ? std::size_t(-1) : parent) + '\n' + key];
        if (known)
            return *known;
        std::vector<std::size_t>& list = siblings ? *siblings : m_records[parent].lower;
        const std::string folder = numbered(letters, list.size());
        list.push_back(m_records.size());
        known = m_records.size();
        m_records.push_back({});
        m_records.back().folder = folder;
        m_records.back().keys.text(0x00041430, "CS", type);
        return *known;
    }

    void place(Object& object, const fs::path& file, const char* type, const std::string& classUid, const std::string& instanceUid)
    {
        const DataSet& data = object.main;
        const auto describe = [&](std::size_t index, std::initializer_list<std::pair<std::uint32_t, const char*>> keys) {
            OutSet& to = m_records[index].keys;
            if (data.contains(tag::SpecificCharacterSet))
                copyKeys(object, to, {{tag::SpecificCharacterSet, "CS"}});
            copyKeys(object, to, keys);
        };
        const std::size_t patient = child(&m_top, 0, data.raw(tag::PatientId) + '\n' + data.raw(tag::PatientName), "PATIENT", "PT");
        describe(patient, {{tag::PatientName, "PN"}, {tag::PatientId, "LO"}});
        const std::size_t study = child(nullptr, patient, data.raw(tag::StudyInstanceUid), "STUDY", "ST");
        describe(study, {{tag::StudyDate, "DA"}, {tag::StudyTime, "TM"}, {tag::AccessionNumber, "SH"}, {tag::StudyDescription, "LO"},
                         {tag::StudyInstanceUid, "UI"}, {0x00200010, "SH"}});
        const std::size_t series = child(nullptr, study, data.raw(tag::SeriesInstanceUid), "SERIES", "SE");
        describe(series, {{tag::Modality, "CS"}, {tag::SeriesInstanceUid, "UI"}, {tag::SeriesNumber, "IS"}});
        if (m_records[series].lower.size() >= mostPerFolder)
            object.fail(base::ErrorCode::LimitExceeded, "One series has more files than a folder of the medium may hold.");
        const std::string path[] = {m_records[patient].folder, m_records[study].folder, m_records[series].folder,
                                    numbered("IM", m_records[series].lower.size() + 1)};
        copy(file, m_folder / path[0] / path[1] / path[2], path[3]);
        const std::size_t leaf = child(nullptr, series, instanceUid, type, "IM");
        OutSet& keys = m_records[leaf].keys;
        keys.text(0x00041500, "CS", path[0] + '\\' + path[1] + '\\' + path[2] + '\\' + path[3]);
        keys.text(0x00041510, "UI", classUid);
        keys.text(0x00041511, "UI", instanceUid);
        keys.text(0x00041512, "UI", object.syntax.uid);
        describe(leaf, {{tag::InstanceNumber, "IS"}});
        if (std::string_view(type) != "IMAGE")
            copyKeys(object, keys, {{0x00080023, "DA"}, {0x00080033, "TM"}});
        if (std::string_view(type) == "SR DOCUMENT") {
            copyKeys(object, keys, {{0x0040A491, "CS"}, {0x0040A493, "CS"}});
            for (const DataSet& name : data.items(tag::ConceptName))
                keys.code(tag::ConceptName, name.raw(tag::CodeValue).c_str(), name.raw(tag::CodingScheme).c_str(), name.raw(tag::CodeMeaning).c_str());
        }
    }

    void copy(const fs::path& file, const fs::path& folder, const std::string& name)
    {
        std::error_code problem;
        fs::create_directories(folder, problem);
        if (!problem)
            fs::copy_file(file, folder / name, fs::copy_options::none, problem);
        if (problem)
            throw base::Error(base::ErrorCode::Io, "A file can't be copied onto the medium.", {folder / name, problem.message()});
        m_copied.push_back(folder / name);
    }

    fs::path m_folder;
    const base::JobContext& m_job;
    std::vector<Record> m_records;
    std::vector<std::size_t> m_top;
    std::map<std::string, std::optional<std::size_t>> m_known;
    std::map<std::string, bool> m_instances;
    std::vector<fs::path> m_copied;
    bool m_isDone = false;
};

} // namespace

base::Warnings writeMedia(const std::filesystem::path& folder, const std::vector<std::filesystem::path>& files, const base::JobContext& job)
{
    std::error_code ignored;
    if (fs::exists(folder / "DICOMDIR", ignored))
        throw base::Error(base::ErrorCode::Io, "The folder holds a DICOMDIR already.", {folder, {}});
    Media media(folder, job);
    for (std::size_t i = 0; i < files.size(); ++i) {
        job.throwIfCancelled();
        job.report({"copying onto the medium", std::int64_t(i), std::int64_t(files.size()), "files"});
        media.add(files[i]);
    }
    media.writeDirectory();
    return std::move(media.warnings);
}

} // namespace echo2ecg::dicom
