// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QProcess>
#include <QStandardPaths>

#include <filesystem>

// Readers that aren't ours, where the machine has them.
namespace echo2ecg::test {

inline QByteArray outputOf(const QString& program, const QStringList& arguments, int* exitCode = nullptr)
{
    QProcess process;
    process.start(program, arguments);
    process.waitForFinished(60000);
    if (exitCode)
        *exitCode = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
    return process.readAllStandardOutput() + process.readAllStandardError();
}

inline QString pathText(const std::filesystem::path& file)
{
    return QString::fromStdString(file.string());
}

// What dcmdump prints; "" where there is none.
inline QByteArray dcmdump(const std::filesystem::path& file)
{
    const QString program = QStandardPaths::findExecutable("dcmdump");
    return program.isEmpty() ? QByteArray() : outputOf(program, {pathText(file)});
}

// dcmdump reads the file to its end, or there is no dcmdump.
inline bool dcmdumpIsContent(const std::filesystem::path& file)
{
    const QString program = QStandardPaths::findExecutable("dcmdump");
    if (program.isEmpty())
        return true;
    int exit = 0;
    outputOf(program, {"-q", pathText(file)}, &exit);
    return exit == 0;
}

// What a script prints that gets the file as its first argument; "" where no pydicom is.
inline QByteArray pydicom(const QByteArray& script, const std::filesystem::path& file)
{
    for (const QString& python : {QStringLiteral("/usr/bin/python3"), QStringLiteral("python3")}) {
        int exit = 0;
        outputOf(python, {"-c", "import pydicom, numpy"}, &exit);
        if (exit == 0)
            return outputOf(python, {"-c", QString::fromUtf8(script), pathText(file)});
    }
    return {};
}

} // namespace echo2ecg::test
