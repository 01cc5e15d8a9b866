// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/error.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace echo2ecg::nn {

// One tensor of a safetensors file, C order, little endian. dtype: "F32", "F64", "F16", "BF16", "I64" …
struct StoredTensor
{
    std::string name;
    std::string dtype = "F32";
    std::vector<long long> shape;
    std::vector<std::uint8_t> bytes;

    long long count() const;
    std::vector<float> toFloat() const;  // F32, F64, F16, BF16
    static StoredTensor of(std::string name, std::vector<long long> shape, const std::vector<float>& values);
};

// Reads a whole file. The header length, every offset and every product of sizes are checked against the file before anything is allocated;
// overlapping or out-of-range tensors are refused. Throws base::ParseError naming file and tensor.
std::map<std::string, StoredTensor> readSafetensors(const std::filesystem::path& file,
                                                    std::map<std::string, std::string>* metadata = nullptr);
// Written to a temporary name and renamed. Throws base::Error(Io).
void writeSafetensors(const std::filesystem::path& file, const std::vector<StoredTensor>& tensors,
                      const std::map<std::string, std::string>& metadata = {});

} // namespace echo2ecg::nn
