// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz/readers.h"
#include "support/test_paths.h"

#include <QElapsedTimer>

#include <algorithm>
#include <fstream>
#include <iterator>

using namespace echo2ecg;

// Replays what fuzzing found once: tests/data/fuzz/TARGET/…
class TestFuzzFindings : public QObject
{
    Q_OBJECT

    static std::vector<std::filesystem::path> filesIn(const std::filesystem::path& folder)
    {
        std::vector<std::filesystem::path> files;
        std::error_code absent;
        for (const auto& entry : std::filesystem::directory_iterator(folder, absent))
            files.push_back(entry.path());
        std::sort(files.begin(), files.end());
        return files;
    }
    static std::vector<std::uint8_t> bytesOf(const std::filesystem::path& file)
    {
        std::ifstream in(file, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }

private slots:
    void everyFolderBelongsToATarget()
    {
        for (const auto& folder : filesIn(test::testData() / "fuzz"))
            QVERIFY2(fuzz::targetNamed(folder.filename().string()), folder.c_str());
    }

    void findings_data()
    {
        QTest::addColumn<QString>("target");
        QTest::addColumn<QString>("file");
        for (const fuzz::Target& target : fuzz::targets()) {
            QTest::addRow("%s: nothing", target.name) << QString(target.name) << QString();
            for (const auto& file : filesIn(test::testData() / "fuzz" / target.name))
                QTest::addRow("%s: %s", target.name, file.filename().c_str())
                    << QString(target.name) << QString::fromStdString(file.string());
        }
    }
    void findings()
    {
        QFETCH(QString, target);
        QFETCH(QString, file);
        const fuzz::Target* reader = fuzz::targetNamed(target.toStdString());
        QVERIFY(reader);
        const auto bytes = file.isEmpty() ? std::vector<std::uint8_t>() : bytesOf(file.toStdString());
        QVERIFY(file.isEmpty() || !bytes.empty());
        QElapsedTimer timer;
        timer.start();
        try {
            const bool isRead = reader->read(bytes);
            QVERIFY(!file.isEmpty() || !isRead); // an empty file is of no kind
        } catch (const std::exception& error) {
            QFAIL(error.what());
        }
        QVERIFY2(timer.elapsed() < 10'000, "far slower than its size allows");
    }
};

QTEST_GUILESS_MAIN(TestFuzzFindings)
#include "test_fuzz_findings.moc"
