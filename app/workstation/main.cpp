// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/pages.h"
#include "screenshot_job.h"
#include "ui/shell/case_window.h"
#include "ui/theme/theme.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QMessageBox>
#include <QStandardPaths>

#include <cstdio>

int main(int argc, char** argv)
{
    echo2ecg::base::keepFreedFrames();
    QApplication app(argc, argv);
    QApplication::setOrganizationName(QStringLiteral("echo2ecg"));
    QApplication::setApplicationName(QStringLiteral("workstation"));
    QApplication::setApplicationDisplayName(QString());  // the window's title stands alone
    QApplication::setApplicationVersion(QStringLiteral(E2E_VERSION));

    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral("Echo2ECG Workstation: 12-lead ECG, echo cine and retrieval in one window.\n"
                                                    "For research use only. Not for diagnostic procedures."));
    parser.addHelpOption();
    parser.addVersionOption();
    const QCommandLineOption library(QStringLiteral("library"), QStringLiteral("The case library; created when it isn't there."), QStringLiteral("DIR"));
    const QCommandLineOption bundle(QStringLiteral("bundle"), QStringLiteral("The model bundle. Without it, the one that the library remembers."), QStringLiteral("DIR"));
    const QCommandLineOption open(QStringLiteral("open"), QStringLiteral("Import and open a file or folder; may be repeated."), QStringLiteral("FILE"));
    const QCommandLineOption screenshot(QStringLiteral("screenshot"), QStringLiteral("Write the window as PNG once the case is complete."), QStringLiteral("X.png"));
    const QCommandLineOption report(QStringLiteral("report"), QStringLiteral("Write the case report once the case is complete."), QStringLiteral("X.pdf"));
    const QCommandLineOption quit(QStringLiteral("quit"), QStringLiteral("Quit when that is done."));
    const QCommandLineOption theme(QStringLiteral("theme"), QStringLiteral("dark or light, for this start."), QStringLiteral("THEME"));
    const QCommandLineOption size(QStringLiteral("size"), QStringLiteral("Size of the window for this start, for example 1440x900."), QStringLiteral("WxH"));
    const QCommandLineOption threads(QStringLiteral("threads"), QStringLiteral("Threads of the CPU that compute; 0: the real cores."), QStringLiteral("N"));
    const QCommandLineOption cpu(QStringLiteral("cpu"), QStringLiteral("Compute on the CPU even where a GPU is."));
    const QCommandLineOption half(QStringLiteral("half"), QStringLiteral("Encoders in half precision where the device is faster with it and the bundle keeps its embeddings."));
    const QCommandLineOption demo(QStringLiteral("demo"), QStringLiteral("Without files: fill a new or empty library with 200 virtual patients, or go on with it, and open one."));
    QCommandLineOption demoPatients(QStringLiteral("demo-patients"), QStringLiteral("So many virtual patients instead."), QStringLiteral("N"), QString::number(echo2ecg::casework::demoPatients));
    parser.addOptions({demo, demoPatients, library, bundle, open, screenshot, report, quit, theme, size, threads, cpu, half});
    parser.addPositionalArgument(QStringLiteral("FILES"), QStringLiteral("Files and folders to import and open."), QStringLiteral("[FILES…]"));
    parser.process(app);

    using namespace echo2ecg::ui;
    Theme::instance().apply(ThemeKind::Dark);
    const bool picturesOnly = parser.isSet(screenshot) || parser.isSet(report);
    WindowOptions options;
    const QString home = QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) + (parser.isSet(demo) ? QStringLiteral("/demo-library") : QStringLiteral("/library"));
    options.library = (parser.isSet(library) ? parser.value(library) : home).toStdString();
    options.bundle = parser.value(bundle).toStdString();
    options.rememberPlaces = !picturesOnly;
    options.device = {!parser.isSet(cpu), std::max(0, parser.value(threads).toInt()), parser.isSet(half)};
    options.demo = parser.isSet(demo);
    options.demoPatients = parser.value(demoPatients).toInt();
    try {
        CaseWindow window(options);
        if (parser.isSet(theme))
            Theme::instance().apply(parser.value(theme) == QLatin1String("light") ? ThemeKind::Light : ThemeKind::Dark);
        const QStringList sides = parser.value(size).split(QLatin1Char('x'));
        if (sides.size() == 2)
            window.resize(sides[0].toInt(), sides[1].toInt());
        window.show();
        const QStringList files = parser.values(open) + parser.positionalArguments();
        if (files.isEmpty() && options.demo)
            window.openDemo();
        else if (files.isEmpty())
            window.reopenLast();
        else
            window.openPaths(files);
        std::unique_ptr<ScreenshotJob> job;
        if (picturesOnly || parser.isSet(quit))
            job = std::make_unique<ScreenshotJob>(window, parser.value(screenshot), parser.value(report), parser.isSet(quit));
        return QApplication::exec();
    } catch (const echo2ecg::base::Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        if (!picturesOnly)
            QMessageBox::critical(nullptr, QStringLiteral("Echo2ECG Workstation"), QString::fromStdString(error.what()));
        return 1;
    }
}
