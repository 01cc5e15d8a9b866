// SPDX-License-Identifier: GPL-3.0-or-later
// Contec ECG90A and Healforce recorders: the samples, small files made here, and broken ones.
#include "ecg/ecg_reader.h"
#include "ecg/readers/contec_reader.h"
#include "ecg/readers/healforce_reader.h"
#include "ecg_test_support.h"

using namespace echo2ecg;
using namespace echo2ecg::ecg;

namespace {

using test::little;

std::string contec(const std::vector<std::array<int, 8>>& rows, bool closed = true)
{
    std::string all = std::string("0000001\0\0\0", 10) + "2020-11-15 12:59:50" + std::string(3, '\0') +
                      std::string("Name\0\0\0\0", 8) + std::string("\0\x41\x50", 3);
    for (const auto& row : rows)
        for (const int value : row)
            all += little(value, 2);
    return all + (closed ? std::string(37, '\0') : std::string());
}

// Sections 0, 1, 3 and 6 as Healforce writes them; samples in steps, three channels.
std::string healforce(const std::vector<std::array<int, 3>>& samples, int channels = 3)
{
    std::vector<unsigned> words;
    for (const auto& each : samples)
        for (const int v : each)
            words.push_back(unsigned(((((v >> 8) + 2) & 3) << 8) | (v & 0xFF)));
    while (words.size() % 4)
        words.push_back(0x200);
    std::string data;
    for (std::size_t i = 0; i < words.size(); i += 4) {
        const unsigned last = words[i + 3];
        data += little(words[i] | ((last << 2) & 0x3C00), 2) + little(words[i + 1] | ((last << 6) & 0x3C00), 2) +
                little(words[i + 2] | ((last << 10) & 0x3C00), 2);
    }
    const auto section = [](int id, const std::string& content) {
        return little(0, 2) + little(id, 2) + little(16 + std::int64_t(content.size()), 4) + "\x0d\x0d" +
               std::string(6, '\0') + content;
    };
    const std::string one =
        section(1, "\x02" + little(3, 2) + std::string("P1\0", 3) + "\x19" + little(4, 2) + "\x07\xe3\x08\x09\x1a" +
                       little(3, 2) + "\x0a\x0b\x0c" + std::string(3, '\0'));
    const std::string three = section(3, std::string{char(channels), '\4'} + little(1, 4) +
                                             little(std::int64_t(samples.size()), 4) + little(5, 2));
    const std::string six =
        section(6, little(9524, 2) + little(150, 2) + little(0, 2) + little(std::int64_t(data.size()), 2) + data);
    std::string table;
    std::size_t at = 6 + 16 + 40;
    table += little(0, 2) + little(56, 4) + little(6, 4);
    for (const auto& [id, bytes] : {std::pair{1, &one}, {3, &three}, {6, &six}}) {
        table += little(id, 2) + little(std::int64_t(bytes->size()), 4) + little(std::int64_t(at), 4);
        at += bytes->size();
    }
    const std::string zero = section(0, table);
    return little(0, 4) + little(std::int64_t(at), 2) + zero + one + three + six;
}

std::vector<std::array<int, 3>> limbs()
{
    std::vector<std::array<int, 3>> values;
    for (int i = 0; i < 40; ++i)
        values.push_back({i * 3 - 60, i * 9 - 200, i * 6 - 140});
    return values;
}

} // namespace

class TestEcgDevices : public QObject
{
    Q_OBJECT

    QTemporaryDir m_dir;
    std::filesystem::path file(const std::string& bytes)
    {
        return test::writeFile(test::pathOf(m_dir, "x.bin"), bytes);
    }

private slots:
    void contecRows()
    {
        const int none = 0x6800;
        const auto path = file(contec(
            {{2048, 2148, none, 2050, none, none, none, none}, {2248, 2048, none, none, none, none, none, none}}));
        QVERIFY(looksLikeEcg(path));
        const EcgRecord record = readEcg(path);
        QCOMPARE(record.format + record.patient.name + record.patient.sex, std::string("Contec ECGNameF"));
        QCOMPARE(record.patient.ageYears, std::optional(65));
        QCOMPARE(record.date + " " + record.time, std::string("2020-11-15 12:59:50"));
        QCOMPARE(record.samplingHz, 800.0);
        QCOMPARE(record.samples(), std::size_t(2));
        QCOMPARE(record[Lead::II][1], 1.0f);
        QCOMPARE(record[Lead::III][0], 0.5f);
        QCOMPARE(record[Lead::I][0], -0.5f);
        QCOMPARE(record[Lead::aVF][0], 0.25f);
        QVERIFY(record.has(Lead::V2) && !record.has(Lead::V1) && std::isnan(record[Lead::V2][1]));
        for (const char* code : {"rate-assumed", "leads-absent", "lead-derived"})
            QVERIFY(test::hasWarning(record.warnings, code));
        QVERIFY(!test::hasWarning(record.warnings, "truncated"));
        QVERIFY(test::hasWarning(readEcg(file(contec({{1, 2, 3, 4, 5, 6, 7, 8}}, false))).warnings, "truncated"));
    }

    void noMomentOutsideOfTheCalendar()
    {
        std::string bytes = contec({{1, 2, 3, 4, 5, 6, 7, 8}});
        bytes.replace(10, 19, "9999-99-99 99:99:99");
        const EcgRecord record = readEcg(file(bytes));
        QVERIFY(record.date.empty() && record.time.empty() && record.samples() == 1);
        std::string other = healforce(limbs());
        other.replace(other.find("\x0a\x0b\x0c"), 3, "\x0a\x0b\x3d");
        QVERIFY(readEcg(file(other)).time.empty());
    }

    void aSectionThatBreaksOffIsSaidOnce()
    {
        std::string bytes = healforce(limbs());
        // Entries of the table that ask for one section near the end.
        const std::size_t at = bytes.size(), more = 1000;
        const std::string entry = little(7, 2) + little(1 << 20, 4) + little(std::int64_t(at + 10 * more), 4);
        std::string entries;
        for (std::size_t i = 0; i < more; ++i)
            entries += entry;
        for (const std::size_t place : {10, 24}) // the length of section 0
            bytes.replace(place, 4, little(56 + std::int64_t(entries.size()), 4));
        for (std::size_t i = 1; i < 4; ++i) { // the others move
            const std::size_t start = 22 + 10 * i + 6;
            const auto* b = reinterpret_cast<const unsigned char*>(bytes.data() + start);
            bytes.replace(start, 4, little(b[0] + 256 * b[1] + std::int64_t(entries.size()), 4));
        }
        bytes.insert(62, entries);
        bytes += little(0, 2) + little(7, 2) + little(0, 4);
        const EcgRecord record = HealforceReader().read(file(bytes));
        QCOMPARE(record.samples(), std::size_t(40));
        QCOMPARE(std::count_if(record.warnings.begin(), record.warnings.end(),
                               [](const base::Warning& w) { return w.where == "section 7"; }),
                 std::ptrdiff_t(1));
    }

    void contecSample()
    {
        const auto path = test::sharedData("ecg_contec/0000037.ECG");
        E2E_NEED_SHARED(path);
        const EcgRecord record = readEcg(path);
        QCOMPARE(record.samples(), std::size_t(8375));
        QCOMPARE(record.presentLeads(), std::size_t(6));
        // 2030 and 2051 in the first row.
        QVERIFY(std::abs(record[Lead::II][0] - -0.09f) < 1e-6f && std::abs(record[Lead::III][0] - 0.015f) < 1e-6f);
    }

    void healforceSamples()
    {
        const auto path = file(healforce(limbs()));
        QVERIFY(looksLikeEcg(path));
        const EcgRecord record = readEcg(path);
        QCOMPARE(record.format + record.patient.id, std::string("Healforce SCPP1"));
        QCOMPARE(record.date + " " + record.time, std::string("2019-08-09 10:11:12"));
        QCOMPARE(record.samplingHz, 150.0);
        QCOMPARE(record.samples(), std::size_t(40));
        for (std::size_t i = 0; i < 40; ++i) {
            QVERIFY(std::abs(double(record[Lead::I][i]) - limbs()[i][0] * 0.009524) < 1e-6);
            QVERIFY(std::abs(double(record[Lead::II][i]) - limbs()[i][1] * 0.009524) < 1e-6);
            QVERIFY(std::abs(double(record[Lead::III][i]) - limbs()[i][2] * 0.009524) < 1e-6);
        }
        QVERIFY(test::hasWarning(record.warnings, "lead-order-assumed"));
    }

    void healforceSample()
    {
        const auto path = test::sharedData("ecg_scp/healforce_62.SCP");
        E2E_NEED_SHARED(path);
        const EcgRecord record = readEcg(path);
        QCOMPARE(record.samples(), std::size_t(4500));
        QCOMPARE(record.samplingHz, 150.0);
        QCOMPARE(record.date, std::string("2019-08-08"));
        float most = 0;
        for (const float v : record[Lead::II])
            most = std::max(most, std::abs(v));
        QVERIFY(std::abs(most - 114 * 0.009524f) < 1e-5f);
    }

    void refused()
    {
        auto others = limbs();
        for (std::size_t i = 0; i < others.size(); ++i)
            others[i][2] = int(i * 37 % 90);
        const auto healforceError = [&](const std::string& bytes) {
            return test::errorOf([&] { HealforceReader().read(file(bytes)); });
        };
        QCOMPARE(healforceError(healforce(others)), std::string("unsupported")); // names nothing, obeys nothing
        QCOMPARE(healforceError(healforce(limbs(), 1)), std::string("unsupported"));
        QCOMPARE(healforceError(healforce({})), std::string("truncated"));
        QCOMPARE(healforceError("something else"), std::string("malformed"));
        const auto contecError = [&](const std::string& bytes) {
            return test::errorOf([&] { ContecReader().read(file(bytes)); });
        };
        QCOMPARE(contecError(contec({})), std::string("truncated"));
        QCOMPARE(contecError("something else"), std::string("malformed"));
    }

    void damagedAnywhere()
    {
        for (const std::string& good : {healforce(limbs()), contec({{1, 2, 3, 4, 5, 6, 7, 8}})}) {
            for (std::size_t at = 0; at < good.size(); ++at) {
                std::string changed = good;
                changed[at] = char(changed[at] ^ 0xFF);
                for (const std::string& bytes : {good.substr(0, at), changed}) {
                    for (const EcgReader* reader :
                         {static_cast<const EcgReader*>(&m_healforce), static_cast<const EcgReader*>(&m_contec)}) {
                        const std::string outcome = test::errorOf([&] { reader->read(file(bytes)); });
                        QVERIFY2(!outcome.starts_with("not ours"), outcome.c_str());
                    }
                }
            }
        }
    }

private:
    HealforceReader m_healforce;
    ContecReader m_contec;
};

QTEST_GUILESS_MAIN(TestEcgDevices)
#include "test_ecg_devices.moc"
