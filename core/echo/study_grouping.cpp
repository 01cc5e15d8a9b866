// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/echo_study.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace echo2ecg::echo {

namespace {

std::string dateOf(const dicom::Identity& identity)
{
    return identity.studyDate.empty() ? identity.acquisitionDate : identity.studyDate;
}

using Key = std::tuple<std::string, std::string, std::string, std::string>;

// The patient is the ID; without one, name and birth date stand for it. The study is its UID; without one, the day.
Key keyOf(const dicom::Identity& identity)
{
    const bool hasId = !identity.patientId.empty();
    return {identity.patientId, hasId ? std::string() : identity.patientName + '\n' + identity.birthDate,
            identity.studyUid, identity.studyUid.empty() ? dateOf(identity) : std::string()};
}

void keepFirst(std::string& into, const std::string& value)
{
    if (into.empty())
        into = value;
}

bool earlier(const EchoClip& a, const EchoClip& b)
{
    const auto order = [](const EchoClip& clip) {
        const dicom::Identity& id = clip.identity;
        return std::tie(id.seriesNumber, id.seriesUid, id.instanceNumber, id.acquisitionTime, id.instanceUid,
                        clip.file);
    };
    return order(a) < order(b);
}

} // namespace

const char* name(ClipKind kind) noexcept
{
    return kind == ClipKind::Cine ? "cine" : "still";
}

std::size_t EchoStudy::cineCount() const
{
    return std::size_t(
        std::count_if(clips.begin(), clips.end(), [](const EchoClip& c) { return c.kind == ClipKind::Cine; }));
}

std::vector<EchoStudy> groupIntoStudies(std::vector<EchoClip> clips)
{
    std::sort(clips.begin(), clips.end(), earlier);
    std::map<Key, EchoStudy> byKey;
    for (EchoClip& clip : clips) {
        const dicom::Identity& id = clip.identity;
        EchoStudy& study = byKey[keyOf(id)];
        keepFirst(study.patientId, id.patientId);
        keepFirst(study.patientName, id.patientName);
        keepFirst(study.birthDate, id.birthDate);
        keepFirst(study.sex, id.sex);
        keepFirst(study.studyUid, id.studyUid);
        keepFirst(study.date, dateOf(id));
        keepFirst(study.time, id.studyTime);
        keepFirst(study.description, id.studyDescription);
        keepFirst(study.manufacturer, id.manufacturer);
        study.clips.push_back(std::move(clip));
    }
    std::vector<EchoStudy> studies;
    studies.reserve(byKey.size());
    for (auto& [key, study] : byKey)
        studies.push_back(std::move(study));
    std::stable_sort(studies.begin(), studies.end(), [](const EchoStudy& a, const EchoStudy& b) {
        return std::tie(a.date, a.studyUid) < std::tie(b.date, b.studyUid);
    });
    return studies;
}

} // namespace echo2ecg::echo
