// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulation/scanner.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numbers>

namespace echo2ecg::simulation {

namespace {

constexpr int tableBits = 15;
constexpr double cell = 0.05; // cm between scatterers

// 10 · log10, within 0.03 dB.
float decibels(float power)
{
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(power + 1e-12f);
    const float exponent = float(int(bits >> 23) - 127), mantissa = std::bit_cast<float>((bits & 0x7FFFFFu) | 0x3F800000u);
    const float log2 = exponent - 1.7105f + mantissa * (2.0282f - 0.3177f * mantissa) + 0.0003f;
    return 3.0103f * log2;
}

// Power is kept for noise, so a border of several cells gains.
std::vector<float> kernel(double sigma)
{
    const int reach = std::max(1, int(std::ceil(2.2 * sigma)));
    std::vector<float> k;
    double squares = 0;
    for (int i = -reach; i <= reach; ++i) {
        const double g = std::exp(-0.5 * i * i / (sigma * sigma));
        k.push_back(float(g));
        squares += g * g;
    }
    for (float& v : k)
        v /= float(std::sqrt(squares));
    return k;
}

} // namespace

MachineSettings drawMachine(const VirtualPatient& patient)
{
    Random random(patient.seed, std::uint64_t(patient.number), "machine");
    MachineSettings m;
    const double hard = std::clamp((patient.bmi() - 24) / 16, -0.2, 1.2); // fat takes the picture
    m.halfAngle = random.uniform(0.66, 0.79);
    m.gainDb = random.normal(0, 2.6, -6, 6);
    m.rangeDb = random.uniform(52, 64);
    m.tgcDbPerCm = random.normal(-0.15 - 0.25 * hard, 0.25);
    m.blur = random.uniform(0.85, 1.25) * (1 + 0.2 * hard);
    m.clutter = std::clamp(random.normal(0.22 + 0.18 * hard, 0.12), 0.03, 0.8);
    m.noise = 0.013 * random.factor(0.4) * (1 + hard);
    m.haze = 0.032 * random.factor(0.5);
    m.dropout = std::clamp(random.normal(0.25 + 0.2 * hard, 0.18), 0.0, 0.9);
    m.brightness = random.uniform(0.85, 1.2);
    return m;
}

Layout Layout::of(int columns, int rows, double depthCm, double halfAngle)
{
    Layout l;
    l.columns = columns;
    l.rows = rows;
    const int trace = std::max(18, rows * 11 / 100), margin = std::max(3, rows / 60);
    l.traceX0 = columns / 20;
    l.traceX1 = columns - 1 - columns / 20;
    l.traceY1 = rows - 1 - margin;
    l.traceY0 = l.traceY1 - trace + 1;
    l.sectorY0 = 2 * margin;
    l.sectorY1 = l.traceY0 - 1 - margin;
    l.originX = columns / 2.0;
    l.originY = l.sectorY0;
    l.pixelsPerCm = (l.sectorY1 - l.sectorY0 + 1) / depthCm;
    const double half = std::min(columns / 2.0 - 12, l.pixelsPerCm * depthCm * std::sin(halfAngle) + 1);
    l.sectorX0 = int(l.originX - half);
    l.sectorX1 = int(l.originX + half);
    return l;
}

Scanner::Scanner(const Layout& layout, const MachineSettings& machine, std::uint64_t seed, std::uint64_t patient, std::string_view clip)
    : m_layout(layout), m_machine(machine), m_random(seed, patient, std::string("speckle ") + std::string(clip)), m_table(std::size_t(2) << tableBits),
      m_re(std::size_t(beams) * samples), m_im(m_re.size()), m_spare(m_re.size()), m_velocity(m_re.size()), m_isBlood(m_re.size()), m_grey(m_re.size()),
      m_beamGain(beams)
{
    for (float& v : m_table)
        v = m_random.quick() * 0.70711f;
    // Ribs and lung take beams, mostly at the edges.
    std::array<double, 5> wave{};
    for (double& w : wave)
        w = m_random.normal();
    const double side = m_random.uniform() < 0.5 ? -1 : 1;
    for (int b = 0; b < beams; ++b) {
        const double t = (b + 0.5) / beams;
        double loss = 0;
        for (std::size_t k = 0; k < wave.size(); ++k)
            loss += wave[k] / (1.0 + double(k)) * std::sin((double(k) + 1.3) * std::numbers::pi * t + wave[(k + 1) % wave.size()]);
        const double edge = std::exp(-(side < 0 ? t : 1 - t) * 9) * 1.6 + std::exp(-(side < 0 ? 1 - t : t) * 16);
        m_beamGain[std::size_t(b)] = float(std::pow(10, -m_machine.dropout * (4.0 * std::max(0.0, loss) + 9 * edge) / 20));
    }
    const double step = m_machine.depthCm / samples;
    for (int y = layout.sectorY0; y <= layout.sectorY1; ++y)
        for (int x = layout.sectorX0; x <= layout.sectorX1; ++x) {
            const double dx = (x + 0.5 - layout.originX) / layout.pixelsPerCm, dy = (y + 0.5 - layout.originY) / layout.pixelsPerCm;
            const double depth = std::hypot(dx, dy), angle = std::atan2(dx, dy);
            const double k = depth / step - 0.5, b = (angle / m_machine.halfAngle + 1) / 2 * beams - 0.5;
            if (k < 0 || k >= samples - 1.01 || b < 0 || b >= beams - 1.01)
                continue;
            m_pixels.push_back({x, y, int(k) * beams + int(b), float(b - std::floor(b)), float(k - std::floor(k)), float(angle), float(depth / m_machine.depthCm)});
        }
}

void Scanner::acquire(const Scene& scene, double fromAngle, double toAngle, bool isColour, int firstBeam, int endBeam)
{
    const Pose pose = scene.pose();
    const double step = m_machine.depthCm / samples;
    const float haze = float(m_machine.haze);
    constexpr std::uint32_t mask = (1u << tableBits) - 1;
    std::array<float, samples> gain{}, near{}, noise{}, fade{};
    for (int k = 0; k < samples; ++k) {
        const double d = (k + 0.5) * step;
        gain[std::size_t(k)] = float(std::pow(10, m_machine.tgcDbPerCm * (d - 6) / 20));
        // Layers of the chest wall, their echoes again, and what the beam's sides bring in.
        const double layers = 0.55 + 0.45 * std::sin(d * 9.0) * std::exp(-d / 1.5);
        near[std::size_t(k)] = float(m_machine.clutter * (1.3 * std::exp(-d / 1.3) * layers + 0.26 * std::exp(-d / 6)) + 0.9 * std::exp(-std::pow(d / 0.7, 2)));
        fade[std::size_t(k)] = float(std::exp(-d / 7) + 0.08); // lung swallows it
        noise[std::size_t(k)] = float(m_machine.noise * (0.3 + std::pow(d / 10, 1.5)));
    }
    for (int b = firstBeam; b < endBeam; ++b) {
        const double angle = fromAngle + (b + 0.5) / beams * (toAngle - fromAngle);
        const double c = std::cos(angle), s = std::sin(angle);
        const double dx = pose.deep.x * c + pose.right.x * s, dy = pose.deep.y * c + pose.right.y * s;
        const float beam = m_beamGain[std::size_t(std::clamp(int((angle / m_machine.halfAngle + 1) / 2 * beams), 0, beams - 1))];
        for (int k = 0; k < samples; ++k) {
            const double d = (k + 0.5) * step;
            const Matter m = scene.at(pose.probe.x + d * dx, pose.probe.y + d * dy);
            const std::size_t at = std::size_t(k) * beams + std::size_t(b);
            float re = 0, im = 0;
            const bool isBlood = m.tissue == Tissue::Blood;
            if (isBlood) { // moves on from frame to frame
                re = haze * m_random.quick();
                im = haze * m_random.quick();
            } else {
                const float facing = float(std::abs(m.nx * dx + m.ny * dy)), square = facing * facing;
                const float echo = m.echo * (m.tissue == Tissue::Chest ? fade[std::size_t(k)] : 1) * (0.62f + 0.38f * square);
                const std::uint32_t iu = std::uint32_t(std::int32_t(std::floor(double(m.u) / cell))), iv = std::uint32_t(std::int32_t(std::floor(double(m.v) / cell)));
                std::uint32_t h = iu * 0x8da6b343u ^ iv * 0xd8163841u;
                h ^= h >> 15;
                h = (h * 0x2c1b3c6du ^ h >> 12) & mask;
                re = echo * m_table[2 * h] + 0.45f * m.mirror * square * square;
                im = echo * m_table[2 * h + 1];
            }
            const std::uint32_t fixed = (std::uint32_t(k) * 131u + std::uint32_t(b) * 7919u) & mask;
            re += near[std::size_t(k)] * m_table[2 * fixed];
            im += near[std::size_t(k)] * m_table[2 * fixed + 1];
            const float g = gain[std::size_t(k)] * beam, n = noise[std::size_t(k)];
            m_re[at] = g * re + n * m_random.quick();
            m_im[at] = g * im + n * m_random.quick();
            if (isColour) {
                m_isBlood[at] = isBlood;
                const float jitter = 1 + m.turbulence * 0.8f * m_random.quick();
                m_velocity[at] = isBlood ? -float(dy) * m.flow * jitter : 0; // towards the probe
            }
        }
    }
}

void Scanner::focus()
{
    // Across the beam, wider away from the focus; along it, the pulse.
    std::array<std::vector<float>, 4> across;
    for (std::size_t i = 0; i < across.size(); ++i)
        across[i] = kernel(m_machine.blur * (0.85 + 0.28 * double(i)));
    const std::vector<float> along = kernel(0.85);
    for (std::vector<float>* field : {&m_re, &m_im}) {
        std::fill(m_spare.begin(), m_spare.end(), 0.0f);
        for (int k = 0; k < samples; ++k) {
            const auto& w = across[std::size_t(k) * across.size() / samples];
            const int reach = int(w.size()) / 2;
            float* to = m_spare.data() + std::size_t(k) * beams;
            const float* from = field->data() + std::size_t(k) * beams;
            for (int t = -reach; t <= reach; ++t) {
                const float weight = w[std::size_t(t + reach)];
                const int first = std::max(0, -t), last = std::min(beams, beams - t);
                for (int b = first; b < last; ++b)
                    to[b] += weight * from[b + t];
            }
        }
        std::fill(field->begin(), field->end(), 0.0f);
        const int reach = int(along.size()) / 2;
        for (int k = 0; k < samples; ++k)
            for (int t = -reach; t <= reach; ++t) {
                if (k + t < 0 || k + t >= samples)
                    continue;
                const float weight = along[std::size_t(t + reach)];
                float* to = field->data() + std::size_t(k) * beams;
                const float* from = m_spare.data() + std::size_t(k + t) * beams;
                for (int b = 0; b < beams; ++b)
                    to[b] += weight * from[b];
            }
    }
    const float base = float(0.52 * m_machine.rangeDb + m_machine.gainDb), scale = float(255 / m_machine.rangeDb);
    const float lift = float(m_machine.brightness);
    for (std::size_t i = 0; i < m_re.size(); ++i) {
        const float g = std::clamp((decibels(m_re[i] * m_re[i] + m_im[i] * m_im[i]) + base) * scale, 0.0f, 255.0f) / 255;
        // An S-shaped curve of grey.
        m_grey[i] = std::min(255.0f, 255 * lift * g * g * (2.2f - 1.2f * g));
    }
}

void Scanner::scan(const Scene& scene, base::RgbImage& frame, bool isColour)
{
    acquire(scene, -m_machine.halfAngle, m_machine.halfAngle, isColour, 0, beams);
    focus();
    for (const Pixel& p : m_pixels) {
        const float* g = m_grey.data() + p.cell;
        const float top = g[0] + p.across * (g[1] - g[0]), bottom = g[beams] + p.across * (g[beams + 1] - g[beams]);
        const std::uint8_t v = std::uint8_t(top + p.along * (bottom - top));
        std::uint8_t* pixel = frame.row(p.y) + 3 * p.x;
        pixel[0] = pixel[1] = pixel[2] = v;
        if (!isColour || p.angle < box.fromAngle || p.angle > box.toAngle || p.depth < box.fromDepth || p.depth > box.toDepth)
            continue;
        const std::size_t i = std::size_t(p.cell) + (p.across > 0.5f ? 1 : 0) + (p.along > 0.5f ? std::size_t(beams) : 0);
        float speed = m_velocity[i];
        if (!m_isBlood[i] || std::abs(speed) < 9 || v > 120)
            continue;
        // Beyond the limit it aliases.
        const float limit = float(box.nyquist);
        speed = speed - 2 * limit * std::floor((speed + limit) / (2 * limit));
        const float part = std::min(1.0f, std::abs(speed) / limit);
        const std::uint8_t strong = std::uint8_t(95 + 160 * std::min(1.0f, part * 1.6f)), second = std::uint8_t(part > 0.45f ? 255 * (part - 0.45f) / 0.55f : 0);
        if (speed > 0)
            pixel[0] = strong, pixel[1] = second, pixel[2] = 0;
        else
            pixel[0] = 0, pixel[1] = second, pixel[2] = strong;
    }
}

std::vector<std::uint8_t> Scanner::line(const Scene& scene, double angle, int height)
{
    // The fan is as dense as the sector, so that the beam is as wide.
    const double density = 2 * m_machine.halfAngle / beams;
    constexpr int narrow = 6;
    std::fill(m_re.begin(), m_re.end(), 0.0f);
    std::fill(m_im.begin(), m_im.end(), 0.0f);
    acquire(scene, angle - density * beams / 2, angle + density * beams / 2, false, beams / 2 - narrow, beams / 2 + narrow + 1);
    focus();
    std::vector<std::uint8_t> column(std::size_t(std::max(0, height)));
    for (int y = 0; y < height; ++y) {
        const double k = std::clamp((y + 0.5) / height * samples - 0.5, 0.0, samples - 1.01);
        const float* g = m_grey.data() + std::size_t(k) * beams + beams / 2;
        column[std::size_t(y)] = std::uint8_t(g[0] + float(k - std::floor(k)) * (g[beams] - g[0]));
    }
    return column;
}

} // namespace echo2ecg::simulation
