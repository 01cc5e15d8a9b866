// SPDX-License-Identifier: GPL-3.0-or-later
#include "made_inputs.h"

#include <cstddef>
#include <cstdio>

#include <jpeglib.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <random>
#include <stdexcept>
#include <string>

namespace echo2ecg::bench {

namespace {

using Bytes = std::vector<std::uint8_t>;

void number(Bytes& to, std::uint32_t value, int size)
{
    for (int i = 0; i < size; ++i)
        to.push_back(std::uint8_t(value >> (8 * i)));
}

void element(Bytes& to, std::uint32_t tag, const char* vr, const std::string& value)
{
    number(to, tag >> 16, 2);
    number(to, tag & 0xFFFF, 2);
    to.insert(to.end(), vr, vr + 2);
    const bool isOdd = value.size() % 2;
    number(to, std::uint32_t(value.size() + isOdd), 2);
    to.insert(to.end(), value.begin(), value.end());
    if (isOdd)
        to.push_back(std::string(vr) == "UI" ? 0 : ' ');
}

void element(Bytes& to, std::uint32_t tag, int value)
{
    element(to, tag, "US", {char(value & 0xFF), char(value >> 8)});
}

void item(Bytes& to, std::uint32_t tag, const Bytes& value)
{
    number(to, tag >> 16, 2);
    number(to, tag & 0xFFFF, 2);
    number(to, std::uint32_t(value.size() + value.size() % 2), 4);
    to.insert(to.end(), value.begin(), value.end());
    if (value.size() % 2)
        to.push_back(0);
}

Bytes jpegOf(const Bytes& rgb, int rows, int columns)
{
    jpeg_compress_struct info{};
    jpeg_error_mgr errors{};
    info.err = jpeg_std_error(&errors);
    jpeg_create_compress(&info);
    unsigned char* data = nullptr;
    unsigned long size = 0;
    jpeg_mem_dest(&info, &data, &size);
    info.image_width = JDIMENSION(columns);
    info.image_height = JDIMENSION(rows);
    info.input_components = 3;
    info.in_color_space = JCS_RGB;
    jpeg_set_defaults(&info); // chroma of half the width and height …
    info.comp_info[0].h_samp_factor = 2;
    info.comp_info[0].v_samp_factor = 1; // … here of half the width only
    jpeg_set_quality(&info, 90, TRUE);
    jpeg_start_compress(&info, TRUE);
    while (info.next_scanline < info.image_height) {
        auto* row = const_cast<JSAMPROW>(rgb.data() + std::size_t(info.next_scanline) * std::size_t(columns) * 3);
        jpeg_write_scanlines(&info, &row, 1);
    }
    jpeg_finish_compress(&info);
    jpeg_destroy_compress(&info);
    Bytes result(data, data + size);
    std::free(data);
    return result;
}

// Speckle of a sector with its tip at the top; what is outside is black.
class Speckle
{
public:
    explicit Speckle(const ClipSpec& spec) : m_spec(spec), m_random(unsigned(spec.seed)), m_rgb(3 * area()) {}

    const Bytes& next(int frame)
    {
        const int rows = m_spec.rows, columns = m_spec.columns;
        const double tipX = columns / 2.0, tipY = rows * 0.04, depth = rows * 0.92;
        const double beat = std::sin(frame * 0.21);
        std::vector<float> noise(area());
        for (float& value : noise) // Rayleigh by inversion: the same on every platform
            value = std::sqrt(-2.0f * std::log((float(m_random() >> 8) + 1.0f) / 16777217.0f));
        std::fill(m_rgb.begin(), m_rgb.end(), std::uint8_t(0));
        for (int y = 1; y + 1 < rows; ++y) {
            for (int x = 1; x + 1 < columns; ++x) {
                const double dx = x - tipX, dy = y - tipY, r = std::sqrt(dx * dx + dy * dy);
                if (dy <= 0 || r > depth || std::abs(dx) > dy * 0.9)
                    continue;
                const std::size_t i = std::size_t(y) * std::size_t(columns) + std::size_t(x);
                const float soft = 0.5f * noise[i] + 0.25f * (noise[i - 1] + noise[i + 1]);
                const double wall = std::sin(r / depth * 9 + beat) * std::cos(dx / depth * 5);
                const int shade = std::clamp(int(float(18 + 34 * (wall + 1)) * soft + 3), 0, 255);
                std::fill_n(m_rgb.begin() + std::ptrdiff_t(3 * i), 3, std::uint8_t(shade));
            }
        }
        furnish();
        return m_rgb;
    }

private:
    std::size_t area() const { return std::size_t(m_spec.rows) * std::size_t(m_spec.columns); }

    // What every machine draws beside the picture: a colour bar and writing.
    void furnish()
    {
        const int rows = m_spec.rows, columns = m_spec.columns;
        for (int y = rows / 10; y < rows / 3; ++y) {
            for (int x = columns - columns / 20; x < columns - columns / 32; ++x) {
                std::uint8_t* p = m_rgb.data() + 3 * (std::size_t(y) * std::size_t(columns) + std::size_t(x));
                p[0] = std::uint8_t(std::max(0, 255 - 6 * (y - rows / 10)));
                p[2] = std::uint8_t(std::min(255, 2 * (y - rows / 10)));
            }
        }
        for (int y = rows / 20; y < rows / 20 + 10; ++y)
            for (int x = columns / 40; x < columns / 6; ++x)
                if ((x / 3 + y / 4 + x * y / 50) % 3 == 0)
                    std::fill_n(m_rgb.begin() +
                                    std::ptrdiff_t(3 * (std::size_t(y) * std::size_t(columns) + std::size_t(x))),
                                3, std::uint8_t(200));
    }

    ClipSpec m_spec;
    std::mt19937 m_random;
    Bytes m_rgb;
};

} // namespace

std::vector<float> madeEcg()
{
    std::mt19937 random(7);
    std::vector<float> values(std::size_t(ecgLeads) * std::size_t(ecgSamples));
    for (int lead = 0; lead < ecgLeads; ++lead) {
        for (int i = 0; i < ecgSamples; ++i) {
            const double t = i / 500.0, phase = std::fmod(t + 0.01 * lead, 0.8) - 0.3;
            const double beat =
                std::exp(-phase * phase * 8000) - 0.15 * std::exp(-(phase - 0.25) * (phase - 0.25) * 300);
            const double drift = 0.3 * std::sin(0.9 * t + lead) + 0.05 * t;
            const double noise = (double(random()) / 4294967296.0 - 0.5) * 0.06;
            values[std::size_t(lead * ecgSamples + i)] = float(beat * (0.4 + 0.1 * lead) + drift + noise);
        }
    }
    return values;
}

void writeClip(const std::filesystem::path& file, const ClipSpec& spec)
{
    const std::string classUid = "1.2.840.10008.5.1.4.1.1.3.1", uid = "1.2.3.60." + std::to_string(spec.seed);
    Bytes meta;
    element(meta, 0x00020002, "UI", classUid);
    element(meta, 0x00020003, "UI", uid);
    element(meta, 0x00020010, "UI", "1.2.840.10008.1.2.4.50");
    Bytes out(128);
    for (const char c : std::string("DICM"))
        out.push_back(std::uint8_t(c));
    const auto length = std::uint32_t(meta.size());
    element(out, 0x00020000, "UL", {char(length), char(length >> 8), char(length >> 16), char(length >> 24)});
    out.insert(out.end(), meta.begin(), meta.end());

    element(out, 0x00080016, "UI", classUid);
    element(out, 0x00080018, "UI", uid);
    element(out, 0x00080020, "DA", "20200101");
    element(out, 0x00080060, "CS", "US");
    element(out, 0x00100020, "LO", "MADE");
    element(out, 0x00181063, "DS", "33.3");
    element(out, 0x0020000D, "UI", "1.2.3.60");
    element(out, 0x00280002, 3);
    element(out, 0x00280004, "CS", "YBR_FULL_422");
    element(out, 0x00280006, 0);
    element(out, 0x00280008, "IS", std::to_string(spec.frames));
    element(out, 0x00280010, spec.rows);
    element(out, 0x00280011, spec.columns);
    element(out, 0x00280100, 8);
    element(out, 0x00280101, 8);
    element(out, 0x00280102, 7);
    element(out, 0x00280103, 0);
    number(out, 0x7FE0, 2);
    number(out, 0x0010, 2);
    for (const char c : {'O', 'B', '\0', '\0'})
        out.push_back(std::uint8_t(c));
    number(out, 0xFFFFFFFFu, 4);
    item(out, 0xFFFEE000, {});
    Speckle speckle(spec);
    for (int i = 0; i < spec.frames; ++i)
        item(out, 0xFFFEE000, jpegOf(speckle.next(i), spec.rows, spec.columns));
    item(out, 0xFFFEE0DD, {});

    // Renamed when whole: a run that is stopped leaves no half clip for the next one.
    const std::filesystem::path part = file.string() + ".part";
    std::ofstream stream(part, std::ios::binary | std::ios::trunc);
    stream.write(reinterpret_cast<const char*>(out.data()), std::streamsize(out.size()));
    stream.close();
    if (!stream)
        throw std::runtime_error("can't write " + file.string());
    std::filesystem::rename(part, file);
}

} // namespace echo2ecg::bench
