// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "retrieval/phenotypes.h"

#include <QString>

#include <optional>

// Numbers as a person reads them: sensible digits, units, an em dash for what is unknown.
namespace echo2ecg::ui {

inline const QString emDash = QStringLiteral("—");

QString millilitres(const std::optional<retrieval::SourcedValue>& value);  // "142 mL"
QString percent(const std::optional<retrieval::SourcedValue>& value);      // "38 %"
QString percent(const std::optional<double>& value);
QString similarity(double cosine);                                         // "0.83"
QString distance(double euclidean);                                        // "4.27"
// "1 clip", "3 clips".
QString counted(qsizetype n, const char* one, const char* many);
// "LVEF 38 % · source: table labels.csv", or why it is unknown.
QString sourceHint(const QString& what, const QString& value, const std::optional<retrieval::SourcedValue>& sourced);

} // namespace echo2ecg::ui
