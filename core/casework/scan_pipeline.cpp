// SPDX-License-Identifier: GPL-3.0-or-later
#include "casework/scan_pipeline.h"

#include "dicom/media_directory.h"

#include <algorithm>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <set>
#include <sstream>
#include <thread>

namespace echo2ecg::casework {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t ahead = 32; // files read but not taken yet
constexpr unsigned mostThreads = 4;

fs::path identityOf(const fs::path& file)
{
    std::error_code error;
    fs::path whole = fs::weakly_canonical(file, error);
    return error ? file.lexically_normal() : whole;
}

void listFolder(const fs::path& folder, const base::CancelToken& cancel, std::vector<fs::path>& files)
{
    std::error_code error;
    // Links to folders aren't followed, so there are no loops.
    fs::recursive_directory_iterator it(folder, fs::directory_options::skip_permission_denied, error), end;
    for (; !error && it != end; it.increment(error)) {
        cancel.throwIfCancelled();
        std::error_code ignored;
        if (it->is_directory(ignored) && !it->is_symlink(ignored)) {
            // A library's own copies aren't new input.
            if (library::Library::isLibrary(it->path()))
                it.disable_recursion_pending();
        } else if (it->is_regular_file(ignored)) {
            files.push_back(it->path());
        }
    }
}

class Pipeline
{
public:
    Pipeline(const std::vector<fs::path>& files, const std::set<fs::path>& companions)
        : m_files(files), m_companions(companions), m_results(files.size())
    {
        const unsigned threads = std::clamp(std::thread::hardware_concurrency(), 1U, mostThreads);
        for (unsigned i = 0; i < std::min<std::size_t>(threads, files.size()); ++i)
            m_threads.emplace_back([this] { work(); });
    }

    ~Pipeline()
    {
        {
            const std::lock_guard lock(m_mutex);
            m_stop = true;
        }
        m_changed.notify_all();
        for (std::thread& thread : m_threads)
            thread.join();
    }

    ReadFile takeNext()
    {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [&] { return m_results[m_taken].has_value(); });
        ReadFile result = std::move(*m_results[m_taken]);
        m_results[m_taken++].reset();
        m_changed.notify_all();
        return result;
    }

private:
    void work()
    {
        for (;;) {
            std::size_t index = 0;
            {
                std::unique_lock lock(m_mutex);
                m_changed.wait(lock, [&] { return m_stop || m_next >= m_files.size() || m_next < m_taken + ahead; });
                if (m_stop || m_next >= m_files.size())
                    return;
                index = m_next++;
            }
            ReadFile result;
            if (m_companions.contains(m_files[index]))
                result.scanned = {m_files[index], FileKind::Skipped, "signal file of a WFDB header"};
            else
                result = readByContent(m_files[index]);
            {
                const std::lock_guard lock(m_mutex);
                m_results[index] = std::move(result);
            }
            m_changed.notify_all();
        }
    }

    const std::vector<fs::path>& m_files;
    const std::set<fs::path>& m_companions;
    std::vector<std::optional<ReadFile>> m_results;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::size_t m_next = 0, m_taken = 0;
    bool m_stop = false;
    std::vector<std::thread> m_threads; // last: they use all of the above
};

// The signal files that WFDB headers among the files refer to: the first word of a line that isn't a comment. Other
// words do no harm, since only files of that name beside the header count. Of a record of several parts the headers of
// the parts are companions too.
std::set<fs::path> companionsOf(const std::vector<fs::path>& files)
{
    constexpr std::size_t mostBytes = 64 * 1024;
    std::set<fs::path> known, companions;
    for (const fs::path& file : files)
        known.insert(file);
    for (const fs::path& header : files) {
        if (header.extension() != ".hea")
            continue;
        std::ifstream in(header, std::ios::binary);
        std::string text(mostBytes, '\0');
        in.read(text.data(), std::streamsize(text.size()));
        text.resize(std::size_t(in.gcount()));
        std::istringstream lines(text);
        bool started = false, hasParts = false;
        for (std::string line; std::getline(lines, line);) {
            const std::string word = line.substr(0, line.find_first_of(" \t\r"));
            if (word.empty() || word[0] == '#' || word.find('\0') != std::string::npos)
                continue;
            if (!started) // "r/3 12 500": three parts
                hasParts = word.find('/') != std::string::npos;
            const fs::path signal = header.parent_path() / (started && hasParts ? word + ".hea" : word);
            started = true;
            if (signal != header && known.contains(signal))
                companions.insert(signal);
        }
    }
    return companions;
}

} // namespace

namespace {

constexpr const char* notThere = "The DICOM directory names it, but it isn't there.";

class Lister
{
public:
    explicit Lister(const base::JobContext& job) : m_job(job) {}

    FileList list(const std::vector<fs::path>& paths)
    {
        for (const fs::path& path : paths) {
            std::error_code error;
            if (fs::is_directory(path, error)) {
                // What was named keeps its order: the first ECG named becomes the case. Inside a folder it is by name.
                std::vector<fs::path> found;
                listFolder(path, m_job.cancel, found);
                std::sort(found.begin(), found.end());
                for (const fs::path& file : found)
                    add(file);
            } else if (fs::is_regular_file(path, error)) {
                add(path);
            } else {
                m_list.unreadable.push_back({path, FileKind::Unreadable, "There is no such file or folder."});
            }
        }
        return std::move(m_list);
    }

private:
    void add(const fs::path& file)
    {
        if (!m_seen.insert(identityOf(file)).second)
            return;
        if (looksLikeZip(file)) {
            UnpackBudget budget = UnpackBudget::of(file);
            addArchive(file, file, budget, true);
            return;
        }
        if (isMediaDirectory(file))
            addMedia(file);
        m_list.files.push_back(file);
    }

    // A directory stands for what it refers to, and what isn't there is listed.
    void addMedia(const fs::path& dicomdir)
    {
        try {
            const dicom::MediaDirectory media = dicom::readMediaDirectory(dicomdir);
            for (const fs::path& file : media.files)
                add(file);
            for (const fs::path& file : media.missing)
                m_list.unreadable.push_back({file, FileKind::Unreadable, notThere});
            m_list.warnings.insert(m_list.warnings.end(), media.warnings.begin(), media.warnings.end());
        } catch (const base::ParseError&) {
            // Reading the file itself tells why.
        }
    }

    // What a directory inside an archive refers to is there as an entry, or missing.
    void addMissing(const Unpacked& archive, const Unpacked::Entry& dicomdir, const fs::path& shown)
    {
        try {
            for (const fs::path& file : dicom::readMediaDirectory(dicomdir.file).missing) {
                const auto name = file.lexically_relative(archive.folder()).generic_u8string();
                m_list.unreadable.push_back({entryPath(shown, {name.begin(), name.end()}), FileKind::Unreadable, notThere});
            }
        } catch (const base::ParseError&) {
            // Reading the file itself tells why.
        }
    }

    void addArchive(const fs::path& file, const fs::path& shown, UnpackBudget& budget, bool goesDeeper)
    {
        try {
            const auto archive = std::make_shared<Unpacked>(file, budget, m_job);
            m_list.archives.push_back(archive);
            for (const ScannedFile& refused : archive->unreadable())
                m_list.unreadable.push_back({entryPath(shown, refused.file.string().substr(entryPath(file, {}).string().size())), FileKind::Unreadable, refused.reason});
            for (const Unpacked::Entry& entry : archive->entries()) {
                const fs::path name = entryPath(shown, entry.name);
                if (looksLikeZip(entry.file)) {
                    if (goesDeeper)
                        addArchive(entry.file, name, budget, false);
                    else
                        m_list.unreadable.push_back({name, FileKind::Unreadable, "It is an archive in an archive in an archive; unpack it first."});
                    continue;
                }
                if (isMediaDirectory(entry.file))
                    addMissing(*archive, entry, shown);
                m_list.files.push_back(entry.file);
                m_list.shownAs.emplace(entry.file, name);
            }
        } catch (const base::Cancelled&) {
            throw;
        } catch (const base::Error& error) { // without room for this one, another may still fit
            m_list.unreadable.push_back({shown, FileKind::Unreadable, reasonOf(error)});
        }
    }

    const base::JobContext& m_job;
    FileList m_list;
    std::set<fs::path> m_seen;
};

} // namespace

bool isMediaDirectory(const fs::path& file)
{
    std::string name = file.filename().string();
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return char(std::toupper(c)); });
    return name == "DICOMDIR";
}

FileList listFiles(const std::vector<fs::path>& paths, const base::JobContext& job)
{
    return Lister(job).list(paths);
}

void readInOrder(const std::vector<fs::path>& files, const base::JobContext& job,
                 const std::function<void(ReadFile&&)>& take)
{
    const std::set<fs::path> companions = companionsOf(files);
    Pipeline pipeline(files, companions);
    for (std::size_t i = 0; i < files.size(); ++i) {
        job.throwIfCancelled();
        job.report({"reading", std::int64_t(i), std::int64_t(files.size()), "files"});
        take(pipeline.takeNext());
    }
    job.throwIfCancelled();
    job.report({"reading", std::int64_t(files.size()), std::int64_t(files.size()), "files"});
}

} // namespace echo2ecg::casework
