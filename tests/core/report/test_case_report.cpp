// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/synthetic_ecg.h"
#include "ecg/simulated.h"
#include "report/case_report.h"
#include "report/ecg_print.h"
#include "support/test_paths.h"

#include <QDir>
#include <QGuiApplication>
#include <QImage>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>

using namespace echo2ecg;
using ecg::Lead;

namespace {

constexpr double dpi = 300, pixelsPerMm = dpi / 25.4;

report::CaseReport fullReport()
{
    report::CaseReport r;
    r.record = test::flatRecord(1000);
    // Two spikes one second apart, 2 mV high, 20 ms wide at the foot.
    for (auto& lead : r.record.leads)
        for (const int centre : {4000, 5000})
            for (int k = -10; k <= 10; ++k)
                lead[std::size_t(centre + k)] = float(2.0 * (1 - std::abs(k) / 10.0));
    r.record.warnings = {{"units-assumed", "Microvolts were assumed.", "V3"}};

    casework::Prediction p;
    p.lvefClass = 1;
    p.lvefProbabilities = {0.2, 0.6, 0.2};
    p.candidates = 87;
    for (int i = 0; i < 5; ++i) {
        casework::Neighbour n;
        n.distance = 1.25 + i;
        n.lvef = 44 + i;
        n.classIndex = 1;
        n.label = "neighbour " + std::to_string(i);
        p.lvefNeighbours.push_back(n);
    }
    p.findings = {{"lead-flat", "This lead is flat.", ecg::Severity::Warn, Lead::V2}};
    r.prediction = p;

    casework::Retrieval t;
    t.candidates = 12;
    for (int i = 0; i < 40; ++i) { // more than one page holds
        casework::RankedStudy s;
        s.rank = i + 1;
        s.similarity = 0.9 - 0.01 * i;
        s.label = "study " + std::to_string(i + 1);
        s.phenotypes.lvedv = {143, "table labels.csv"};
        s.phenotypes.lvef = {39, "derived from EDV and ESV"};
        t.studies.push_back(s);
    }
    r.retrieval = t;

    inference::EngineFacts e;
    e.bundleId = "0f3a9b12cc01d2e4";
    e.bundleName = "small";
    e.bundleVersion = "1";
    e.device = "CPU, 2 threads";
    r.engine = e;
    base::RgbImage picture(30, 40);
    std::ranges::fill(picture.pixels, std::uint8_t(90));
    r.pictures = {{"study 1, apical", picture}};
    return r;
}

QByteArray run(const QString& program, const QStringList& arguments)
{
    QProcess process;
    process.start(program, arguments);
    process.waitForFinished(60000);
    return process.readAllStandardOutput();
}

bool isInk(const QImage& page, int x, int y)
{
    const QRgb c = page.pixel(x, y);
    return std::max({qRed(c), qGreen(c), qBlue(c)}) < 110;
}

// Middle of the inked rows of one pixel column between two rows, -1 where there is none.
double inkMiddle(const QImage& page, int x, int fromY, int toY)
{
    int first = -1, last = -1;
    for (int y = std::max(0, fromY); y < std::min(page.height(), toY); ++y)
        if (isInk(page, x, y)) {
            first = first < 0 ? y : first;
            last = y;
        }
    return first < 0 ? -1 : (first + last) / 2.0;
}

struct Pulse
{
    int x = 0, top = 0, bottom = 0; // its rising edge, pixels
};

// Straight rising edges of about a centimetre in the left margin of the paper, from top to bottom.
std::vector<Pulse> findPulses(const QImage& page)
{
    std::vector<Pulse> pulses;
    const int right = int(28 * pixelsPerMm);
    for (int y = int(25 * pixelsPerMm); y < page.height() - 200; ++y)
        for (int x = int(14 * pixelsPerMm); x < right; ++x) {
            int end = y;
            while (end < page.height() && isInk(page, x, end))
                ++end;
            if (end - y > 8 * pixelsPerMm) {
                pulses.push_back({x, y, end});
                y = end + 10;
                break;
            }
        }
    return pulses;
}

} // namespace

class TestCaseReport : public QObject
{
    Q_OBJECT
private:
    QTemporaryDir m_folder;
    QString path(const char* name) const { return m_folder.filePath(QString::fromLatin1(name)); }

private slots:
    void pagesAndWords();
    void trueScale();
    void everyPrintedPageIsAtTrueScale_data();
    void everyPrintedPageIsAtTrueScale();
    void aWholeRecordingIsPrintedPageAfterPage();
    void trainedWeightsAreNotCalledUntrained();
    void simulatedSaysSoOnEveryPage();
    void recordAloneIsAReport();
    void blockedPredictionSaysWhy();
    void unwritablePlaceIsAnError();
};

void TestCaseReport::pagesAndWords()
{
    report::writeCaseReport(fullReport(), path("full.pdf").toStdString());
    QFile file(path("full.pdf"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QVERIFY(file.readAll().startsWith("%PDF-"));

    const QString tool = QStandardPaths::findExecutable(QStringLiteral("pdftotext"));
    if (tool.isEmpty())
        QSKIP("pdftotext isn't installed");
    const QString all =
        QString::fromUtf8(run(tool, {QStringLiteral("-layout"), path("full.pdf"), QStringLiteral("-")}));
    QStringList pages = all.split(QChar(u'\f'), Qt::SkipEmptyParts);
    QVERIFY2(pages.size() >= 3, qPrintable(QString::number(pages.size())));
    for (const QString& page : pages) {
        QVERIFY(page.contains(QStringLiteral("Research use only. Not for diagnostic procedures.")));
        QVERIFY(page.contains(QStringLiteral("untrained weights")));
    }
    for (const char* words : {"aVR", "columns sequential, 2.5 s each", "M mildly reduced", "3 of 5 mildly reduced",
                              "87 labelled", "neighbour 3", "4.250", "47 %", "study 40", "143 mL", "39 %",
                              "table labels.csv (EDV)", "V2: This lead is flat.", "V3: Microvolts were assumed.",
                              "0f3a9b12cc01d2e4", "CPU, 2 threads", "study 1, apical", "Echo2ECG Workstation"})
        QVERIFY2(all.simplified().contains(QString::fromUtf8(words)), words);
}

void TestCaseReport::trueScale()
{
    const QString tool = QStandardPaths::findExecutable(QStringLiteral("pdftoppm"));
    if (tool.isEmpty())
        QSKIP("pdftoppm isn't installed");
    report::writeCaseReport(fullReport(), path("scale.pdf").toStdString());
    run(tool,
        {QStringLiteral("-r"), QStringLiteral("300"), QStringLiteral("-f"), QStringLiteral("1"), QStringLiteral("-l"),
         QStringLiteral("1"), QStringLiteral("-singlefile"), QStringLiteral("-png"), path("scale.pdf"), path("scale")});
    const QImage page(path("scale.png"));
    QVERIFY(!page.isNull());
    QVERIFY(std::abs(page.width() / pixelsPerMm - 297) < 0.2);
    QVERIFY(std::abs(page.height() / pixelsPerMm - 210) < 0.2);

    const std::vector<Pulse> pulses = findPulses(page);
    QCOMPARE(pulses.size(), std::size_t(4));
    for (const Pulse& p : pulses) {
        const int middle = p.x + int(2 * pixelsPerMm), foot = p.x - int(0.5 * pixelsPerMm);
        const double top = inkMiddle(page, middle, p.top - 20, p.top + 20);
        const double base = inkMiddle(page, foot, p.bottom - 30, p.bottom + 30);
        QVERIFY(top > 0 && base > 0);
        const double height = (base - top) / pixelsPerMm;
        QVERIFY2(std::abs(height - 10) < 0.2, qPrintable(QString::number(height)));
        qInfo("1 mV is %.3f mm high", height);
    }

    // The rhythm strip, half way up its 2 mV spikes.
    const Pulse& last = pulses.back();
    const int y = int(last.bottom - 14 * pixelsPerMm);
    std::vector<double> spikes;
    for (int x = last.x + int(10 * pixelsPerMm), from = -1; x < page.width() - 100; ++x) {
        if (isInk(page, x, y)) {
            from = from < 0 ? x : from;
        } else if (from >= 0) {
            spikes.push_back((from + x - 1) / 2.0);
            from = -1;
        }
    }
    // Both flanks of a spike may be seen apart.
    QVERIFY2(spikes.size() == 2 || spikes.size() == 4, qPrintable(QString::number(spikes.size())));
    const double second =
        spikes.size() == 2 ? (spikes[1] - spikes[0]) : (spikes[2] + spikes[3] - spikes[0] - spikes[1]) / 2;
    qInfo("1 s is %.3f mm long", second / pixelsPerMm);
    QVERIFY2(std::abs(second / pixelsPerMm - 25) < 0.2, qPrintable(QString::number(second / pixelsPerMm)));
}

void TestCaseReport::everyPrintedPageIsAtTrueScale_data()
{
    QTest::addColumn<int>("format");
    QTest::addColumn<double>("speed");
    QTest::addColumn<double>("gain");
    QTest::addColumn<int>("sheets");
    const auto row = [](ecg::PageFormat format, double speed, double gain, int sheets) {
        QTest::addRow("%s, %g mm/s, %g mm/mV", std::string(ecg::code(format)).c_str(), speed, gain)
            << int(format) << speed << gain << sheets;
    };
    row(ecg::PageFormat::SixByTwo, 50, 10, 1);
    row(ecg::PageFormat::ThreeByFourPlusThree, 25, 10, 1);
    row(ecg::PageFormat::FourByThree, 12.5, 5, 1);
    row(ecg::PageFormat::TwelveByOne, 25, 20, 3); // rows as high as they must be: three sheets
    row(ecg::PageFormat::TwelveByOne, 100, 10, 1);
}

void TestCaseReport::everyPrintedPageIsAtTrueScale()
{
    QFETCH(int, format);
    QFETCH(double, speed);
    QFETCH(double, gain);
    QFETCH(int, sheets);
    const QString tool = QStandardPaths::findExecutable(QStringLiteral("pdftoppm"));
    if (tool.isEmpty())
        QSKIP("pdftoppm isn't installed");
    // A step of 1 mV at 1.0 s and one back at 1.5 s in every lead, and for as long as there are columns.
    ecg::EcgRecord record = test::flatRecord(1000);
    for (const Lead lead : ecg::allLeads)
        test::setLevel(record, lead, 1.0, 1.5, 1.0f);
    report::EcgPrint print;
    print.page.format = ecg::PageFormat(format);
    print.page.mmPerSecond = speed;
    print.page.mmPerMillivolt = gain;
    print.page.sequential = false;
    report::writeEcgPages(record, print, path("page.pdf").toStdString());
    run(tool, {QStringLiteral("-r"), QStringLiteral("300"), QStringLiteral("-png"), path("page.pdf"), path("page")});
    const QStringList made = QDir(m_folder.path()).entryList({QStringLiteral("page-*.png")}, QDir::Files, QDir::Name);
    QCOMPARE(made.size(), sheets);
    const QImage page(m_folder.filePath(made.front()));
    for (const QString& name : made)
        QFile::remove(m_folder.filePath(name));

    // Long vertical edges in the first row: the calibration pulse's two, then the step's two.
    const int top = int(24 * pixelsPerMm), bottom = int(70 * pixelsPerMm);
    std::vector<double> edges;
    double height = 0;
    for (int x = 0; x < page.width(); ++x) {
        int longest = 0, length = 0;
        for (int y = top; y < bottom; ++y) {
            length = isInk(page, x, y) ? length + 1 : 0;
            longest = std::max(longest, length);
        }
        if (longest < 0.9 * gain * pixelsPerMm)
            continue;
        if (edges.empty() || x - edges.back() > 5)
            edges.push_back(x);
        else
            edges.back() = (edges.back() * 2 + x) / 3;
        height = std::max(height, double(longest));
    }
    QVERIFY2(edges.size() >= 4, qPrintable(QString::number(edges.size())));
    const double pulse = (edges[1] - edges[0]) / pixelsPerMm, half = (edges[3] - edges[2]) / pixelsPerMm;
    qInfo("0.2 s is %.2f mm, 0.5 s is %.2f mm long", pulse, half);
    QVERIFY2(std::abs(pulse - 0.2 * speed) < 0.2, qPrintable(QString::number(pulse)));
    QVERIFY2(std::abs(half - 0.5 * speed) < 0.25, qPrintable(QString::number(half)));
}

void TestCaseReport::aWholeRecordingIsPrintedPageAfterPage()
{
    const QString tool = QStandardPaths::findExecutable(QStringLiteral("pdftotext"));
    if (tool.isEmpty())
        QSKIP("pdftotext isn't installed");
    report::EcgPrint print;
    print.filter = {0.5, 40.0, std::nullopt};
    const auto pages = [&] {
        report::writeEcgPages(test::flatRecord(500, 34), print, path("whole.pdf").toStdString());
        return QString::fromUtf8(run(tool, {QStringLiteral("-layout"), path("whole.pdf"), QStringLiteral("-")}))
            .split(QChar(u'\f'), Qt::SkipEmptyParts);
    };
    QCOMPARE(pages().size(), 1);
    print.wholeRecording = true;
    const QStringList all = pages();
    QCOMPARE(all.size(), 4);
    for (const QString& page : all) {
        QVERIFY(page.contains(QStringLiteral("25 mm/s · 10 mm/mV · columns sequential")));
        QVERIFY(page.contains(QStringLiteral("shown with 0.5–40 Hz")));
        QVERIFY(page.contains(QStringLiteral("Research use only")));
    }
}

void TestCaseReport::trainedWeightsAreNotCalledUntrained()
{
    const QString tool = QStandardPaths::findExecutable(QStringLiteral("pdftotext"));
    if (tool.isEmpty())
        QSKIP("pdftotext isn't installed");
    report::CaseReport r = fullReport();
    r.engine->trained = true;
    report::writeCaseReport(r, path("trained.pdf").toStdString());
    const QByteArray all = run(tool, {path("trained.pdf"), QStringLiteral("-")});
    QVERIFY(all.contains("Research use only"));
    QVERIFY(!all.contains("untrained"));
}

void TestCaseReport::simulatedSaysSoOnEveryPage()
{
    const QString tool = QStandardPaths::findExecutable(QStringLiteral("pdftotext"));
    if (tool.isEmpty())
        QSKIP("pdftotext isn't installed");
    const auto pagesOf = [&](const char* name) {
        QStringList pages = QString::fromUtf8(run(tool, {path(name), QStringLiteral("-")})).split(QLatin1Char('\f'));
        pages.removeLast();
        return pages;
    };
    const auto everyPage = [](const QStringList& pages, const char* words) {
        return !pages.isEmpty() && std::ranges::all_of(pages, [&](const QString& page) { return page.simplified().contains(QLatin1String(words)); });
    };
    report::CaseReport r = fullReport();
    r.engine->trained = true;
    report::writeCaseReport(r, path("real.pdf").toStdString());
    QVERIFY(!pagesOf("real.pdf").join(QString()).contains("simulated", Qt::CaseInsensitive));
    report::writeEcgPages(r.record, {}, path("real-ecg.pdf").toStdString());
    QVERIFY(!pagesOf("real-ecg.pdf").join(QString()).contains("simulated", Qt::CaseInsensitive));

    report::CaseReport byModel = r;
    byModel.engine->simulated = true;
    report::writeCaseReport(byModel, path("model.pdf").toStdString());
    QVERIFY(everyPage(pagesOf("model.pdf"), "SIMULATED") && everyPage(pagesOf("model.pdf"), "trained on virtual patients"));

    report::CaseReport neighbour = r;
    neighbour.retrieval->studies[3].simulated = true;
    report::writeCaseReport(neighbour, path("neighbour.pdf").toStdString());
    QVERIFY(everyPage(pagesOf("neighbour.pdf"), "SIMULATED"));

    r.record.warnings.push_back(ecg::simulatedPatientWarning());
    report::writeCaseReport(r, path("patient.pdf").toStdString());
    QVERIFY(everyPage(pagesOf("patient.pdf"), "SIMULATED"));
        QVERIFY2(everyPage(pagesOf("patient.pdf"), "virtual patient"), qPrintable(pagesOf("patient.pdf").join("\n---\n").left(3000)));
    report::writeEcgPages(r.record, {}, path("patient-ecg.pdf").toStdString());
    QVERIFY(everyPage(pagesOf("patient-ecg.pdf"), "SIMULATED"));
        QVERIFY2(everyPage(pagesOf("patient-ecg.pdf"), "virtual patient"), qPrintable(pagesOf("patient-ecg.pdf").join("\n---\n").left(3000)));
}

void TestCaseReport::recordAloneIsAReport()
{
    report::CaseReport r;
    r.record = test::flatRecord(500, 4);
    r.record[Lead::V6].clear();
    report::writeCaseReport(r, path("alone.pdf").toStdString());
    const QString tool = QStandardPaths::findExecutable(QStringLiteral("pdftotext"));
    if (tool.isEmpty())
        QSKIP("pdftotext isn't installed");
    const QByteArray all = run(tool, {path("alone.pdf"), QStringLiteral("-")});
    QVERIFY(all.contains("not recorded"));
    QVERIFY(all.contains("No prediction was made"));
    QVERIFY(all.contains("no model was used"));
}

void TestCaseReport::blockedPredictionSaysWhy()
{
    report::CaseReport r = fullReport();
    r.prediction = casework::Prediction{};
    r.prediction->whyNot = "Eleven leads are too few for this recipe.";
    report::writeCaseReport(r, path("blocked.pdf").toStdString());
    const QString tool = QStandardPaths::findExecutable(QStringLiteral("pdftotext"));
    if (tool.isEmpty())
        QSKIP("pdftotext isn't installed");
    QVERIFY(
        run(tool, {path("blocked.pdf"), QStringLiteral("-")}).contains("Eleven leads are too few for this recipe."));
}

void TestCaseReport::unwritablePlaceIsAnError()
{
    try {
        report::writeCaseReport(fullReport(), path("no such folder/x.pdf").toStdString());
        QFAIL("an unwritable place was accepted");
    } catch (const base::Error& e) {
        QVERIFY(e.code() == base::ErrorCode::Io);
    }
}

int main(int argc, char** argv)
{
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    QGuiApplication application(argc, argv);
    TestCaseReport test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_case_report.moc"
