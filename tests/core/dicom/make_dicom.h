// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QTemporaryDir>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

// Writes small DICOM objects byte by byte, so that tests can also write wrong ones.
namespace echo2ecg::test {

enum class Writing { Implicit, Explicit, BigEndian };

inline const char* syntaxUid(Writing writing)
{
    return writing == Writing::Implicit    ? "1.2.840.10008.1.2"
           : writing == Writing::BigEndian ? "1.2.840.10008.1.2.2"
                                           : "1.2.840.10008.1.2.1";
}

inline constexpr const char* stillClass = "1.2.840.10008.5.1.4.1.1.6.1";
inline constexpr const char* clipClass = "1.2.840.10008.5.1.4.1.1.3.1";
inline constexpr const char* ecgClass = "1.2.840.10008.5.1.4.1.1.9.1.1";

class DataWriter
{
public:
    explicit DataWriter(Writing writing = Writing::Explicit) : m_writing(writing) {}

    DataWriter& bytes(std::uint32_t tag, const char* vr, QByteArray value)
    {
        if (value.size() % 2)
            value.append(isText(vr) && std::string(vr) != "UI" ? ' ' : '\0');
        header(tag, vr, std::uint32_t(value.size()));
        m_out += value;
        return *this;
    }
    DataWriter& text(std::uint32_t tag, const char* vr, const QByteArray& value) { return bytes(tag, vr, value); }
    DataWriter& us(std::uint32_t tag, unsigned value) { return bytes(tag, "US", number(value, 2)); }
    DataWriter& ul(std::uint32_t tag, unsigned value) { return bytes(tag, "UL", number(value, 4)); }
    DataWriter& fd(std::uint32_t tag, double value)
    {
        std::uint64_t bits;
        std::memcpy(&bits, &value, 8);
        return bytes(tag, "FD", number(bits, 8));
    }
    // Items of defined or undefined length.
    DataWriter& sequence(std::uint32_t tag, const std::vector<QByteArray>& items, bool isUndefined = false)
    {
        QByteArray inner;
        for (const QByteArray& item : items) {
            inner += delimiter(0xFFFEE000, isUndefined ? 0xFFFFFFFFu : std::uint32_t(item.size())) + item;
            if (isUndefined)
                inner += delimiter(0xFFFEE00D, 0);
        }
        if (isUndefined)
            inner += delimiter(0xFFFEE0DD, 0);
        header(tag, "SQ", isUndefined ? 0xFFFFFFFFu : std::uint32_t(inner.size()));
        m_out += inner;
        return *this;
    }
    // Encapsulated pixel data; `table` as it should stand there.
    DataWriter& fragments(const std::vector<QByteArray>& parts, const std::vector<std::uint32_t>& table = {},
                          bool isClosed = true)
    {
        header(0x7FE00010, "OB", 0xFFFFFFFFu);
        m_out += delimiter(0xFFFEE000, std::uint32_t(4 * table.size()));
        for (std::uint32_t offset : table)
            m_out += number(offset, 4);
        for (QByteArray part : parts) {
            if (part.size() % 2)
                part.append('\0');
            m_out += delimiter(0xFFFEE000, std::uint32_t(part.size())) + part;
        }
        if (isClosed)
            m_out += delimiter(0xFFFEE0DD, 0);
        return *this;
    }
    DataWriter& raw(const QByteArray& bytes)
    {
        m_out += bytes;
        return *this;
    }
    void header(std::uint32_t tag, const char* vr, std::uint32_t length)
    {
        m_out += number(tag >> 16, 2) + number(tag & 0xFFFF, 2);
        const std::string type = vr;
        if (m_writing == Writing::Implicit) {
            m_out += number(length, 4);
        } else if (type == "OB" || type == "OW" || type == "SQ" || type == "UN" || type == "UT") {
            m_out += QByteArray(vr, 2) + QByteArray(2, '\0') + number(length, 4);
        } else {
            m_out += QByteArray(vr, 2) + number(length, 2);
        }
    }
    QByteArray delimiter(std::uint32_t tag, std::uint32_t length) const
    {
        return number(tag >> 16, 2) + number(tag & 0xFFFF, 2) + number(length, 4);
    }
    QByteArray number(std::uint64_t value, int size) const
    {
        QByteArray bytes;
        for (int i = 0; i < size; ++i)
            bytes.append(char(value >> (8 * (m_writing == Writing::BigEndian ? size - 1 - i : i))));
        return bytes;
    }
    const QByteArray& data() const { return m_out; }
    Writing writing() const { return m_writing; }

private:
    static bool isText(const std::string& vr)
    {
        return vr != "OB" && vr != "OW" && vr != "UN" && vr != "US" && vr != "UL" && vr != "SS" && vr != "SL" &&
               vr != "FD" && vr != "FL";
    }

    Writing m_writing;
    QByteArray m_out;
};

// Preamble, meta group and data set.
inline QByteArray withMeta(const QByteArray& dataSet, const char* syntax, const char* classUid = stillClass)
{
    DataWriter meta;
    meta.text(0x00020002, "UI", classUid).text(0x00020003, "UI", "1.2.3.4").text(0x00020010, "UI", syntax);
    DataWriter length;
    length.ul(0x00020000, unsigned(meta.data().size()));
    return QByteArray(128, '\0') + "DICM" + length.data() + meta.data() + dataSet;
}

struct ImageSpec
{
    int rows = 6, columns = 8, frames = 1;
    const char* photometric = "RGB";
    int samples = 3, allocated = 8, stored = 8, planar = 0;
    bool isSigned = false;
};

// Everything up to the pixel data.
inline DataWriter imageHeader(const ImageSpec& spec, Writing writing = Writing::Explicit)
{
    DataWriter data(writing);
    data.text(0x00080016, "UI", spec.frames > 1 ? clipClass : stillClass).text(0x00080018, "UI", "1.2.3.4");
    data.text(0x00080020, "DA", "20240229").text(0x00080060, "CS", "US").text(0x00100020, "LO", "TEST");
    data.us(0x00280002, unsigned(spec.samples)).text(0x00280004, "CS", spec.photometric);
    if (spec.samples > 1)
        data.us(0x00280006, unsigned(spec.planar));
    if (spec.frames != 1)
        data.text(0x00280008, "IS", QByteArray::number(spec.frames));
    data.us(0x00280010, unsigned(spec.rows)).us(0x00280011, unsigned(spec.columns));
    data.us(0x00280100, unsigned(spec.allocated)).us(0x00280101, unsigned(spec.stored));
    data.us(0x00280102, unsigned(spec.stored - 1)).us(0x00280103, spec.isSigned ? 1 : 0);
    return data;
}

class Folder
{
public:
    std::filesystem::path write(const char* name, const QByteArray& bytes) const
    {
        const std::filesystem::path file = std::filesystem::path(m_dir.path().toStdString()) / name;
        std::ofstream(file, std::ios::binary | std::ios::trunc).write(bytes.data(), bytes.size());
        return file;
    }
    std::filesystem::path path(const char* name) const
    {
        return std::filesystem::path(m_dir.path().toStdString()) / name;
    }

private:
    QTemporaryDir m_dir;
};

// A picture whose every sample differs from its neighbours: rows × columns × 3.
inline std::vector<std::uint8_t> gradient(int rows, int columns, int seed = 0)
{
    std::vector<std::uint8_t> data;
    for (int y = 0; y < rows; ++y) {
        for (int x = 0; x < columns; ++x) {
            data.push_back(std::uint8_t(17 * x + 3 * y + seed));
            data.push_back(std::uint8_t(255 - 11 * y - 5 * x + seed));
            data.push_back(std::uint8_t(40 + 23 * ((x + y + seed) % 9)));
        }
    }
    return data;
}

inline QByteArray toBytes(const std::vector<std::uint8_t>& data)
{
    return QByteArray(reinterpret_cast<const char*>(data.data()), qsizetype(data.size()));
}

inline QByteArray toPlanes(const std::vector<std::uint8_t>& interleaved)
{
    QByteArray planes;
    for (std::size_t c = 0; c < 3; ++c) {
        for (std::size_t i = c; i < interleaved.size(); i += 3)
            planes.append(char(interleaved[i]));
    }
    return planes;
}

// RLE segments as literal runs; planes of equal length.
inline QByteArray rleFrame(const std::vector<QByteArray>& planes)
{
    const DataWriter le;
    QByteArray head = le.number(planes.size(), 4), body;
    for (const QByteArray& plane : planes) {
        head += le.number(std::uint64_t(64 + body.size()), 4);
        for (qsizetype at = 0; at < plane.size(); at += 128) {
            const QByteArray run = plane.mid(at, 128);
            body.append(char(run.size() - 1));
            body += run;
        }
        if (body.size() % 2)
            body.append('\0');
    }
    head.append(64 - head.size(), '\0');
    return head + body;
}

} // namespace echo2ecg::test
