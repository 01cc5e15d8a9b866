// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <random>
#include <span>
#include <stdexcept>
#include <string>

namespace echo2ecg::fuzz {

// A folder in memory where the system has one, for readers that take paths. Gone with the process.
class Scratch
{
public:
    static const Scratch& instance()
    {
        static const Scratch scratch;
        return scratch;
    }
    const std::filesystem::path& folder() const { return m_folder; }
    std::filesystem::path write(const char* name, std::span<const std::uint8_t> bytes) const
    {
        const std::filesystem::path file = m_folder / name;
        std::ofstream out(file, std::ios::binary | std::ios::trunc);
        out.write(reinterpret_cast<const char*>(bytes.data()), std::streamsize(bytes.size()));
        if (!out)
            throw std::runtime_error("the scratch file can't be written");
        return file;
    }

private:
    Scratch()
    {
        std::error_code problem;
        const std::filesystem::path memory = "/dev/shm";
        const auto base =
            std::filesystem::is_directory(memory, problem) ? memory : std::filesystem::temp_directory_path();
        m_folder = base / ("echo2ecg-fuzz-" + std::to_string(std::random_device{}()));
        std::filesystem::create_directories(m_folder);
    }
    ~Scratch()
    {
        std::error_code problem;
        std::filesystem::remove_all(m_folder, problem);
    }
    std::filesystem::path m_folder;
};

} // namespace echo2ecg::fuzz
