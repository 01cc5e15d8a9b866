// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/whole_text.h"

#include "base/error.h"

#include <fstream>

namespace echo2ecg::base {

void writeWholeText(const std::filesystem::path& file, const std::string& text, const char* sentence)
{
    std::filesystem::path temporary = file;
    temporary += ".part";
    std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
    out << text;
    out.close();
    std::error_code failed;
    if (out)
        std::filesystem::rename(temporary, file, failed);
    if (!out || failed) {
        std::error_code ignored;
        std::filesystem::remove(temporary, ignored);
        throw Error(ErrorCode::Io, sentence, {file, {}});
    }
}

} // namespace echo2ecg::base
