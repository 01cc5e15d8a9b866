// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/error.h"

#include <QString>

#include <string>

namespace echo2ecg::ecg {

// An XML document as text, by byte order mark or declaration. Vendors declare encodings that no registry knows, such as
// CardioSoft's "ISO8859-1", so the XML parser is given text, never bytes. What was assumed becomes a warning.
QString decodeXml(const std::string& bytes, base::Warnings& warnings);

} // namespace echo2ecg::ecg
