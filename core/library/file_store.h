// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace echo2ecg::library {

// files/ of a library: every file under the SHA-256 of its content, so that equal files are kept once and a damaged one
// shows. A file appears under its name only when it is whole (written beside it, flushed, renamed).
class FileStore
{
public:
    explicit FileStore(std::filesystem::path folder) : m_folder(std::move(folder)) {}

    // Copies; gives the hash. Throws base::ParseError when the source can't be read, base::Error(Io) when the library
    // can't be written.
    std::string add(const std::filesystem::path& source) const;
    // Keeps what `write` writes into the file it is given.
    std::string addWritten(const std::function<void(const std::filesystem::path&)>& write) const;
    std::filesystem::path pathOf(const std::string& sha256) const;
    bool contains(const std::string& sha256) const noexcept;
    void remove(const std::string& sha256) const noexcept;
    // What an interrupted import left behind, older than a day.
    void removeLeftovers() const noexcept;

private:
    std::filesystem::path temporary() const;
    std::string keep(const std::filesystem::path& written, const std::string& sha256) const;
    std::filesystem::path m_folder;
};

} // namespace echo2ecg::library
