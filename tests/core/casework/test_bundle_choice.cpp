// SPDX-License-Identifier: GPL-3.0-or-later
// Which bundle a library works with: named, remembered, the demo bundle, an untrained one; in this order.
#include "casework/bundle_choice.h"
#include "inference/bundles.h"
#include "support/made_cases.h"

#include <QtTest>

using namespace echo2ecg;
using namespace echo2ecg::casework;
using library::Library;
using test::Scratch;

class TestBundleChoice : public QObject
{
    Q_OBJECT

    static std::filesystem::path bundleIn(const std::filesystem::path& folder)
    {
        std::filesystem::create_directories(folder);
        test::writeText(folder / "bundle.json", "{}"); // choosing reads nothing of it
        return folder;
    }

    static std::unique_ptr<Library> newLibrary(const Scratch& scratch)
    {
        Library::create(scratch / "library");
        return Library::open(scratch / "library");
    }

    static void placeDemo(const std::filesystem::path& folder) { qputenv("ECHO2ECG_DEMO_BUNDLE", folder.string().c_str()); }

private slots:
    void cleanup() { placeDemo("none"); }

    void demoBundleWhereThereIsOne()
    {
        Scratch scratch;
        placeDemo(scratch / "absent");
        QVERIFY(demoBundle().empty());
        placeDemo(bundleIn(scratch / "demo"));
        QCOMPARE(demoBundle(), scratch / "demo");
        const auto library = newLibrary(scratch);
        QCOMPARE(chooseBundle(*library, {}), scratch / "demo");
        QVERIFY(!std::filesystem::exists(scratch / "library/bundles")); // no untrained one is made
    }

    void namedAndRememberedComeFirst()
    {
        Scratch scratch;
        placeDemo(bundleIn(scratch / "demo"));
        const auto library = newLibrary(scratch);
        rememberBundle(*library, bundleIn(scratch / "mine"));
        QCOMPARE(chooseBundle(*library, {}), scratch / "mine");
        QCOMPARE(chooseBundle(*library, scratch / "named"), scratch / "named");
        // One that is gone is no choice.
        std::filesystem::remove_all(scratch / "mine");
        QCOMPARE(chooseBundle(*library, {}), scratch / "demo");
    }

    void untrainedWithoutIt()
    {
        Scratch scratch;
        placeDemo("none");
        const auto library = newLibrary(scratch);
        const auto made = chooseBundle(*library, {});
        QCOMPARE(made, scratch / "library/bundles/untrained-small");
        QVERIFY(!inference::bundleInfo(made).value("trained", true));
        // Remembered, it stays the library's, also when a demo bundle comes later.
        rememberBundle(*library, made);
        placeDemo(bundleIn(scratch / "demo"));
        QCOMPARE(chooseBundle(*library, {}), made);
    }

    // Beside the programs, where the build puts it; nothing else is looked at when a place is named.
    void besideThePrograms()
    {
        qunsetenv("ECHO2ECG_DEMO_BUNDLE");
        const auto beside = std::filesystem::path(QCoreApplication::applicationDirPath().toStdString()) / "models/demo";
        QCOMPARE(demoBundle().empty(), !std::filesystem::exists(beside / "bundle.json"));
    }
};

QTEST_GUILESS_MAIN(TestBundleChoice)
#include "test_bundle_choice.moc"
