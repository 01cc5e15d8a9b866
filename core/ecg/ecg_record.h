// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/error.h"
#include "ecg/lead.h"

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace echo2ecg::ecg {

// Dates are ISO 8601, names "Family^Given" as DICOM writes them, sex "F", "M", "O"; absent values are empty. Never part of a log or
// an error message.
struct Patient
{
    std::string id, name, birthDate, sex;
    std::optional<int> ageYears;
};

// What the acquisition did to the signal, as the file states it.
struct AcquisitionFilters
{
    std::optional<double> highPassHz, lowPassHz, notchHz;
};

// A measurement or statement that the file carries: "QRS duration" 92 "ms". Value or text, not both.
struct StatedMeasurement
{
    std::string name;
    std::optional<double> value;
    std::string unit;
    std::string text;
};

// One averaged or median beat per lead, millivolts; all present leads of equal length.
struct RepresentativeBeat
{
    std::array<std::vector<float>, leadCount> leads;
    double samplingHz = 0;

    const std::vector<float>& operator[](Lead lead) const { return leads[index(lead)]; }
    std::vector<float>& operator[](Lead lead) { return leads[index(lead)]; }
    bool has(Lead lead) const { return !leads[index(lead)].empty(); }
    std::size_t samples() const; // per lead
};

// Borders of the waves over all leads (earliest onset, latest end), in seconds from the first sample of the beat they
// belong to. A wave that isn't there has no borders.
struct WaveBorders
{
    std::optional<double> pOnset, pOffset, qrsOnset, qrsOffset, tOnset, tOffset;
    bool operator==(const WaveBorders&) const = default;
};

// One ECG recording. Samples are millivolts as float, one vector per lead, all present leads of equal length; an absent lead
// is an empty vector. NaN marks samples that the file calls invalid. Everything a reader assumed is in `warnings`.
struct EcgRecord
{
    std::array<std::vector<float>, leadCount> leads;
    double samplingHz = 0;

    Patient patient;
    std::string date, time;  // start of the recording
    std::string device;
    AcquisitionFilters filters;
    std::vector<StatedMeasurement> measurements;
    std::vector<std::string> statements;
    // The beat that the file itself averaged, and where it puts the waves in it.
    std::optional<RepresentativeBeat> fileBeat;
    WaveBorders fileBorders;

    std::string format;          // for people: "DICOM 12-lead ECG", "WFDB", "GE CardioSoft XML"
    std::filesystem::path file;  // the file that was opened
    std::vector<std::filesystem::path> companions;  // other files it needed, e.g. the .dat of a .hea
    std::string studyUid;        // DICOM study, when known
    base::Warnings warnings;

    const std::vector<float>& operator[](Lead lead) const { return leads[index(lead)]; }
    std::vector<float>& operator[](Lead lead) { return leads[index(lead)]; }
    bool has(Lead lead) const { return !leads[index(lead)].empty(); }
    std::size_t presentLeads() const;
    std::size_t samples() const;  // per lead
    double seconds() const;
    // 12 × samples, row-major, absent leads as NaN.
    std::vector<float> matrix() const;
    // SHA-256 of rate and samples: the same signal has the same hash whatever file it came in.
    std::string signalHash() const;
};

} // namespace echo2ecg::ecg
