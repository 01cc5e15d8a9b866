// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/csv.h"
#include "base/error.h"
#include "evaluation/inputs/echonext.h"
#include "evaluation/inputs/embeddings_file.h"
#include "evaluation/inputs/pair_table.h"
#include "evaluation_support.h"
#include "nn/safetensors.h"

#include <limits>

using namespace echo2ecg;
using namespace echo2ecg::evaluation;

namespace {

class Folder
{
public:
    std::filesystem::path operator/(const std::string& name) const { return std::filesystem::path(m_dir.path().toStdString()) / name; }
    std::filesystem::path path() const { return m_dir.path().toStdString(); }
    std::filesystem::path write(const std::string& name, const std::string& bytes) const
    {
        std::ofstream(*this / name, std::ios::binary) << bytes;
        return *this / name;
    }

private:
    QTemporaryDir m_dir;
};

// A .npy of any version whose header is the given text.
std::string npy(const std::string& dictionary, const std::string& data, int version = 1)
{
    std::string out = "\x93NUMPY";
    out += char(version);
    out += '\0';
    const std::string header = dictionary + "\n";
    for (int i = 0; i < (version == 1 ? 2 : 4); ++i)
        out += char(header.size() >> (8 * i) & 255);
    return out + header + data;
}

template <class T>
std::string bytesOf(const std::vector<T>& values)
{
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

template <class Call>
std::string parseFailure(const Call& call)
{
    try {
        call();
    } catch (const base::ParseError& error) {
        return error.what();
    } catch (const std::exception& error) {
        return std::string("another error: ") + error.what();
    }
    return "no error";
}

} // namespace

class TestEvaluationInputs : public QObject
{
    Q_OBJECT

private slots:
    void npyEmbeddings();
    void npyVersionsAndOrders();
    void hostileNpy_data();
    void hostileNpy();
    void cutNpy();
    void tensorEmbeddings();
    void hostileTensors();
    void selecting();
    void csvTables();
    void labels();
    void labelsInOtherWords();
    void badLabels_data();
    void badLabels();
    void leaks();
    void pairsOfTheReference();
    void pairsOfOurs();
    void pairsOfVirtualPatients();
    void badPairs();
    void echoNext();
    void echoNextRefuses();
};

void TestEvaluationInputs::npyEmbeddings()
{
    const Folder folder;
    base::writeNpy(folder / "a.npy", base::NpyArray::of({2, 3}, std::vector<float>{1, 2, 3, 4, 5, 6}));
    base::writeNpy(folder / "b.NPY", base::NpyArray::of({2, 1, 3}, std::vector<double>{1, 2, 3, 4, 5, 6}));
    for (const char* name : {"a.npy", "b.NPY"}) {
        const auto read = readEmbeddings(folder / name);
        QCOMPARE(read.rows.width, 3);
        QCOMPARE(read.rows.rows(), std::size_t(2));
        QCOMPARE(read.rows.row(1)[0], 4.0F);
        QVERIFY(read.ids.empty());
    }
    base::writeNpy(folder / "nan.npy", base::NpyArray::of({2, 2}, std::vector<float>{1, 2, 3, std::numeric_limits<float>::quiet_NaN()}));
    QVERIFY(parseFailure([&] { readEmbeddings(folder / "nan.npy"); }).find("row 1") != std::string::npos);
    base::writeNpy(folder / "huge.npy", base::NpyArray::of({1, 2}, std::vector<double>{1, 1e300})); // isn't a float
    QVERIFY(parseFailure([&] { readEmbeddings(folder / "huge.npy"); }).find("row 0") != std::string::npos);
    base::writeNpy(folder / "whole.npy", base::NpyArray::of({2, 2}, std::vector<std::int64_t>{1, 2, 3, 4}));
    QVERIFY_EXCEPTION_THROWN(readEmbeddings(folder / "whole.npy"), base::ParseError);
    QVERIFY_EXCEPTION_THROWN(readEmbeddings(folder / "absent.npy"), base::Error);
    QVERIFY_EXCEPTION_THROWN(readEmbeddings(folder.write("x.txt", "1,2")), base::ParseError);
}

void TestEvaluationInputs::npyVersionsAndOrders()
{
    const Folder folder;
    const std::string data = bytesOf<float>({1, 2, 3, 4, 5, 6});
    for (const int version : {1, 2, 3}) {
        const auto file = folder.write("v.npy", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", data, version));
        QCOMPARE(readEmbeddings(file).rows.values, (std::vector<float>{1, 2, 3, 4, 5, 6}));
    }
    const auto fortran = folder.write("f.npy", npy("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }", data));
    QCOMPARE(readEmbeddings(fortran).rows.values, (std::vector<float>{1, 3, 5, 2, 4, 6}));
}

void TestEvaluationInputs::hostileNpy_data()
{
    QTest::addColumn<QByteArray>("bytes");
    const auto add = [](const char* name, const std::string& bytes) { QTest::newRow(name) << QByteArray(bytes.data(), qsizetype(bytes.size())); };
    const std::string data(64, 'x');
    add("empty", "");
    add("magic alone", "\x93NUMPY");
    add("no magic", "PK\x03\x04 something else entirely");
    add("version 9", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", data, 9));
    add("header longer than the file", std::string("\x93NUMPY\x02\x00\xff\xff\xff\xff{", 13));
    add("header of 64 KiB that ends", std::string("\x93NUMPY\x01\x00\xff\xff{'descr'", 18));
    add("more than there is", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000, 512), }", data));
    add("product overflows", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296, 4), }", data));
    add("number overflows", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 2), }", data));
    add("negative", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-2, -2), }", data));
    add("no rows", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 512), }", data));
    add("no values", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 0), }", data));
    add("one dimension", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (16,), }", data));
    add("no dimension", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (), }", data));
    add("three dimensions", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2, 4), }", data));
    add("objects", npy("{'descr': '|O', 'fortran_order': False, 'shape': (2, 2), }", data));
    add("structure", npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2, 2), }", data));
    add("text", npy("{'descr': '<U4', 'fortran_order': False, 'shape': (2, 2), }", data));
    add("big endian", npy("{'descr': '>f4', 'fortran_order': False, 'shape': (2, 2), }", data));
    add("float of no size", npy("{'descr': '<f0', 'fortran_order': False, 'shape': (2, 2), }", data));
    add("no shape", npy("{'descr': '<f4', 'fortran_order': False, }", data));
    add("no type", npy("{'fortran_order': False, 'shape': (2, 2), }", data));
}

void TestEvaluationInputs::hostileNpy()
{
    QFETCH(QByteArray, bytes);
    const Folder folder;
    const auto file = folder.write("hostile.npy", bytes.toStdString());
    const std::string failure = parseFailure([&] { readEmbeddings(file); });
    QVERIFY2(failure.find("hostile.npy") != std::string::npos && failure.find("another error") == std::string::npos, failure.c_str());
}

void TestEvaluationInputs::cutNpy()
{
    const Folder folder;
    base::writeNpy(folder / "whole.npy", base::NpyArray::of({3, 4}, std::vector<float>(12, 0.5F)));
    const std::string bytes = test::textOf(folder / "whole.npy");
    for (std::size_t n = 0; n < bytes.size(); ++n) {
        const auto file = folder.write("cut.npy", bytes.substr(0, n));
        QVERIFY_EXCEPTION_THROWN(readEmbeddings(file), base::ParseError);
    }
    // Bytes turned over: read or refused, nothing else.
    for (std::size_t n = 0; n < 128; ++n)
        for (const int bit : {1, 8, 128}) {
            std::string changed = bytes;
            changed[n] = char(changed[n] ^ bit);
            try {
                readEmbeddings(folder.write("changed.npy", changed));
            } catch (const base::ParseError&) {
            }
        }
}

void TestEvaluationInputs::tensorEmbeddings()
{
    using nn::StoredTensor;
    const Folder folder;
    nn::writeSafetensors(folder / "matrix.safetensors", {StoredTensor::of("tokens", {2, 3}, {1, 2, 3, 4, 5, 6}), StoredTensor::of("scale", {1}, {2})});
    QCOMPARE(readEmbeddings(folder / "matrix.safetensors").rows.values, (std::vector<float>{1, 2, 3, 4, 5, 6}));
    nn::writeSafetensors(folder / "two.safetensors", {StoredTensor::of("ecg", {2, 3}, {1, 2, 3, 4, 5, 6}), StoredTensor::of("echo", {3, 1}, {7, 8, 9})});
    QVERIFY_EXCEPTION_THROWN(readEmbeddings(folder / "two.safetensors"), base::ParseError);
    QCOMPARE(readEmbeddings(folder / "two.safetensors", "echo").rows.values, (std::vector<float>{7, 8, 9}));
    QVERIFY_EXCEPTION_THROWN(readEmbeddings(folder / "two.safetensors", "mri"), base::ParseError);
    nn::writeSafetensors(folder / "named.safetensors", {StoredTensor::of("p2", {3}, {4, 5, 6}), StoredTensor::of("p1", {1, 3}, {1, 2, 3})});
    const auto named = readEmbeddings(folder / "named.safetensors");
    QCOMPARE(named.ids, (std::vector<std::string>{"p1", "p2"}));
    QCOMPARE(named.rows.values, (std::vector<float>{1, 2, 3, 4, 5, 6}));
    nn::writeSafetensors(folder / "uneven.safetensors", {StoredTensor::of("p2", {2}, {4, 5}), StoredTensor::of("p1", {3}, {1, 2, 3})});
    QVERIFY_EXCEPTION_THROWN(readEmbeddings(folder / "uneven.safetensors"), base::ParseError);
    // float64
    StoredTensor wide;
    wide.name = "tokens";
    wide.dtype = "F64";
    wide.shape = {2, 2};
    const std::string bytes = bytesOf<double>({0.5, 1.5, -2, 4});
    wide.bytes.assign(bytes.begin(), bytes.end());
    nn::writeSafetensors(folder / "f64.safetensors", {wide});
    QCOMPARE(readEmbeddings(folder / "f64.safetensors").rows.values, (std::vector<float>{0.5F, 1.5F, -2, 4}));
    wide.dtype = "I64";
    nn::writeSafetensors(folder / "i64.safetensors", {wide});
    QVERIFY_EXCEPTION_THROWN(readEmbeddings(folder / "i64.safetensors"), base::ParseError);
}

void TestEvaluationInputs::hostileTensors()
{
    const Folder folder;
    nn::writeSafetensors(folder / "a.safetensors", {nn::StoredTensor::of("tokens", {2, 3}, {1, 2, 3, 4, 5, 6})});
    const std::string bytes = test::textOf(folder / "a.safetensors");
    for (std::size_t n = 0; n < bytes.size(); ++n)
        QVERIFY_EXCEPTION_THROWN(readEmbeddings(folder.write("cut.safetensors", bytes.substr(0, n))), base::ParseError);
    const auto headed = [&](const std::string& header) {
        std::string out;
        for (int i = 0; i < 8; ++i)
            out += char(header.size() >> (8 * i) & 255);
        return folder.write("made.safetensors", out + header + std::string(24, '\0'));
    };
    for (const char* header : {R"({"t":{"dtype":"F32","shape":[1000000000,1000000000],"data_offsets":[0,24]}})", R"({"t":{"dtype":"F32","shape":[2,0],"data_offsets":[0,0]}})",
                               R"({"t":{"dtype":"F32","shape":[-2,-3],"data_offsets":[0,24]}})", R"({"t":{"dtype":"F32","shape":[2,3],"data_offsets":[0,4000]}})",
                               R"({"t":{"dtype":"F32","shape":[],"data_offsets":[0,4]}})", R"({})", R"([])"})
        QVERIFY_EXCEPTION_THROWN(readEmbeddings(headed(header)), base::ParseError);
}

void TestEvaluationInputs::selecting()
{
    StoredEmbeddings stored;
    stored.rows.width = 2;
    stored.rows.values = {1, 2, 3, 4, 5, 6};
    stored.ids = {"a", "b", "c"};
    QCOMPARE(select(stored, {"c", "a", "c"}).values, (std::vector<float>{5, 6, 1, 2, 5, 6}));
    try {
        select(stored, {"c", "x", "y"});
        QFAIL("nothing was missed");
    } catch (const base::Error& error) {
        QCOMPARE(error.code(), base::ErrorCode::Missing);
        QVERIFY(std::string(error.what()).find("2 of 3") != std::string::npos);
    }
}

void TestEvaluationInputs::csvTables()
{
    const auto table = base::CsvTable::parse("\xEF\xBB\xBF" "Id ; Value;Note\r\n\"a;1\";1,5;\"says \"\"so\"\"\"\r\n\r\nb;NA\n");
    QCOMPARE(table.columns(), (std::vector<std::string>{"id", "value", "note"}));
    QCOMPARE(table.rows(), std::size_t(2));
    QCOMPARE(table.cell(0, 0), std::string("a;1"));
    QCOMPARE(*table.number(0, table.column({"absent", "value"})), 1.5);
    QCOMPARE(table.cell(0, 2), std::string("says \"so\""));
    QVERIFY(!table.number(1, 1));
    QCOMPARE(table.cell(1, 2), std::string());
    QCOMPARE(table.line(1), 4);
    QCOMPARE(table.column({"absent"}), -1);
    QVERIFY_EXCEPTION_THROWN(base::CsvTable::parse(""), base::ParseError);
    QVERIFY_EXCEPTION_THROWN(base::CsvTable::parse("a,b\n1,2,3\n"), base::ParseError);
    QVERIFY_EXCEPTION_THROWN(base::CsvTable::parse("a,b\n\"1,2\n"), base::ParseError);
    QVERIFY_EXCEPTION_THROWN(base::CsvTable::parse(std::string("a,b\n1,\0\n", 8)), base::ParseError);
}

void TestEvaluationInputs::labels()
{
    const Folder folder;
    const auto table = readLabelTable(folder.write("labels.csv", "id,patient,split,lvef,shd,sex,age,rhythm,lvedv,lvesv,lvsv,asymptomatic_flag\n"
                                                                 "e1,p1,train,35,1,F,71.5,sinus,120,78,42,0\n"
                                                                 "e2,p2,validation,45.5,0,male,40,,NA,,,1\n"
                                                                 "e3,p3,test,,yes,x,,atrial fibrillation,100,40,,\n"
                                                                 "e4,p3,test,50,,,,,,,,\n"));
    QCOMPARE(table.rows.size(), std::size_t(4));
    QCOMPARE(table.rows[0].sex, std::string("female"));
    QCOMPARE(*table.rows[0].age, 71.5);
    QCOMPARE(table.rows[0].line, 2);
    QCOMPARE(*table.rows[0].shd, true);
    QCOMPARE(*table.rows[1].shd, false);
    QCOMPARE(*table.rows[2].shd, true);
    QVERIFY(!table.rows[3].shd);
    QCOMPARE(table.rows[1].split, std::string("val"));
    QCOMPARE(table.rows[2].rhythm, std::string("atrial fibrillation"));
    QCOMPARE(table.rows[2].sex, std::string("x"));
    QVERIFY(!table.rows[2].values.lvef && !table.rows[2].values.lvsv); // as it stands
    PhenotypeValues derived = table.rows[2].values;
    derived.complete();
    QCOMPARE(*derived.lvef, 60.0);
    QCOMPARE(*derived.lvsv, 60.0);
    QCOMPARE(table.flagNames, (std::vector<std::string>{"asymptomatic_flag"}));
    QCOMPARE(*table.rows[1].flags[0], true);
    QVERIFY(!table.rows[3].flags[0]);
    QCOMPARE(table.ofSplit("test"), (std::vector<std::size_t>{2, 3}));
    QCOMPARE(table.ofSplit("valid"), (std::vector<std::size_t>{1}));
    QCOMPARE(table.ofSplit("").size(), std::size_t(4));
    std::vector<std::size_t> rows;
    QCOMPARE(lvefClasses(table, table.ofSplit(""), rows), (std::vector<int>{0, 1, 2}));
    QCOMPARE(rows, (std::vector<std::size_t>{0, 1, 3}));
    QCOMPARE(shdClasses(table, table.ofSplit("test"), rows), (std::vector<int>{1}));
    QCOMPARE(rows, (std::vector<std::size_t>{2}));
    QVERIFY(table.warnings.empty());

    const auto golden = test::goldenJson("lvef_classes.json");
    LabelTable values;
    for (const auto& value : golden.at("input").items()) {
        values.rows.emplace_back();
        values.rows.back().values.lvef = value.toNumber();
    }
    const auto classes = lvefClasses(values, values.ofSplit(""), rows);
    const auto& expected = golden.members().at(1).second.items();
    for (std::size_t i = 0; i < classes.size(); ++i)
        QCOMPARE(classes[i], int(expected.at(i).toInteger()));
}

void TestEvaluationInputs::labelsInOtherWords()
{
    const Folder folder;
    const auto table = readLabelTable(folder.write("labels.csv", "Filename\tGENDER\tlvef_percent\tLVEDV_mL\nA.xml\tW\t55\t90,5\n"));
    QCOMPARE(table.rows[0].id, std::string("A.xml"));
    QCOMPARE(table.rows[0].file, std::string("A.xml"));
    QCOMPARE(table.rows[0].sex, std::string("female"));
    QCOMPARE(*table.rows[0].values.lvedv, 90.5);
    QCOMPARE(table.warnings.size(), std::size_t(1)); // no patients
}

void TestEvaluationInputs::badLabels_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("says");
    QTest::newRow("no id column") << "patient,lvef\np,50\n" << "line 1";
    QTest::newRow("no rows") << "id,lvef\n" << "no rows";
    QTest::newRow("no id") << "id,lvef\na,50\n,40\n" << "line 3";
    QTest::newRow("twice") << "id,lvef\na,50\na,40\n" << "line 3";
    QTest::newRow("no number") << "id,lvef\na,good\n" << "line 2";
    QTest::newRow("fraction") << "id,lvef\na,0.55\n" << "percentage";
    QTest::newRow("above 100") << "id,lvef\na,155\n" << "percentage";
    QTest::newRow("negative volume") << "id,lvedv\na,-1\n" << "negative";
    QTest::newRow("infinite") << "id,lvedv\na,inf\n" << "line 2";
    QTest::newRow("neither 0 nor 1") << "id,shd\na,2\n" << "neither";
}

void TestEvaluationInputs::badLabels()
{
    QFETCH(QString, text);
    QFETCH(QString, says);
    const Folder folder;
    const auto file = folder.write("labels.csv", text.toStdString());
    const std::string failure = parseFailure([&] { readLabelTable(file); });
    QVERIFY2(failure.find(says.toStdString()) != std::string::npos && failure.find("another error") == std::string::npos, failure.c_str());
}

void TestEvaluationInputs::leaks()
{
    const Folder folder;
    const auto table = readLabelTable(folder.write("labels.csv", "id,patient,split\na,p,train\nb,p,test\nc,q,test\nd,q,test\n"));
    QCOMPARE(patientsInSeveralSplits(table), std::size_t(1));
    QCOMPARE(table.warnings.size(), std::size_t(1));
    QCOMPARE(table.warnings[0].code, std::string("patient-in-several-splits"));
}

void TestEvaluationInputs::pairsOfTheReference()
{
    PairTable pairs = readPairTable(test::reference("retrieval_pairs.csv"));
    QCOMPARE(pairs.rows[0].ecg, std::string("/d/ecg/e00.pt"));
    QCOMPARE(pairs.rows[0].study, std::string("1000"));
    QCOMPARE(pairs.rows[0].clip, std::string("s0_v0.avi"));
    QCOMPARE(*pairs.rows[1].echoRow, std::int64_t(1));
    QVERIFY(!pairs.rows[0].values.lvef);
    mergePhenotypes(pairs, test::reference("retrieval_metadata.csv"));
    QCOMPARE(*pairs.rows[0].values.lvef, 51.4);
    QCOMPARE(*pairs.rows[0].values.lvedv, 120.0);
    const Folder folder;
    const std::size_t before = pairs.rows.size();
    QCOMPARE(mergePhenotypes(pairs, folder.write("few.csv", "filename,lvef\ns0_v0.avi,60\ns0_v1.avi,\n")), before - 2);
    QCOMPARE(*pairs.rows[0].values.lvef, 60.0);
    QVERIFY(!pairs.rows[1].values.lvef);
}

void TestEvaluationInputs::pairsOfOurs()
{
    const Folder folder;
    PairTable pairs = readPairTable(folder.write("pairs.csv", "ecg,study,patient,split,lvef,lvedv\ne1,s1,p1,test,55,100\ne2,s2,p2,train,40,\ne3,s2,p2,train,40,\n"));
    QCOMPARE(pairs.ofSplit("train").rows.size(), std::size_t(2));
    QCOMPARE(pairs.ofSplit("").rows.size(), std::size_t(3));
    const auto values = pairs.pairs(Phenotype::Lvedv);
    QVERIFY(values[0].value && !values[1].value);
    QVERIFY(!pairs.pairs(std::nullopt)[0].value);
    QCOMPARE(pairs.patientsOfEcgs({"e3", "e1", "e9"}), (std::vector<std::string>{"p2", "p1", ""}));
    QCOMPARE(pairs.patientsOfStudies({"s2"}), (std::vector<std::string>{"p2"}));
    QCOMPARE(mergePhenotypes(pairs, folder.write("by_study.csv", "study,lvef,lvsv\ns2,33,50\n")), std::size_t(1));
    QCOMPARE(pairs.rows.size(), std::size_t(2));
    QCOMPARE(*pairs.rows[0].values.lvef, 33.0);
    QCOMPARE(*pairs.rows[1].values.lvsv, 50.0);
}

// What `echo2ecg simulate` writes. The table is read for its pairs and for its labels, which must name the ECGs alike.
void TestEvaluationInputs::pairsOfVirtualPatients()
{
    const Folder folder;
    const auto csv = folder.write("pairs.csv",
                                  "patient_id,split,ecg_file,study_folder,ecg_date,study_date,study_uid,age,sex,rhythm,conduction,lvedv_ml,lvesv_ml,lvsv_ml,lvef_percent,shd\n"
                                  "V1,training,V1/ecg.dcm,V1/echo,2024-03-01,2024-03-02,1.2.3,61,F,sinus,normal,110,45,65,59.1,0\n"
                                  "V2,dev,V2/ecg.dcm,V2/echo,2024-03-01,2024-03-04,1.2.4,70,M,sinus,lbbb,210,140,70,33.3,1\n");
    const PairTable pairs = readPairTable(csv);
    QCOMPARE(pairs.rows[0].ecg, std::string("V1/ecg.dcm"));
    QCOMPARE(pairs.rows[0].study, std::string("1.2.3"));
    QCOMPARE(pairs.rows[0].patient, std::string("V1"));
    QCOMPARE(pairs.rows[0].split, std::string("train"));
    QCOMPARE(pairs.rows[1].split, std::string("val"));
    QCOMPARE(*pairs.rows[1].values.lvef, 33.3);
    QVERIFY(!pairs.rows[0].echoRow);
    const LabelTable labels = readLabelTable(csv, Repeats::TakeFirst);
    QCOMPARE(labels.ids(), (std::vector<std::string>{"V1/ecg.dcm", "V2/ecg.dcm"}));
    QCOMPARE(labels.ofSplit("dev"), std::vector<std::size_t>{1});
    QCOMPARE(*labels.rows[1].shd, true);

    // Several names of an ECG and of a view: both readers take the same one.
    const auto many = folder.write("many.csv", "filename,ecg_filepath,ecg_id,study,row\nv0.avi,a.pt,E1,s,7\nv1.avi,a.pt,E1,s,8\n");
    QCOMPARE(readPairTable(many).rows[0].ecg, std::string("E1"));
    QCOMPARE(*readPairTable(many).rows[1].echoRow, std::int64_t(8));
    QCOMPARE(readLabelTable(many, Repeats::TakeFirst).ids(), std::vector<std::string>{"E1"});
}

void TestEvaluationInputs::badPairs()
{
    const Folder folder;
    for (const char* text : {"ecg,lvef\na,50\n", "ecg,study\n", "ecg,study\na,\n", "ecg,study,echo_embed_idx\na,b,-1\n", "ecg,study,echo_embed_idx\na,b,1.5\n",
                             "ecg,study,echo_embed_idx\na,b,1e300\n", "ecg,study,lvef\na,b,0.5\n"})
        QVERIFY_EXCEPTION_THROWN(readPairTable(folder.write("pairs.csv", text)), base::ParseError);
    PairTable pairs = readPairTable(folder.write("pairs.csv", "ecg,study\na,b\n"));
    QVERIFY_EXCEPTION_THROWN(mergePhenotypes(pairs, folder.write("none.csv", "name,lvef\na,50\n")), base::ParseError);
}

void TestEvaluationInputs::echoNext()
{
    const Folder folder;
    folder.write("EchoNext_metadata_100k.csv",
                 "ecg_key,patient_key,split,sex,age_at_ecg,lvef_lte_45_flag,shd_moderate_or_greater_flag\n"
                 "11,1,test,Female,70,1,1\n12,2,train,Male,50,0,0\n13,3,test,Male,60,0,\n");
    std::vector<float> test(std::size_t(2) * 2500 * 12), train(std::size_t(1) * 2500 * 12, 1.0F);
    for (std::size_t i = 0; i < test.size(); ++i)
        test[i] = float(i % 12) + float(i / 12 % 2500) * 0.001F + (i >= 30000 ? 100.0F : 0.0F);
    base::writeNpy(folder / "EchoNext_test_waveforms.npy", base::NpyArray::of({2, 1, 2500, 12}, test));
    base::writeNpy(folder / "EchoNext_train_waveforms.npy", base::NpyArray::of({1, 2500, 12}, train));
    const EchoNext data = EchoNext::open(folder.path());
    QCOMPARE(data.splits(), (std::vector<std::string>{"train", "test"}));
    QCOMPARE(data.rows("test"), (std::vector<std::size_t>{0, 2}));
    const LabelRow& row = data.labels().rows[data.rows("test")[1]];
    QCOMPARE(row.id, std::string("13"));
    QCOMPARE(row.patient, std::string("3"));
    QCOMPARE(*row.age, 60.0);
    QVERIFY(!row.shd);
    QCOMPARE(*data.labels().rows[0].shd, true);
    QCOMPARE(data.labels().flagNames.size(), std::size_t(2));
    QCOMPARE(*data.labels().rows[0].flags[0], true);
    const auto wave = data.waveform("test", 1);
    QCOMPARE(wave.size(), std::size_t(30000));
    QCOMPARE(wave[0], 100.0F);                                     // lead I
    QCOMPARE(wave[std::size_t(3) * 2500 + 7], 103.0F + 7 * 0.001F); // aVR, sample 7
    QCOMPARE(data.waveform("train", 0)[29999], 1.0F);
    QVERIFY_EXCEPTION_THROWN(data.waveform("test", 2), base::Error);
    QVERIFY_EXCEPTION_THROWN(data.waveform("val", 0), base::Error);
}

void TestEvaluationInputs::echoNextRefuses()
{
    const Folder folder;
    QVERIFY_EXCEPTION_THROWN(EchoNext::open(folder / "absent"), base::Error);
    QVERIFY_EXCEPTION_THROWN(EchoNext::open(folder.path()), base::ParseError);
    folder.write("EchoNext_metadata_100k.csv", "ecg_key,patient_key,split,shd_moderate_or_greater_flag\n11,1,test,1\n12,2,test,0\n");
    base::writeNpy(folder / "EchoNext_test_waveforms.npy", base::NpyArray::of({1, 1, 2500, 12}, std::vector<float>(30000)));
    QVERIFY(parseFailure([&] { EchoNext::open(folder.path()); }).find("1 waveforms belong to 2 rows") != std::string::npos);
    base::writeNpy(folder / "EchoNext_test_waveforms.npy", base::NpyArray::of({2, 1, 12, 2500}, std::vector<float>(60000)));
    QVERIFY_EXCEPTION_THROWN(EchoNext::open(folder.path()), base::ParseError);
    base::writeNpy(folder / "EchoNext_test_waveforms.npy", base::NpyArray::of({2, 1, 2500, 12}, std::vector<std::uint8_t>(60000)));
    QVERIFY_EXCEPTION_THROWN(EchoNext::open(folder.path()), base::ParseError);
}

QTEST_GUILESS_MAIN(TestEvaluationInputs)
#include "test_evaluation_inputs.moc"
