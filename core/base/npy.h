// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace echo2ecg::base {

// A NumPy array in memory, C order. dtype is NumPy's code without byte order: "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2" …
// Format: NEP 1, versions 1 to 3, little endian; Fortran order is transposed on reading.
struct NpyArray
{
    std::string dtype = "f4";
    std::vector<std::int64_t> shape;
    std::vector<std::uint8_t> bytes;

    std::int64_t count() const;
    // Converted copies; throw Error(Unsupported) for a dtype that isn't a number.
    std::vector<float> toFloat() const;
    std::vector<double> toDouble() const;

    static NpyArray of(std::vector<std::int64_t> shape, const std::vector<float>& values);
    static NpyArray of(std::vector<std::int64_t> shape, const std::vector<double>& values);
    static NpyArray of(std::vector<std::int64_t> shape, const std::vector<std::int64_t>& values);
    static NpyArray of(std::vector<std::int64_t> shape, const std::vector<std::uint8_t>& values);
};

// What the header of an array file says.
struct NpyLayout
{
    std::string dtype;
    std::vector<std::int64_t> shape;
    bool fortran = false;     // the file's own order
    std::uint64_t offset = 0; // of the first value
    std::int64_t itemBytes = 0;
    std::uint64_t totalBytes = 0;
};
// Throw ParseError (sizes are checked against the file before anything is allocated) or Error(Io).
NpyLayout readNpyLayout(const std::filesystem::path& file);
// `count` values from the one numbered `first` on, in C order, as an array of one dimension: a part of a file that needn't
// fit into memory. Throws Error(Unsupported) for a file in Fortran order.
NpyArray readNpyPart(const std::filesystem::path& file, const NpyLayout& layout, std::uint64_t first,
                     std::uint64_t count);
NpyArray readNpy(const std::filesystem::path& file);
NpyArray readNpy(const std::filesystem::path& file, const NpyLayout& layout);
void writeNpy(const std::filesystem::path& file, const NpyArray& array);

// A .npz: stored (uncompressed) ZIP of .npy members, in the order given. Strings travel as fixed-width "U" arrays.
using NpzMember = std::pair<std::string, NpyArray>;
void writeNpz(const std::filesystem::path& file, const std::vector<NpzMember>& members);
NpyArray npyOfStrings(const std::vector<std::string>& texts);
std::vector<std::string> stringsOf(const NpyArray& array); // UTF-8; throws Error(Unsupported) for another type
// The arrays of a .npz in its order, to be read with readNpy or readNpyPart. Throws ParseError, (Unsupported) for compressed members, Error(Io).
std::vector<std::pair<std::string, NpyLayout>> readNpzLayouts(const std::filesystem::path& file);

} // namespace echo2ecg::base
