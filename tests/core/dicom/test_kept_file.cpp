// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/byte_source.h"

#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

using namespace echo2ecg::dicom;

class TestKeptFile : public QObject
{
    Q_OBJECT
    QTemporaryDir m_folder;

    std::filesystem::path written(const char* name, const QByteArray& content)
    {
        QFile file(m_folder.filePath(name));
        [&] { QVERIFY(file.open(QIODevice::WriteOnly) && file.write(content) == content.size()); }();
        file.close();
        return file.fileName().toStdString();
    }
    static QByteArray readAll(const std::filesystem::path& path)
    {
        const auto bytes = ByteSource::ofFile(path)->bytes(0, 1000);
        return {reinterpret_cast<const char*>(bytes.data()), qsizetype(bytes.size())};
    }

private slots:
    void readsWithoutTheFileAsLongAsItIsHeld()
    {
        const auto path = written("a", "frames");
        auto kept = keepInMemory(path, 100);
        QVERIFY(kept);
        QCOMPARE(kept->bytes(), std::size_t(6));
        QCOMPARE(keepInMemory(path, 100), kept); // once
        const auto source = ByteSource::ofFile(path);
        kept.reset();
        QVERIFY(QFile::resize(QString::fromStdString(path.string()), 2));
        QCOMPARE(source->bytes(2, 10).size(), std::size_t(4)); // what was there
        QCOMPARE(readAll(path), QByteArray("fr"));
    }

    void anotherFileOfThatNameIsReadItself()
    {
        const auto path = written("b", "first");
        const auto kept = keepInMemory(path, 100);
        written("b", "second one");
        QCOMPARE(readAll(path), QByteArray("second one"));
    }

    void tooLargeOrAbsentIsNotKept()
    {
        QVERIFY(!keepInMemory(written("c", "0123456789"), 9));
        QVERIFY(keepInMemory(written("c", "0123456789"), 10));
        QVERIFY(!keepInMemory(m_folder.filePath("none").toStdString(), 1000));
        QVERIFY(!keepInMemory(m_folder.path().toStdString(), 1 << 20));
    }
};

QTEST_APPLESS_MAIN(TestKeptFile)
#include "test_kept_file.moc"
