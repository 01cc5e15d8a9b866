// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_record.h"
#include "echo/echo_study.h"

#include <QTemporaryDir>

#include <cmath>
#include <fstream>
#include <stdexcept>
#include <string>

// Records and studies made by hand for tests that are about something else than reading files.
namespace echo2ecg::test {

// A folder that goes away with the test.
class Scratch
{
public:
    Scratch()
    {
        if (!m_dir.isValid())
            throw std::runtime_error("no temporary folder");
    }
    std::filesystem::path path() const { return m_dir.path().toStdString(); }
    std::filesystem::path operator/(const std::string& name) const { return path() / name; }

private:
    QTemporaryDir m_dir;
};

inline std::filesystem::path writeText(const std::filesystem::path& file, const std::string& text)
{
    std::ofstream(file, std::ios::binary) << text;
    return file;
}

// 12 leads of a wave whose shape follows `seed`: another seed, another signal hash.
inline ecg::EcgRecord makeEcg(int seed, const std::string& patientId, const std::string& date,
                              const std::string& time = {}, int samples = 5000)
{
    ecg::EcgRecord record;
    record.samplingHz = 500;
    for (std::size_t lead = 0; lead < ecg::leadCount; ++lead)
        for (int i = 0; i < samples; ++i)
            record.leads[lead].push_back(float(std::sin(i * 0.013 * (seed % 97 + 1) + double(lead)) * 0.8 +
                                               0.001 * (seed / 97) + 0.1 * (i % 400 == 0)));
    record.patient = {patientId, "Doe^Test", "1950-01-02", "F", 60};
    record.date = date;
    record.time = time;
    record.format = "made by hand";
    record.file = "ecg-" + std::to_string(seed) + ".dcm";
    return record;
}

// One clip with a file of its own; the content follows `seed`. It isn't DICOM.
inline echo::EchoClip makeClip(const std::filesystem::path& folder, int seed, bool cine = true)
{
    echo::EchoClip clip;
    clip.file = writeText(folder / ("clip-" + std::to_string(seed) + ".bin"), "clip content " + std::to_string(seed));
    clip.identity.instanceUid = "1.2.3." + std::to_string(seed);
    clip.header.rows = 240;
    clip.header.columns = 320;
    clip.header.photometric = "RGB";
    clip.header.transferSyntaxName = "Explicit VR Little Endian";
    clip.frames = cine ? 30 : 1;
    clip.kind = cine ? echo::ClipKind::Cine : echo::ClipKind::Still;
    for (int i = 0; cine && i < clip.frames; ++i)
        clip.timing.startMs.push_back(i * 40.0);
    clip.timing.durationMs = cine ? clip.frames * 40.0 : 0;
    return clip;
}

inline echo::EchoStudy makeStudy(const std::filesystem::path& folder, int seed, const std::string& patientId,
                                 const std::string& date, int clips = 3, const std::string& time = {})
{
    echo::EchoStudy study;
    study.patientId = patientId;
    study.patientName = "Doe^Test";
    study.birthDate = "1950-01-02";
    study.sex = "F";
    study.studyUid = "1.2.826." + std::to_string(seed);
    study.date = date;
    study.time = time;
    study.description = "Transthoracic";
    study.manufacturer = "Maker";
    for (int i = 0; i < clips; ++i)
        study.clips.push_back(makeClip(folder, seed * 100 + i, i + 1 < clips || clips == 1));
    return study;
}

} // namespace echo2ecg::test
