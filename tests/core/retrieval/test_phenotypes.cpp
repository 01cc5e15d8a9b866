// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/json.h"
#include "retrieval/phenotypes.h"
#include "support/test_paths.h"

#include <QFile>

#include <cmath>
#include <limits>

using namespace echo2ecg;
using namespace echo2ecg::retrieval;

namespace {

SourcedValue table(double value)
{
    return {value, "table labels.csv"};
}

} // namespace

class TestPhenotypes : public QObject
{
    Q_OBJECT

private slots:
    void classesAgreeWithReference();
    void cutoffsAreData();
    void derives();
    void statedValuesStay();
    void contradictions();
    void implausible();
};

void TestPhenotypes::classesAgreeWithReference()
{
    QFile file(QString::fromStdString(test::reference("lvef_classes.json").string()));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const base::Json json = base::Json::parse(file.readAll().toStdString());
    const auto& inputs = json.at("input").items();
    const auto& classes = json.members().back().second.items();
    QCOMPARE(inputs.size(), classes.size());
    QVERIFY(inputs.size() >= 11);
    for (std::size_t i = 0; i < inputs.size(); ++i)
        QCOMPARE(std::int64_t(lvefClass(inputs[i].toNumber())), classes[i].toInteger());
    QCOMPARE(letter(LvefClass::MildlyReduced), "M");
    QCOMPARE(word(LvefClass::MildlyReduced), "mildly reduced");
}

void TestPhenotypes::cutoffsAreData()
{
    QCOMPARE(lvefClass(40, {35, 55}), LvefClass::MildlyReduced);
    QCOMPARE(lvefClass(50, {35, 55}), LvefClass::MildlyReduced);
    QCOMPARE(lvefClass(35, {35, 55}), LvefClass::Reduced);
    QVERIFY_EXCEPTION_THROWN(lvefClass(50, {50}), base::Error);
    QVERIFY_EXCEPTION_THROWN(lvefClass(50, {50, 40}), base::Error);
    QVERIFY_EXCEPTION_THROWN(lvefClass(std::nan("")), base::Error);
}

void TestPhenotypes::derives()
{
    Phenotypes p;
    QVERIFY(p.isEmpty());
    p.lvedv = table(120);
    p.lvesv = table(48);
    QVERIFY(p.complete().empty());
    QCOMPARE(p.lvsv->value, 72.0);
    QCOMPARE(p.lvef->value, 60.0);
    QCOMPARE(p.lvef->source, std::string(derivedSource));
    QCOMPARE(p.lvedv->source, std::string("table labels.csv"));
    QVERIFY(!p.isEmpty());

    Phenotypes onlyEdv;
    onlyEdv.lvedv = table(120);
    QVERIFY(onlyEdv.complete().empty());
    QVERIFY(!onlyEdv.lvef && !onlyEdv.lvsv);

    Phenotypes onlyLabel;
    onlyLabel.structuralHeartDisease = false;
    QVERIFY(!onlyLabel.isEmpty());
}

void TestPhenotypes::statedValuesStay()
{
    Phenotypes p{table(120), table(60), table(60), table(54.9), {}, {}};
    QVERIFY(p.complete().empty()); // 4.9 points apart
    QCOMPARE(p.lvef->value, 54.9);
    p.lvef->value = 55.1;
    const auto warnings = p.complete();
    QCOMPARE(warnings.size(), std::size_t(1));
    QCOMPARE(warnings[0].code, std::string("phenotype-contradiction"));
    QCOMPARE(p.lvef->value, 55.1);
}

void TestPhenotypes::contradictions()
{
    Phenotypes p{table(100), table(120), {}, {}, {}, {}};
    QCOMPARE(p.complete().size(), std::size_t(1));
    QVERIFY(!p.lvsv && !p.lvef);

    Phenotypes sv{table(120), table(60), table(95), {}, {}, {}};
    const auto warnings = sv.complete();
    QCOMPARE(warnings.size(), std::size_t(1));
    QCOMPARE(warnings[0].where, std::string("LVSV"));
}

void TestPhenotypes::implausible()
{
    Phenotypes p;
    p.lvef = table(0.55);
    const auto warnings = p.complete();
    QCOMPARE(warnings.size(), std::size_t(1));
    QCOMPARE(warnings[0].code, std::string("phenotype-implausible"));
    p.lvef = table(std::numeric_limits<double>::infinity());
    QCOMPARE(p.complete().at(0).code, std::string("phenotype-not-a-number"));
    QVERIFY(!p.lvef);
    p.lvedv = table(12000);
    QCOMPARE(p.complete().size(), std::size_t(1));
}

QTEST_GUILESS_MAIN(TestPhenotypes)
#include "test_phenotypes.moc"
