// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/dicom_file.h"
#include "make_dicom.h"
#include "support/test_paths.h"

#include <zlib.h>

using namespace echo2ecg;
using namespace echo2ecg::test;

namespace {

bool hasWarning(const base::Warnings& warnings, const char* code)
{
    for (const base::Warning& warning : warnings) {
        if (warning.code == code)
            return true;
    }
    return false;
}

DataWriter person(Writing writing, const QByteArray& characterSet, const QByteArray& name)
{
    DataWriter data(writing);
    if (!characterSet.isEmpty())
        data.text(0x00080005, "CS", characterSet);
    data.text(0x00080016, "UI", stillClass).text(0x00080018, "UI", "1.2.3.4");
    data.text(0x00080020, "DA", "1994.01.30").text(0x00080030, "TM", "130522.25").text(0x00080060, "CS", "US");
    data.text(0x00100010, "PN", name).text(0x00100020, "LO", " 0815 ").text(0x00100030, "DA", "19500101");
    data.text(0x00100040, "CS", "F")
        .text(0x00101010, "AS", "063Y")
        .text(0x00200011, "IS", "7")
        .text(0x00200013, "IS", "-3");
    return data;
}

QByteArray deflated(const QByteArray& bytes)
{
    z_stream stream{};
    deflateInit2(&stream, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    QByteArray out(bytes.size() + 1024, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = uInt(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = uInt(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(qsizetype(stream.total_out));
    deflateEnd(&stream);
    return out;
}

} // namespace

class TestDicomHeader : public QObject
{
    Q_OBJECT

    Folder m_folder;

private slots:
    void identityInEveryEncoding()
    {
        for (Writing writing : {Writing::Implicit, Writing::Explicit, Writing::BigEndian}) {
            const auto file =
                m_folder.write("a.dcm", withMeta(person(writing, {}, "Doe^Jane").data(), syntaxUid(writing)));
            QVERIFY(dicom::looksLikeDicom(file));
            const dicom::Summary summary = dicom::summarise(file);
            QCOMPARE(summary.identity.patientName, std::string("Doe^Jane"));
            QCOMPARE(summary.identity.patientId, std::string("0815"));
            QCOMPARE(summary.identity.birthDate, std::string("1950-01-01"));
            QCOMPARE(summary.identity.studyDate, std::string("1994-01-30"));
            QCOMPARE(summary.identity.studyTime, std::string("13:05:22"));
            QCOMPARE(summary.identity.sex, std::string("F"));
            QCOMPARE(summary.identity.age, std::string("063Y"));
            QCOMPARE(summary.identity.seriesNumber, 7);
            QCOMPARE(summary.identity.instanceNumber, -3);
            QCOMPARE(summary.transferSyntaxUid, std::string(syntaxUid(writing)));
            QVERIFY(summary.kind == dicom::Kind::UltrasoundStill);
            QCOMPARE(summary.classNameForPeople, std::string("Ultrasound Image"));
            QVERIFY(hasWarning(summary.warnings, "date-repaired"));
        }
    }

    void characterSetsBecomeUtf8_data()
    {
        QTest::addColumn<QByteArray>("set");
        QTest::addColumn<QByteArray>("raw");
        QTest::addColumn<QByteArray>("utf8");
        QTest::newRow("latin-1") << QByteArray("ISO_IR 100") << QByteArray("M\xFCller^J\xF6rg")
                                 << QByteArray("Müller^Jörg");
        QTest::newRow("utf-8") << QByteArray("ISO_IR 192") << QByteArray("Wang^小東") << QByteArray("Wang^小東");
        QTest::newRow("cyrillic") << QByteArray("ISO_IR 144") << QByteArray("\xBB\xEE\xDA") << QByteArray("Люк");
        QTest::newRow("japanese with escapes")
            << QByteArray("\\ISO 2022 IR 87") << QByteArray("Yamada^Tarou=\x1B$B;3ED\x1B(B^\x1B$BB@O:\x1B(B")
            << QByteArray("Yamada^Tarou=山田^太郎");
        QTest::newRow("undeclared latin-1") << QByteArray() << QByteArray("M\xFCller") << QByteArray("Müller");
        QTest::newRow("undeclared utf-8") << QByteArray() << QByteArray("Müller") << QByteArray("Müller");
    }
    void characterSetsBecomeUtf8()
    {
        QFETCH(QByteArray, set);
        QFETCH(QByteArray, raw);
        QFETCH(QByteArray, utf8);
        const auto file =
            m_folder.write("c.dcm", withMeta(person(Writing::Explicit, set, raw).data(), syntaxUid(Writing::Explicit)));
        const dicom::Summary summary = dicom::summarise(file);
        QCOMPARE(QByteArray::fromStdString(summary.identity.patientName), utf8);
        QCOMPARE(hasWarning(summary.warnings, "text-not-convertible"), set.isEmpty());
    }

    void brokenUtf8IsNeverPassedOn()
    {
        const auto file = m_folder.write("u.dcm", withMeta(person(Writing::Explicit, "ISO_IR 192", "A\xFF\xC3").data(),
                                                           syntaxUid(Writing::Explicit)));
        const dicom::Summary summary = dicom::summarise(file);
        QVERIFY(hasWarning(summary.warnings, "text-not-convertible"));
        const QString name = QString::fromStdString(summary.identity.patientName);
        QCOMPARE(name.toUtf8(), QByteArray::fromStdString(summary.identity.patientName));
    }

    void filesWithoutPreambleAreRecognised()
    {
        for (Writing writing : {Writing::Implicit, Writing::Explicit, Writing::BigEndian}) {
            const auto file = m_folder.write("bare", person(writing, {}, "Doe^Jane").data());
            QVERIFY(dicom::looksLikeDicom(file));
            const dicom::Summary summary = dicom::summarise(file);
            QCOMPARE(summary.identity.patientName, std::string("Doe^Jane"));
            QCOMPARE(summary.transferSyntaxUid, std::string(syntaxUid(writing)));
            QVERIFY(hasWarning(summary.warnings, "preamble-missing"));
        }
        const auto onlyPreambleMissing = m_folder.write(
            "meta", withMeta(person(Writing::Explicit, {}, "Doe^Jane").data(), syntaxUid(Writing::Explicit)).mid(132));
        QVERIFY(dicom::looksLikeDicom(onlyPreambleMissing));
        QCOMPARE(dicom::summarise(onlyPreambleMissing).identity.patientName, std::string("Doe^Jane"));
    }

    void otherContentIsNot()
    {
        for (const QByteArray& content :
             {QByteArray(), QByteArray("DICM"), QByteArray(4096, '\0'), QByteArray(4096, 'A'),
              QByteArray("<?xml version=\"1.0\"?><RestingECG/>"), QByteArray("\x08\x00\x05\x00", 4),
              QByteArray("\x1F\x8B\x08\x00\x00\x00\x00\x00\x00\x03zip", 13)}) {
            const auto file = m_folder.write("other", content);
            QVERIFY(!dicom::looksLikeDicom(file));
            try {
                dicom::summarise(file);
                QFAIL("read something that is no DICOM");
            } catch (const base::ParseError& error) {
                QVERIFY(error.code() == base::ErrorCode::NotRecognised);
                QCOMPARE(error.place().file, file);
            }
        }
        QVERIFY(!dicom::looksLikeDicom(m_folder.path("absent")));
        QVERIFY(!dicom::looksLikeDicom(m_folder.path("")));
        QVERIFY_EXCEPTION_THROWN(dicom::summarise(m_folder.path("absent")), base::ParseError);
        QVERIFY_EXCEPTION_THROWN(dicom::summarise(m_folder.path("")), base::ParseError);
    }

    void syntaxThatLiesIsReadAsItIs()
    {
        const auto file = m_folder.write(
            "lie.dcm", withMeta(person(Writing::Implicit, {}, "Doe^Jane").data(), syntaxUid(Writing::Explicit)));
        const dicom::Summary summary = dicom::summarise(file);
        QCOMPARE(summary.identity.patientName, std::string("Doe^Jane"));
        QVERIFY(hasWarning(summary.warnings, "syntax-contradicted"));
    }

    void deflatedDataSet()
    {
        const QByteArray bytes = person(Writing::Explicit, {}, "Doe^Jane").data();
        const auto file = m_folder.write("deflated.dcm", withMeta(deflated(bytes), "1.2.840.10008.1.2.1.99"));
        QCOMPARE(dicom::summarise(file).identity.patientName, std::string("Doe^Jane"));
    }

    void datesThatAreNone()
    {
        DataWriter data;
        data.text(0x00080016, "UI", stillClass).text(0x00080020, "DA", "20230229").text(0x00080022, "DA", "2004-11-30");
        data.text(0x00080030, "TM", "13:05:22").text(0x00080032, "TM", "2500").text(0x00100030, "DA", "00000000");
        const auto file = m_folder.write("date.dcm", withMeta(data.data(), syntaxUid(Writing::Explicit)));
        const dicom::Summary summary = dicom::summarise(file);
        QCOMPARE(summary.identity.studyDate, std::string());
        QCOMPARE(summary.identity.acquisitionDate, std::string("2004-11-30"));
        QCOMPARE(summary.identity.studyTime, std::string("13:05:22"));
        QCOMPARE(summary.identity.acquisitionTime, std::string());
        QCOMPARE(summary.identity.birthDate, std::string());
        QVERIFY(hasWarning(summary.warnings, "date-unreadable"));
    }

    void kinds()
    {
        const auto kindOf = [&](const char* classUid, const char* modality, const char* frames) {
            DataWriter data;
            data.text(0x00080016, "UI", classUid).text(0x00080060, "CS", modality);
            if (*frames)
                data.text(0x00280008, "IS", frames);
            return dicom::summarise(
                       m_folder.write("kind.dcm", withMeta(data.data(), syntaxUid(Writing::Explicit), classUid)))
                .kind;
        };
        using dicom::Kind;
        QVERIFY(kindOf(clipClass, "US", "30") == Kind::UltrasoundClip);
        QVERIFY(kindOf(clipClass, "US", "1") == Kind::UltrasoundStill);
        QVERIFY(kindOf(clipClass, "US", "1A") == Kind::UltrasoundStill);
        QVERIFY(kindOf(stillClass, "US", "") == Kind::UltrasoundStill);
        QVERIFY(kindOf("1.2.840.10008.5.1.4.1.1.7", "US", "") == Kind::UltrasoundStill);
        QVERIFY(kindOf("1.2.840.10008.5.1.4.1.1.7", "CT", "") == Kind::Other);
        QVERIFY(kindOf(ecgClass, "ECG", "") == Kind::EcgWaveform);
        QVERIFY(kindOf("1.2.840.10008.5.1.4.1.1.9.2.1", "HD", "") == Kind::Other);
        QVERIFY(kindOf("1.2.840.10008.5.1.4.1.1.88.33", "SR", "") == Kind::StructuredReport);
        QVERIFY(kindOf("1.2.840.10008.1.3.10", "", "") == Kind::MediaDirectory);
        QVERIFY(kindOf("1.2.840.10008.5.1.4.1.1.2", "CT", "") == Kind::Other);
    }

    void errorsHoldNoPatient()
    {
        QByteArray bytes =
            withMeta(person(Writing::Explicit, {}, "Secret^Person").data(), syntaxUid(Writing::Explicit));
        for (qsizetype length = 140; length < bytes.size(); length += 3) {
            const auto file = m_folder.write("short.dcm", bytes.left(length));
            try {
                for (const base::Warning& warning : dicom::summarise(file).warnings)
                    QVERIFY(!QString::fromStdString(warning.sentence + warning.where).contains("Secret"));
            } catch (const base::ParseError& error) {
                QVERIFY(!QString(error.what()).contains("Secret"));
                QVERIFY(!error.sentence().empty());
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestDicomHeader)
#include "test_dicom_header.moc"
