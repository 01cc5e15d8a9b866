// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/waveform.h"
#include "make_dicom.h"
#include "support/test_paths.h"

#include <cmath>

using namespace echo2ecg;
using namespace echo2ecg::test;

namespace {

QByteArray code(Writing writing, const char* value, const char* scheme, const char* meaning)
{
    DataWriter item(writing);
    item.text(0x00080100, "SH", value).text(0x00080102, "SH", scheme).text(0x00080104, "LO", meaning);
    return item.data();
}

struct Scaling
{
    const char *sensitivity = nullptr, *correction = nullptr, *baseline = nullptr;
};

QByteArray channel(Writing writing, const char* lead, const Scaling& scaling)
{
    DataWriter item(writing);
    item.text(0x003A0203, "SH", lead);
    item.sequence(0x003A0208, {code(writing, "5.6.3-9-1", "SCPECG", lead)});
    if (scaling.sensitivity) {
        item.text(0x003A0210, "DS", scaling.sensitivity);
        item.sequence(0x003A0211, {code(writing, "uV", "UCUM", "microvolt")});
    }
    if (scaling.correction)
        item.text(0x003A0212, "DS", scaling.correction);
    if (scaling.baseline)
        item.text(0x003A0213, "DS", scaling.baseline);
    item.text(0x003A0215, "DS", "2")
        .text(0x003A0220, "DS", "0.05")
        .text(0x003A0221, "DS", "150")
        .text(0x003A0222, "DS", "50");
    return item.data();
}

struct GroupSpec
{
    Writing writing = Writing::Explicit;
    int samples = 3, channels = 2, bits = 16;
    const char* interpretation = "SS";
    QByteArray data, padding;
    Scaling scaling;
    bool undefinedLengths = false;
};

QByteArray group(const GroupSpec& spec)
{
    DataWriter item(spec.writing);
    item.text(0x003A0004, "CS", "ORIGINAL")
        .us(0x003A0005, unsigned(spec.channels))
        .ul(0x003A0010, unsigned(spec.samples));
    item.text(0x003A001A, "DS", "500").text(0x003A0020, "SH", "RHYTHM");
    std::vector<QByteArray> channels;
    for (int c = 0; c < spec.channels; ++c)
        channels.push_back(channel(spec.writing, c == 0 ? "I" : "II", spec.scaling));
    item.sequence(0x003A0200, channels, spec.undefinedLengths);
    item.us(0x54001004, unsigned(spec.bits)).text(0x54001006, "CS", spec.interpretation);
    if (!spec.padding.isEmpty())
        item.bytes(0x5400100A, spec.bits == 8 ? "OB" : "OW", spec.padding);
    item.bytes(0x54001010, spec.bits == 8 ? "OB" : "OW", spec.data);
    return item.data();
}

QByteArray document(const std::vector<QByteArray>& groups, const std::vector<QByteArray>& annotations = {},
                    Writing writing = Writing::Explicit, bool undefinedLengths = false)
{
    DataWriter data(writing);
    data.text(0x00080016, "UI", ecgClass).text(0x00080060, "CS", "ECG").text(0x00100020, "LO", "TEST");
    if (!annotations.empty())
        data.sequence(0x0040B020, annotations, undefinedLengths);
    data.sequence(0x54000100, groups, undefinedLengths);
    return withMeta(data.data(), syntaxUid(writing), ecgClass);
}

QByteArray words(const DataWriter& writer, std::initializer_list<int> values)
{
    QByteArray bytes;
    for (int value : values)
        bytes += writer.number(std::uint64_t(value), 2);
    return bytes;
}

} // namespace

class TestDicomWaveform : public QObject
{
    Q_OBJECT

    Folder m_folder;

private slots:
    void samplesInEveryEncoding()
    {
        for (Writing writing : {Writing::Implicit, Writing::Explicit, Writing::BigEndian}) {
            for (bool undefinedLengths : {false, true}) {
                GroupSpec spec;
                spec.writing = writing;
                spec.undefinedLengths = undefinedLengths;
                spec.data = words(DataWriter(writing), {100, -200, 300, -400, -32768, 32767});
                spec.scaling = {"2.5", "1.1", "10"};
                const auto file = m_folder.write("w.dcm", document({group(spec)}, {}, writing, undefinedLengths));
                QVERIFY(dicom::summarise(file).kind == dicom::Kind::EcgWaveform);
                const dicom::WaveformDocument read = dicom::readWaveforms(file);
                QCOMPARE(read.groups.size(), std::size_t(1));
                const dicom::WaveformGroup& g = read.groups[0];
                QCOMPARE(g.label, std::string("RHYTHM"));
                QCOMPARE(g.originality, std::string("ORIGINAL"));
                QCOMPARE(g.samplingHz, 500.0);
                QCOMPARE(g.channels.size(), std::size_t(2));
                QCOMPARE(g.channels[1].label, std::string("II"));
                QCOMPARE(g.channels[0].sourceCode, std::string("5.6.3-9-1"));
                QCOMPARE(g.channels[0].units, std::string("uV"));
                QCOMPARE(*g.channels[0].lowHz, 0.05);
                QCOMPARE(*g.channels[0].highHz, 150.0);
                QCOMPARE(*g.channels[0].notchHz, 50.0);
                QCOMPARE(*g.channels[0].skewSeconds, 0.004);
                // raw · sensitivity · correction + baseline
                QCOMPARE(g.channels[0].samples[0], float(100 * 2.5 * 1.1 + 10));
                QCOMPARE(g.channels[0].samples[2], float(-32768 * 2.5 * 1.1 + 10));
                QCOMPARE(g.channels[1].samples[1], float(-400 * 2.5 * 1.1 + 10));
                QVERIFY(read.warnings.empty());
            }
        }
    }

    void eightBitAndUnsigned()
    {
        GroupSpec spec;
        spec.bits = 8;
        spec.data = QByteArray("\x01\xFF\x80\x7F\x00\x02", 6);
        spec.interpretation = "SB";
        auto read = dicom::readWaveforms(m_folder.write("sb.dcm", document({group(spec)})));
        QCOMPARE(read.groups[0].channels[1].samples[0], -1.0f);
        QCOMPARE(read.groups[0].channels[0].samples[1], -128.0f);
        spec.interpretation = "UB";
        read = dicom::readWaveforms(m_folder.write("ub.dcm", document({group(spec)})));
        QCOMPARE(read.groups[0].channels[1].samples[0], 255.0f);
        spec.bits = 16;
        spec.interpretation = "US";
        spec.data = words(DataWriter(), {65535, 1, 2, 3, 4, 5});
        read = dicom::readWaveforms(m_folder.write("us.dcm", document({group(spec)})));
        QCOMPARE(read.groups[0].channels[0].samples[0], 65535.0f);
        QVERIFY(!read.groups[0].channels[0].sensitivity);
    }

    void paddingBecomesNaN()
    {
        GroupSpec spec;
        spec.data = words(DataWriter(), {1, -32768, 2, 5, -32768, 6});
        spec.padding = words(DataWriter(), {-32768});
        const auto read = dicom::readWaveforms(m_folder.write("p.dcm", document({group(spec)})));
        QVERIFY(std::isnan(read.groups[0].channels[1].samples[0]));
        QVERIFY(std::isnan(read.groups[0].channels[0].samples[2]));
        QCOMPARE(read.groups[0].channels[1].samples[1], 5.0f);
    }

    void missingSamplesAreCutWithWarning()
    {
        GroupSpec spec;
        spec.samples = 10;
        spec.data = words(DataWriter(), {1, 2, 3, 4, 5, 6});
        const auto read = dicom::readWaveforms(m_folder.write("cut.dcm", document({group(spec)})));
        QCOMPARE(read.groups[0].channels[0].samples.size(), std::size_t(3));
        QCOMPARE(read.warnings.front().code, std::string("waveform-cut"));
    }

    void truncationAnywhereNeverCrashes()
    {
        GroupSpec spec;
        spec.data = words(DataWriter(), {1, 2, 3, 4, 5, 6});
        for (bool undefinedLengths : {false, true}) {
            const QByteArray whole = document({group(spec), group(spec)}, {}, Writing::Explicit, undefinedLengths);
            int read = 0;
            for (qsizetype length = 132; length < whole.size(); length += 3) {
                try {
                    const auto cut = dicom::readWaveforms(m_folder.write("t.dcm", whole.left(length)));
                    for (const auto& g : cut.groups) {
                        for (const auto& c : g.channels)
                            QCOMPARE(c.samples.size(), g.channels.front().samples.size());
                    }
                    QVERIFY(!cut.warnings.empty() || (undefinedLengths && length >= whole.size() - 8));
                    ++read;
                } catch (const base::ParseError& error) {
                    QVERIFY(!error.sentence().empty());
                }
            }
            QVERIFY(read > 33); // the second group's loss doesn't cost the first
        }
    }

    void whatCannotBeReadIsNamed()
    {
        GroupSpec spec;
        spec.data = words(DataWriter(), {1, 2, 3, 4, 5, 6});
        spec.interpretation = "TL";
        try {
            dicom::readWaveforms(m_folder.write("tl.dcm", document({group(spec)})));
            QFAIL("an unknown kind of sample was read");
        } catch (const base::ParseError& error) {
            QVERIFY(error.code() == base::ErrorCode::Unsupported);
            QVERIFY(QString(error.what()).contains("(5400,1006)"));
        }
        spec.interpretation = "SB"; // 16 bits
        QVERIFY_EXCEPTION_THROWN(dicom::readWaveforms(m_folder.write("x.dcm", document({group(spec)}))),
                                 base::ParseError);
        QVERIFY_EXCEPTION_THROWN(dicom::readWaveforms(m_folder.write("none.dcm", document({}))), base::ParseError);
    }

    void annotations()
    {
        const Writing w = Writing::Explicit;
        DataWriter value(w), text(w);
        value.sequence(0x004008EA, {code(w, "ms", "UCUM", "millisecond")});
        value.sequence(0x0040A043, {code(w, "5.13.5-9", "SCPECG", "QRS Duration")});
        value.us(0x0040A180, 3).text(0x0040A30A, "DS", "98.5");
        text.bytes(0x0040A132, "UL", value.number(5, 4) + value.number(77, 4)).text(0x00700006, "ST", "Sinus rhythm");
        GroupSpec spec;
        spec.data = words(DataWriter(), {1, 2, 3, 4, 5, 6});
        const auto read =
            dicom::readWaveforms(m_folder.write("an.dcm", document({group(spec)}, {value.data(), text.data()})));
        QCOMPARE(read.annotations.size(), std::size_t(2));
        QCOMPARE(read.annotations[0].conceptCode, std::string("5.13.5-9"));
        QCOMPARE(*read.annotations[0].value, 98.5);
        QCOMPARE(read.annotations[0].unit, std::string("ms"));
        QCOMPARE(read.annotations[0].group, 3);
        QCOMPARE(read.annotations[1].text, std::string("Sinus rhythm"));
        QCOMPARE(read.annotations[1].samplePositions, (std::vector<int>{5, 77}));
    }

    void realFiles()
    {
        const auto path = sharedData("ecg_dicom");
        E2E_NEED_SHARED(path);
        const auto mortara = dicom::readWaveforms(sharedData("ecg_dicom/mortara_eli250_12lead.dcm"));
        QCOMPARE(mortara.groups.size(), std::size_t(2));
        QCOMPARE(mortara.groups[0].channels.size(), std::size_t(12));
        QCOMPARE(mortara.groups[0].channels[0].samples.size(), std::size_t(10000));
        QCOMPARE(mortara.groups[0].samplingHz, 1000.0);
        QCOMPARE(mortara.groups[1].label, std::string("MEDIAN BEAT"));
        QCOMPARE(mortara.annotations.size(), std::size_t(77));
        // pydicom's documentation of this very file: 80, 65, 50 … counts of 1.25 µV.
        QCOMPARE(mortara.groups[0].channels[0].samples[0], 100.0f);
        const auto raw = dicom::readWaveforms(sharedData("derived/ecg_no_sensitivity.dcm"));
        QCOMPARE(raw.groups[0].channels[0].samples[0], 80.0f);
        const auto cut = dicom::readWaveforms(sharedData("derived/ecg_truncated_half.dcm"));
        QCOMPARE(cut.groups.size(), std::size_t(1));
        QVERIFY(cut.groups[0].channels[0].samples.size() > 5000 && cut.groups[0].channels[0].samples.size() < 10000);
        for (std::size_t i = 0; i < cut.groups[0].channels[11].samples.size(); ++i)
            QCOMPARE(cut.groups[0].channels[11].samples[i], mortara.groups[0].channels[11].samples[i]);
    }
};

QTEST_GUILESS_MAIN(TestDicomWaveform)
#include "test_dicom_waveform.moc"
