// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dicom/data_set.h"
#include "dicom/dicom_file.h"

namespace echo2ecg::dicom {

// One DICOM object with its header walked up to the pixel data. The heart of every reader of this folder.
struct Object
{
    std::filesystem::path file;
    std::unique_ptr<ByteSource> source;
    std::unique_ptr<ByteSource> packed; // the file itself where `source` came out of it inflated; `meta` reads from it
    TransferSyntax syntax;
    DataSet meta; // group 0002; may be empty
    DataSet main;
    base::Warnings warnings;

    // `mostInflated` bounds the memory of a deflated data set; a longer one is cut there.
    static Object open(const std::filesystem::path& file, std::uint64_t mostInflated);

    [[noreturn]] void fail(base::ErrorCode code, std::string sentence, std::string where = {}) const;
    void warn(std::string code, std::string sentence, std::string where = {});
    // Class UID of the data set, or of the file meta information.
    std::string classUid() const;
};

// Whether a file of `fileSize` bytes that begins with `head` is a data set without preamble.
bool startsLikeDataSet(ByteSource& head, std::uint64_t fileSize);

// Reads who and what; may add warnings about dates and text.
Identity readIdentity(Object& object);

} // namespace echo2ecg::dicom
