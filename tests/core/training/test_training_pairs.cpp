// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/error.h"
#include "base/npy.h"
#include "nn/safetensors.h"
#include "support/error_code.h"
#include "training/pairs.h"

#include <QTemporaryDir>
#include <QtTest>

#include <fstream>
#include <set>

// Tables of pairs: how they are read, split and refused.
using namespace echo2ecg;
using test::codeOf;
using training::PairItem;
using training::PairOptions;
using training::PairSet;
using training::Split;

namespace {

std::shared_ptr<training::EcgSignal> ecg(float value, int samples = 32)
{
    auto signal = std::make_shared<training::EcgSignal>();
    signal->leads = 12;
    signal->samples = samples;
    signal->values.assign(std::size_t(12 * samples), value);
    return signal;
}

std::shared_ptr<training::StudyClips> clips(float value, int views = 2, int width = 8)
{
    return std::make_shared<training::StudyClips>(
        training::StudyClips{views, width, std::vector<float>(std::size_t(views * width), value)});
}

std::vector<PairItem> madePairs(int patients, int each = 2)
{
    std::vector<PairItem> items;
    for (int patient = 0; patient < patients; ++patient)
        for (int i = 0; i < each; ++i) {
            PairItem item;
            const int number = patient * each + i;
            item.patient = "p" + std::to_string(patient);
            item.ecgId = "e" + std::to_string(number);
            item.studyId = "s" + std::to_string(patient);
            item.origin = "pair " + std::to_string(number);
            item.ecg = ecg(float(number) + 1);
            item.clips = clips(float(patient) + 0.5f);
            items.push_back(std::move(item));
        }
    return items;
}

constexpr training::PairShape shape{12, 16, 8, 128};

} // namespace

class TestTrainingPairs : public QObject
{
    Q_OBJECT
    QTemporaryDir m_folder;

    std::filesystem::path file(const char* name) const { return m_folder.filePath(name).toStdString(); }
    std::filesystem::path table(const std::string& text) const
    {
        std::ofstream out(file("pairs.csv"), std::ios::binary);
        out << text;
        return file("pairs.csv");
    }

private slots:
    void tableIsRead()
    {
        const auto items = training::readPairTable(table("ecg,patient,clips,study,split,ecg_date,echo_date\n"
                                                         "a.dcm,P1,x.npy|y.npy,S1,train,2024-03-01,20240305\n"
                                                         "/b.dcm,P2,z.npy,S2,validation,2024-03-01T10:00:00,2024-03-01 22:00:00\n"
                                                         "c.dcm,P3,z.npy,S3,test,,\n"));
        QCOMPARE(int(items.size()), 3);
        QCOMPARE(items[0].ecgFile, file("a.dcm"));
        QCOMPARE(items[1].ecgFile, std::filesystem::path("/b.dcm"));
        QCOMPARE(int(items[0].clipSources.size()), 2);
        QCOMPARE(items[0].clipSources[1].file, file("y.npy"));
        QCOMPARE(*items[0].daysApart, 4.0);
        QVERIFY(std::abs(*items[1].daysApart - 0.5) < 1e-9);
        QVERIFY(!items[2].daysApart);
        QVERIFY(items[1].split == Split::Val && items[2].split == Split::Test);
    }

    // The reference's layout: a row for each view, its embedding a row of one matrix.
    void viewsOfAPairAreGathered()
    {
        std::vector<float> matrix(5 * 8);
        for (std::size_t i = 0; i < matrix.size(); ++i)
            matrix[i] = float(i);
        base::writeNpy(file("all.npy"), base::NpyArray::of({5, 8}, matrix));
        auto items = training::readPairTable(table("ecg_filepath;patient_id;echo_study_id;echo_embed_idx\n"
                                                   "e0;P1;10;0\ne0;P1;10;3\ne1;P2;11;4\n"),
                                             file("all.npy"));
        QCOMPARE(int(items.size()), 2);
        PairOptions options;
        options.valShare = options.testShare = 0;
        PairSet set = training::choosePairs(std::move(items), options);
        training::readPairData(set, {[](const auto& path) { return *ecg(path.filename() == "e0" ? 1.f : 2.f); }, {}}, shape, {});
        QCOMPARE(set.items[0].clips->views, 2);
        QCOMPARE(set.items[0].clips->values[8], 24.0f);
        QCOMPARE(set.items[1].clips->values[0], 32.0f);
    }

    // What `echo2ecg simulate` writes; the folder is read by whoever can read a study.
    void tableOfVirtualPatientsIsRead()
    {
        const auto csv = table("patient_id,split,ecg_file,study_folder,ecg_date,study_date,study_uid,age,sex,rhythm,conduction,lvedv_ml,lvesv_ml,lvsv_ml,lvef_percent,shd\n"
                               "V1,train,V1/ecg.dcm,V1/echo,2024-03-01,2024-03-02,1.2.3,61,F,sinus,normal,110,45,65,59.1,0\n"
                               "V2,train,V2/ecg.dcm,V2/echo,2024-03-01,2024-03-04,1.2.4,70,M,sinus,lbbb,210,140,70,33.3,1\n");
        PairSet set = training::choosePairs(training::readPairTable(csv), {});
        QCOMPARE(int(set.items.size()), 2);
        QCOMPARE(set.items[0].patient, std::string("V1"));
        QCOMPARE(set.items[0].studyId, std::string("1.2.3"));
        QCOMPARE(set.items[0].ecgFile, file("V1/ecg.dcm"));
        QCOMPARE(*set.items[1].daysApart, 3.0);
        std::vector<std::filesystem::path> folders;
        const training::PairReaders readers{[](const auto& path) { return *ecg(path.parent_path().filename() == "V1" ? 1.f : 2.f); },
                                            [&](const auto& path) {
                                                folders.push_back(path);
                                                return *clips(float(folders.size()));
                                            }};
        training::readPairData(set, readers, shape, {});
        QCOMPARE(folders, (std::vector{file("V1/echo"), file("V2/echo")}));
        QCOMPARE(set.items[1].clips->values[0], 2.0f);
    }

    // An ECG is enough for the ECG encoder; pairs want an echo.
    void ecgsWithoutEchoAreRead()
    {
        const auto csv = table("patient_id,split,ecg_file,study_uid,lvef_percent\nV1,train,a.dcm,1.2.3,60\nV2,val,b.dcm,,40\n");
        QVERIFY_EXCEPTION_THROWN(training::readPairTable(csv), base::ParseError);
        const std::vector<PairItem> items = training::readPairTable(csv, {}, training::TableOf::Ecgs);
        QCOMPARE(int(items.size()), 2);
        QCOMPARE(items[0].studyId, std::string("1.2.3"));
        QCOMPARE(items[1].studyId, std::string("b.dcm"));
        QVERIFY(items[1].clipSources.empty());
        QVERIFY_EXCEPTION_THROWN(training::readPairTable(table("patient_id,lvef_percent\nV1,60\n"), {}, training::TableOf::Ecgs), base::ParseError);
    }

    // A folder is what embeddings would be made from: it counts where there are none, and once for all views.
    void embeddingsComeBeforeTheFolder()
    {
        const auto csv = table("ecg,patient,study,study_folder,clips,row\na,P1,S1,one,,0\na,P1,S1,one,,1\nb,P2,S2,two,two.npy,\nc,P3,,three,,\n");
        QVERIFY(codeOf([&] { training::readPairTable(csv); }) == base::ErrorCode::Malformed); // the last has no study
        const auto good = table("ecg,patient,study,study_folder,clips,row\na,P1,S1,one,,0\na,P1,S1,one,,1\nb,P2,S2,two,two.npy,\n");
        auto items = training::readPairTable(good);
        QCOMPARE(int(items[0].clipSources.size()), 1);
        QCOMPARE(items[0].clipSources[0].file, file("one"));
        QVERIFY(!items[0].clipSources[0].row);
        QCOMPARE(items[1].clipSources[0].file, file("two.npy"));
        items = training::readPairTable(good, file("all.npy"));
        QCOMPARE(int(items[0].clipSources.size()), 2);
        QCOMPARE(items[0].clipSources[1].file, file("all.npy"));
        QCOMPARE(*items[0].clipSources[1].row, std::int64_t(1));
        // Without a column for the study the folder is its name.
        QCOMPARE(training::readPairTable(table("ecg,patient,study_folder\na,P1,one\n"))[0].studyId, std::string("one"));
    }

    void badTablesNameTheLine_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("says");
        QTest::newRow("no patient") << "ecg,clips\na,b.npy\n" << "patient";
        QTest::newRow("no echo") << "ecg,patient\na,b\n" << "clips";
        QTest::newRow("neither folder nor clips") << "ecg,patient,study_folder\na,b,c\nd,e,\n" << "line 3";
        QTest::newRow("date") << "ecg,patient,clips,ecg_date\na,b,c.npy,yesterday\n" << "line 2";
        QTest::newRow("month 13") << "ecg,patient,clips,ecg_date\na,b,c.npy,2024-13-01\n" << "line 2";
        QTest::newRow("split") << "ecg,patient,clips,split\na,b,c.npy,train\nd,e,f.npy,some\n" << "line 3";
        QTest::newRow("row") << "ecg,patient,clips,row\na,b,c.npy,-1\n" << "line 2";
        QTest::newRow("empty") << "ecg,patient,clips\n" << "no rows";
    }
    void badTablesNameTheLine()
    {
        QFETCH(QString, text);
        QFETCH(QString, says);
        std::string sentence;
        QVERIFY(codeOf([&] { training::readPairTable(table(text.toStdString())); }, &sentence) != base::ErrorCode::Internal);
        QVERIFY2(sentence.find(says.toStdString()) != std::string::npos, sentence.c_str());
    }

    void pairsFarApartAreDroppedAndCounted()
    {
        std::vector<PairItem> items = madePairs(20);
        items[3].daysApart = 7.0;
        items[4].daysApart = -7.5;
        items[5].daysApart = 30;
        const PairSet set = training::choosePairs(items, {});
        QCOMPARE(set.tooFarApart, std::size_t(2));
        QCOMPARE(set.withoutDates, std::size_t(37));
        QCOMPARE(set.items.size(), std::size_t(38));
        PairOptions any;
        any.mostDays = 31;
        QCOMPARE(training::choosePairs(items, any).tooFarApart, std::size_t(0));
    }

    void splitsAreByPatientAndSeed()
    {
        PairOptions options;
        options.valShare = 0.2;
        options.testShare = 0.1;
        const PairSet set = training::choosePairs(madePairs(50), options);
        QVERIFY((set.patients() == std::array<std::size_t, 3>{35, 10, 5}));
        QVERIFY((set.pairs() == std::array<std::size_t, 3>{70, 20, 10}));
        std::map<std::string, std::set<Split>> splits;
        for (const PairItem& item : set.items)
            splits[item.patient].insert(*item.split);
        for (const auto& [patient, where] : splits)
            QCOMPARE(where.size(), std::size_t(1));
        const auto same = [&](std::uint64_t seed) {
            options.seed = seed;
            const PairSet other = training::choosePairs(madePairs(50), options);
            return std::equal(set.items.begin(), set.items.end(), other.items.begin(),
                              [](const PairItem& a, const PairItem& b) { return a.split == b.split; });
        };
        QVERIFY(same(0));
        QVERIFY(!same(1));
    }

    void leakageIsRefused_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<QString>("says");
        QTest::newRow("patient") << 0 << "the same patient is in train (pair 0) and in test (pair 1)";
        QTest::newRow("ECG") << 1 << "the same ECG is in train (pair 1) and in test (pair 2)";
        QTest::newRow("study") << 2 << "the same echo study is in train (pair 0) and in test (pair 2)";
    }
    void leakageIsRefused()
    {
        QFETCH(int, kind);
        QFETCH(QString, says);
        std::vector<PairItem> items = madePairs(4);
        for (PairItem& item : items)
            item.split = Split::Train;
        QVERIFY(codeOf([&] { training::choosePairs(items, {}); }) == base::ErrorCode::Internal); // as it is, it's fine
        if (kind == 0) {
            items[1].split = Split::Test;
        } else {
            items[2].split = items[3].split = Split::Test;
            if (kind == 1)
                items[2].ecgId = items[1].ecgId;
            else
                items[2].studyId = items[1].studyId;
        }
        std::string sentence;
        QVERIFY(codeOf([&] { training::choosePairs(items, {}); }, &sentence) == base::ErrorCode::Inconsistent);
        QVERIFY2(sentence.find(says.toStdString()) != std::string::npos, sentence.c_str());
    }

    void sameContentUnderTwoNamesIsRefused()
    {
        for (const bool recording : {true, false}) {
            std::vector<PairItem> items = madePairs(4);
            for (std::size_t i = 0; i < items.size(); ++i)
                items[i].split = i < 4 ? Split::Train : Split::Val;
            if (recording)
                items[6].ecg = ecg(items[1].ecg->values[0]);
            else
                items[6].clips = clips(items[1].clips->values[0]);
            PairSet set = training::choosePairs(items, {});
            QVERIFY(codeOf([&] { training::readPairData(set, {}, shape, {}); }) == base::ErrorCode::Inconsistent);
        }
    }

    void whatNobodyCanTellIsRefused()
    {
        std::vector<PairItem> items = madePairs(4);
        items[2].patient.clear();
        QVERIFY(codeOf([&] { training::choosePairs(items, {}); }) == base::ErrorCode::Missing);
        items = madePairs(4);
        items[2].split = Split::Train;
        QVERIFY(codeOf([&] { training::choosePairs(items, {}); }) == base::ErrorCode::Inconsistent);
    }

    void unusablePairsAreLeftOutAndNoted()
    {
        std::vector<PairItem> items = madePairs(6, 1);
        for (PairItem& item : items)
            item.split = Split::Train;
        items[0].ecg = ecg(1, 8);                    // shorter than the window
        items[1].clips = clips(1, 2, 9);             // another width
        items[2].ecg.reset();
        items[2].ecgFile = "absent";                 // can't be read
        auto broken = ecg(4);
        broken->values[5] = NAN;
        items[3].ecg = broken;
        PairSet set = training::choosePairs(items, {});
        int notes = 0;
        base::JobContext job;
        job.onNote = [&](const base::Warning&) { ++notes; };
        const training::PairReaders readers{[](const std::filesystem::path& path) -> training::EcgSignal {
                                                throw base::Error(base::ErrorCode::Io, "absent", {path, {}});
                                            },
                                            {}};
        training::readPairData(set, readers, shape, job);
        QCOMPARE(notes, 4);
        QCOMPARE(set.unreadable, std::size_t(4));
        QCOMPARE(set.items.size(), std::size_t(2));
        const std::string hash = set.sha256;
        QCOMPARE(hash.size(), std::size_t(64));
        auto changed = ecg(9);
        changed->values[3] = 1;
        set.items[0].ecg = changed;
        training::readPairData(set, readers, shape, {});
        QVERIFY(set.sha256 != hash);
    }

    void clipsComeFromSafetensors()
    {
        const std::vector<float> one(8, 1.f), two(16, 2.f);
        nn::writeSafetensors(file("clips.safetensors"),
                             {nn::StoredTensor::of("S1", {1, 8}, one), nn::StoredTensor::of("clips", {2, 8}, two)});
        PairOptions options;
        options.valShare = options.testShare = 0;
        PairSet set = training::choosePairs(
            training::readPairTable(table("ecg,patient,clips,study\ne0,P1,clips.safetensors,S1\ne1,P2,clips.safetensors,S2\n")), options);
        training::readPairData(set, {[](const auto& path) { return *ecg(path.filename() == "e0" ? 1.f : 2.f); }, {}}, shape, {});
        QCOMPARE(set.items[0].clips->views, 1);
        QCOMPARE(set.items[1].clips->views, 2);
    }
};

QTEST_GUILESS_MAIN(TestTrainingPairs)
#include "test_training_pairs.moc"
