// SPDX-License-Identifier: GPL-3.0-or-later
#include "library/library.h"
#include "library/phenotype_table.h"
#include "support/made_cases.h"
#include "support/test_paths.h"

using namespace echo2ecg;
using namespace echo2ecg::library;
using test::makeEcg;
using test::makeStudy;
using test::Scratch;
using test::writeText;

namespace {

// "code@line" of each warning.
std::vector<std::string> summaryOf(const base::Warnings& warnings)
{
    std::vector<std::string> list;
    for (const base::Warning& w : warnings)
        list.push_back(w.code + "@" + w.where);
    return list;
}

} // namespace

class TestPhenotypeTable : public QObject
{
    Q_OBJECT

private slots:
    void variants_data();
    void variants();
    void badRowsAreNamedByLine();
    void quotes();
    void missingColumns();
    void recognition();
    void importsByStudyPatientAndDate();
    void importMergesAndCompletes();
    void labelsOfEcgs();
    void labelsByEcgFile();
};

void TestPhenotypeTable::variants_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("comma") << QByteArray("study_uid,lvedv_ml,lvef_percent,shd\n1.2,120.5,55,1\n");
    QTest::newRow("semicolon, decimal comma") << QByteArray("study_uid;lvedv_ml;lvef_percent;shd\n1.2;120,5;55;1\n");
    QTest::newRow("semicolon, decimal point") << QByteArray("study_uid;lvedv_ml;lvef_percent;shd\n1.2;120.5;55;1\n");
    QTest::newRow("tab") << QByteArray("study_uid\tlvedv_ml\tlvef_percent\tshd\n1.2\t120.5\t55\t1\n");
    QTest::newRow("BOM and CRLF") << QByteArray(
        "\xEF\xBB\xBFstudy_uid,lvedv_ml,lvef_percent,shd\r\n1.2,120.5,55,1\r\n");
    QTest::newRow("no last line end") << QByteArray("study_uid,lvedv_ml,lvef_percent,shd\n1.2,120.5,55,true");
    QTest::newRow("case, spaces, order") << QByteArray(
        " SHD , LVEF_Percent,lvedv_ml, Study_UID \nyes, 55 ,120.5, 1.2 \n");
    QTest::newRow("quoted") << QByteArray(
        "\"study_uid\",\"lvedv_ml\",\"lvef_percent\",\"shd\"\n\"1.2\",\"120.5\",\"55\",\"1\"\n");
    QTest::newRow("empty lines") << QByteArray("study_uid,lvedv_ml,lvef_percent,shd\n\n1.2,120.5,55,1\n,,,\n\n");
    QTest::newRow("absent values") << QByteArray(
        "study_uid,lvedv_ml,lvesv_ml,lvsv_ml,lvef_percent,shd\n1.2,120.5,NA,,55,1\n");
}

void TestPhenotypeTable::variants()
{
    QFETCH(QByteArray, text);
    Scratch scratch;
    const auto file = writeText(scratch / "labels.csv", text.toStdString());
    QVERIFY(looksLikePhenotypeTable(file));
    const PhenotypeTable table = readPhenotypeTable(file);
    QCOMPARE(table.rows.size(), std::size_t(1));
    QCOMPARE(table.dataRows, 1);
    QVERIFY(table.warnings.empty());
    const auto& row = table.rows[0];
    QCOMPARE(row.studyUid, std::string("1.2"));
    QCOMPARE(row.values.lvedv->value, 120.5);
    QCOMPARE(row.values.lvedv->source, std::string("table labels.csv"));
    QCOMPARE(row.values.lvef->value, 55.0);
    QVERIFY(row.values.structuralHeartDisease == true);
    QVERIFY(!row.values.lvesv && !row.values.lvsv);
}

void TestPhenotypeTable::badRowsAreNamedByLine()
{
    Scratch scratch;
    const auto file =
        writeText(scratch / "labels.csv", "study_uid,patient_id,study_date,lvedv_ml,lvef_percent,shd,remark\n" // 1
                                          "1.1,,,100,50,0,fine\n"                                              // 2
                                          "1.2,,,abc,50,0,\n"                                                  // 3
                                          "1.3,,,100,12x,2,\n"                                                 // 4
                                          ",,,100,50,0,\n"                                                     // 5
                                          ",P,31.12.2020,100,50,0,\n"                                          // 6
                                          "1.4,,,,,,\n"                                                        // 7
                                          "1.5,,,-4,0.55,,\n"                                                  // 8
                                          "1.6,,,100,101,1,\n"                                                 // 9
                                          "1.7,,,nan,inf,1\n"                                                  // 10
                                          "1.8\n");                                                            // 11
    const PhenotypeTable table = readPhenotypeTable(file);
    QCOMPARE(table.dataRows, 10);
    QCOMPARE(summaryOf(table.warnings),
             (std::vector<std::string>{"table-unknown-column@line 1", "table-bad-number@line 3",
                                       "table-bad-number@line 4", "table-bad-number@line 4", "table-no-identity@line 5",
                                       "table-bad-date@line 6", "table-no-values@line 7", "table-bad-number@line 8",
                                       "table-bad-number@line 8", "table-no-values@line 8", "table-bad-number@line 9",
                                       "table-bad-number@line 10", "table-no-values@line 11"}));
    std::vector<int> lines;
    for (const auto& row : table.rows)
        lines.push_back(row.line);
    QCOMPARE(lines, (std::vector<int>{2, 3, 4, 9, 10}));
    QVERIFY(!table.rows[1].values.lvedv && table.rows[1].values.lvef);
    // What a cell holds may be about a person: it is never repeated.
    for (const base::Warning& w : table.warnings)
        QVERIFY(w.sentence.find("abc") == std::string::npos && w.sentence.find("remark") == std::string::npos);
}

void TestPhenotypeTable::quotes()
{
    Scratch scratch;
    const PhenotypeTable table = readPhenotypeTable(
        writeText(scratch / "t.csv", "patient_id,lvef_percent\n\"a,\"\"b\"\"\nc\",50\nnext,x\n\"open,40\n"));
    QCOMPARE(table.rows.size(), std::size_t(1));
    QCOMPARE(table.rows[0].patientId, std::string("a,\"b\"\nc"));
    QCOMPARE(summaryOf(table.warnings).at(0), std::string("table-bad-number@line 4")); // a field spans lines 2 and 3
    QCOMPARE(table.warnings.back().code, std::string("table-open-quote"));
}

void TestPhenotypeTable::missingColumns()
{
    Scratch scratch;
    QVERIFY_EXCEPTION_THROWN(readPhenotypeTable(writeText(scratch / "a.csv", "lvef_percent\n50\n")), base::ParseError);
    QVERIFY_EXCEPTION_THROWN(readPhenotypeTable(writeText(scratch / "b.csv", "study_uid,remark\n1,2\n")),
                             base::ParseError);
    QVERIFY_EXCEPTION_THROWN(readPhenotypeTable(writeText(scratch / "c.csv", "")), base::ParseError);
    QVERIFY_EXCEPTION_THROWN(readPhenotypeTable(scratch / "absent.csv"), base::Error);
    QVERIFY(readPhenotypeTable(writeText(scratch / "d.csv", "study_uid,shd")).rows.empty());
}

void TestPhenotypeTable::recognition()
{
    Scratch scratch;
    QVERIFY(looksLikePhenotypeTable(writeText(scratch / "a.anything", "patient_id;shd\n")));
    QVERIFY(!looksLikePhenotypeTable(writeText(scratch / "b.csv", "time_s,I,II\n0,1,2\n")));
    QVERIFY(!looksLikePhenotypeTable(writeText(scratch / "c.csv", std::string("patient_id,shd\n\0\1", 17))));
    QVERIFY(!looksLikePhenotypeTable(scratch / "absent.csv"));
    QVERIFY(!looksLikePhenotypeTable(scratch.path()));
}

void TestPhenotypeTable::importsByStudyPatientAndDate()
{
    Scratch scratch;
    Library::create(scratch / "lib");
    auto library = Library::open(scratch / "lib");
    const Id a = library->addStudy(makeStudy(scratch.path(), 1, "A", "2020-01-01", 1)).first;
    const Id b1 = library->addStudy(makeStudy(scratch.path(), 2, "B", "2020-01-01", 1)).first;
    const Id b2 = library->addStudy(makeStudy(scratch.path(), 3, "B", "2020-02-01", 1)).first;
    const Id c = library->addStudy(makeStudy(scratch.path(), 4, "C", "2020-01-01", 1)).first;
    const auto result =
        library->importPhenotypes(writeText(scratch / "labels.csv", "study_uid,patient_id,study_date,lvef_percent\n"
                                                                    "1.2.826.1,,,30\n"
                                                                    ",B,20200201,45\n"
                                                                    ",B,,61\n"
                                                                    ",C,,62\n"
                                                                    ",B,2020-03-01,10\n"
                                                                    "9.9,,,10\n"
                                                                    ",nobody,,10\n"));
    QCOMPARE(result.rows, 7);
    QCOMPARE(result.matched, 4);
    QCOMPARE(summaryOf(result.warnings),
             (std::vector<std::string>{"table-no-match@line 6", "table-no-match@line 7", "table-no-match@line 8"}));
    QCOMPARE(library->phenotypes(a).lvef->value, 30.0);
    QVERIFY(library->phenotypes(b1).isEmpty());
    QCOMPARE(library->phenotypes(b2).lvef->value, 45.0);
    QCOMPARE(library->phenotypes(c).lvef->value, 62.0);
    QCOMPARE(library->patientPhenotypes(library->study(b1).patient).lvef->value, 61.0); // which of the two isn't said
    QVERIFY(library->patientPhenotypes(library->study(c).patient).isEmpty());
}

void TestPhenotypeTable::importMergesAndCompletes()
{
    Scratch scratch;
    Library::create(scratch / "lib");
    auto library = Library::open(scratch / "lib");
    const Id id = library->addStudy(makeStudy(scratch.path(), 1, "A", "2020-01-01", 1)).first;
    library->importPhenotypes(writeText(scratch / "one.csv", "study_uid,lvedv_ml\n1.2.826.1,100\n"));
    library->importPhenotypes(writeText(scratch / "two.csv", "study_uid,lvesv_ml,shd\n1.2.826.1,40,0\n"));
    retrieval::Phenotypes p = library->phenotypes(id);
    QCOMPARE(p.lvedv->source, std::string("table one.csv"));
    QCOMPARE(p.lvesv->source, std::string("table two.csv"));
    QCOMPARE(p.lvef->value, 60.0);
    QCOMPARE(p.lvef->source, std::string(retrieval::derivedSource));
    QVERIFY(p.structuralHeartDisease == false);

    // What was derived doesn't outlive what it was derived from, even after a round trip.
    library->setPhenotypes(id, p);
    library->importPhenotypes(writeText(scratch / "three.csv", "study_uid,lvesv_ml\n1.2.826.1,70\n"));
    QCOMPARE(library->phenotypes(id).lvef->value, 30.0);

    const auto result =
        library->importPhenotypes(writeText(scratch / "four.csv", "study_uid,lvef_percent\n1.2.826.1,60\n"));
    QCOMPARE(summaryOf(result.warnings), (std::vector<std::string>{"phenotype-contradiction@line 2"}));
    QVERIFY(result.warnings[0].sentence.starts_with("line 2: "));
    QVERIFY_EXCEPTION_THROWN(library->setPhenotypes(id + 1, p), base::Error);
}

void TestPhenotypeTable::labelsOfEcgs()
{
    Scratch scratch;
    Library::create(scratch / "lib");
    auto library = Library::open(scratch / "lib");
    const Id linked = library->addEcg(makeEcg(1, "A", "2020-01-02")).first;
    const Id lone = library->addEcg(makeEcg(2, "B", "2020-01-02")).first;
    library->addEcg(makeEcg(3, "C", "2020-01-02"));
    const Id study = library->addStudy(makeStudy(scratch.path(), 1, "A", "2020-01-01", 1)).first;
    library->importPhenotypes(writeText(scratch / "t.csv", "study_uid,patient_id,lvedv_ml,lvesv_ml,lvef_percent,shd\n"
                                                           "1.2.826.1,,100,65,,\n,B,,,55,1\n"));
    retrieval::Phenotypes ofPatient;
    ofPatient.lvef = {{70, "somewhere"}};
    ofPatient.structuralHeartDisease = true;
    library->setPatientPhenotypes(library->ecg(linked).patient, ofPatient);
    const auto labels = library->ecgLabels();
    QCOMPARE(labels.size(), std::size_t(2));
    QCOMPARE(labels[0].ecg, linked);
    QVERIFY(labels[0].study == study);
    QVERIFY(labels[0].lvef == 35.0);                   // the study's own, derived
    QVERIFY(labels[0].structuralHeartDisease == true); // the patient's, where the study says nothing
    QCOMPARE(labels[1].ecg, lone);
    QVERIFY(labels[1].lvef == 55.0 && labels[1].structuralHeartDisease == true && !labels[1].study);
}

// Research sets name recordings, not patients: the file's name labels an ECG whose patient has no other.
void TestPhenotypeTable::labelsByEcgFile()
{
    Scratch scratch;
    Library::create(scratch / "library");
    const auto library = Library::open(scratch / "library");
    const Id lone = library->addEcg(makeEcg(1, "", "2020-01-02")).first;
    library->addEcg(makeEcg(2, "B", "2020-01-02"));
    library->addEcg(makeEcg(3, "B", "2021-01-02"));
    const auto result = library->importPhenotypes(writeText(
        scratch / "labels.csv", "ecg_file,lvef_percent\necg-1.dcm,38\necg-2.dcm,60\nabsent.dcm,60\n"));
    QCOMPARE(result.rows, 3);
    QCOMPARE(result.matched, 1);
    QCOMPARE(summaryOf(result.warnings), (std::vector<std::string>{"table-no-match@line 3", "table-no-match@line 4"}));
    const auto labels = library->ecgLabels();
    QCOMPARE(labels.size(), std::size_t(1));
    QCOMPARE(labels[0].ecg, lone);
    QCOMPARE(labels[0].lvef, std::optional<double>(38.0));
}

QTEST_GUILESS_MAIN(TestPhenotypeTable)
#include "test_phenotype_table.moc"
