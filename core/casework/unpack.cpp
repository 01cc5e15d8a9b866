// SPDX-License-Identifier: GPL-3.0-or-later
#include "casework/unpack.h"

#include <zip.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <fstream>
#include <random>

#ifndef _WIN32
#include <sys/stat.h>
#endif

namespace echo2ecg::casework {

namespace fs = std::filesystem;

namespace {

constexpr zip_int64_t mostEntries = 50'000;
constexpr std::uint64_t mostPerEntry = std::uint64_t(4) << 30, mostInAll = std::uint64_t(64) << 30;
constexpr std::uint64_t mostRatio = 200, ratioFrom = std::uint64_t(16) << 20; // clips hardly shrink; small files may
constexpr std::uint64_t leastBudget = std::uint64_t(64) << 20;
constexpr std::uint64_t spaceIsWatchedEvery = std::uint64_t(16) << 20;
constexpr std::uint64_t keptFree = std::uint64_t(512) << 20;
constexpr const char* arrow = " ▸ ";

struct CloseArchive
{
    void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseEntry
{
    void operator()(zip_file_t* entry) const { zip_fclose(entry); }
};

fs::path freshFolder()
{
    std::random_device random;
    for (int attempt = 0; attempt < 16; ++attempt) {
        char name[48];
        std::snprintf(name, sizeof name, "echo2ecg-unpacked-%08x%08x", random(), random());
        const fs::path folder = fs::temp_directory_path() / name;
#ifdef _WIN32
        std::error_code error;
        if (fs::create_directory(folder, error)) // the temporary folder is the user's own there
            return folder;
#else
        if (::mkdir(folder.c_str(), S_IRWXU) == 0) // patients' data: closed to others from the first moment
            return folder;
#endif
    }
    throw base::Error(base::ErrorCode::Io, "no temporary folder can be made for the archive");
}

// The parts of an entry's name that may become a path; empty when it must not.
fs::path safeName(const std::string& name)
{
    fs::path path;
    std::string part;
    if (name.empty() || name.front() == '/' || name.front() == '\\' || name.find('\0') != std::string::npos)
        return {};
    for (const char c : name + "/") {
        if (c != '/' && c != '\\') {
            part += c;
            continue;
        }
        if (part == ".." || part.find(':') != std::string::npos || part.size() > 240)
            return {};
        if (!part.empty() && part != ".")
            path /= part;
        part.clear();
    }
    return path;
}

void needRoom(const fs::path& folder, std::uint64_t bytes)
{
    std::error_code unknown;
    const auto room = fs::space(folder, unknown);
    if (!unknown && room.available < bytes + keptFree)
        throw base::Error(base::ErrorCode::Io, "There is no room to unpack the archive.");
}

// Empty when the entry came whole, else why not.
std::string unpackEntry(zip_t* archive, zip_uint64_t index, const fs::path& to, std::uint64_t packed, UnpackBudget& budget, const base::CancelToken& cancel)
{
    const std::unique_ptr<zip_file_t, CloseEntry> entry(zip_fopen_index(archive, index, 0));
    if (!entry)
        return "The entry can't be unpacked: its packing isn't known or it is damaged.";
    std::error_code error;
    fs::create_directories(to.parent_path(), error);
    std::ofstream out(to, std::ios::binary | std::ios::trunc);
    if (!out)
        return "The entry has a name that can't be a file's here.";
    std::vector<char> buffer(std::size_t(1) << 18);
    std::uint64_t size = 0;
    for (;;) {
        cancel.throwIfCancelled();
        const zip_int64_t got = zip_fread(entry.get(), buffer.data(), buffer.size());
        if (got < 0)
            return "The entry is damaged: it can't be unpacked to its end.";
        if (got == 0)
            break;
        size += std::uint64_t(got);
        const bool isWithin = std::uint64_t(got) <= budget.bytes;
        budget.bytes -= std::min(std::uint64_t(got), budget.bytes);
        if (size / spaceIsWatchedEvery != (size - std::uint64_t(got)) / spaceIsWatchedEvery) // headers may say less than what comes
            needRoom(to.parent_path(), 0);
        if (size > mostPerEntry || !isWithin || (size > ratioFrom && size / std::max<std::uint64_t>(1, packed) > mostRatio))
            return "The entry grows beyond what is reasonable when it is unpacked.";
        if (!out.write(buffer.data(), got))
            throw base::Error(base::ErrorCode::Io, "There is no room to unpack the archive.");
    }
    out.close();
    if (!out)
        throw base::Error(base::ErrorCode::Io, "There is no room to unpack the archive.");
    return {};
}

} // namespace

bool looksLikeZip(const fs::path& file) noexcept
{
    try {
        std::string ending = file.extension().string();
        std::transform(ending.begin(), ending.end(), ending.begin(), [](unsigned char c) { return char(std::tolower(c)); });
        if (ending != ".zip")
            return false;
        std::ifstream in(file, std::ios::binary);
        std::array<char, 4> head{};
        in.read(head.data(), head.size());
        return in && head[0] == 'P' && head[1] == 'K' && (head[2] == 3 || head[2] == 5);
    } catch (...) {
        return false;
    }
}

fs::path entryPath(const fs::path& archive, const std::string& entry)
{
    return fs::path(archive.string() + arrow + entry);
}

fs::path archiveOf(const fs::path& path)
{
    const std::string text = path.string();
    const std::size_t at = text.find(arrow);
    return at == std::string::npos ? path : fs::path(text.substr(0, at));
}

UnpackBudget UnpackBudget::of(const fs::path& archive) noexcept
{
    std::error_code unknown;
    const std::uint64_t size = fs::file_size(archive, unknown);
    return {mostEntries, std::clamp(unknown || size > mostInAll ? mostInAll : size * mostRatio, leastBudget, mostInAll)};
}

Unpacked::Unpacked(const fs::path& archive, UnpackBudget& budget, const base::JobContext& job)
{
    int problem = 0;
    const std::unique_ptr<zip_t, CloseArchive> zip(zip_open(archive.c_str(), ZIP_RDONLY, &problem));
    if (!zip)
        throw base::ParseError(problem == ZIP_ER_NOZIP || problem == ZIP_ER_INCONS ? base::ErrorCode::Malformed : base::ErrorCode::Io,
                               "The ZIP archive can't be opened: it is damaged or cut.", {archive, {}});
    const zip_int64_t count = zip_get_num_entries(zip.get(), 0);
    if (count > budget.files)
        throw base::ParseError(base::ErrorCode::LimitExceeded, "The ZIP archive has more files than an import takes.", {archive, {}});
    budget.files -= count;
    m_folder = freshFolder();
    try {
        for (zip_int64_t i = 0; i < count; ++i) {
            job.throwIfCancelled();
            job.report({"unpacking", i, count, "files"});
            zip_stat_t facts;
            zip_stat_init(&facts);
            const char* raw = zip_get_name(zip.get(), zip_uint64_t(i), ZIP_FL_ENC_GUESS);
            const std::string name = raw ? raw : "";
            const auto refuse = [&](const std::string& why) {
                m_unreadable.push_back({entryPath(archive, name.empty() ? "entry " + std::to_string(i + 1) : name), FileKind::Unreadable, why});
            };
            if (!name.empty() && (name.back() == '/' || name.back() == '\\'))
                continue; // a folder
            if (zip_stat_index(zip.get(), zip_uint64_t(i), 0, &facts) != 0) {
                refuse("The entry is damaged.");
                continue;
            }
            const fs::path inside = safeName(name);
            if (inside.empty()) {
                refuse("The entry's name leads out of the archive.");
                continue;
            }
            if ((facts.valid & ZIP_STAT_ENCRYPTION_METHOD) && facts.encryption_method != ZIP_EM_NONE) {
                refuse("The entry is encrypted.");
                continue;
            }
            std::error_code ignored;
            if ((facts.valid & ZIP_STAT_SIZE) && facts.size <= mostPerEntry)
                needRoom(m_folder, facts.size);
            const fs::path to = m_folder / inside;
            if (fs::exists(to, ignored)) {
                refuse("Another entry of the archive has the same name.");
                continue;
            }
            const std::string why = unpackEntry(zip.get(), zip_uint64_t(i), to, facts.comp_size, budget, job.cancel);
            if (why.empty()) {
                m_entries.push_back({to, name});
            } else {
                fs::remove(to, ignored);
                refuse(why);
            }
        }
    } catch (...) {
        std::error_code ignored;
        fs::remove_all(m_folder, ignored);
        throw;
    }
}

Unpacked::~Unpacked()
{
    std::error_code ignored;
    if (!m_folder.empty())
        fs::remove_all(m_folder, ignored);
}

} // namespace echo2ecg::casework
