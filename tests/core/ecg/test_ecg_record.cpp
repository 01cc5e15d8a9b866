// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/npy.h"
#include "ecg/ecg_reader.h"
#include "ecg/lead_algebra.h"
#include "ecg/recipe.h"
#include "ecg_test_support.h"

using namespace echo2ecg;
using namespace echo2ecg::ecg;

class TestEcgRecord : public QObject
{
    Q_OBJECT

private slots:
    void namesOfLeads()
    {
        for (const Lead lead : allLeads)
            QCOMPARE(leadFromName(name(lead)), std::optional(lead));
        for (const char* text : {"aVR", "AVR", "avr", " aVR ", "Lead aVR", "LEAD AVR (Goldberger)",
                                 "aVR, augmented voltage, right", "MDC_ECG_LEAD_AVR", "ECG Lead aVR", "Lead_aVR"})
            QCOMPARE(leadFromName(text), std::optional(Lead::aVR));
        QCOMPARE(leadFromName("Lead I (Einthoven)"), std::optional(Lead::I));
        QCOMPARE(leadFromName("v6"), std::optional(Lead::V6));
        for (const char* text : {"", "MLII", "-aVR", "V7", "V3R", "vx", "Lead", "IIII", "I II", "resp"})
            QVERIFY2(!leadFromName(text), text);
    }

    void codesOfLeads()
    {
        const std::pair<const char*, Lead> codes[] = {{"1", Lead::I},    {"2", Lead::II},   {"3", Lead::V1},
                                                      {"4", Lead::V2},   {"5", Lead::V3},   {"6", Lead::V4},
                                                      {"7", Lead::V5},   {"8", Lead::V6},   {"61", Lead::III},
                                                      {"62", Lead::aVR}, {"63", Lead::aVL}, {"64", Lead::aVF}};
        for (const auto& [number, lead] : codes) {
            QCOMPARE(leadFromCode(std::string("5.6.3-9-") + number, "SCPECG"), std::optional(lead));
            QCOMPARE(leadFromCode(std::string("2:") + number, "MDC"), std::optional(lead));
        }
        QCOMPARE(leadFromCode("MDC_ECG_LEAD_V4", "MDC"), std::optional(Lead::V4));
        QVERIFY(!leadFromCode("5.6.3-9-9", "SCPECG")); // V7
        QVERIFY(!leadFromCode("5.6.3-9-1", "99LOCAL"));
        QVERIFY(!leadFromCode("2:1", "SCPECG"));
        QVERIFY(!leadFromCode("5.6.3-9-1x", "SCPECG"));
        QVERIFY(!leadFromCode("", ""));
    }

    void factsAndMatrix()
    {
        EcgRecord record;
        record.samplingHz = 2;
        record[Lead::II] = {1, 2, 3};
        record[Lead::V6] = {4, 5, 6};
        QCOMPARE(record.presentLeads(), std::size_t(2));
        QCOMPARE(record.samples(), std::size_t(3));
        QCOMPARE(record.seconds(), 1.5);
        const auto matrix = record.matrix();
        QCOMPARE(matrix.size(), std::size_t(36));
        QCOMPARE(matrix[3 + 2], 3.0f);
        QCOMPARE(matrix[33], 4.0f);
        QVERIFY(std::isnan(matrix[0]) && std::isnan(matrix[32]));
        QCOMPARE(EcgRecord{}.samples(), std::size_t(0));
        QCOMPARE(EcgRecord{}.seconds(), 0.0);
    }

    void signalHashIsOfTheSignalAlone()
    {
        EcgRecord a = test::syntheticRecord(100, 2), b = a;
        b.format = "other";
        b.patient.name = "other";
        b.warnings.push_back({"x", "y", {}});
        QCOMPARE(a.signalHash(), b.signalHash());
        QCOMPARE(a.signalHash().size(), std::size_t(64));
        b.samplingHz = 101;
        QVERIFY(a.signalHash() != b.signalHash());
        b = a;
        b[Lead::V6][7] += 1e-6f;
        QVERIFY(a.signalHash() != b.signalHash());
        // The same samples in another lead are another signal.
        EcgRecord c, d;
        c[Lead::I] = {1};
        d[Lead::II] = {1};
        QVERIFY(c.signalHash() != d.signalHash());
        c[Lead::I] = {0.0f, std::nanf("1")};
        d = {};
        d[Lead::I] = {-0.0f, -std::nanf("2")};
        QCOMPARE(c.signalHash(), d.signalHash());
    }

    void derivedLimbLeads()
    {
        EcgRecord whole = test::syntheticRecord(), cut = whole;
        for (const Lead lead : {Lead::III, Lead::aVR, Lead::aVF})
            cut[lead].clear();
        const auto derived = deriveLimbLeads(cut);
        QCOMPARE(derived, (std::vector<Lead>{Lead::III, Lead::aVR, Lead::aVF}));
        for (const Lead lead : allLeads)
            for (std::size_t i = 0; i < whole.samples(); ++i)
                QVERIFY(std::abs(whole[lead][i] - cut[lead][i]) < 3e-7f);
        QCOMPARE(cut.warnings.size(), std::size_t(1));
        QCOMPARE(cut.warnings[0].code, std::string("lead-derived"));
        QVERIFY(cut.warnings[0].sentence.find("III, aVR, aVF") != std::string::npos);
        QVERIFY(deriveLimbLeads(whole).empty());
        whole[Lead::I].clear();
        whole[Lead::III].clear();
        QVERIFY(deriveLimbLeads(whole).empty());
    }

    void exportCsvAndNpy()
    {
        QTemporaryDir dir;
        EcgRecord record = test::syntheticRecord(250, 1);
        record[Lead::V3].clear();
        record[Lead::V1][2] = std::nanf("");
        const auto npy = test::pathOf(dir, "x.npy");
        exportEcg(record, npy);
        const auto array = base::readNpy(npy);
        QCOMPARE(array.shape, (std::vector<std::int64_t>{12, 250}));
        const auto values = array.toFloat();
        QCOMPARE(values[250 + 9], record[Lead::II][9]);
        QVERIFY(std::isnan(values[8 * 250]));

        const auto csv = test::pathOf(dir, "x.CSV");
        exportEcg(record, csv);
        std::ifstream stream(csv);
        std::string line;
        std::getline(stream, line);
        QCOMPARE(line, std::string("# Echo2ECG Workstation, research use only; mV; 250 Hz"));
        std::getline(stream, line);
        QCOMPARE(line, std::string("time_s,I,II,III,aVR,aVL,aVF,V1,V2,V3,V4,V5,V6"));
        std::size_t rows = 0;
        while (std::getline(stream, line)) {
            QCOMPARE(std::count(line.begin(), line.end(), ','), std::ptrdiff_t(12));
            std::vector<std::string> cells(1);
            for (const char c : line)
                if (c == ',')
                    cells.emplace_back();
                else
                    cells.back() += c;
            QCOMPARE(std::stof(cells[2]), record[Lead::II][rows]);
            QCOMPARE(std::stod(cells[0]), double(rows) / 250);
            QVERIFY(cells[9].empty());
            QCOMPARE(cells[7].empty(), rows == 2);
            ++rows;
        }
        QCOMPARE(rows, std::size_t(250));
        QCOMPARE(test::errorOf([&] { exportEcg(record, test::pathOf(dir, "x.xlsx")); }), std::string("unsupported"));
        QCOMPARE(test::errorOf([&] { exportEcg(record, test::pathOf(dir, "no/such/x.csv")); }), std::string("io"));
    }

    void recipeRoundTrip()
    {
        EcgRecipe recipe;
        recipe.resampleToHz = 400;
        recipe.windowStart = 12;
        recipe.normalisationGroups = {{0, 6}, {6, 12}};
        recipe.clipSigmas = 0;
        const EcgRecipe back = EcgRecipe::fromJson(base::Json::parse(recipe.toJson().dump()));
        QCOMPARE(back.toJson().dump(), recipe.toJson().dump());
        QCOMPARE(back.hash(), recipe.hash());
        QVERIFY(EcgRecipe{}.hash() != recipe.hash());
        QCOMPARE(EcgRecipe{}.hash(), EcgRecipe::fromJson(base::Json::object()).hash());
        QVERIFY(!EcgRecipe::fromJson(EcgRecipe{}.toJson()).resampleToHz);
        // Several windows are another recipe; one is the recipe that it always was.
        EcgRecipe several;
        several.mostWindows = 4;
        QCOMPARE(EcgRecipe::fromJson(several.toJson()).mostWindows, 4);
        QVERIFY(several.hash() != EcgRecipe{}.hash());
        QVERIFY(!EcgRecipe{}.toJson().contains("most_windows"));
    }

    void recipeRefusesWhatItDoesNotKnow()
    {
        const auto refused = [](const char* text, const char* field) {
            try {
                EcgRecipe::fromJson(base::Json::parse(text));
            } catch (const base::ParseError& error) {
                return error.sentence().find(field) != std::string::npos;
            }
            return false;
        };
        QVERIFY(refused(R"({"bandpass": 0.5})", "bandpass"));
        QVERIFY(refused(R"({"clip_sigmas": "4"})", "clip_sigmas"));
        QVERIFY(refused(R"({"clip_sigmas": -1})", "clip_sigmas"));
        QVERIFY(refused(R"({"baseline_p": 1.5})", "baseline_p"));
        QVERIFY(refused(R"({"window_samples": 0})", "window_samples"));
        QVERIFY(refused(R"({"window_samples": 10.5})", "window_samples"));
        QVERIFY(refused(R"({"most_windows": 0})", "most_windows"));
        QVERIFY(refused(R"({"resample_to_hz": 0})", "resample_to_hz"));
        QVERIFY(refused(R"({"normalisation_groups": [[0,3],[2,6]]})", "normalisation_groups"));
        QVERIFY(refused(R"({"normalisation_groups": [[0,13]]})", "normalisation_groups"));
        QVERIFY(refused("[]", "recipe"));
    }

    void recipeForPeople()
    {
        QCOMPARE(QString::fromStdString(EcgRecipe{}.describe()),
                 QString::fromUtf8("clip ±4 σ · baseline ALS λ 1e7 p 0.3 ×5 · z-score I–III | aVR–aVF | V1–V6 · native "
                                   "rate · samples 0–1007"));
        EcgRecipe other;
        other.clipSigmas = 0;
        other.baselineLambda = 0;
        other.normalisationGroups = {{1, 2}};
        other.resampleToHz = 400;
        other.windowStart = 100;
        QCOMPARE(
            QString::fromStdString(other.describe()),
            QString::fromUtf8("no clipping · baseline left in · z-score II · resampled to 400 Hz · samples 100–1107"));
        other.mostWindows = 4;
        QVERIFY(QString::fromStdString(other.describe()).endsWith("mean of up to 4 windows of 1008 samples from 100"));
    }

    void whatIsNoEcg_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("word");
        QTest::newRow("empty") << QByteArray() << "empty";
        QTest::newRow("EDF without a lead")
            << QByteArray("0       ").append(QByteArray(244, ' ')).append("1   EEG Fpz-Cz      ")
            << "an EDF file, but none";
        QTest::newRow("BDF without a lead") << QByteArray("\xFF"
                                                          "BIOSEMI")
                                                   .append(QByteArray(244, ' '))
                                                   .append("1   A1              ")
                                            << "a BDF file, but none";
        QTest::newRow("bare array") << QByteArray("\x93NUMPY\x01\0", 8) << "rate_hz";
        QTest::newRow("Contec cut") << QByteArray("0000037\0\0\0", 10).append("2020-11-15 12:59:50") << "no ECG format";
        QTest::newRow("label table") << QByteArray("patient_id,LVEF,I\np1,55,2\n") << "no ECG format";
        QTest::newRow("SCP without its signature") << QByteArray(16, '\1').append("SCPEC\0\0\0", 8) << "no ECG format";
        QTest::newRow("PDF") << QByteArray("%PDF-1.4") << "PDF";
        QTest::newRow("other XML") << QByteArray("<?xml version='1.0'?><html/>") << "XML";
        QTest::newRow("noise") << QByteArray("\x01\x02\x03\x04") << "no ECG format";
        QTest::newRow("text") << QByteArray("hello world\nthis is 16 lines\n") << "no ECG format";
        QTest::newRow("csv") << QByteArray("a 12,5\nb 3\n") << "no ECG format";
    }
    void whatIsNoEcg()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, word);
        QTemporaryDir dir;
        const auto file =
            test::writeFile(test::pathOf(dir, "some.bin"), std::string_view(bytes.data(), std::size_t(bytes.size())));
        QVERIFY(!looksLikeEcg(file));
        try {
            readEcg(file);
            QFAIL("read");
        } catch (const base::ParseError& error) {
            QCOMPARE(error.code(), base::ErrorCode::NotRecognised);
            QVERIFY2(QString::fromStdString(error.sentence()).contains(word), error.what());
            QCOMPARE(error.place().file, file);
        }
    }

    void absentFileAndFolder()
    {
        QTemporaryDir dir;
        QVERIFY(!looksLikeEcg(test::pathOf(dir, "absent.hea")));
        QVERIFY(!looksLikeEcg(dir.path().toStdString()));
        QCOMPARE(test::errorOf([&] { readEcg(test::pathOf(dir, "absent.hea")); }), std::string("io"));
        QCOMPARE(test::errorOf([&] { readEcg(dir.path().toStdString()); }), std::string("io"));
    }

    void sharedFilesThatAreNotReadYet()
    {
        const auto path = test::shared();
        E2E_NEED_SHARED(path);
        const std::pair<const char*, const char*> files[] = {{"ecg_edf_bdf/test_generator.bdf", "BDF"},
                                                             {"ecg_ge_cardiosoft_xml/cardiosoft_EcgResting.pdf", "PDF"},
                                                             {"echo_multiframe/hp_pediatric_01.dcm", "without an ECG"}};
        for (const auto& [file, word] : files) {
            const auto each = test::sharedData(file);
            QVERIFY2(!looksLikeEcg(each), file);
            try {
                readEcg(each);
                QFAIL(file);
            } catch (const base::ParseError& error) {
                QCOMPARE(error.code(), base::ErrorCode::NotRecognised);
                QVERIFY2(error.sentence().find(word) != std::string::npos, error.what());
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestEcgRecord)
#include "test_ecg_record.moc"
