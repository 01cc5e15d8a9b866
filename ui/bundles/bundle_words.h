// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/json.h"
#include "ui/theme/panel_words.h"
#include "ui/theme/sentence.h"

#include <QLabel>
#include <QStringList>

#include <vector>

// The words of the import: parts, roles, licences. One home, so that every page says the same.
namespace echo2ecg::ui {

// "ecg_encoder" → "ECG encoder".
QString partTitle(const std::string& part);

// What a file may be told to give; the roles of inference::WeightsToImport.
struct RoleWords
{
    QString role, words;
};
const std::vector<RoleWords>& rolesOfWeights();

QStringList texts(const base::Json& list);

// What is known of the licences of published weights.
struct LicenceHint
{
    QString source;  // "OTiS"
    QString licence; // as a person says it: "MIT"
    QString text;    // what goes into the field
    bool likely;     // one of the files looks like it
};
// `contents`: what the inspection calls each file.
std::vector<LicenceHint> licenceHints(const QStringList& contents);

// A label that wraps and can be copied from; `role` as in ui/theme/theme.h.
QLabel* wordsLabel(const QString& text = {}, const char* role = "");

} // namespace echo2ecg::ui
