// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_record.h"
#include "ecg/readers/xml_walker.h"

#include <set>

namespace echo2ecg::ecg {

constexpr std::size_t maxSierraChannels = 32;

// What a repbeat says about itself, in milliseconds of its own time.
struct SierraBeatTimes
{
    std::optional<double> pDuration, prInterval, qrsOnset, qrsDuration, tOnset, qtInterval;

    // By its name in the file ("pdur", "qonset" …); null for other names.
    std::optional<double>* named(const std::string& tag);
    // Without the onset of the QRS complex nothing can be placed.
    WaveBorders borders() const;
};

struct SierraBeat
{
    std::string lead, data; // Base64
    SierraBeatTimes times;
};

// What a Sierra document holds, before its samples are unpacked; fills who, when, filters, measurements and statements
// of the record.
class SierraDocument final : public XmlWalker
{
public:
    SierraDocument(const std::filesystem::path& file, EcgRecord& record)
        : XmlWalker(file, record.warnings), m_record(record)
    {
    }

    std::string type, version, labels, encoding = "base64", compression, data;
    std::optional<double> rate, resolution, offset, bits, durationMs;
    std::string family, given;
    bool isSigned = true, waveforms = false, cut = false;
    std::vector<SierraBeat> beats;
    std::string beatEncoding;
    std::optional<double> beatRate, beatResolution;
    SierraBeatTimes globalTimes; // of the beats as well

private:
    void opened(const std::string& tag) override;
    void numberFrom(const char* name, std::optional<double>& value);
    void closed(const std::string& tag, const std::string& text) override;
    void cutOff(const std::string& tag, const std::string& text) override;
    void beat(const std::string& tag, const std::string& text, std::optional<double> number);
    void characteristic(const std::string& tag, const std::string& text, std::optional<double> number);
    void patient(const std::string& tag, const std::string& text, std::optional<double> number);
    void measurement(const std::string& tag, std::optional<double> number);
    void statement(const std::string& tag, const std::string& text);

    EcgRecord& m_record;
    AcquisitionFilters m_report; // how it was printed, not how it was recorded
    std::set<std::string> m_seen;
    bool m_notched = false, m_leftStatement = false;
};

} // namespace echo2ecg::ecg
