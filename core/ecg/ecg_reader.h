// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_record.h"

namespace echo2ecg::ecg {

// One reader per format, one file per reader, in ecg/readers. A reader recognises content, not extensions.
class EcgReader
{
public:
    virtual ~EcgReader() = default;
    virtual std::string_view formatName() const = 0;
    // `head` is the first bytes of the file (up to 4 KiB). Must not throw.
    virtual bool recognises(const std::filesystem::path& file, std::string_view head) const noexcept = 0;
    // Throws base::ParseError with file and place.
    virtual EcgRecord read(const std::filesystem::path& file) const = 0;
};

// True when some reader recognises the content. WFDB: the .hea, or a .dat/.mat with its .hea beside it. Never throws.
bool looksLikeEcg(const std::filesystem::path& file) noexcept;

// Reads with the reader that recognises the content. Throws base::ParseError(NotRecognised) when none does. A WFDB signal file
// is read through its header. Thread-safe.
EcgRecord readEcg(const std::filesystem::path& file);

// CSV: a comment line "# Echo2ECG Workstation, research use only; mV; <rate> Hz", a header row of lead names with "time_s" first,
// then one row per sample. NPY: float32 12 × samples in mV, absent leads NaN, and NAME.npy.json beside it with rate, unit and leads.
// WFDB (.hea): 16-bit NAME.dat beside it, absent leads left out; exact where the samples are multiples of one step, else to 1/32000
// of a lead's largest value. DICOM (.dcm): 12-lead ECG waveform with new UIDs and without name, number and birth date, as exact as
// WFDB. Chosen by the extension of `out`; throws Error(Unsupported).
void exportEcg(const EcgRecord& record, const std::filesystem::path& out);

} // namespace echo2ecg::ecg
