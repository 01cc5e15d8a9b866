// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <string>

namespace echo2ecg::ui {

// "the file is cut short" → "The file is cut short."
inline QString sentence(const std::string& text)
{
    QString words = QString::fromStdString(text).trimmed();
    if (words.isEmpty())
        return words;
    words[0] = words[0].toUpper();
    if (!words.endsWith(QLatin1Char('.')))
        words += QLatin1Char('.');
    return words;
}

} // namespace echo2ecg::ui
