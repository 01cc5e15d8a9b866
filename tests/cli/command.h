// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "support/test_paths.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>

#if defined(__linux__)
#include <sys/resource.h>
#endif

// Runs the real command.
namespace echo2ecg::test {

struct Run
{
    int exit = -1;
    bool crashed = false, timedOut = false;
    QByteArray out, err;
    QJsonObject json; // of stdout, when it is exactly one document
    bool isJson = false;

    QByteArray trace() const
    {
        return "exit " + QByteArray::number(exit) + "\nstdout: " + out.left(2000) + "\nstderr: " + err.left(2000);
    }
};

inline Run finish(QProcess& process, int seconds)
{
    Run run;
    run.timedOut = !process.waitForFinished(seconds * 1000);
    if (run.timedOut) {
        process.kill();
        process.waitForFinished();
    }
    run.crashed = process.exitStatus() == QProcess::CrashExit;
    run.exit = process.exitCode();
    run.out = process.readAllStandardOutput();
    run.err = process.readAllStandardError();
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(run.out, &error);
    run.isJson = error.error == QJsonParseError::NoError && document.isObject();
    run.json = document.object();
    return run;
}

inline void start(QProcess& process, const QStringList& arguments)
{
    process.start(QCoreApplication::applicationDirPath() + "/echo2ecg", arguments);
}

inline Run command(const QStringList& arguments, int seconds = 120)
{
    QProcess process;
    start(process, arguments);
    return finish(process, seconds);
}

inline Run json(QStringList arguments, int seconds = 120)
{
    arguments << "--json";
    return command(arguments, seconds);
}

inline QString text(const std::filesystem::path& path)
{
    return QString::fromStdString(path.string());
}

// Most memory that any command run so far has held, in MiB; 0 where the system doesn't tell.
inline double mostMemoryOfChildren()
{
#if defined(__linux__)
    rusage usage{};
    getrusage(RUSAGE_CHILDREN, &usage);
    return double(usage.ru_maxrss) / 1024.0;
#else
    return 0;
#endif
}

} // namespace echo2ecg::test
