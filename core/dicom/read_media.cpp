// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/media_directory.h"

#include "dicom/object.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <utility>

namespace echo2ecg::dicom {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t mostBytes = std::uint64_t(256) << 20;
constexpr std::size_t mostComponents = 16; // the standard allows eight
constexpr std::uint32_t recordSequence = 0x00041220, referencedFile = 0x00041500;

std::string lower(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return char(std::tolower(c)); });
    return text;
}

// Looks names up whatever their case, reading each folder once.
class Folder
{
public:
    // The file or folder of that name; empty when there is none.
    fs::path find(const fs::path& folder, const std::string& name)
    {
        auto known = m_listed.find(folder);
        if (known == m_listed.end()) {
            std::map<std::string, fs::path> names;
            std::error_code error;
            for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
                names.emplace(lower(it->path().filename().string()), it->path());
            known = m_listed.emplace(folder, std::move(names)).first;
        }
        const auto found = known->second.find(lower(name));
        return found == known->second.end() ? fs::path() : found->second;
    }

private:
    std::map<fs::path, std::map<std::string, fs::path>> m_listed;
};

std::vector<std::string> componentsOf(const std::string& id)
{
    std::vector<std::string> parts;
    std::string part;
    for (const char c : id + "\\") {
        if (c != '\\') {
            part += c;
            continue;
        }
        while (!part.empty() && (part.back() == ' ' || part.back() == '\0'))
            part.pop_back();
        part.erase(0, part.find_first_not_of(' '));
        parts.push_back(std::exchange(part, {}));
    }
    return parts;
}

bool staysInside(const std::vector<std::string>& parts)
{
    return !parts.empty() && parts.size() <= mostComponents && std::none_of(parts.begin(), parts.end(), [](const std::string& part) {
        return part.empty() || part == "." || part == ".." || part.find_first_of("/:") != std::string::npos || part.find('\0') != std::string::npos;
    });
}

} // namespace

MediaDirectory readMediaDirectory(const fs::path& dicomdir)
{
    std::error_code problem;
    if (const auto size = fs::file_size(dicomdir, problem); !problem && size > mostBytes)
        throw base::ParseError(base::ErrorCode::LimitExceeded, "The file is larger than any DICOM directory.", {dicomdir, {}});
    Object object = Object::open(dicomdir, mostBytes);
    if (!object.main.contains(recordSequence)) {
        if (object.main.trouble())
            object.fail(object.main.trouble()->code, object.main.trouble()->sentence, object.main.trouble()->where);
        object.fail(base::ErrorCode::NotRecognised, "The file is no DICOM directory: it has no records.", tagText(recordSequence));
    }
    MediaDirectory media;
    Folder folders;
    std::set<fs::path> seen;
    const fs::path base = fs::absolute(dicomdir, problem).parent_path();
    for (const DataSet& record : object.main.items(recordSequence)) {
        if (!record.contains(referencedFile))
            continue;
        const auto parts = componentsOf(record.raw(referencedFile));
        if (!staysInside(parts)) {
            object.warn("media-leads-out", "A record of the DICOM directory names no file beside it and is left out.", tagText(referencedFile));
            continue;
        }
        fs::path found = base, asked = base;
        for (const std::string& part : parts) {
            asked /= part;
            if (!found.empty())
                found = folders.find(found, part);
        }
        // A link could lead out where the name doesn't.
        std::error_code error;
        if (!found.empty()) {
            const fs::path real = fs::weakly_canonical(found, error), home = fs::weakly_canonical(base, error);
            if (!error && std::mismatch(home.begin(), home.end(), real.begin(), real.end()).first != home.end()) {
                object.warn("media-leads-out", "A record of the DICOM directory leads out of its folder and is left out.", tagText(referencedFile));
                continue;
            }
        }
        const bool isThere = !found.empty() && fs::is_regular_file(found, error);
        if (seen.insert(isThere ? found : asked).second)
            (isThere ? media.files : media.missing).push_back(isThere ? found : asked);
    }
    media.warnings = std::move(object.warnings);
    return media;
}

} // namespace echo2ecg::dicom
