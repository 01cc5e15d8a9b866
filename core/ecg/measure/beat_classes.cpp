// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/measure/beat_classes.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::ecg {

namespace {

constexpr double workHz = 250;
constexpr double reach = 0.08; // s on both sides of the R peak
constexpr double shift = 0.04; // s that a peak may be moved
constexpr double alike = 0.85;
constexpr double leastWeight = 0.05;
constexpr std::size_t mostClasses = 24;

// The complexes around one peak: all usable leads one after the other, at a reduced rate.
class Cutter
{
public:
    Cutter(const EcgRecord& record, const QrsDetection& detection) : m_record(record)
    {
        m_factor = std::max<std::size_t>(1, std::size_t(std::round(record.samplingHz / workHz)));
        const double hz = record.samplingHz / double(m_factor);
        m_half = std::max<std::size_t>(2, std::size_t(std::round(reach * hz)));
        m_shift = std::max<std::size_t>(1, std::size_t(std::round(shift * hz)));
        for (std::size_t lead = 0; lead < leadCount; ++lead)
            if (detection.weight[lead] > leastWeight)
                m_leads.push_back({lead, std::sqrt(detection.weight[lead])});
    }
    std::size_t factor() const { return m_factor; }
    std::size_t shifts() const { return m_shift; }
    std::size_t width() const { return 2 * m_half + 1; } // per lead, of a template
    std::size_t leads() const { return m_leads.size(); }

    // Room for the shifts is on both sides. Empty where the recording ends or has a gap.
    std::vector<double> cut(std::size_t peak) const
    {
        const std::size_t arm = (m_half + m_shift) * m_factor;
        if (m_leads.empty() || peak < arm || peak + arm + m_factor > m_record.samples())
            return {};
        std::vector<double> values;
        values.reserve(m_leads.size() * (width() + 2 * m_shift));
        for (const auto& [lead, weight] : m_leads) {
            const float* from = m_record.leads[lead].data() + (peak - arm);
            for (std::size_t i = 0; i < width() + 2 * m_shift; ++i, from += m_factor) {
                double sum = 0;
                for (std::size_t k = 0; k < m_factor; ++k)
                    sum += double(from[k]);
                if (!std::isfinite(sum))
                    return {};
                values.push_back(weight * sum / double(m_factor));
            }
        }
        return values;
    }

    // The template-sized part at one shift (0 … 2 shifts()), about the mean of each lead; its size.
    double part(const std::vector<double>& cut, std::size_t at, std::vector<double>& out) const
    {
        const std::size_t stride = width() + 2 * m_shift;
        out.resize(m_leads.size() * width());
        double energy = 0;
        for (std::size_t lead = 0; lead < m_leads.size(); ++lead) {
            const double* from = cut.data() + lead * stride + at;
            double mean = 0;
            for (std::size_t i = 0; i < width(); ++i)
                mean += from[i];
            mean /= double(width());
            for (std::size_t i = 0; i < width(); ++i) {
                const double v = from[i] - mean;
                out[lead * width() + i] = v;
                energy += v * v;
            }
        }
        return std::sqrt(energy);
    }

private:
    struct Used
    {
        std::size_t lead;
        double weight;
    };
    const EcgRecord& m_record;
    std::vector<Used> m_leads;
    std::size_t m_factor = 1, m_half = 2, m_shift = 1;
};

struct Template
{
    std::vector<double> sum;
    double size = 0; // of the sum
    std::size_t beats = 0;
};

struct Fit
{
    double correlation = -1;
    std::size_t at = 0;
    double size = 0;
};

Fit bestFit(const Cutter& cutter, const std::vector<double>& cut, const Template& shape, std::vector<double>& part)
{
    Fit best;
    for (std::size_t at = 0; at <= 2 * cutter.shifts(); ++at) {
        const double size = cutter.part(cut, at, part);
        double dot = 0;
        for (std::size_t i = 0; i < part.size(); ++i)
            dot += part[i] * shape.sum[i];
        const double norm = size * shape.size;
        if (const double c = norm > 0 ? dot / norm : 0; c > best.correlation)
            best = {c, at, size};
    }
    return best;
}

void add(Template& shape, const std::vector<double>& part)
{
    shape.sum.resize(part.size());
    double energy = 0;
    for (std::size_t i = 0; i < part.size(); ++i) {
        shape.sum[i] += part[i];
        energy += shape.sum[i] * shape.sum[i];
    }
    shape.size = std::sqrt(energy);
    ++shape.beats;
}

bool similar(const Fit& fit, const Template& shape)
{
    const double usual = shape.size / double(shape.beats);
    return fit.correlation >= alike && fit.size < 2 * usual && fit.size > 0.5 * usual;
}

} // namespace

bool staysBetween(const std::vector<std::size_t>& peaks, std::size_t which, std::size_t place)
{
    return (which == 0 || place > peaks[which - 1]) && (which + 1 >= peaks.size() || place < peaks[which + 1]);
}

BeatClasses classify(const EcgRecord& record, QrsDetection& detection)
{
    BeatClasses result;
    const Cutter cutter(record, detection);
    const std::size_t n = detection.peaks.size();
    result.classOf.assign(n, -1);
    result.agreement.assign(n, 0);
    std::vector<Template> shapes;
    std::vector<double> part;
    for (std::size_t beat = 0; beat < n; ++beat) {
        const std::vector<double> cut = cutter.cut(detection.peaks[beat]);
        if (cut.empty())
            continue;
        Fit best;
        int chosen = -1;
        for (std::size_t i = 0; i < shapes.size(); ++i) {
            const Fit fit = bestFit(cutter, cut, shapes[i], part);
            if (similar(fit, shapes[i]) && fit.correlation > best.correlation) {
                best = fit;
                chosen = int(i);
            }
        }
        if (chosen < 0) {
            if (shapes.size() >= mostClasses)
                continue;
            chosen = int(shapes.size());
            shapes.emplace_back();
            best.at = cutter.shifts();
        }
        cutter.part(cut, best.at, part);
        add(shapes[std::size_t(chosen)], part);
        result.classOf[beat] = chosen;
    }
    for (std::size_t i = 0; i < shapes.size(); ++i)
        if (shapes[i].beats > result.dominantBeats) {
            result.dominantBeats = shapes[i].beats;
            result.dominant = int(i);
        }
    if (result.dominant < 0)
        return result;
    // Once more against the finished template: beats that came before it was good, and their exact places.
    const Template shape = shapes[std::size_t(result.dominant)];
    result.dominantBeats = 0;
    for (std::size_t beat = 0; beat < n; ++beat) {
        const std::vector<double> cut = cutter.cut(detection.peaks[beat]);
        if (cut.empty())
            continue;
        const Fit fit = bestFit(cutter, cut, shape, part);
        result.agreement[beat] = fit.correlation;
        if (similar(fit, shape)) {
            result.classOf[beat] = result.dominant;
            const std::size_t place =
                detection.peaks[beat] + fit.at * cutter.factor() - cutter.shifts() * cutter.factor();
            if (staysBetween(detection.peaks, beat, place))
                detection.peaks[beat] = place;
            ++result.dominantBeats;
        } else if (result.classOf[beat] == result.dominant) {
            result.classOf[beat] = int(shapes.size()); // joined while the template was still another
        }
    }
    return result;
}

} // namespace echo2ecg::ecg
