// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/write_ecg.h"

#include "base/error.h"
#include "dicom/decoders.h"
#include "dicom/new_uid.h"

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dctk.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace echo2ecg::dicom {

namespace {

using base::ErrorCode;

const char* classFor(const EcgObjectOut& ecg)
{
    constexpr std::size_t mostSamples = 16384; // 12-lead ECG, A.34.3
    if (!(ecg.samplingHz >= 50 && ecg.samplingHz <= 1000))
        throw base::Error(ErrorCode::Unsupported, "A DICOM ECG has 50 to 1000 samples per second; resample it first.");
    if (ecg.samplingHz < 200)
        return UID_AmbulatoryECGWaveformStorage;
    return ecg.channels.front().samples.size() <= mostSamples ? UID_TwelveLeadECGWaveformStorage
                                                              : UID_GeneralECGWaveformStorage;
}

std::string without(std::string text, char unwanted)
{
    std::erase(text, unwanted);
    return text;
}

// Puts elements and remembers whether all went well.
class Writer
{
public:
    explicit Writer(DcmItem& item) : m_item(item) {}

    Writer& text(const DcmTagKey& tag, const std::string& value)
    {
        note(m_item.putAndInsertString(tag, value.c_str()));
        return *this;
    }
    Writer& number(const DcmTagKey& tag, unsigned value)
    {
        note(m_item.putAndInsertUint16(tag, Uint16(value)));
        return *this;
    }
    Writer& words(const DcmTagKey& tag, const std::vector<Uint16>& values)
    {
        note(m_item.putAndInsertUint16Array(DcmTag(tag, EVR_OW), values.data(), values.size()));
        return *this;
    }
    Writer& code(const DcmTagKey& tag, const char* value, const char* scheme, const std::string& meaning)
    {
        Writer(child(tag))
            .text(DCM_CodeValue, value)
            .text(DCM_CodingSchemeDesignator, scheme)
            .text(DCM_CodeMeaning, meaning);
        return *this;
    }
    DcmItem& child(const DcmTagKey& tag)
    {
        DcmItem* item = nullptr;
        note(m_item.findOrCreateSequenceItem(tag, item, -2));
        return *item;
    }
    DcmItem& item() { return m_item; }

private:
    static void note(const OFCondition& condition)
    {
        if (condition.bad())
            throw base::Error(ErrorCode::Io, "A DICOM element can't be built.");
    }
    DcmItem& m_item;
};

void putChannel(Writer group, const EcgObjectOut& ecg, const EcgChannelOut& channel)
{
    Writer item(group.child(DCM_ChannelDefinitionSequence));
    item.text(DCM_ChannelLabel, channel.leadMeaning.substr(0, 16));
    item.code(DCM_ChannelSourceSequence, channel.leadCode.c_str(), "MDC", channel.leadMeaning);
    item.text(DCM_ChannelSensitivity, channel.sensitivity);
    item.code(DCM_ChannelSensitivityUnitsSequence, channel.units.c_str(), "UCUM",
              channel.units == "uV" ? "microvolt" : "millivolt");
    item.text(DCM_ChannelSensitivityCorrectionFactor, "1").text(DCM_ChannelBaseline, "0");
    item.text(DCM_ChannelSampleSkew, "0").number(DCM_WaveformBitsStored, 16);
    const auto usable = [](const std::optional<double>& hz) { return hz && std::isfinite(*hz) && *hz > 0; };
    if (usable(ecg.lowHz))
        item.text(DCM_FilterLowFrequency, decimalString(*ecg.lowHz));
    if (usable(ecg.highHz))
        item.text(DCM_FilterHighFrequency, decimalString(*ecg.highHz));
    if (usable(ecg.notchHz))
        item.text(DCM_NotchFilterFrequency, decimalString(*ecg.notchHz));
}

void putWaveform(Writer object, const EcgObjectOut& ecg)
{
    Writer group(object.child(DCM_WaveformSequence));
    const std::size_t samples = ecg.channels.front().samples.size();
    group.text(DCM_WaveformOriginality, "ORIGINAL").number(DCM_NumberOfWaveformChannels, unsigned(ecg.channels.size()));
    if (group.item().putAndInsertUint32(DCM_NumberOfWaveformSamples, Uint32(samples)).bad())
        throw base::Error(ErrorCode::Io, "A DICOM element can't be built.");
    group.text(DCM_SamplingFrequency, decimalString(ecg.samplingHz)).text(DCM_MultiplexGroupLabel, "RHYTHM");
    for (const EcgChannelOut& channel : ecg.channels)
        putChannel(group, ecg, channel);
    group.number(DCM_WaveformBitsAllocated, 16).text(DCM_WaveformSampleInterpretation, "SS");
    group.words(DCM_WaveformPaddingValue, {Uint16(ecgPadding)});
    std::vector<Uint16> data;
    data.reserve(samples * ecg.channels.size());
    for (std::size_t i = 0; i < samples; ++i)
        for (const EcgChannelOut& channel : ecg.channels)
            data.push_back(Uint16(channel.samples[i]));
    group.words(DCM_WaveformData, data);
}

} // namespace

std::string decimalString(double value)
{
    constexpr std::size_t longest = 16; // PS3.5 6.2
    char text[64];
    const char* end = std::to_chars(text, text + sizeof text, value).ptr;
    for (int digits = 14; std::size_t(end - text) > longest; --digits)
        end = std::to_chars(text, text + sizeof text, value, std::chars_format::general, digits).ptr;
    return std::string(static_cast<const char*>(text), end);
}

void writeEcgObject(const EcgObjectOut& ecg, const std::filesystem::path& file)
{
    if (ecg.channels.empty() || ecg.channels.front().samples.empty())
        throw base::Error(ErrorCode::Missing, "There is no lead to write.", {file, {}});
    prepareDcmtk();
    DcmFileFormat format;
    Writer object(*format.getDataset());
    const std::string date = without(ecg.date, '-'), time = without(ecg.time, ':');
    object.text(DCM_SpecificCharacterSet, "ISO_IR 192").text(DCM_SOPClassUID, classFor(ecg));
    const auto uid = [](const std::string& given) { return given.empty() ? newUid() : given; };
    object.text(DCM_SOPInstanceUID, uid(ecg.instanceUid)).text(DCM_StudyInstanceUID, uid(ecg.studyUid));
    object.text(DCM_SeriesInstanceUID, uid(ecg.seriesUid)).text(DCM_Modality, "ECG");
    object.text(DCM_StudyDate, date).text(DCM_StudyTime, time).text(DCM_ContentDate, date).text(DCM_ContentTime, time);
    object.text(DCM_AcquisitionDateTime, date.empty() ? "" : date + time);
    object.text(DCM_AccessionNumber, "").text(DCM_ReferringPhysicianName, "").text(DCM_StudyID, "");
    object.text(DCM_SeriesNumber, "1").text(DCM_InstanceNumber, "1");
    object.text(DCM_SeriesDescription, ecg.seriesDescription.empty() ? "Echo2ECG Workstation, research use only" : ecg.seriesDescription);
    if (!ecg.comments.empty())
        object.text(DCM_PatientComments, ecg.comments);
    object.text(DCM_Manufacturer, ecg.manufacturer).text(DCM_ManufacturerModelName, ecg.device.substr(0, 64));
    object.text(DCM_PatientName, ecg.patientName).text(DCM_PatientID, ecg.patientId).text(DCM_PatientBirthDate, "");
    object.text(DCM_PatientSex, ecg.sex);
    // Ages above 89 identify.
    if (ecg.ageYears && *ecg.ageYears >= 0 && *ecg.ageYears < 90) {
        std::string age = std::to_string(*ecg.ageYears);
        object.text(DCM_PatientAge, std::string(3 - age.size(), '0') + age + "Y");
    }
    if (ecg.patientName.empty() && ecg.patientId.empty())
        object.text(DCM_PatientIdentityRemoved, "YES").text(DCM_DeidentificationMethod, "Written without identity");
    if (format.getDataset()->insertEmptyElement(DCM_AcquisitionContextSequence).bad())
        throw base::Error(ErrorCode::Io, "A DICOM element can't be built.");
    putWaveform(object, ecg);
    if (format.saveFile(file.c_str(), EXS_LittleEndianExplicit).bad())
        throw base::Error(ErrorCode::Io, "The file can't be written.", {file, {}});
}

} // namespace echo2ecg::dicom
