// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dicom/waveform.h"
#include "ecg/ecg_record.h"

// What a DICOM waveform object with several multiplex groups means for one recording of twelve leads.
namespace echo2ecg::ecg {

struct DicomLead
{
    Lead lead;
    bool byName = false; // recognised by text, not by code
};

// The lead of a channel by its source code, else by its text.
std::optional<DicomLead> leadOf(const dicom::WaveformChannel& channel);
std::size_t standardLeads(const dicom::WaveformGroup& group);

// A group that holds an averaged beat says so in its label.
bool isMedianBeat(const dicom::WaveformGroup& group);

struct DicomGroups
{
    const dicom::WaveformGroup* rhythm = nullptr; // or an averaged beat where there is nothing else; null without leads
    // Further groups of the same rate that hold leads which `rhythm` lacks, such as the limb leads of 3 + 3 + 6.
    std::vector<const dicom::WaveformGroup*> joined;
    const dicom::WaveformGroup* median = nullptr;
    std::vector<const dicom::WaveformGroup*> unused;
};

// Rhythm before median, original before derived, more leads before fewer, longer before shorter.
DicomGroups sortGroups(const dicom::WaveformDocument& document);

// Samples of a channel at the times of its group: value i was taken `skewSamples` later than i says (C.10.9.1.4). Whole
// shifts are exact; others by a cubic through four neighbours, by a line beside invalid samples. What the shift
// uncovers is NaN.
std::vector<float> shiftedBack(const std::vector<float>& samples, double skewSamples);

// Where the annotations put the waves of the averaged beat (sample positions count from 1). Some writers attribute all
// annotations to the rhythm; those are taken whose QRS complex fits the averaged beat and fits it better than the
// rhythm, with a warning.
WaveBorders bordersInMedian(const dicom::WaveformDocument& document, const dicom::WaveformGroup& median,
                            const dicom::WaveformGroup& rhythm, base::Warnings& warnings);

} // namespace echo2ecg::ecg
