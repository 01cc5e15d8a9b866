// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/readers/wfdb_samples.h"

#include <memory>

namespace echo2ecg::ecg {

// Samples of WFDB formats 508, 516 and 524 (signal(5)): a FLAC stream of 8, 16 or 24 bits with one channel for each
// signal of the group, all with equally many samples per frame. Decoded block by block; the only home of libFLAC.
class WfdbFlacStream final : public WfdbSampleSource
{
public:
    // Throws base::ParseError when the file can't be opened, isn't FLAC or holds other channels than the header says.
    WfdbFlacStream(const std::filesystem::path& file, int format, std::size_t channels, int samplesPerFrame);
    ~WfdbFlacStream() override;

    // In the order of all formats: frame by frame, in a frame signal by signal. A damaged stream ends early.
    bool next(std::int32_t& value) override;

private:
    class Decoder;
    std::unique_ptr<Decoder> m_decoder;
};

} // namespace echo2ecg::ecg
