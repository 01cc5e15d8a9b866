// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_record.h"
#include "ecg/readers/xml_walker.h"

#include <map>

namespace echo2ecg::ecg {

// What an aECG document holds, before anything is decided about it.
struct AecgSequence
{
    std::string code; // MDC_ECG_LEAD_…
    std::string digits;
    std::optional<double> origin, scale;
    std::string originUnit, scaleUnit;
    bool otherKind = false; // no SLIST_PQ
    bool cut = false;
};

struct AecgSequenceSet
{
    std::optional<double> increment; // seconds
    std::optional<double> head;      // seconds; absolute times count from midnight
    std::vector<AecgSequence> sequences;
};

struct AecgSeries
{
    std::string code;
    bool derived = false;
    std::string start;   // as written
    WaveBorders borders; // over all leads, in seconds of its own relative time
    std::vector<AecgSequenceSet> sets;
};

class AecgDocument final : public XmlWalker
{
public:
    AecgDocument(const std::filesystem::path& file, EcgRecord& record);

    std::vector<AecgSeries> series;
    std::string effective; // of the whole document
    std::string model, software;

    // The file's own measurements, best first: of the whole recording, of the derived beat, of the first beat.
    std::vector<StatedMeasurement> measurements() const;

private:
    void opened(const std::string& tag) override;
    void closed(const std::string& tag, const std::string& text) override;
    void cutOff(const std::string& tag, const std::string& text) override;
    AecgSequenceSet* set();
    AecgSequence* sequence();
    void sequenceValue(const std::string& tag);
    void annotationValue();
    void filterValue();
    void boundary(const std::string& tag);
    void finishWave();
    void person(const std::string& tag, const std::string& text);

    struct Found
    {
        StatedMeasurement what;
        int rank = 0;
    };

    // Where an annotation puts a wave.
    struct Wave
    {
        std::string kind, timeCode;
        std::optional<double> low, high; // seconds
        bool ofOneLead = false;
    };

    EcgRecord& m_record;
    std::vector<std::string> m_annotations; // codes of the open annotations
    std::vector<Wave> m_waves;              // of the same annotations
    std::vector<std::string> m_controls;    // codes of the open control variables
    std::map<std::string, Found> m_found;
};

} // namespace echo2ecg::ecg
