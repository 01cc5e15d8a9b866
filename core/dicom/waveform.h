// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dicom/dicom_file.h"

#include <optional>
#include <vector>

namespace echo2ecg::dicom {

// One channel of a multiplex group. Samples are physical values: raw · sensitivity · correction + baseline (C.10.9.1.4),
// NaN where the group's padding value stands. Without sensitivity they are raw counts and `sensitivity` is empty.
struct WaveformChannel
{
    std::string label;                                // Channel Label
    std::string sourceCode, sourceScheme, sourceText; // Channel Source Sequence
    std::optional<double> sensitivity, correction, baseline;
    std::string units;                                // UCUM code as written: "uV", "mV" …
    std::optional<double> lowHz, highHz, notchHz, skewSeconds;
    std::vector<float> samples;
};

struct WaveformGroup
{
    std::string label;       // "RHYTHM", "MEDIAN BEAT" …
    std::string originality; // "ORIGINAL", "DERIVED"
    double samplingHz = 0;
    int number = 0;                           // in the file, from 1
    std::optional<double> timeOffsetSeconds;  // of its first sample, from the start of the acquisition
    bool companded = false;                   // µ-law or A-law
    std::vector<WaveformChannel> channels;  // all of equal length
};

// One item of Waveform Annotation Sequence: text, or a measured value with its concept and unit.
struct WaveformAnnotation
{
    std::string conceptCode, conceptScheme, conceptText;
    std::string text;
    std::optional<double> value;
    std::string unit;
    std::string temporalRange;            // "POINT", "SEGMENT" …
    std::vector<int> samplePositions;     // 1-based, as stored
    std::vector<double> timeOffsets;      // milliseconds, of a multiplex group's own time
    std::vector<int> multiplexGroups;     // numbers of the multiplex groups that it refers to
    int group = 0;                        // annotation group number
};

struct WaveformDocument
{
    Identity identity;
    std::vector<WaveformGroup> groups;
    std::vector<WaveformAnnotation> annotations;
    base::Warnings warnings;
};

// Throws base::ParseError with file and tag. A group whose data ends early is cut to the whole samples present, with a warning.
WaveformDocument readWaveforms(const std::filesystem::path& file);

} // namespace echo2ecg::dicom
