// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace echo2ecg::base {

// SHA-256 after FIPS 180-4, incremental. Identity of inputs, bundles and recipes; not used for secrets.
class Sha256
{
public:
    Sha256& add(const void* data, std::size_t bytes) noexcept;
    Sha256& add(std::string_view text) noexcept { return add(text.data(), text.size()); }
    // Lower-case hexadecimal, 64 characters. The object can't be used afterwards.
    std::string hex();

private:
    void block(const std::uint8_t* data) noexcept;
    std::array<std::uint32_t, 8> m_state{0x6a09e667u, 0xbb67ae85u, 0x3c6ef372u, 0xa54ff53au,
                                         0x510e527fu, 0x9b05688cu, 0x1f83d9abu, 0x5be0cd19u};
    std::array<std::uint8_t, 64> m_buffer{};
    std::uint64_t m_length = 0;
};

std::string sha256(std::string_view text);
// Streams the file. Throws Error(Io).
std::string sha256OfFile(const std::filesystem::path& file);

} // namespace echo2ecg::base
