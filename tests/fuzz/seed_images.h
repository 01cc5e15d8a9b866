// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <string>
#include <utility>
#include <vector>

namespace echo2ecg::fuzz {

// Small images in every transfer syntax and colour model that is read: name and DICOM file.
std::vector<std::pair<std::string, QByteArray>> seedImages();

} // namespace echo2ecg::fuzz
