// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "echo/echo_study.h"

namespace echo2ecg::echo {

// A clip in AVI, MP4, MOV or MKV in the clothes of a DICOM image: a research file without patient, study or
// calibration. The patient ID is the file's name without ending; the instance UID is made of the content's SHA-256, so
// that equal files are one instance.
std::unique_ptr<dicom::ImageFile> openVideo(const std::filesystem::path& file);
// The same as an EchoClip; timing as the container says.
EchoClip readVideoClip(const std::filesystem::path& file);
// Either kind of file, by its content.
std::unique_ptr<dicom::ImageFile> openImage(const std::filesystem::path& file);

} // namespace echo2ecg::echo
