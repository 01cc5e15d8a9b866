// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDir>

#include <filesystem>

namespace echo2ecg::ui {

// What a person typed or chose as a place, in whichever separators; empty stays empty.
inline std::filesystem::path typedPath(const QString& text)
{
    return std::filesystem::path(QDir::fromNativeSeparators(text).toStdU16String());
}

} // namespace echo2ecg::ui
