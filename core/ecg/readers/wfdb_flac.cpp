// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/wfdb_flac.h"

#include "base/error.h"

#include <FLAC/stream_decoder.h>

#include <fstream>

namespace echo2ecg::ecg {

using base::ErrorCode;
using base::ParseError;

class WfdbFlacStream::Decoder
{
public:
    Decoder(const std::filesystem::path& file, int format, std::size_t channels, int samplesPerFrame)
        : m_stream(file, std::ios::binary), m_bits(unsigned(format) - 500), m_channels(channels),
          m_perFrame(std::size_t(samplesPerFrame)), m_columns(channels),
          m_flac(FLAC__stream_decoder_new(), &FLAC__stream_decoder_delete)
    {
        if (!m_stream)
            throw ParseError(ErrorCode::Io, "The signal file can't be opened.", {file, {}});
        const bool started = m_flac && FLAC__stream_decoder_init_stream(m_flac.get(), &onRead, nullptr, nullptr,
                                                                        nullptr, nullptr, &onWrite, nullptr, &onError,
                                                                        this) == FLAC__STREAM_DECODER_INIT_STATUS_OK;
        if (!started || !FLAC__stream_decoder_process_until_end_of_metadata(m_flac.get()) ||
            FLAC__stream_decoder_get_state(m_flac.get()) == FLAC__STREAM_DECODER_END_OF_STREAM)
            throw ParseError(ErrorCode::Malformed, "The signal file isn't the FLAC stream that the header announces.",
                             {file, {}});
        more(); // the first block says how many channels there are
        if (m_mismatch)
            throw ParseError(ErrorCode::Inconsistent,
                             "The FLAC stream has other channels or bits than the header says.", {file, {}});
    }

    bool next(std::int32_t& value)
    {
        // Whole frames only, so that every signal ends at the same time.
        while (m_atSample + m_perFrame > m_columns.front().size())
            if (!more())
                return false;
        value = m_columns[m_atChannel][m_atSample + m_inFrame];
        if (++m_inFrame == m_perFrame) {
            m_inFrame = 0;
            if (++m_atChannel == m_channels) {
                m_atChannel = 0;
                m_atSample += m_perFrame;
            }
        }
        return true;
    }

private:
    // Decodes one more block behind what hasn't been taken yet.
    bool more()
    {
        if (m_ended)
            return false;
        for (auto& column : m_columns)
            column.erase(column.begin(), column.begin() + std::ptrdiff_t(std::min(m_atSample, column.size())));
        m_atSample = 0;
        const std::size_t before = m_columns.front().size();
        while (m_columns.front().size() == before) {
            if (!FLAC__stream_decoder_process_single(m_flac.get()) || m_mismatch || m_damaged ||
                FLAC__stream_decoder_get_state(m_flac.get()) >= FLAC__STREAM_DECODER_END_OF_STREAM) {
                m_ended = m_columns.front().size() == before;
                return !m_ended;
            }
        }
        return true;
    }

    static FLAC__StreamDecoderReadStatus onRead(const FLAC__StreamDecoder*, FLAC__byte buffer[], std::size_t* bytes,
                                                void* self)
    {
        auto& stream = static_cast<Decoder*>(self)->m_stream;
        stream.read(reinterpret_cast<char*>(buffer), std::streamsize(*bytes));
        *bytes = std::size_t(stream.gcount());
        return *bytes > 0 ? FLAC__STREAM_DECODER_READ_STATUS_CONTINUE : FLAC__STREAM_DECODER_READ_STATUS_END_OF_STREAM;
    }

    static FLAC__StreamDecoderWriteStatus onWrite(const FLAC__StreamDecoder*, const FLAC__Frame* frame,
                                                  const FLAC__int32* const buffer[], void* self)
    {
        auto& d = *static_cast<Decoder*>(self);
        if (frame->header.channels != d.m_channels || frame->header.bits_per_sample != d.m_bits) {
            d.m_mismatch = true;
            return FLAC__STREAM_DECODER_WRITE_STATUS_ABORT;
        }
        for (std::size_t c = 0; c < d.m_channels; ++c)
            d.m_columns[c].insert(d.m_columns[c].end(), buffer[c], buffer[c] + frame->header.blocksize);
        return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
    }

    // libFLAC would go on behind a gap; a signal with a gap that nobody sees is worse than one that ends.
    static void onError(const FLAC__StreamDecoder*, FLAC__StreamDecoderErrorStatus, void* self)
    {
        static_cast<Decoder*>(self)->m_damaged = true;
    }

    std::ifstream m_stream;
    unsigned m_bits;
    std::size_t m_channels, m_perFrame;
    std::vector<std::vector<std::int32_t>> m_columns; // decoded and not taken yet, per channel
    std::size_t m_atSample = 0, m_atChannel = 0, m_inFrame = 0;
    bool m_ended = false, m_mismatch = false, m_damaged = false;
    std::unique_ptr<FLAC__StreamDecoder, decltype(&FLAC__stream_decoder_delete)> m_flac;
};

WfdbFlacStream::WfdbFlacStream(const std::filesystem::path& file, int format, std::size_t channels, int samplesPerFrame)
    : m_decoder(std::make_unique<Decoder>(file, format, channels, samplesPerFrame))
{
}

WfdbFlacStream::~WfdbFlacStream() = default;

bool WfdbFlacStream::next(std::int32_t& value)
{
    return m_decoder->next(value);
}

} // namespace echo2ecg::ecg
